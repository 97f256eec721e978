package seat

import (
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// Release decides what releasing assignments does. It is never refused:
// releasing what is not assigned, or from a holder who is not among the
// holders, changes nothing. What a holder loses with it ([Cascade]) is
// released in the same step. See docs/spec/domain.md, Holders, assignments,
// seats.
func Release(licenses *license.Set, holders []Holder, assignments ...Assignment) Decision {
	drafts, byID := newDrafts(holders)
	for _, a := range assignments {
		if d := byID[a.Holder]; d != nil {
			d.remove(a.Module, Released)
		}
	}
	for _, d := range drafts {
		d.cascade(licenses)
	}
	return decide(drafts)
}

// cascade removes what can't stay after other modules went. What the call
// asks for stays; if something that it requires is missing, it is refused.
func (d *draft) cascade(licenses *license.Set) {
	for _, module := range Cascade(licenses, d.before, d.after) {
		if _, wished := d.wishes[module]; !wished {
			d.remove(module, Cascaded)
		}
	}
}

// Cascade returns, ordered, which of the modules that are assigned to a holder
// after a release must end with it: those that require a module which was
// there for the holder before and is not after, repeated until nothing more
// ends. What a bundle requires is also what anything that it includes
// requires. A module is there for a holder when it is licensed and it is a
// site module or the holder occupies it. A module that no license has requires
// nothing.
//
// It is the rule behind [Release] and the planner; most hosts need neither it
// nor [Occupy].
func Cascade(licenses *license.Set, before, after []string) []string {
	was := Occupy(licenses, before)
	left := nameset.Of(after)
	var ended []string
	for {
		is := Occupy(licenses, left)
		kept := slices.DeleteFunc(slices.Clone(left), func(module string) bool {
			return losesRequirement(licenses.Module(module), was, is)
		})
		if len(kept) == len(left) {
			slices.Sort(ended)
			return ended
		}
		for _, module := range left {
			if _, stays := slices.BinarySearch(kept, module); !stays {
				ended = append(ended, module)
			}
		}
		left = kept
	}
}

func losesRequirement(e *license.Entry, was, is Occupancy) bool {
	if e == nil {
		return false
	}
	for _, m := range withIncluded(e) {
		for _, r := range m.Requires {
			if was.Meets(r) && !is.Meets(r) {
				return true
			}
		}
	}
	return false
}
