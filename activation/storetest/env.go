package storetest

import (
	"context"
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
)

// env is what a case works with: a test, and an empty store.
type env struct {
	*testing.T
	factory Factory
	place   string
	store   activation.Store
}

// patience is how long the suite waits for what happens at once in a store
// that works.
const patience = 10 * time.Second

const tenant = "tenant-1"

// amount returns how much of something is tested.
func (e *env) amount(short, full int) int {
	if testing.Short() {
		return short
	}
	return full
}

// random returns a source of what is drawn at random, and logs its seed.
func (e *env) random() *rand.Rand {
	const seed = 1
	e.Logf("seed %d", seed)
	return randomOf(seed)
}

func randomOf(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0))
}

// update runs an Update that succeeds.
func (e *env) update(tenant string, fn func(ctx context.Context, w activation.Writer) error) {
	e.Helper()
	ctx := e.Context()
	if err := e.store.Update(ctx, tenant, func(w activation.Writer) error { return fn(ctx, w) }); err != nil {
		e.Fatalf("Update: %v", err)
	}
}

// updateSeats runs an Update about the seats of some holders as the engine does,
// in the way that the store has for it.
func updateSeats(ctx context.Context, store activation.Store, tenant string, holders []string, fn func(activation.Writer) error) error {
	if seats, ok := store.(activation.SeatUpdater); ok && len(holders) > 0 {
		return seats.UpdateSeats(ctx, tenant, holders, fn)
	}
	return store.Update(ctx, tenant, fn)
}

// view runs a View that succeeds.
func (e *env) view(tenant string, fn func(ctx context.Context, r activation.Reader) error) {
	e.Helper()
	ctx := e.Context()
	if err := e.store.View(ctx, tenant, func(r activation.Reader) error { return fn(ctx, r) }); err != nil {
		e.Fatalf("View: %v", err)
	}
}

// contents returns all that is kept of a tenant.
func (e *env) contents(tenant string) contents {
	e.Helper()
	return e.contentsIn(e.store, tenant)
}

func (e *env) contentsIn(store activation.Store, tenant string) contents {
	e.Helper()
	var found contents
	err := store.View(e.Context(), tenant, func(r activation.Reader) (err error) {
		found, err = readContents(e.Context(), r)
		return err
	})
	if err != nil {
		e.Fatalf("reading everything: %v", err)
	}
	return found
}

// same fails the test if two values differ in anything.
func (e *env) same(what string, want, got any) {
	e.Helper()
	if diff := cmp.Diff(want, got, exactly...); diff != "" {
		e.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// together runs fn in so many goroutines and waits for all of them.
func together(goroutines int, fn func(i int)) {
	var group sync.WaitGroup
	for i := range goroutines {
		group.Go(func() { fn(i) })
	}
	group.Wait()
}

// letOthersRun stands between reading and writing, where an Update that is not
// alone goes wrong. A quick store would hardly ever be interrupted there.
func letOthersRun() {
	const times = 20
	for range times {
		runtime.Gosched()
	}
}

// as finds an optional interface on a store or on what it wraps.
func as[T any](store activation.Store) (T, bool) {
	for {
		if found, ok := store.(T); ok {
			return found, true
		}
		wrapper, ok := store.(interface{ Unwrap() activation.Store })
		if !ok {
			var none T
			return none, false
		}
		store = wrapper.Unwrap()
	}
}

// mustBe is as, and fails the test of a store without the interface.
func mustBe[T any](e *env, exemption string) T {
	e.Helper()
	found, ok := as[T](e.store)
	if !ok {
		e.Fatalf("the store is no %s; if that is meant, exempt it from %q with a reason", reflect.TypeFor[T](), exemption)
	}
	return found
}
