package activation_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
)

// BenchmarkEntitlements takes a snapshot that is there and asks it once, as a
// request does, from one goroutine and from as many as there are processors,
// for one tenant and for 500 in turn.
func BenchmarkEntitlements(b *testing.B) {
	engine, err := activation.New(memstore.New(), trusting(b, vendorKey))
	require.NoError(b, err)
	tenants := make([]*activation.Tenant, 500)
	for i := range tenants {
		tenants[i] = engine.Tenant(fmt.Sprintf("tenant-%03d", i))
		require.NoError(b, errOf(tenants[i].As("host").Admit(b.Context(), users(10)...)))
	}
	ask := func(b *testing.B, i int) {
		b.Helper()
		ent, err := tenants[i%len(tenants)].Entitlements(b.Context())
		if err != nil || ent.Check("u1", "acme.web").Allowed() {
			b.Errorf("allowed without a license, or %v", err)
		}
	}
	for _, of := range []int{1, len(tenants)} {
		b.Run(fmt.Sprintf("tenants=%d", of), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				ask(b, i%of)
			}
		})
		b.Run(fmt.Sprintf("tenants=%d/parallel", of), func(b *testing.B) {
			b.RunParallel(func(p *testing.PB) {
				for i := 0; p.Next(); i++ {
					ask(b, i%of)
				}
			})
		})
	}
}
