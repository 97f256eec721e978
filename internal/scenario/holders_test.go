package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// numbered returns holders who have one module each.
func numbered(n int) Holders {
	holders := make(Holders, n)
	for i := range holders {
		holders[i] = seat.Holder{ID: fmt.Sprintf("u%06d", i), Kind: license.User, Assigned: []string{"acme.web"}}
	}
	return holders
}

// TestHoldersWithPages pages through holders and compares with a plain search.
func TestHoldersWithPages(t *testing.T) {
	modules := []string{"acme.a", "acme.b", "acme.c"}
	rapid.Check(t, func(t *rapid.T) {
		assigned := rapid.MapOf(rapid.StringMatching("[ab]{1,4}"), rapid.SliceOfDistinct(rapid.SampledFrom(modules), rapid.ID)).Draw(t, "assigned")
		var holders Holders
		for id, modules := range assigned {
			holders = append(holders, seat.Holder{ID: id, Assigned: modules})
		}
		slices.SortFunc(holders, func(a, b seat.Holder) int { return strings.Compare(a.ID, b.ID) })
		wanted := rapid.SliceOfDistinct(rapid.SampledFrom(modules), rapid.ID).Draw(t, "wanted")
		after := rapid.StringMatching("[ab]{0,4}").Draw(t, "after")
		limit := rapid.IntRange(1, 3).Draw(t, "limit")

		var want []seat.Holder
		for _, h := range holders {
			if h.ID > after && (len(wanted) == 0 || slices.ContainsFunc(h.Assigned, func(m string) bool { return slices.Contains(wanted, m) })) {
				want = append(want, h)
			}
		}
		var got []seat.Holder
		for {
			page, err := holders.HoldersWith(context.Background(), wanted, after, limit)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page), limit)
			got = append(got, page...)
			if len(page) < limit {
				break
			}
			after = page[limit-1].ID
		}
		require.Empty(t, cmp.Diff(want, got))
	})
}
