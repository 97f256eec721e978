package sqlstore_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

// BenchmarkRenewDue checks so many tenants that are due at once, by a source that
// answers at once: 1,000, or as many as SEATWRIGHT_BENCH_TENANTS says. That of
// activation does so in memory.
func BenchmarkRenewDue(b *testing.B) {
	tenants := 1000
	if many, err := strconv.Atoi(os.Getenv("SEATWRIGHT_BENCH_TENANTS")); err == nil {
		tenants = many
	}
	ctx := b.Context()
	_, store := served(b)
	now := today
	trust, err := signed.NewTrust(signed.TrustedKey{Key: ed25519.PublicKey(vendorKey[ed25519.SeedSize:]), Owners: signed.AnyOwner()})
	require.NoError(b, err)
	engine, err := activation.New(store, trust, activation.WithClock(func() time.Time { return now }), activation.WithSource("acme", instantFeed{}))
	require.NoError(b, err)
	crowded(b, tenants, func(i int) error {
		return engine.Tenant(fmt.Sprintf("t%06d", i)).As("host").Expect(ctx, "acme", planner.Expected{Serial: "S-1"})
	})
	var spent time.Duration
	for b.Loop() {
		begun := time.Now()
		require.NoError(b, engine.RenewDue(ctx))
		spent += time.Since(begun)
		now = now.AddDate(0, 0, 40)
	}
	b.ReportMetric(float64(tenants*b.N)/spent.Seconds(), "tenants/s")
}

// instantFeed has what is active.
type instantFeed struct{}

func (instantFeed) Check(context.Context, source.Request) (source.Outcome, error) {
	return source.Outcome{Kind: source.KindCurrent}, nil
}
