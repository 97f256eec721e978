//go:build unix

package activation_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
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
// The processor time does not depend on what else the machine does.
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
	var spent, busy time.Duration
	for b.Loop() {
		started, used := time.Now(), cpu(b)
		require.NoError(b, engine.RenewDue(ctx))
		spent, busy = spent+time.Since(started), busy+cpu(b)-used
		clock.add(40 * day)
	}
	b.ReportMetric(float64(tenants*b.N)/spent.Seconds(), "tenants/s")
	b.ReportMetric(float64(tenants*b.N)/busy.Seconds(), "tenants/cpu-s")
}

// cpu is how long this program has kept processors busy.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// instantFeed has what is active.
type instantFeed struct{}

func (instantFeed) Check(context.Context, source.Request) (source.Outcome, error) {
	return source.Outcome{Kind: source.KindCurrent}, nil
}
