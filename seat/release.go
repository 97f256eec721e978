package seat

import (
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Release decides what releasing assignments changes. It is never refused:
// releasing what is not assigned, or from a holder who is not given, changes
// nothing. Assignments of the holder that require a released module are
// released too. When a holder leaves altogether, use [Retire]. See
// docs/spec/domain.md, Holders, assignments, seats.
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

// cascade removes assignments whose requirements are gone. Assignments that the
// call asks for stay; if one of those lacks a requirement, it is refused
// instead.
func (d *draft) cascade(needs *occupancy.Needs) {
	ended := needs.Cascade(d.before, d.after)
	if len(ended) == 0 {
		return
	}
	d.after = slices.DeleteFunc(slices.Clone(d.after), func(module string) bool {
		_, ends := slices.BinarySearch(ended, module)
		_, wished := d.wish(module)
		if ends && !wished {
			d.note(module, CauseCascaded)
		}
		return ends && !wished
	})
}
