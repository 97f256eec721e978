package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// TestSharedContext ends the context of one of three calls in every phase, be it
// the first one's or another's. The others are kept, and run again only where it
// has written.
func TestSharedContext(t *testing.T) {
	type ending struct {
		ctx    context.Context //nolint:containedctx // the context of one call
		cancel context.CancelFunc
		ends   *seatCall
	}
	// ended cancels, and waits until the caller has returned.
	ended := func(e ending) {
		e.cancel()
		<-e.ends.returned
	}
	phases := map[string]struct {
		which     int
		runs      []int // how often each of the three functions runs
		then      func(e ending)
		fns       map[int]func(e ending)
		onlyReads bool
	}{
		"waiting":                     {which: 1, runs: []int{1, 0, 1}, then: ended},
		"first, waiting":              {which: 0, runs: []int{0, 1, 1}, then: ended},
		"another one runs":            {which: 1, runs: []int{1, 0, 1}, fns: map[int]func(ending){0: ended}},
		"its function runs":           {which: 1, runs: []int{2, 1, 1}, fns: map[int]func(ending){1: func(e ending) { e.cancel() }}},
		"first, its function runs":    {which: 0, runs: []int{1, 1, 1}, fns: map[int]func(ending){0: func(e ending) { e.cancel() }}},
		"its function only reads":     {which: 1, runs: []int{1, 1, 1}, fns: map[int]func(ending){1: func(e ending) { e.cancel() }}, onlyReads: true},
		"its function has run":        {which: 1, runs: []int{2, 1, 2}, fns: map[int]func(ending){2: ended}},
		"first, its function has run": {which: 0, runs: []int{1, 2, 2}, fns: map[int]func(ending){2: ended}},
		"its function has only read":  {which: 1, runs: []int{1, 1, 1}, fns: map[int]func(ending){2: ended}, onlyReads: true},
	}
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		var want []string
		for name, phase := range phases {
			ctx, cancel := context.WithCancel(t.Context())
			calls := make([]*seatCall, 3)
			e := ending{ctx: ctx, cancel: cancel}
			for i := range calls {
				own := t.Context()
				if i == phase.which {
					own = ctx
				} else {
					want = append(want, fmt.Sprintf("%s %d", name, i))
				}
				c := puts(own, fmt.Sprintf("%s %d", name, i))
				if i == phase.which && phase.onlyReads {
					c.fn = func(activation.Writer) error { return nil }
				}
				if before, then := c.fn, phase.fns[i]; then != nil {
					c.fn = func(w activation.Writer) error {
						err := before(w)
						then(e)
						return err
					}
				}
				calls[i] = c
			}
			e.ends = calls[phase.which]
			shareAfter(t, store, func() {
				if phase.then != nil {
					phase.then(e)
				}
			}, calls...)
			cancel()
			for i, c := range calls {
				if i == phase.which {
					require.ErrorIs(t, c.err, context.Canceled, name)
				} else {
					require.NoError(t, c.err, name)
				}
				require.Equal(t, phase.runs[i], c.ran, "%s: %d", name, i)
			}
			known, _ := holdersIn(t, store)
			require.ElementsMatch(t, want, known, name)
		}
	})
}

// eachBatch is a tracer that is told what is sent at once.
type eachBatch func(queries []*pgx.QueuedQuery)

// atCommit does something when a commit is sent.
func atCommit(do func()) eachBatch {
	return func(queries []*pgx.QueuedQuery) {
		if len(queries) > 0 && queries[len(queries)-1].SQL == "COMMIT" {
			do()
		}
	}
}

func (do eachBatch) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	do(data.Batch.QueuedQueries)
	return ctx
}

func (eachBatch) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (eachBatch) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (eachBatch) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (eachBatch) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestSharedContextInCommit: whose context ends in the commit gets its outcome.
func TestSharedContextInCommit(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	store := tracedPostgres(t, atCommit(cancel))
	calls := []*seatCall{puts(ctx, "u1"), puts(ctx, "u2"), puts(t.Context(), "u3")}
	shareTogether(t, store, calls...)
	for i, c := range calls {
		require.NoError(t, c.err, i)
		require.Equal(t, 1, c.ran, i)
	}
	known, _ := holdersIn(t, store)
	require.Equal(t, []string{"u1", "u2", "u3"}, known)
}

func tracedPostgres(t *testing.T, tracer pgx.QueryTracer, options ...sqlstore.Option) activation.Store {
	t.Helper()
	dsn := pgtest.DSN(t)
	openPostgres(t, dsn) // it creates the tables
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.ConnConfig.Tracer = tracer
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store, err := sqlstore.NewPostgres(pool, options...)
	require.NoError(t, err)
	return store
}

// TestSharedTracerPanics: what a host has hung onto its driver panics in the
// goroutine of a caller, not in one of ours.
func TestSharedTracerPanics(t *testing.T) {
	store := tracedPostgres(t, atCommit(func() { panic(errOwn) }))
	calls := []*seatCall{puts(t.Context(), "u1"), refuses(t.Context(), "u2"), puts(t.Context(), "u3")}
	shareTogether(t, store, calls...)
	require.Equal(t, []any{errOwn, nil, errOwn}, []any{calls[0].panicked, calls[1].panicked, calls[2].panicked})
	require.Equal(t, errOwn, calls[1].err) //nolint:testifylint // it must be the same error, not wrapped
}

// TestSharedConflict has the database refuse the commit of what is shared as a
// conflict. Each runs again by itself.
func TestSharedConflict(t *testing.T) {
	pool, store := openPostgres(t, pgtest.DSN(t))
	_, err := pool.Exec(t.Context(), `CREATE SEQUENCE conflicts;
		CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('conflicts') = 1 THEN RAISE SQLSTATE '40001'; END IF;
			RETURN NULL;
		END $$;
		CREATE CONSTRAINT TRIGGER conflict AFTER INSERT ON seatwright_log DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION conflict()`)
	require.NoError(t, err)
	calls := []*seatCall{puts(t.Context(), "u1"), refuses(t.Context(), "u2"), puts(t.Context(), "u3")}
	shareTogether(t, store, calls...)
	require.NoError(t, calls[0].err)
	require.Equal(t, errOwn, calls[1].err) //nolint:testifylint // it must be the same error, not wrapped
	require.NoError(t, calls[2].err)
	for i, c := range calls {
		require.Equal(t, 2, c.ran, i)
	}
	known, _ := holdersIn(t, store)
	require.Equal(t, []string{"u1", "u3"}, known)
}

// TestSharedWaitsInDatabase has calls wait for a transaction of the host, and the
// callers go one after another. Nothing of them is left then.
func TestSharedWaitsInDatabase(t *testing.T) {
	pool, store := openPostgres(t, pgtest.DSN(t))
	require.NoError(t, puts(t.Context(), "u0").update(store))
	host, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = host.Rollback(context.Background()) }()
	_, err = host.Exec(t.Context(), "SELECT FROM seatwright_tenant FOR UPDATE")
	require.NoError(t, err)

	var calls []*seatCall
	var leave []context.CancelFunc
	for i := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		c := puts(ctx, fmt.Sprint(i))
		c.returned = make(chan struct{})
		calls, leave = append(calls, c), append(leave, cancel)
	}
	start := func(c *seatCall) {
		go func() {
			defer close(c.returned)
			c.err = c.update(store)
		}()
	}
	start(calls[0])
	alone := waitsInDatabase(t, pool, 0)
	for i, c := range calls[1:] {
		start(c)
		for sqlstore.Waiting(store) <= i {
			runtime.Gosched()
		}
	}
	leave[0]()
	waitsInDatabase(t, pool, alone)
	for i, c := range calls {
		leave[i]()
		<-c.returned
		require.ErrorIs(t, c.err, context.Canceled)
		require.Zero(t, c.ran)
	}
	require.NoError(t, host.Commit(t.Context()))
	require.NoError(t, puts(t.Context(), "u4").update(store))
	known, _ := holdersIn(t, store)
	require.Equal(t, []string{"u0", "u4"}, known)
}

// waitsInDatabase waits until an Update waits for the tenant's row, on another
// connection than one that is known, and returns which.
func waitsInDatabase(t *testing.T, pool *pgxpool.Pool, known int) (pid int) {
	t.Helper()
	for {
		err := pool.QueryRow(t.Context(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
			AND wait_event_type = 'Lock' AND query LIKE 'UPDATE seatwright_tenant%' AND pid <> $1`, known).Scan(&pid)
		if !errors.Is(err, pgx.ErrNoRows) {
			require.NoError(t, err)
			return pid
		}
		runtime.Gosched()
	}
}

// TestSharedOutcomeUnknown loses the connection in the commit, before the server
// has got it and after. Who has written may have been kept, and who has written
// nothing is told what is so.
func TestSharedOutcomeUnknown(t *testing.T) {
	for _, reached := range []bool{false, true} {
		dsn := pgtest.DSN(t)
		_, whole := openPostgres(t, dsn)
		store := cutPostgres(t, dsn, reached)
		calls := []*seatCall{puts(t.Context(), "u1"), refuses(t.Context(), "u2"), puts(t.Context(), "u3")}
		shareTogether(t, store, calls...)
		require.ErrorIs(t, calls[0].err, activation.ErrOutcomeUnknown)
		require.Equal(t, errOwn, calls[1].err) //nolint:testifylint // it must be the same error, not wrapped
		require.ErrorIs(t, calls[2].err, activation.ErrOutcomeUnknown)
		require.Equal(t, []int{1, 2, 1}, []int{calls[0].ran, calls[1].ran, calls[2].ran})
		known, _ := holdersIn(t, whole)
		if reached {
			require.Equal(t, []string{"u1", "u3"}, known)
		} else {
			require.Empty(t, known)
		}
	}
}

// TestSharedCut loses the connection at each message of a shared transaction in
// turn. Whoever is told that it is kept is, and nobody is refused for another.
func TestSharedCut(t *testing.T) {
	for _, answered := range []bool{false, true} {
		dsn := pgtest.DSN(t)
		_, whole := openPostgres(t, dsn)
		lost := &loss{answered: answered}
		store := losing(t, dsn, lost)
		var kept, unknown int
		for n, cut := 0, true; cut; n++ {
			calls := make([]*seatCall, 2)
			for i := range calls {
				calls[i] = putsAndReads(t.Context(), fmt.Sprintf("%d %d", n, i))
			}
			shareAfter(t, store, func() {
				lost.at.Store(int64(n))
				lost.armed.Store(true)
			}, calls...)
			cut = !lost.armed.Swap(false)
			known, _ := holdersIn(t, whole)
			for i, c := range calls {
				if c.err != nil {
					require.ErrorIs(t, c.err, activation.ErrOutcomeUnknown)
					unknown++
					continue
				}
				require.Contains(t, known, fmt.Sprintf("%d %d", n, i))
				kept++
			}
		}
		require.Positive(t, unknown)
		require.Greater(t, kept, unknown)
	}
}

// TestSharedRoundTrips counts what ten calls cost that wait together: what one
// does.
func TestSharedRoundTrips(t *testing.T) {
	line, through := pgtest.NewLine(t, pgtest.DSNFor(t, t.Name()), 0)
	_, store := openPostgres(t, through+"&pool_max_conns=1")
	for round := range 4 {
		calls := make([]*seatCall, 10)
		for i := range calls {
			calls[i] = puts(t.Context(), fmt.Sprint(round, i))
		}
		shareAfter(t, store, func() { line.Trips() }, calls...)
		trips := slices.DeleteFunc(ours(line.Trips()), func(trip []string) bool { return len(trip) == 1 && trip[0] == "ROLLBACK" })
		if round > 1 { // the first rounds prepare statements
			require.Len(t, trips, 2, "%s", strings.Join(slices.Concat(trips...), "\n"))
		}
	}
}
