package seat

import (
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
	for _, d := range drafts {
		d.cascade(licenses)
	}
	return decide(drafts)
}

// cascade removes what can't stay after other modules went. The assignments
// that the call asks for stay; if something that one requires is missing, it is
// refused.
func (d *draft) cascade(licenses *license.Set) {
	for _, module := range occupancy.Cascade(licenses, d.before, d.after) {
		if _, wished := d.wishes[module]; !wished {
			d.remove(module, CauseCascaded)
		}
	}
}
