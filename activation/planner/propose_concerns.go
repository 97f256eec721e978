package planner

import (
	"cmp"
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// none is the place of a blocker that there is not.
const none = -1

// concerns finds the blockers of a plan that concern a holder by what it
// occupies, without going through all of them. The lists have the places of
// blockers among the plan's.
type concerns struct {
	*figures
	over    []int          // by the index of W's entries
	misfit  []int          // by the index of W's entries
	missing []int          // by requirement, as figures.unmet
	orphans map[string]int // by the name of a removed module
}

func newConcerns(p *Plan) *concerns {
	f := p.counted
	c := &concerns{
		figures: f, orphans: make(map[string]int),
		over: places(len(f.newInUse)), misfit: places(len(f.misfits)), missing: places(len(f.unmet)),
	}
	for i, b := range p.Blockers {
		e := f.after.Module(b.Module)
		switch {
		case e == nil:
			c.orphans[b.Module] = i
		case b.Kind == OverAllocated:
			c.over[e.Index] = i
		case b.Kind == NotAssignable:
			c.misfit[e.Index] = i
		default:
			place, _ := slices.BinarySearchFunc(e.Requires, b.Requires, func(r license.Requirement, name string) int {
				return cmp.Compare(r.Name, name)
			})
			c.missing[f.requirements[e.Index]+place] = i
		}
	}
	return c
}

func places(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = none
	}
	return list
}

// each calls do with every blocker that concerns a holder as it is in the end,
// and returns how much it has looked at.
func (c *concerns) each(of seat.Combination, assigned []string, occupied occupancy.Set, do func(int)) (steps int) {
	if len(c.orphans) > 0 {
		for _, module := range assigned {
			if i, orphan := c.orphans[module]; orphan {
				do(i)
			}
		}
	}
	for e := range occupied.All() {
		steps += 1 + len(e.Requires)
		if i := c.over[e.Index]; i != none {
			do(i)
		}
		if i := c.misfit[e.Index]; i != none && !seat.Fits(e, of.Kind, of.Type) {
			do(i)
		}
		for place, r := range e.Requires {
			if i := c.missing[c.requirements[e.Index]+place]; i != none && !occupied.Meets(r) {
				do(i)
			}
		}
	}
	return steps + len(assigned)
}

// any reports whether what is assigned gives the module of a blocker.
func (c *concerns) any(e *license.Entry) bool {
	return e != nil && slices.ContainsFunc(occupancy.WithIncluded(e), func(part *license.Entry) bool {
		from, count := c.requirements[part.Index], len(part.Requires)
		return c.over[part.Index] != none || c.misfit[part.Index] != none ||
			slices.ContainsFunc(c.missing[from:from+count], func(i int) bool { return i != none })
	})
}
