package planner_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// today returns an oracle under which the active licenses stay as they are.
func (s situation) today() *oracle {
	s.offered, s.switches = &license.License{Owner: license.Owner{Name: "nobody"}}, nil
	return newOracle(s)
}

func (s situation) state(t rapid.TB) seat.Situation {
	t.Helper()
	return seat.Situation{Licenses: s.set(t), Now: planned, Census: seat.NewCensus(slices.Values(s.holders))}
}

// with returns the situation with holders in the place of those of their ids.
func (s situation) with(changed []seat.Holder) situation {
	s.holders = slices.Clone(s.holders)
	for _, h := range changed {
		i := slices.IndexFunc(s.holders, func(other seat.Holder) bool { return other.ID == h.ID })
		s.holders[i] = h
	}
	return s
}

// drawAssignments draws what might be assigned, and a few that never can be.
func drawAssignments(c choose, s situation) []seat.Assignment {
	modules := append(slices.Sorted(maps.Keys(s.today().inW)), "vendor.gone")
	var list []seat.Assignment
	for range 1 + c(4, "assignments") {
		a := seat.Assignment{Holder: "stranger", Module: modules[c(len(modules), "module")]}
		if len(s.holders) > 0 && !c.oneIn(20, "stranger") {
			a.Holder = s.holders[c(len(s.holders), "holder")].ID
		}
		list = append(list, a)
	}
	return list
}

// seats counts the holders who occupy each module.
func (r *oracle) seats() map[string]int64 {
	counts := make(map[string]int64)
	for _, h := range r.holders {
		for name := range occupied(r.inW, setOf(h.Assigned)) {
			counts[name]++
		}
	}
	return counts
}

// permits says whether docs/spec/domain.md lets everything be assigned that
// the holders of after have and those of before had not.
func permits(before, after *oracle, asked []seat.Assignment) bool {
	was, is := before.seats(), after.seats()
	for name, m := range after.inW {
		if !m.Unrestricted && is[name] > was[name] && is[name] > m.Quantity+m.Overdraft {
			return false
		}
	}
	for _, a := range asked {
		find := func(h seat.Holder) bool { return h.ID == a.Holder }
		i := slices.IndexFunc(before.holders, find)
		if i < 0 {
			return false
		}
		if had := before.holders[i]; !slices.Contains(had.Assigned, a.Module) &&
			!after.permitsOne(after.holders[slices.IndexFunc(after.holders, find)], a.Module) {
			return false
		}
	}
	return true
}

func (r *oracle) permitsOne(h seat.Holder, name string) bool {
	m := r.inW[name]
	if m == nil || m.Kind == license.Site || r.stateOf(name) == license.NotYetValid || r.stateOf(name) == license.Lapsed {
		return false
	}
	assigned := setOf(h.Assigned)
	for held := range assigned {
		if other := r.inW[held]; held != name && other != nil && m.Bundle && other.Bundle && ownerOf(held) == ownerOf(name) {
			return false
		}
	}
	for part := range occupied(r.inW, nameSet{name: true}) {
		if p := r.inW[part]; p.Kind != h.Kind || len(p.AssignableTo) > 0 && !slices.Contains(p.AssignableTo, h.Type) {
			return false
		}
		for needed := range r.requirements(part) {
			if !r.there(needed, assigned) || r.stateOf(needed) == license.NotYetValid {
				return false
			}
		}
	}
	return true
}

func (r *oracle) stateOf(name string) license.State {
	return r.ofOwner(ownerOf(name)).StateAt(planned)
}

// TestAssignAgreesWithOracle: a call is accepted if and only if the state that
// it leads to breaks no rule.
func TestAssignAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawSituation(c)
		asked := drawAssignments(c, s)
		var given []seat.Holder
		for _, h := range s.holders {
			h.Assigned = slices.Clone(h.Assigned)
			for _, a := range asked {
				if a.Holder == h.ID {
					h.Assigned = append(h.Assigned, a.Module)
				}
			}
			slices.Sort(h.Assigned)
			h.Assigned = slices.Compact(h.Assigned)
			given = append(given, h)
		}
		want := s.with(given)
		d, err := seat.Assign(s.state(t), s.holders, asked...)
		if permitted := permits(s.today(), want.today(), asked); permitted != (err == nil) {
			t.Fatalf("permitted: %t; Assign: %v", permitted, err)
		}
		if err == nil {
			if diff := cmp.Diff(want.holders, s.with(d.Holders).holders, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("holders (-want +got):\n%s", diff)
			}
		}
	})
}

// TestAssignBlocksNothing: nothing that was assigned by the rules is what a
// plan for a license with the same content would name as a blocker.
func TestAssignBlocksNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawSituation(c)
		d, err := seat.Assign(s.state(t), s.holders, drawAssignments(c, s)...)
		if err != nil {
			return
		}
		for _, l := range s.active {
			next := *l
			next.Number++
			before := situation{active: s.active, offered: &next, holders: s.holders}
			was := newOracle(before).plan().Blockers
			for _, b := range newOracle(before.with(d.Holders)).plan().Blockers {
				i := slices.IndexFunc(was, func(w planner.Blocker) bool {
					return w.Kind == b.Kind && w.Module == b.Module && w.Requires == b.Requires
				})
				if i < 0 || b.Affected > was[i].Affected {
					t.Errorf("new among the blockers: %+v", b)
				}
			}
		}
	})
}

// TestAssignThenRelease: what was assigned and is released again leaves what
// was there before, but for the cascade.
func TestAssignThenRelease(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawSituation(c)
		made, err := seat.Assign(s.state(t), s.holders, drawAssignments(c, s)...)
		if err != nil {
			return
		}
		var back []seat.Assignment
		for _, change := range made.Changes {
			back = append(back, change.Assignment)
		}
		undone := seat.Release(s.set(t), made.Holders, back...)
		for _, h := range s.with(made.Holders).with(undone.Holders).holders {
			for _, change := range undone.Changes {
				if change.Holder == h.ID && change.Cause == seat.CauseCascaded {
					h.Assigned = append(slices.Clone(h.Assigned), change.Module)
				}
			}
			slices.Sort(h.Assigned)
			i := slices.IndexFunc(s.holders, func(other seat.Holder) bool { return other.ID == h.ID })
			if diff := cmp.Diff(s.holders[i], h, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("after assigning and releasing (-before +after):\n%s", diff)
			}
		}
	})
}

// TestReleaseAgreesWithOracle compares the cascade.
func TestReleaseAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		d := seat.Release(s.set(t), s.holders, s.releases...)
		var want []seat.Change
		var after []seat.Holder
		for _, h := range s.holders {
			f := s.today().fateOf(h)
			for _, name := range slices.Sorted(maps.Keys(f.today)) {
				change := seat.Change{Assignment: seat.Assignment{Holder: h.ID, Module: name}, Cause: seat.CauseReleased}
				if f.cascaded[name] {
					change.Cause = seat.CauseCascaded
				}
				if !f.after[name] {
					want = append(want, change)
				}
			}
			if len(f.after) < len(f.today) {
				h.Assigned = slices.Sorted(maps.Keys(f.after))
				after = append(after, h)
			}
		}
		if diff := cmp.Diff(want, d.Changes); diff != "" {
			t.Errorf("changes (-oracle +got):\n%s", diff)
		}
		if diff := cmp.Diff(after, d.Holders, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("holders (-oracle +got):\n%s", diff)
		}
	})
}

// TestFill: it gives the module to one holder after the other as long as it
// can be assigned, which is what assigning one by one does.
func TestFill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawSituation(c)
		module := drawAssignments(c, s)[0].Module
		d, left, err := seat.Fill(s.state(t), module, s.holders)

		one := s
		var over []string
		for _, h := range s.holders {
			given, refused := seat.Assign(one.state(t), []seat.Holder{h}, seat.Assignment{Holder: h.ID, Module: module})
			if refused != nil {
				over = append(over, h.ID)
				continue
			}
			one = one.with(given.Holders)
		}
		if err != nil {
			if len(d.Changes)+len(d.Holders)+len(left) > 0 {
				t.Errorf("refused, and decided all the same: %+v, %v", d, left)
			}
			return
		}
		if diff := cmp.Diff(one.holders, s.with(d.Holders).holders); diff != "" {
			t.Errorf("holders (-one by one +filled):\n%s", diff)
		}
		var got []string
		for _, r := range left {
			got = append(got, r.Holder)
		}
		if diff := cmp.Diff(over, slices.Compact(got)); diff != "" {
			t.Errorf("left over (-one by one +filled):\n%s", diff)
		}
	})
}

// TestSwitchAgreesWithOracle: a swap is accepted if and only if To may be
// assigned once From, and what cascades, is gone.
func TestSwitchAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawSituation(c)
		asked := drawAssignments(c, s)[0]
		i := slices.IndexFunc(s.holders, func(h seat.Holder) bool { return h.ID == asked.Holder && len(h.Assigned) > 0 })
		if i < 0 {
			return
		}
		h := s.holders[i]
		from := h.Assigned[c(len(h.Assigned), "from")]
		d, err := seat.Switch(s.state(t), s.holders, seat.Swap{Holder: h.ID, From: from, To: asked.Module})

		swapped := setOf(h.Assigned)
		if from != asked.Module {
			delete(swapped, from)
		}
		swapped[asked.Module] = true
		after := s.today().cascade(setOf(h.Assigned), swapped, asked.Module)
		want := h
		want.Assigned = slices.Sorted(maps.Keys(after))
		permitted := permits(s.today(), s.with([]seat.Holder{want}).today(), []seat.Assignment{asked})
		if slices.Contains(h.Assigned, asked.Module) {
			permitted = !s.today().loses(asked.Module, setOf(h.Assigned), after)
		}
		if permitted != (err == nil) {
			t.Fatalf("permitted: %t; Switch from %s: %v", permitted, from, err)
		}
		if err == nil {
			if diff := cmp.Diff(s.with([]seat.Holder{want}).holders, s.with(d.Holders).holders); diff != "" {
				t.Errorf("holders (-want +got):\n%s", diff)
			}
		}
	})
}

// cascade ends what loses a requirement, apart from one module.
func (r *oracle) cascade(before, after nameSet, except string) nameSet {
	for ended := true; ended; {
		ended = false
		for _, name := range slices.Collect(maps.Keys(after)) {
			if name != except && r.loses(name, before, after) {
				delete(after, name)
				ended = true
			}
		}
	}
	return after
}
