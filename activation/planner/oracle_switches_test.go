package planner_test

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// wrongSwitches says which switches are wrong input, each once, and why. The
// releases must be right.
func (r *oracle) wrongSwitches() map[seat.Swap]planner.SwitchRule {
	wrong := make(map[seat.Swap]planner.SwitchRule)
	destinations := make(map[seat.Assignment]nameSet) // by assignment, what it is switched to
	for _, s := range r.switches {
		from := seat.Assignment{Holder: s.Holder, Module: s.From}
		if destinations[from] == nil {
			destinations[from] = make(nameSet)
		}
		destinations[from][s.To] = true
	}
	for _, s := range r.switches {
		from := seat.Assignment{Holder: s.Holder, Module: s.From}
		i := slices.IndexFunc(r.holders, func(h seat.Holder) bool { return h.ID == s.Holder })
		switch to := r.inO[s.To]; {
		case i < 0:
			wrong[s] = "unknown"
		case !slices.Contains(r.holders[i].Assigned, s.From):
			wrong[s] = planner.SwitchFromNotAssigned
		case ownerOf(s.From) != r.owner:
			wrong[s] = planner.SwitchFromOtherOwner
		case to == nil:
			wrong[s] = planner.SwitchToNotOffered
		case to.Kind == license.Site:
			wrong[s] = planner.SwitchToSite
		case s.To == s.From:
			wrong[s] = planner.SwitchToSame
		case slices.Contains(r.releases, from):
			wrong[s] = planner.SwitchFromReleased
		case len(destinations[from]) > 1:
			wrong[s] = planner.SwitchFromTwice
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	for _, h := range r.holders {
		f := r.fateOf(h)
		for from, to := range f.switched {
			for name := range f.after {
				if m := r.inO[name]; m != nil && m.Bundle && r.inO[to].Bundle && name != to {
					wrong[seat.Swap{Holder: h.ID, From: from, To: to}] = planner.SwitchToSecondBundle
				}
			}
		}
	}
	return wrong
}

func switchesOf(fates []fate) []seat.Swap {
	var list []seat.Swap
	for _, f := range fates {
		for from, to := range f.switched {
			list = append(list, seat.Swap{Holder: f.holder.ID, From: from, To: to})
		}
	}
	slices.SortFunc(list, func(a, b seat.Swap) int {
		return cmp.Or(strings.Compare(a.Holder, b.Holder), strings.Compare(a.From, b.From))
	})
	return list
}
