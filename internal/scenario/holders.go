package scenario

import (
	"context"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// Holders is the holders of a scenario, ordered by id.
type Holders []seat.Holder

var _ activation.HolderLister = Holders(nil)

// HoldersWith implements [activation.HolderLister]. The holders it returns
// share their lists with h.
func (h Holders) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	first, found := h.find(after)
	if found {
		first++
	}
	var page []seat.Holder
	for _, holder := range h[first:] {
		if len(page) == limit {
			break
		}
		if len(modules) == 0 || slices.ContainsFunc(holder.Assigned, func(module string) bool { return slices.Contains(modules, module) }) {
			page = append(page, holder)
		}
	}
	return page, nil
}

func (h Holders) find(id string) (int, bool) {
	return slices.BinarySearchFunc(h, id, func(holder seat.Holder, id string) int {
		return strings.Compare(holder.ID, id)
	})
}
