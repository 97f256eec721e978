package scenario

import (
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// Holders is the holders of a scenario, ordered by id.
type Holders []seat.Holder

// Affected returns the first holders whom a blocker of a plan concerns: as many
// as there are, but no more than limit.
func (h Holders) Affected(plan *planner.Plan, b planner.Blocker, limit int) []seat.Holder {
	var affected []seat.Holder
	for _, holder := range h {
		if len(affected) == limit {
			break
		}
		if plan.Affects(b, holder) {
			affected = append(affected, holder)
		}
	}
	return affected
}

func (h Holders) find(id string) (int, bool) {
	return slices.BinarySearchFunc(h, id, func(holder seat.Holder, id string) int {
		return strings.Compare(holder.ID, id)
	})
}
