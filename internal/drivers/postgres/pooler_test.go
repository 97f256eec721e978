package postgres_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/drivers/suite"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestMain(m *testing.M) { os.Exit(suite.Main(m)) }

// TestPQ runs the suite over the other driver of PostgreSQL.
func TestPQ(t *testing.T) {
	t.Run("direct", func(t *testing.T) { suite.PostgreSQL(t, suite.Short, "postgres", pgtest.DSNFor) })
}

// TestPgBouncer runs what works through PgBouncer in transaction pooling.
func TestPgBouncer(t *testing.T) {
	pooler := pgtest.StartPooler(t)
	for name, c := range map[string]struct {
		much string
		mode pgx.QueryExecMode
	}{
		"exec":            {suite.Short, pgx.QueryExecModeExec},
		"cache_describe":  {suite.Brief, pgx.QueryExecModeCacheDescribe},
		"simple_protocol": {suite.Brief, pgx.QueryExecModeSimpleProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			suite.Pool(t, c.much, func(t testing.TB, place string) (*pgxpool.Pool, *sqlstore.Postgres) {
				t.Helper()
				return open(t, pooler, place, c.mode)
			}, "Watch", "ConnectionLost")
		})
	}
	t.Run("stdlib", func(t *testing.T) {
		suite.PostgreSQL(t, suite.Brief, "pgx", func(t testing.TB, place string) string {
			t.Helper()
			pooled, _ := pooler.DSNFor(t, place)
			return pooled + "&default_query_exec_mode=exec"
		})
	})
	t.Run("prepared statements", func(t *testing.T) { losesStatements(t, pooler) })
	t.Run("watch", func(t *testing.T) { watches(t, pooler) })
	t.Run("lost server", func(t *testing.T) { losesServer(t, pooler) })
	t.Run("pq", func(t *testing.T) {
		suite.PostgreSQL(t, suite.Brief, "postgres", func(t testing.TB, place string) string {
			t.Helper()
			pooled, _ := pooler.DSNFor(t, place)
			return pooled + "&binary_parameters=yes"
		})
	})
}

func open(t testing.TB, pooler *pgtest.Pooler, place string, mode pgx.QueryExecMode, options ...sqlstore.Option) (*pgxpool.Pool, *sqlstore.Postgres) {
	t.Helper()
	pooled, _ := pooler.DSNFor(t, place)
	config, err := pgxpool.ParseConfig(pooled)
	require.NoError(t, err)
	config.ConnConfig.DefaultQueryExecMode = mode
	return suite.OpenPool(t, config, options...)
}

// losesStatements shows what happens through a pooler in the mode that pgx
// has if nothing is said: an error that says what to set.
func losesStatements(t *testing.T, pooler *pgtest.Pooler) {
	t.Helper()
	place := t.TempDir()
	open(t, pooler, place, pgx.QueryExecModeExec)
	view := func(store *sqlstore.Postgres) error {
		return store.View(t.Context(), "tenant-42", func(activation.Reader) error { return nil })
	}
	pooled, _ := pooler.DSNFor(t, place)
	var err error
	for range 10 { // one client after another gets the same connection of the pooler
		pool, opening := pgxpool.New(t.Context(), pooled)
		require.NoError(t, opening)
		store, opening := sqlstore.NewPostgres(pool)
		require.NoError(t, opening)
		err = errors.Join(err, view(store))
		require.NoError(t, store.Close())
		pool.Close()
	}
	require.ErrorContains(t, err, "set default_query_exec_mode=exec for pgx")
	var state *pgconn.PgError
	require.ErrorAs(t, err, &state)
	require.Contains(t, []string{"42P05", "26000"}, state.Code)
}

// watches has a store listen on a direct pool, and is told that a pooled one
// hears nothing.
func watches(t *testing.T, pooler *pgtest.Pooler) {
	t.Helper()
	place := t.TempDir()
	_, deaf := open(t, pooler, place, pgx.QueryExecModeExec)
	require.ErrorContains(t, deaf.Watch(t.Context(), func(string) {}), "hand a pool that goes there directly to WithWatchPool")

	_, dsn := pooler.DSNFor(t, place)
	direct, err := pgxpool.New(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(direct.Close)
	_, store := open(t, pooler, place, pgx.QueryExecModeExec, sqlstore.WithWatchPool(direct))
	ctx, stop := context.WithCancel(t.Context())
	told := make(chan string, 100)
	var watching sync.WaitGroup
	watching.Go(func() { _ = store.Watch(ctx, func(tenant string) { told <- tenant }) })
	t.Cleanup(func() { stop(); watching.Wait() })
	again := time.NewTicker(50 * time.Millisecond) // again and again, since the other may not listen yet
	defer again.Stop()
	for {
		select {
		case tenant := <-told:
			require.Equal(t, "tenant-42", tenant)
			return
		case <-again.C:
			deaf.Notify("tenant-42")
		}
	}
}

// losesServer has the server crash before an Update commits: PgBouncer answers in
// its place, and the Update can't know what has become of it.
func losesServer(t *testing.T, pooler *pgtest.Pooler) {
	t.Helper()
	_, store := open(t, pooler, t.TempDir(), pgx.QueryExecModeExec)
	admit := func(then func()) error {
		return store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
			defer then()
			return w.PutHolders(t.Context(), seat.Holder{ID: "u1", Kind: license.User})
		})
	}
	require.ErrorIs(t, admit(func() { pooler.Server().Restart(t) }), activation.ErrOutcomeUnknown)
	require.NoError(t, admit(func() {}), "it is safe to repeat it")
}
