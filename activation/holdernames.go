package activation

import (
	"context"
	"fmt"

	"github.com/seatwright/seatwright/seat"
)

// Names is how a host calls some holders of a tenant, by id. A holder who is
// missing has no name. The Directory of sqlstore has such a method.
type Names func(ctx context.Context, tenant string, holders []string) (map[string]string, error)

// NamedHolder is a holder with the host's name for it, empty if there is none.
type NamedHolder struct {
	seat.Holder
	Name string `json:"name,omitzero"`
}

// NamedHolderPage is [Tenant.HolderPage] with names, which are asked for once for
// the whole page, after it was read.
func (t *Tenant) NamedHolderPage(ctx context.Context, names Names, query HolderQuery, after string, limit int) ([]NamedHolder, error) {
	holders, err := t.HolderPage(ctx, query, after, limit)
	if err != nil || len(holders) == 0 {
		return nil, err
	}
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	called, err := names(ctx, t.id, ids)
	if err != nil {
		return nil, fmt.Errorf("activation: read the names of holders: %w", err)
	}
	page := make([]NamedHolder, len(holders))
	for i, h := range holders {
		page[i] = NamedHolder{Holder: h, Name: called[h.ID]}
	}
	return page, nil
}
