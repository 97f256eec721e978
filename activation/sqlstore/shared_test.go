package sqlstore_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const sharing = "tenant-42"

var errOwn = errors.New("the function's own")

// seatCall is an Update about the seats of one holder, and what came of it.
type seatCall struct {
	ctx      context.Context //nolint:containedctx // the context of one call
	tenant   string          // sharing if it is empty
	holders  []string
	fn       func(w activation.Writer) error
	ran      int
	revision int64
	err      error
	panicked any
	returned chan struct{}
}

func (c *seatCall) update(store activation.Store) error {
	return store.(activation.SeatUpdater).UpdateSeats(c.ctx, cmp.Or(c.tenant, sharing), c.holders, func(w activation.Writer) error { //nolint:errcheck // every store here is one
		c.ran++
		record, err := w.Tenant(c.ctx)
		if err != nil {
			return err
		}
		c.revision = record.Revision.Number
		return c.fn(w)
	})
}

// puts is a call that makes a holder known.
func puts(ctx context.Context, id string) *seatCall {
	return &seatCall{ctx: ctx, holders: []string{id}, fn: func(w activation.Writer) error { return put(ctx, w, id) }}
}

// putsAndReads is puts with a reading that sends what was put.
func putsAndReads(ctx context.Context, id string) *seatCall {
	c := puts(ctx, id)
	c.fn = func(w activation.Writer) error {
		if err := put(ctx, w, id); err != nil {
			return err
		}
		_, err := w.Log(ctx, 0, 1)
		return err
	}
	return c
}

func put(ctx context.Context, w activation.Writer, id string) error {
	if err := w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User}); err != nil {
		return err
	}
	return w.AppendLog(ctx, activation.LogEntry{At: today, By: "eva", Holder: id, Module: "acme.plan", Cause: seat.CauseAssigned})
}

// refuses is a call that reads, and fails before it writes.
func refuses(ctx context.Context, id string) *seatCall {
	return &seatCall{ctx: ctx, holders: []string{id}, fn: func(w activation.Writer) error {
		if _, err := w.Holders(ctx, id); err != nil {
			return err
		}
		if _, err := w.Log(ctx, 0, 1); err != nil { // reading sends what other calls have put
			return err
		}
		return errOwn
	}}
}

// failsLate is a call that fails when it has written.
func failsLate(ctx context.Context, id string) *seatCall {
	return &seatCall{ctx: ctx, holders: []string{id}, fn: func(w activation.Writer) error {
		if err := put(ctx, w, id); err != nil {
			return err
		}
		return errOwn
	}}
}

// shareTogether runs calls that have waited together, in their order, while
// another Update ran.
func shareTogether(t *testing.T, store activation.Store, calls ...*seatCall) {
	t.Helper()
	shareAfter(t, store, func() {}, calls...)
}

// shareAfter is shareTogether with something that happens before the other Update
// ends.
func shareAfter(t *testing.T, store activation.Store, then func(), calls ...*seatCall) {
	t.Helper()
	var group sync.WaitGroup
	var once sync.Once
	held, release := make(chan struct{}), make(chan struct{})
	group.Go(func() {
		_ = store.Update(t.Context(), sharing, func(activation.Writer) error {
			once.Do(func() { close(held) })
			<-release
			return nil
		})
	})
	<-held
	for i, c := range calls {
		c.returned = make(chan struct{})
		group.Go(func() {
			defer close(c.returned)
			defer func() { c.panicked = recover() }()
			c.err = c.update(store)
		})
		for sqlstore.Waiting(store) <= i {
			runtime.Gosched()
		}
	}
	then()
	close(release)
	group.Wait()
}

// holdersIn lists who is known in the tenant.
func holdersIn(t *testing.T, store activation.Store) (ids []string, revision activation.Revision) {
	t.Helper()
	return holdersOf(t, store, sharing)
}

func holdersOf(t *testing.T, store activation.Store, tenant string) (ids []string, revision activation.Revision) {
	t.Helper()
	require.NoError(t, store.View(t.Context(), tenant, func(r activation.Reader) error {
		record, err := r.Tenant(t.Context())
		if err != nil {
			return err
		}
		holders, err := r.HoldersWith(t.Context(), nil, "", 1000)
		ids, revision = nil, record.Revision
		for _, h := range holders {
			ids = append(ids, h.ID)
		}
		if err != nil {
			return err
		}
		census, err := r.Census(t.Context())
		counted := int64(0)
		for _, c := range census {
			counted += c.Count
		}
		require.Equal(t, int64(len(holders)), counted, "the census")
		return err
	}))
	return ids, revision
}

// TestShared has calls that wait together run in one transaction: each has an
// outcome and a revision of its own, and sees what those before it have written.
func TestShared(t *testing.T) {
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, puts(ctx, "u0").update(store))
		_, before := holdersIn(t, store)
		looks := &seatCall{ctx: ctx, holders: []string{"u3"}, fn: func(w activation.Writer) error {
			found, err := w.Holders(ctx, "u0", "u1", "u2", "u3", "u4")
			require.Len(t, found, 3, "those before it, and not those after it")
			entries, err2 := w.Log(ctx, 0, 10)
			require.Len(t, entries, 3)
			return errors.Join(err, err2)
		}}
		removes := &seatCall{ctx: ctx, holders: []string{"u1"}, fn: func(w activation.Writer) error { return w.DeleteHolders(ctx, "u1") }}
		calls := []*seatCall{
			refuses(ctx, "u9"), puts(ctx, "u1"), refuses(ctx, "u8"), puts(ctx, "u2"), looks, puts(ctx, "u3"), removes, refuses(ctx, "u7"),
		}
		shareTogether(t, store, calls...)
		for i, want := range []struct {
			err      error
			revision int64
		}{{errOwn, 1}, {nil, 1}, {errOwn, 2}, {nil, 2}, {nil, 3}, {nil, 3}, {nil, 4}, {errOwn, 5}} {
			require.Equal(t, want.err, calls[i].err, i) //nolint:testifylint // it must be the same error, not wrapped
			require.Equal(t, before.Number+want.revision, calls[i].revision, i)
			require.Equal(t, 1, calls[i].ran, i)
		}
		known, after := holdersIn(t, store)
		require.Equal(t, []string{"u0", "u2", "u3"}, known)
		require.Equal(t, before.Number+4, after.Number, "those that wrote nothing have none")
		require.NoError(t, store.View(ctx, sharing, func(r activation.Reader) error {
			changed, gone, told, err := r.(activation.ChangeReader).ChangedHolders(ctx, before) //nolint:errcheck // every reader here is one
			require.True(t, told)
			require.Len(t, changed, 2)
			require.Subset(t, []string{"u1"}, gone)
			return err
		}))
		require.NoError(t, puts(ctx, "u4").update(store))
		require.NoError(t, store.View(ctx, sharing, func(r activation.Reader) error {
			changed, _, told, err := r.(activation.ChangeReader).ChangedHolders(ctx, after) //nolint:errcheck // every reader here is one
			require.True(t, told)
			require.Len(t, changed, 1, "nothing that was there already")
			return err
		}))
	})
}

// TestSharedUndone: where one has written and fails, each of the others runs again
// by itself, and is kept.
func TestSharedUndone(t *testing.T) {
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		failing := failsLate(ctx, "u2")
		calls := []*seatCall{puts(ctx, "u1"), refuses(ctx, "u9"), failing, puts(ctx, "u3")}
		shareTogether(t, store, calls...)
		for i, want := range []struct {
			err error
			ran int
		}{{nil, 2}, {errOwn, 2}, {errOwn, 2}, {nil, 1}} {
			require.Equal(t, want.err, calls[i].err, i) //nolint:testifylint // it must be the same error, not wrapped
			require.Equal(t, want.ran, calls[i].ran, i)
		}
		known, _ := holdersIn(t, store)
		require.Equal(t, []string{"u1", "u3"}, known)
	})
}

// TestSharedPanic: a function that panics, or whose goroutine ends, does so in its
// own caller alone.
func TestSharedPanic(t *testing.T) {
	ends := map[string]func(){"panic": func() { panic(errOwn) }, "end of the goroutine": runtime.Goexit}
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		var want []string
		for name, end := range ends {
			for _, writes := range []bool{false, true} {
				id := func(n int) string { return fmt.Sprintf("%s %t %d", name, writes, n) }
				spoils := &seatCall{ctx: ctx, holders: []string{id(9)}, fn: func(w activation.Writer) error {
					if writes {
						require.NoError(t, put(ctx, w, id(9)))
					}
					end()
					return nil
				}}
				calls := []*seatCall{puts(ctx, id(1)), spoils, puts(ctx, id(2))}
				shareTogether(t, store, calls...)
				require.NoError(t, calls[0].err)
				require.NoError(t, calls[2].err)
				require.Equal(t, 2, calls[0].ran, "by itself as well")
				require.Equal(t, 1, spoils.ran)
				if name == "panic" {
					require.Equal(t, errOwn, spoils.panicked)
				}
				want = append(want, id(1), id(2))
				known, _ := holdersIn(t, store)
				require.ElementsMatch(t, want, known)
			}
		}
	})
}

// TestSharedLimits: a plain Update waits for one shared transaction at most, and
// as many share one as the limits allow.
func TestSharedLimits(t *testing.T) {
	_, store := openPostgres(t, pgtest.DSN(t))
	ctx := t.Context()
	var order []string
	noting := func(c *seatCall, name string) *seatCall {
		fn := c.fn
		c.fn = func(w activation.Writer) error {
			order = append(order, name)
			return fn(w)
		}
		return c
	}
	plain := &seatCall{ctx: ctx, fn: func(w activation.Writer) error { return w.PutHighest(ctx, "acme", "S-1", 1) }}
	many := puts(ctx, "u-many")
	many.holders = make([]string, sqlstore.MaxSharedHolders)
	for i := range many.holders {
		many.holders[i] = fmt.Sprint(i)
	}
	calls := []*seatCall{noting(puts(ctx, "u1"), "first"), noting(plain, "plain"), noting(many, "many")}
	for i := range sqlstore.MaxShared {
		calls = append(calls, noting(puts(ctx, fmt.Sprintf("v%d", i)), "one"))
	}
	shareTogether(t, store, calls...)
	want := []string{"first"}
	for range sqlstore.MaxShared - 1 {
		want = append(want, "one")
	}
	require.Equal(t, append(want, "plain", "many", "one"), order)
	for _, c := range calls {
		require.NoError(t, c.err)
	}
}
