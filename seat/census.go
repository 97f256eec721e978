package seat

import (
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// InUse returns how many holders occupy a seat of each module, at the position
// [license.Entry.Index]. Seats that come with a bundle count.
func (c Census) InUse(licenses *license.Set) []int64 {
	counts := make([]int64, len(licenses.Entries()))
	for _, combination := range c {
		for e := range occupancy.Of(licenses, combination.Assigned).All() {
			counts[e.Index] += combination.Count
		}
	}
	return counts
}
