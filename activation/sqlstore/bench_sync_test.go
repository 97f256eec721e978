package sqlstore_test

import (
	"fmt"
	"iter"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// BenchmarkSync has one of a hundred holders changed, and reports how long that
// takes beside reading all of them. SEATWRIGHT_BENCH_HOLDERS is how many there are,
// 20,000 if it is not set.
func BenchmarkSync(b *testing.B) {
	holders := 20_000
	if many, err := strconv.Atoi(os.Getenv("SEATWRIGHT_BENCH_HOLDERS")); err == nil {
		holders = many
	}
	_, store := served(b)
	ctx := b.Context()
	crm := newEngine(b, store).Tenant("tenant-42")
	licensed(b, crm, int64(holders), 0)
	wanted := func(round int) iter.Seq2[seat.Holder, error] {
		return func(yield func(seat.Holder, error) bool) {
			for i := range holders {
				h := seat.Holder{ID: fmt.Sprintf("user-%08d", i), Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}}
				if i%100 == 0 && round%2 == 1 {
					h.Assigned = nil
				}
				if !yield(h, nil) {
					return
				}
			}
		}
	}
	_, err := crm.As("host").Import(ctx, wanted(0), nil)
	require.NoError(b, err)
	round := 0
	var reading, syncing time.Duration
	for b.Loop() {
		begun := time.Now()
		for _, err := range crm.AllHolders(ctx, activation.HolderQuery{}) {
			require.NoError(b, err)
		}
		reading += time.Since(begun)
		round++
		begun = time.Now()
		_, err := crm.As("night").Sync(ctx, wanted(round), activation.SyncOptions{})
		require.NoError(b, err)
		syncing += time.Since(begun)
	}
	b.ReportMetric(syncing.Seconds()/reading.Seconds(), "×reading")
	b.ReportMetric(float64(reading.Milliseconds())/float64(round), "ms/reading")
}
