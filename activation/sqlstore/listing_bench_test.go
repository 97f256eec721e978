package sqlstore_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

const (
	manyCombinations = 1000
	pageOfHolders    = 1000
)

// BenchmarkListing lists holders by module, page by page, of tenants with 1,000
// combinations: of a module that all have, and of one that one in a hundred has.
// The time a holder is the same for each size, if listing is linear. The largest
// size is the variable's, if it is set: SEATWRIGHT_BENCH_HOLDERS=1000000.
func BenchmarkListing(b *testing.B) {
	sizes := benchSizes()
	b.Run("Postgres", func(b *testing.B) {
		_, store := served(b)
		listings(b, store, sizes)
	})
	b.Run("SQLite", func(b *testing.B) {
		_, store := openSQLite(b, b.TempDir())
		require.NoError(b, store.Migrate(b.Context()))
		listings(b, store, sizes)
	})
}

func benchSizes() []int {
	sizes := []int{10_000, 50_000, 100_000}
	if largest, err := strconv.Atoi(os.Getenv("SEATWRIGHT_BENCH_HOLDERS")); err == nil {
		sizes = append(sizes, largest)
	}
	return sizes
}

func listings(b *testing.B, store activation.Store, sizes []int) {
	b.Helper()
	for _, size := range sizes {
		populate(b, store, strconv.Itoa(size), size)
	}
	b.ResetTimer()
	for _, module := range []string{"acme.plan", "acme.addon"} {
		for _, size := range sizes {
			started := time.Now()
			listed := 0
			for range b.N {
				listed = list(b, store, strconv.Itoa(size), module)
			}
			spent := time.Since(started).Seconds() / float64(b.N)
			b.ReportMetric(spent*1e6/float64(size), fmt.Sprintf("µs/holder-%s-%d", module, size))
			b.Logf("%d of %d holders have %s: listed in %.3f s", listed, size, module, spent)
		}
	}
}

// populate makes holders of so many combinations, in an order that is not that
// of their combinations.
func populate(b *testing.B, store activation.Store, tenant string, size int) {
	b.Helper()
	ctx := b.Context()
	for first := 0; first < size; first += 10 * pageOfHolders {
		require.NoError(b, store.Update(ctx, tenant, func(w activation.Writer) error {
			var holders []seat.Holder
			for i := first; i < min(size, first+10*pageOfHolders); i++ {
				h := seat.Holder{
					ID: fmt.Sprintf("u%07d", i), Kind: license.User, Type: fmt.Sprint(i * 7 % manyCombinations),
					Assigned: []string{"acme.plan"},
				}
				if i*7%manyCombinations < manyCombinations/100 {
					h.Assigned = append(h.Assigned, "acme.addon")
				}
				holders = append(holders, h)
			}
			return w.PutHolders(ctx, holders...)
		}))
	}
}

func list(b *testing.B, store activation.Store, tenant, module string) (listed int) {
	b.Helper()
	ctx := b.Context()
	require.NoError(b, store.View(ctx, tenant, func(r activation.Reader) error {
		for after := ""; ; {
			page, err := r.HoldersWith(ctx, []string{module}, after, pageOfHolders)
			listed += len(page)
			if err != nil || len(page) < pageOfHolders {
				return err
			}
			after = page[len(page)-1].ID
		}
	}))
	return listed
}

// BenchmarkManyCombinations has a license whose module 1,000 combinations of
// holders have: it lists who is in the way of a smaller one, activates one that
// moves all of them to another module, and removes that.
func BenchmarkManyCombinations(b *testing.B) {
	_, store := served(b)
	engine := newEngine(b, store)
	for n := range b.N {
		for _, size := range benchSizes() {
			name := fmt.Sprintf("%d-%d-%d", b.N, n, size)
			crm := engine.Tenant(name)
			licensed(b, crm, 4_000_000, 0)
			started := time.Now()
			step := func(what string) {
				b.ReportMetric(float64(time.Since(started).Microseconds())/float64(size), fmt.Sprintf("µs/holder-%s-%d", what, size))
				started = time.Now()
			}
			populate(b, store, name, size)
			step("put")
			require.Equal(b, size, inTheWay(b, crm))
			step("blockers")
			result, err := crm.As("eva").Load(b.Context(), bytes.NewReader(moved(b, 3)))
			require.NoError(b, err)
			require.True(b, result.Activated)
			step("move")
			released, err := crm.As("eva").Remove(b.Context(), "acme")
			require.NoError(b, err)
			require.EqualValues(b, size, released["acme.moved"])
			step("remove")
		}
	}
}

// inTheWay loads a license with too few seats and counts whom that concerns.
func inTheWay(b *testing.B, crm *activation.Tenant) (n int) {
	b.Helper()
	ctx := b.Context()
	_, err := crm.As("eva").Load(ctx, bytes.NewReader(acme(b, 2, 10)))
	require.NoError(b, err)
	preview, err := crm.Plan(ctx, "acme")
	require.NoError(b, err)
	for _, blocker := range preview.Plan.Blockers {
		if blocker.Module != "acme.plan" {
			continue
		}
		for _, err := range crm.AllHolders(ctx, activation.HolderQuery{Plan: preview.Plan, Blocker: blocker}) {
			require.NoError(b, err)
			n++
		}
	}
	return n
}

// moved is a signed license in which another module takes the place of the plan.
func moved(b *testing.B, number int64) []byte {
	b.Helper()
	document, err := json.Marshal(&license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"},
		Number:   number, IssuedAt: today.AddDate(0, 0, -10),
		Modules: []license.Module{
			{Name: "moved", Kind: license.User, Quantity: 4_000_000, Replaces: []string{"plan"}},
			{Name: "addon", Kind: license.User, Quantity: 4_000_000},
		},
	})
	require.NoError(b, err)
	sealed, err := signed.Sign(document, vendorKey)
	require.NoError(b, err)
	return sealed
}
