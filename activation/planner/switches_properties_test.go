package planner_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/go-multierror"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// isSwitched says whether an assignment is among the switches.
func (s situation) isSwitched(holder, module string) bool {
	return slices.ContainsFunc(s.switches, func(w seat.Swap) bool { return w.Holder == holder && w.From == module })
}

// TestWrongSwitches: exactly those that the oracle finds are refused, whatever
// else is asked for.
func TestWrongSwitches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawSituation(c)
		s.switches = append(s.switches, drawSwitches(c, s)...)
		if c.oneIn(4, "stranger") {
			s.switches = append(s.switches, seat.Swap{Holder: "stranger", From: "vendor.a", To: "vendor.b"})
		}
		want := newOracle(s).wrongSwitches()
		p, err := planner.New(s.input(t))
		if status := newOracle(s).plan().Status; status == planner.Rejected || status == planner.Current {
			if err != nil || p.Status != status || p.Switches != nil {
				t.Errorf("a plan that is %s and ignores switches: %+v, %v", status, p, err)
			}
			return
		}
		got := make(map[seat.Swap]planner.SwitchRule)
		var all *multierror.Error
		if errors.As(err, &all) {
			for _, one := range all.Errors {
				var wrong *planner.SwitchError
				var unknown *seat.UnknownHolderError
				switch {
				case errors.As(one, &wrong):
					got[wrong.Swap] = wrong.Rule
				case errors.As(one, &unknown):
					got[s.switches[len(s.switches)-1]] = "unknown"
				}
			}
		}
		for _, w := range s.switches { // if one assignment is switched twice, only the later switch is refused
			if want[w] == planner.SwitchFromTwice && got[w] == "" {
				delete(want, w)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || (err == nil) != (len(want) == 0) {
			t.Errorf("error %v, refused (-oracle +got):\n%s", err, diff)
		}
	})
}

// TestSwitchIsNotWorse: whoever is switched has in the end whatever a release
// with the activation and an assignment after it would leave, and nobody else
// notices.
func TestSwitchIsNotWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		p := mustPlan(t, s.input(t))
		if len(p.Switches) == 0 {
			return
		}
		released := s
		released.switches = nil
		released.releases = slices.Clone(s.releases)
		for _, w := range p.Switches {
			released.releases = append(released.releases, seat.Assignment{Holder: w.Holder, Module: w.From})
		}
		q := mustPlan(t, released.input(t))
		o := newOracle(s)
		for _, h := range s.holders {
			switched, _ := p.Apply(h)
			assigned, _ := q.Apply(h)
			touched := false
			for _, w := range p.Switches {
				if w.Holder == h.ID {
					touched = true
					assigned.Assigned = append(slices.Clone(assigned.Assigned), w.To)
				}
			}
			if diff := cmp.Diff(assigned, switched); !touched && diff != "" {
				t.Errorf("somebody else (-released +switched):\n%s", diff)
			}
			has := occupied(o.inW, setOf(switched.Assigned))
			for name := range occupied(o.inW, setOf(assigned.Assigned)) {
				if !has[name] {
					t.Errorf("%s has no seat of %s with a switch, and has one with release and assign", h.ID, name)
				}
			}
		}
	})
}
