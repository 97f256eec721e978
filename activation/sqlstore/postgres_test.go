package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/storetest"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// running is tests that a helper runs.
type running func() int

// Run implements the parameter of [mariatest.Main].
func (r running) Run() int { return r() }

func TestMain(m *testing.M) { os.Exit(mariatest.Main(running(func() int { return pgtest.Main(m) }))) }

// openPostgres opens a store in the schema of a place.
func openPostgres(t testing.TB, dsn string, options ...sqlstore.Option) (*pgxpool.Pool, *sqlstore.Postgres) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	require.NoError(t, err)
	store, err := sqlstore.NewPostgres(pool, options...)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, store.Close())
		pool.Close()
	})
	require.NoError(t, store.Migrate(t.Context()))
	return pool, store
}

// few is how many rows are gathered by the stores of the suite, so that they
// write in the middle of most Updates.
const few = 60

// TestPostgres runs the suite with a single lane, so that tenants share most
// transactions.
func TestPostgres(t *testing.T) {
	storetest.Run(t, storetest.Factory{
		Open: func(t testing.TB, place string) activation.Store {
			t.Helper()
			_, store := openPostgres(t, pgtest.DSNFor(t, place), sqlstore.WithGathering(few), sqlstore.WithLanes(1, shortWait))
			return store
		},
		Cut: func(t testing.TB, place string, reached bool) activation.Store {
			t.Helper()
			return cutPostgres(t, pgtest.DSNFor(t, place), reached)
		},
		Levels: []string{"read committed", "repeatable read", "serializable"},
		Begin: func(t testing.TB, place, level string) (activation.Store, func(bool) error) {
			t.Helper()
			pool, store := openPostgres(t, pgtest.DSNFor(t, place), sqlstore.WithPrefix("seatwright_"), sqlstore.WithGathering(few))
			tx, err := pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.TxIsoLevel(level)})
			require.NoError(t, err)
			return store.Bind(tx), func(commit bool) error {
				if commit {
					return tx.Commit(context.Background())
				}
				return tx.Rollback(context.Background())
			}
		},
		Spoil: func(t testing.TB, place, tenant string) {
			t.Helper()
			db, _ := migratedDB(t, pgtest.DSNFor(t, place))
			spoil(t, db, "seatwright_", tenant)
		},
		Limits: []int{few / 2, few},
	})
}

func isolation(name string) sql.IsolationLevel {
	for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable} {
		if level.String() == name {
			return level
		}
	}
	return sql.LevelDefault
}

// TestPostgresSQL runs the suite over database/sql, with another prefix.
func TestPostgresSQL(t *testing.T) {
	briefly(t)
	open := func(t testing.TB, place string) (*sql.DB, *sqlstore.DB) {
		t.Helper()
		return migratedDB(t, pgtest.DSNFor(t, place), sqlstore.WithPrefix("other_"), sqlstore.WithGathering(few))
	}
	storetest.Run(t, storetest.Factory{
		Open: func(t testing.TB, place string) activation.Store {
			t.Helper()
			_, store := open(t, place)
			return store
		},
		Levels: []string{"Read Committed", "Repeatable Read", "Serializable"},
		Begin: func(t testing.TB, place, level string) (activation.Store, func(bool) error) {
			t.Helper()
			db, store := open(t, place)
			tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: isolation(level)})
			require.NoError(t, err)
			return store.Bind(tx), func(commit bool) error {
				if commit {
					return tx.Commit()
				}
				return tx.Rollback()
			}
		},
		Spoil: func(t testing.TB, place, tenant string) {
			t.Helper()
			db, _ := open(t, place)
			spoil(t, db, "other_", tenant)
		},
		Limits: []int{few / 2, few},
		Exempt: map[string]string{
			"ConnectionLost": "cut in the test of the pool of pgx; the commit is the same",
			"Watch":          "the revision is polled",
		},
	})
}
