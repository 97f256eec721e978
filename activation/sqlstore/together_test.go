package sqlstore_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// oneLane lets one transaction about seats run at a time, however long it takes.
func oneLane() sqlstore.Option { return sqlstore.WithLanes(1, time.Hour) }

// in puts a call into a tenant.
func in(tenant string, c *seatCall) *seatCall {
	c.tenant, c.returned = tenant, make(chan struct{})
	return c
}

// togetherAfter runs calls that have waited for a lane together, in their order.
// Something happens before they run.
func togetherAfter(t *testing.T, store activation.Store, then func(), calls ...*seatCall) {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	blocker := in("blocker", &seatCall{ctx: t.Context(), holders: []string{"u1"}, fn: func(activation.Writer) error {
		close(held)
		<-release
		return nil
	}})
	start(blocker, store)
	<-held
	for i, c := range calls {
		start(c, store)
		for sqlstore.Waiting(store) <= i {
			runtime.Gosched()
		}
	}
	then()
	close(release)
	for _, c := range append(calls, blocker) {
		<-c.returned
	}
}

// start begins a call, which tells when it has returned.
func start(c *seatCall, store activation.Store) {
	go func() {
		defer close(c.returned)
		defer func() { c.panicked = recover() }()
		c.err = c.update(store)
	}()
}

// TestTogether has calls of several tenants that wait together run in one
// transaction. A tenant in which nothing was written stays as it was.
func TestTogether(t *testing.T) {
	eachPostgres(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		for _, tenant := range []string{"a", "b", "c"} {
			require.NoError(t, in(tenant, puts(ctx, "u0")).update(store))
		}
		_, a := holdersOf(t, store, "a")
		_, c := holdersOf(t, store, "c")
		calls := []*seatCall{
			in("c", refuses(ctx, "u1")), in("a", puts(ctx, "u1")), in("new", puts(ctx, "u1")), in("refused", refuses(ctx, "u1")),
			in("a", puts(ctx, "u2")), in("b", refuses(ctx, "u1")), in("b", puts(ctx, "u2")), in("a", refuses(ctx, "u3")),
		}
		togetherAfter(t, store, func() {}, calls...)
		for i, want := range []error{errOwn, nil, nil, errOwn, nil, errOwn, nil, errOwn} {
			require.Equal(t, want, calls[i].err, i) //nolint:testifylint // it must be the same error, not wrapped
			require.Equal(t, 1, calls[i].ran, i)
		}
		for tenant, want := range map[string][]string{"a": {"u0", "u1", "u2"}, "b": {"u0", "u2"}, "c": {"u0"}, "new": {"u1"}, "refused": nil} {
			known, revision := holdersOf(t, store, tenant)
			require.Equal(t, want, known, tenant)
			switch tenant {
			case "a":
				require.Equal(t, a.Number+2, revision.Number)
			case "c":
				require.Equal(t, c, revision, "nothing was written")
			case "refused":
				require.Zero(t, revision, "nothing was ever written")
			}
		}
		// All of them go on from there.
		for _, tenant := range []string{"a", "b", "c", "new", "refused"} {
			before, _ := holdersOf(t, store, tenant)
			require.NoError(t, in(tenant, puts(ctx, "u9")).update(store))
			after, _ := holdersOf(t, store, tenant)
			require.Equal(t, append(before, "u9"), after, tenant)
			require.NoError(t, store.View(ctx, tenant, func(r activation.Reader) error {
				entries, err := r.Log(ctx, 0, 100)
				require.Len(t, entries, len(after), tenant)
				if tenant == "c" || tenant == "refused" {
					require.Equal(t, int64(len(after)), entries[0].ID, "no number was given out")
				}
				return err
			}))
		}
	}, oneLane())
}

// TestTogetherUndone: where one has written and fails, or does not return, those of
// the other tenants run again and are kept.
func TestTogetherUndone(t *testing.T) {
	eachPostgres(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		for name, ends := range map[string]func() error{
			"error":                func() error { return errOwn },
			"panic":                func() error { panic(errOwn) },
			"end of the goroutine": func() error { runtime.Goexit(); return nil },
		} {
			failing := in("b", puts(ctx, name+"-2"))
			failing.fn = func(w activation.Writer) error {
				if err := put(ctx, w, name+"-2"); err != nil {
					return err
				}
				return ends()
			}
			first, beside, last := in("a", puts(ctx, name+"-1")), in("b", puts(ctx, name+"-3")), in("c", puts(ctx, name+"-4"))
			togetherAfter(t, store, func() {}, first, failing, beside, last)
			for _, c := range []*seatCall{first, beside, last} {
				require.NoError(t, c.err)
				known, _ := holdersOf(t, store, c.tenant)
				require.Contains(t, known, c.holders[0])
				require.NotContains(t, known, name+"-2")
			}
			require.Equal(t, []int{2, 1, 1}, []int{first.ran, beside.ran, last.ran})
			if name == "panic" {
				require.Equal(t, errOwn, failing.panicked)
				require.Equal(t, 1, failing.ran)
			}
			if name == "error" {
				require.Equal(t, errOwn, failing.err) //nolint:testifylint // it must be the same error, not wrapped
				require.Equal(t, 2, failing.ran)
			}
		}
	}, oneLane())
}

// TestTogetherLeft has callers leave while they wait for a lane. Those behind them
// run, and what runs alone as well.
func TestTogetherLeft(t *testing.T) {
	eachPostgres(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		plain := in("b", &seatCall{ctx: t.Context(), fn: func(w activation.Writer) error { return w.PutHighest(t.Context(), "acme", "S-1", 1) }})
		leaving := []*seatCall{in("a", puts(ctx, "u1")), in("b", puts(ctx, "u1")), in("c", puts(ctx, "u1"))}
		staying := []*seatCall{plain, in("c", puts(t.Context(), "u2")), in("d", puts(t.Context(), "u2"))}
		togetherAfter(t, store, func() {
			cancel()
			for _, c := range leaving {
				<-c.returned
			}
		}, append(leaving, staying...)...)
		for _, c := range leaving {
			require.ErrorIs(t, c.err, context.Canceled)
			require.Zero(t, c.ran)
		}
		for _, c := range staying {
			require.NoError(t, c.err)
			require.Equal(t, 1, c.ran)
		}
		again := in("a", puts(t.Context(), "u3"))
		require.NoError(t, again.update(store))
		require.Zero(t, sqlstore.Waiting(store))
	}, oneLane())
}

// TestTogetherLeftLate has a caller leave when its function has written. It is
// undone, and the call of the other tenant runs again.
func TestTogetherLeftLate(t *testing.T) {
	eachPostgres(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		for name, which := range map[string]int{"first": 0, "second": 1} {
			ctx, cancel := context.WithCancel(t.Context())
			own := []context.Context{t.Context(), t.Context(), t.Context()}
			own[which] = ctx
			calls := []*seatCall{in("a", puts(own[0], name)), in("b", puts(own[1], name)), in("c", puts(own[2], name))}
			last := calls[2].fn
			calls[2].fn = func(w activation.Writer) error {
				cancel()
				<-calls[which].returned
				return last(w)
			}
			togetherAfter(t, store, func() {}, calls...)
			for i, c := range calls {
				known, _ := holdersOf(t, store, c.tenant)
				if i == which {
					require.ErrorIs(t, c.err, context.Canceled)
					require.Equal(t, 1, c.ran)
					require.NotContains(t, known, name)
				} else {
					require.NoError(t, c.err)
					require.Equal(t, 2, c.ran)
					require.Contains(t, known, name)
				}
			}
		}
	}, oneLane())
}

// TestTogetherNotices: other processes are told of the tenants that were written.
func TestTogetherNotices(t *testing.T) {
	var lock sync.Mutex
	told := ""
	store := tracedPostgres(t, eachBatch(func(queries []*pgx.QueuedQuery) {
		lock.Lock()
		defer lock.Unlock()
		for _, q := range queries {
			if strings.Contains(q.SQL, "pg_notify") {
				told += q.Arguments[1].(string) //nolint:errcheck,forcetypeassert // it is the list of tenants
			}
		}
	}), oneLane())
	togetherAfter(t, store, func() {}, in("a", puts(t.Context(), "u1")), in("b", refuses(t.Context(), "u1")), in("c", puts(t.Context(), "u1")))
	require.NoError(t, store.(io.Closer).Close()) //nolint:errcheck // it is one
	for tenant, want := range map[string]bool{`"a"`: true, `"b"`: false, `"c"`: true} {
		require.Equal(t, want, strings.Contains(told, tenant), "%s in %s", tenant, told)
	}
}

// TestTogetherLocked: what has locked one of the tenants keeps only the call of
// that tenant waiting.
func TestTogetherLocked(t *testing.T) {
	pool, store := openPostgres(t, pgtest.DSN(t), oneLane())
	ctx := t.Context()
	require.NoError(t, in("b", puts(ctx, "u0")).update(store))
	host, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = host.Rollback(context.Background()) }()
	calls := []*seatCall{in("a", puts(ctx, "u1")), in("b", puts(ctx, "u1")), in("c", puts(ctx, "u1"))}
	lock := func() {
		_, err := host.Exec(ctx, "SELECT FROM seatwright_tenant WHERE tenant = 'b' FOR UPDATE")
		require.NoError(t, err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		togetherAfter(t, store, lock, calls...)
	}()
	<-calls[0].returned
	<-calls[2].returned
	waitsInDatabase(t, pool, 0)
	select {
	case <-done:
		t.Error("nothing waits for the tenant that the host has locked")
	default:
	}
	require.NoError(t, host.Commit(ctx))
	<-done
	for _, c := range calls {
		require.NoError(t, c.err)
		require.Equal(t, 1, c.ran)
	}
}

// TestTogetherOutcomeUnknown loses the connection in the commit, before the server
// has got it and after. Who has written may have been kept, and who has written
// nothing is told what is so.
func TestTogetherOutcomeUnknown(t *testing.T) {
	for _, reached := range []bool{false, true} {
		dsn := pgtest.DSN(t)
		_, whole := openPostgres(t, dsn)
		store := cutPostgres(t, dsn, reached, oneLane())
		calls := []*seatCall{in("a", puts(t.Context(), "u1")), in("b", refuses(t.Context(), "u2")), in("c", puts(t.Context(), "u3"))}
		togetherAfter(t, store, func() {}, calls...)
		require.Equal(t, []int{1, 2, 1}, []int{calls[0].ran, calls[1].ran, calls[2].ran})
		require.Equal(t, errOwn, calls[1].err) //nolint:testifylint // it must be the same error, not wrapped
		for _, c := range []*seatCall{calls[0], calls[2]} {
			require.ErrorIs(t, c.err, activation.ErrOutcomeUnknown)
			known, _ := holdersOf(t, whole, c.tenant)
			if reached {
				require.Equal(t, c.holders, known)
			} else {
				require.Empty(t, known)
			}
		}
	}
}

// TestTogetherCut loses the connection at each message of a transaction of two
// tenants in turn. Whoever is told that it is kept is, and nobody is refused for
// another.
func TestTogetherCut(t *testing.T) {
	for _, answered := range []bool{false, true} {
		dsn := pgtest.DSN(t)
		_, whole := openPostgres(t, dsn)
		lost := &loss{answered: answered}
		store := losing(t, dsn, lost, oneLane())
		var kept, unknown int
		for n, cut := 0, true; cut; n++ {
			calls := make([]*seatCall, 2)
			for i, tenant := range []string{"a", "b"} {
				calls[i] = in(tenant, putsAndReads(t.Context(), fmt.Sprint(n)))
			}
			togetherAfter(t, store, func() {
				lost.at.Store(int64(n))
				lost.armed.Store(true)
			}, calls...)
			cut = !lost.armed.Swap(false)
			for _, c := range calls {
				if c.err != nil {
					require.ErrorIs(t, c.err, activation.ErrOutcomeUnknown)
					unknown++
					continue
				}
				known, _ := holdersOf(t, whole, c.tenant)
				require.Contains(t, known, fmt.Sprint(n))
				kept++
			}
		}
		require.Positive(t, unknown)
		require.Positive(t, kept)
	}
}

// TestTogetherRoundTrips counts what ten calls of ten tenants cost that wait
// together: what one does.
func TestTogetherRoundTrips(t *testing.T) {
	line, through := pgtest.NewLine(t, pgtest.DSNFor(t, t.Name()), 0)
	_, store := openPostgres(t, through+"&pool_max_conns=1", oneLane())
	for round := range 4 {
		calls := make([]*seatCall, 10)
		for i := range calls {
			calls[i] = in(fmt.Sprint("tenant-", i), puts(t.Context(), fmt.Sprint(round)))
		}
		togetherAfter(t, store, func() { line.Trips() }, calls...)
		trips := slices.DeleteFunc(ours(line.Trips()), func(trip []string) bool { return len(trip) == 1 && trip[0] == "ROLLBACK" })
		if round > 1 { // the first rounds prepare statements
			require.Len(t, trips, 2, "%s", strings.Join(slices.Concat(trips...), "\n"))
		}
	}
}

// TestTogetherLimits has more wait than fit into a transaction, and notes which
// tenants each transaction locks. It locks them in the order of their ids, so that
// processes do not wait for each other.
func TestTogetherLimits(t *testing.T) {
	var locked [][]string
	store := tracedPostgres(t, eachBatch(func(queries []*pgx.QueuedQuery) {
		var tenants []string
		for _, q := range queries {
			if strings.HasPrefix(q.SQL, "UPDATE seatwright_tenant SET revision = revision + 1") {
				tenants = append(tenants, q.Arguments[0].(string)) //nolint:errcheck,forcetypeassert // it is the tenant
			}
		}
		if len(tenants) > 0 {
			locked = append(locked, tenants)
		}
	}), oneLane())
	tenants := func(from, to int) (ids []string) {
		for i := from; i < to; i++ {
			ids = append(ids, fmt.Sprintf("t%03d", i))
		}
		return ids
	}
	many := func(c *seatCall, holders int) *seatCall {
		for i := len(c.holders); i < holders; i++ {
			c.holders = append(c.holders, fmt.Sprint(i))
		}
		return c
	}
	for name, c := range map[string]struct {
		calls []*seatCall
		want  [][]string
	}{
		"tenants": {
			calls: func() (calls []*seatCall) {
				for _, tenant := range slices.Backward(tenants(0, sqlstore.MaxSharedTenants+2)) {
					calls = append(calls, in(tenant, puts(t.Context(), "u1")))
				}
				return calls
			}(),
			want: [][]string{tenants(2, sqlstore.MaxSharedTenants+2), tenants(0, 2)},
		},
		"calls": {
			calls: func() (calls []*seatCall) {
				for i := range sqlstore.MaxShared + 2 {
					calls = append(calls, in(tenants(0, 3)[i%3], puts(t.Context(), fmt.Sprint("v", i))))
				}
				return calls
			}(),
			want: [][]string{{"t000", "t001", "t002"}, {"t002"}},
		},
		"holders": {
			calls: []*seatCall{
				in("t003", many(puts(t.Context(), "u5"), sqlstore.MaxSharedHolders-1)), in("t002", puts(t.Context(), "u5")),
				in("t001", puts(t.Context(), "u5")),
			},
			want: [][]string{{"t002", "t003"}, {"t001"}},
		},
		"very many holders": {
			calls: []*seatCall{in("t003", many(puts(t.Context(), "u6"), sqlstore.MaxSharedHolders+1)), in("t002", puts(t.Context(), "u6"))},
			want:  [][]string{{"t003"}, {"t002"}},
		},
	} {
		locked = nil
		togetherAfter(t, store, func() {}, c.calls...)
		require.Equal(t, append([][]string{{"blocker"}}, c.want...), locked, name)
		for _, c := range c.calls {
			require.NoError(t, c.err, name)
			require.Equal(t, 1, c.ran, name)
		}
	}
}

// TestLanes: a call waits while all lanes are taken, and no longer than their
// patience. What is not about seats does not wait.
func TestLanes(t *testing.T) {
	ctx := t.Context()
	holding := func(tenant string) (c *seatCall, running, release chan struct{}) {
		running, release = make(chan struct{}), make(chan struct{})
		return in(tenant, &seatCall{ctx: ctx, holders: []string{"u1"}, fn: func(w activation.Writer) error {
			close(running)
			<-release
			return put(ctx, w, "u1")
		}}), running, release
	}
	for name, c := range map[string]struct {
		options []sqlstore.Option
		waits   bool
	}{
		"taken":    {options: []sqlstore.Option{sqlstore.WithLanes(2, time.Hour)}, waits: true},
		"free":     {options: []sqlstore.Option{sqlstore.WithLanes(3, time.Hour)}},
		"patience": {options: []sqlstore.Option{sqlstore.WithLanes(2, time.Millisecond)}},
		"separate": {options: []sqlstore.Option{sqlstore.WithLanes(2, time.Hour), sqlstore.WithSeparateTenants()}},
	} {
		eachPostgres(t, func(t *testing.T, store activation.Store) {
			t.Helper()
			first, firstRuns, end := holding("a")
			second, secondRuns, endSecond := holding("b")
			start(first, store)
			start(second, store)
			<-firstRuns
			<-secondRuns
			third := in("c", puts(ctx, "u1"))
			start(third, store)
			if c.waits {
				for sqlstore.Waiting(store) == 0 {
					runtime.Gosched()
				}
				require.NoError(t, store.Update(ctx, "d", func(w activation.Writer) error { return w.PutHighest(ctx, "acme", "S-1", 1) }))
				require.Equal(t, 1, sqlstore.Waiting(store), "it waits for a lane")
			} else {
				<-third.returned
			}
			close(end)
			<-third.returned
			close(endSecond)
			for _, c := range []*seatCall{first, second, third} {
				<-c.returned
				require.NoError(t, c.err, name)
				require.Equal(t, 1, c.ran, name)
			}
		}, c.options...)
	}
}
