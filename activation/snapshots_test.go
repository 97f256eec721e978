package activation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
)

// viewed is a store that counts the Views of each tenant. It fails for those
// whose id begins with "no-", and says of all others what it has of one, if that
// is given.
type viewed struct {
	activation.Store
	one   string
	views map[string]int
}

var errNoTenant = errors.New("no such tenant")

func (v *viewed) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	if strings.HasPrefix(tenant, "no-") {
		return errNoTenant
	}
	v.views[tenant]++
	if v.one != "" {
		tenant = v.one
	}
	return v.Store.View(ctx, tenant, fn)
}

// TestSnapshotsOfAWorkingSet has a hundred thousand tenants, and 500 that are
// asked about again and again. Each is read once, whatever strangers ask for,
// and the memory is what the option says.
func TestSnapshotsOfAWorkingSet(t *testing.T) {
	const (
		tenants, working = manyTenants, 500
		limit            = 4 << 20
	)
	store := &viewed{Store: memstore.New(), views: make(map[string]int), one: "one"}
	require.NoError(t, store.Update(t.Context(), "one", func(w activation.Writer) error {
		return w.PutHolders(t.Context(), users(3)...)
	}))
	for i := range tenants {
		store.views[name(i)] = 0
	}
	clock := testClock{now: today}
	engine, err := activation.New(store, trusting(t, vendorKey), activation.WithClock(clock.read), activation.WithSnapshotMemory(limit))
	require.NoError(t, err)
	before := heapInUse()

	ctx, failed, refused := t.Context(), 0, 0
	for i := range tenants {
		for j := range 5 {
			if _, err := engine.Tenant(name(min(i, (5*i+j)%working))).Entitlements(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Tenant(name(i)).Entitlements(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Tenant("no-" + name(i)).Entitlements(ctx); errors.Is(err, errNoTenant) {
			failed++
		}
		if _, err := engine.Tenant(name(i) + "\x00").Entitlements(ctx); err != nil {
			refused++
		}
	}

	assert.Equal(t, tenants, failed)
	assert.Equal(t, tenants, refused)
	assert.Less(t, heapInUse()-before, int64(limit)*5/4)
	maps.DeleteFunc(store.views, func(_ string, views int) bool { return views == 1 })
	assert.Empty(t, store.views, "these were not read once")
	runtime.KeepAlive(engine)
}

func name(i int) string { return fmt.Sprintf("tenant-%06d", i) }

func ask(t *testing.T, engine *activation.Engine, tenant string) {
	t.Helper()
	_, err := engine.Tenant(tenant).Entitlements(t.Context())
	require.NoError(t, err)
}

func heapInUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// TestSnapshotMemoryCountsHolders has a large tenant take the room of many small
// ones, and stay where it is the only one.
func TestSnapshotMemoryCountsHolders(t *testing.T) {
	store := &viewed{Store: memstore.New(), views: make(map[string]int)}
	require.NoError(t, store.Update(t.Context(), "large", func(w activation.Writer) error {
		return w.PutHolders(t.Context(), users(2000)...)
	}))
	clock := testClock{now: today}
	engine, err := activation.New(store, trusting(t, vendorKey), activation.WithClock(clock.read), activation.WithSnapshotMemory(50_000))
	require.NoError(t, err)
	small := []string{"a", "b", "c", "d"}
	for _, id := range small {
		ask(t, engine, id)
	}

	ask(t, engine, "large")
	ask(t, engine, "large")
	assert.Equal(t, 1, store.views["large"], "a single snapshot is kept whatever it takes")
	for _, id := range slices.Concat(small, small) {
		ask(t, engine, id)
	}
	for _, id := range small {
		assert.Equal(t, 2, store.views[id], "it had taken the room of %s", id)
	}
	ask(t, engine, "large")
	assert.Equal(t, 2, store.views["large"], "and has given it back")
}

func TestWithSnapshotMemoryNeedsSome(t *testing.T) {
	_, err := activation.New(memstore.New(), trusting(t, vendorKey), activation.WithSnapshotMemory(0))
	require.EqualError(t, err, "activation: WithSnapshotMemory: 0 bytes hold no snapshot")
}
