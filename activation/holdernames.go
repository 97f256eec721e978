package activation

import (
	"context"
	"fmt"

	"github.com/seatwright/seatwright/seat"
)

// NamedHolder is a holder with the host's name for it, empty if there is none.
type NamedHolder struct {
	seat.Holder
	Name string `json:"name,omitzero"`
}

// NamedHolderPage is [Tenant.HolderPage] with the names that the query's Names
// returns. It is asked once for the whole page, after that was read.
func (t *Tenant) NamedHolderPage(ctx context.Context, query HolderQuery, after string, limit int) ([]NamedHolder, error) {
	if query.Names == nil {
		return nil, invalid("a page with names needs HolderQuery.Names")
	}
	holders, err := t.HolderPage(ctx, query, after, limit)
	if err != nil || len(holders) == 0 {
		return nil, err
	}
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	called, err := query.Names(ctx, t.id, ids)
	if err != nil {
		return nil, fmt.Errorf("activation: read the names of holders: %w", err)
	}
	page := make([]NamedHolder, len(holders))
	for i, h := range holders {
		page[i] = NamedHolder{Holder: h, Name: called[h.ID]}
	}
	return page, nil
}
