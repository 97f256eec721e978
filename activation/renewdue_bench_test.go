package activation_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/source"
)

// BenchmarkRenewDue checks so many tenants that are due at once, by a source that
// answers at once, in memory: 2,000, or as many as SEATWRIGHT_BENCH_TENANTS says.
func BenchmarkRenewDue(b *testing.B) {
	tenants := 2000
	if text := os.Getenv("SEATWRIGHT_BENCH_TENANTS"); text != "" {
		var err error
		tenants, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	ctx := b.Context()
	clock := &testClock{now: today}
	feed := instantFeed{}
	engine, err := activation.New(memstore.New(), trusting(b, vendorKey), activation.WithClock(clock.read), activation.WithSource("acme", feed))
	require.NoError(b, err)
	for i := range tenants {
		require.NoError(b, engine.Tenant(fmt.Sprintf("t%06d", i)).As("host").Expect(ctx, "acme", planner.Expected{Serial: "S-1"}))
	}
	var spent time.Duration
	for b.Loop() {
		started := time.Now()
		require.NoError(b, engine.RenewDue(ctx))
		spent += time.Since(started)
		clock.add(40 * day)
	}
	b.ReportMetric(float64(tenants*b.N)/spent.Seconds(), "tenants/s")
}

// instantFeed has what is active.
type instantFeed struct{}

func (instantFeed) Check(context.Context, source.Request) (source.Outcome, error) {
	return source.Outcome{Kind: source.KindCurrent}, nil
}
