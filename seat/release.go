package seat

import (
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Release decides what releasing assignments does. It is never refused:
// releasing what is not assigned, or from a holder who is not among the
// holders, changes nothing. Assignments of the holder that require the released
// module are released in the same step. See docs/spec/domain.md, Holders,
// assignments, seats.
func Release(licenses *license.Set, holders []Holder, assignments ...Assignment) Decision {
	drafts, byID := newDrafts(holders)
	for _, a := range assignments {
		if d := byID[a.Holder]; d != nil {
			d.remove(a.Module, CauseReleased)
		}
	}
	needs := occupancy.NeedsOf(licenses)
	for _, d := range drafts {
		d.cascade(needs)
	}
	return decide(drafts)
}

// cascade removes what can't stay after other modules went. The assignments
// that the call asks for stay; if something that one requires is missing, it is
// refused.
func (d *draft) cascade(needs *occupancy.Needs) {
	ended := needs.Cascade(d.before, d.after)
	if len(ended) == 0 {
		return
	}
	d.after = slices.DeleteFunc(slices.Clone(d.after), func(module string) bool {
		_, ends := slices.BinarySearch(ended, module)
		_, wished := d.wishes[module]
		if ends && !wished {
			d.note(module, CauseCascaded)
		}
		return ends && !wished
	})
}
