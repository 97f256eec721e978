package activation_test

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// BenchmarkSync has some of many holders changed, and reports how long that takes
// beside reading all of them. SEATWRIGHT_SYNC_HOLDERS is how many there are, 20,000
// if it is not set.
func BenchmarkSync(b *testing.B) {
	holders := 20_000
	if text, is := os.LookupEnv("SEATWRIGHT_SYNC_HOLDERS"); is {
		var err error
		holders, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	for _, percent := range []int{0, 1} {
		b.Run(fmt.Sprintf("%d of 100 changed", percent), func(b *testing.B) {
			engine, err := activation.New(memstore.New(), trusting(b, vendorKey), activation.WithClock(func() time.Time { return today }))
			require.NoError(b, err)
			crm := engine.Tenant("tenant-42")
			require.NoError(b, crm.As("eva").Expect(b.Context(), "acme", planner.Expected{Serial: "S-1"}))
			_, err = crm.As("eva").Load(b.Context(), bytes.NewReader(envelope(b, plans(1, int64(holders)), vendorKey)))
			require.NoError(b, err)
			_, err = crm.As("host").Import(b.Context(), company(holders, 0, 0), nil)
			require.NoError(b, err)
			round := 0
			var reading, syncing time.Duration
			for b.Loop() {
				begun := time.Now()
				for _, err := range crm.AllHolders(b.Context(), activation.HolderQuery{}) {
					require.NoError(b, err)
				}
				reading += time.Since(begun)
				round++
				begun = time.Now()
				_, err := crm.As("night").Sync(b.Context(), company(holders, percent, round%2), activation.SyncOptions{})
				require.NoError(b, err)
				syncing += time.Since(begun)
			}
			b.ReportMetric(syncing.Seconds()/reading.Seconds(), "×reading")
			b.ReportMetric(float64(reading.Milliseconds())/float64(round), "ms/reading")
		})
	}
}

// company is holders with a plan, of whom some percent have the other one in odd
// rounds.
func company(holders, percent, odd int) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		for i := range holders {
			plan := "acme.basic"
			if odd == 1 && i%100 < percent {
				plan = "acme.plan"
			}
			if !yield(seat.Holder{ID: fmt.Sprintf("user-%08d", i), Kind: license.User, Type: "internal", Assigned: []string{plan}}, nil) {
				return
			}
		}
	}
}
