package suite

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/storetest"
)

// reasons are why a store over a driver leaves out what it does.
var reasons = map[string]string{
	"ConnectionLost": "cut in the tests of sqlstore; the commit is the same",
	"Watch":          "the revision is polled",
}

// PostgreSQL runs so much of the conformance suite over the driver of a name. The
// place is that of the suite, and the DSN the one of its schema.
func PostgreSQL(t *testing.T, much, driver string, dsn func(t testing.TB, place string) string) {
	t.Helper()
	open := func(t testing.TB, place string) (*sql.DB, *sqlstore.DB) {
		t.Helper()
		return Open(t, driver, dsn(t, place), sqlstore.PostgreSQL)
	}
	levels := map[string]sql.IsolationLevel{
		"read committed": sql.LevelReadCommitted, "repeatable read": sql.LevelRepeatableRead, "serializable": sql.LevelSerializable,
	}
	t.Run(much, func(t *testing.T) {
		storetest.Run(t, storetest.Factory{
			Open: func(t testing.TB, place string) activation.Store {
				t.Helper()
				_, store := open(t, place)
				return store
			},
			Levels: []string{"read committed", "repeatable read", "serializable"},
			Begin: func(t testing.TB, place, level string) (activation.Store, func(bool) error) {
				t.Helper()
				db, store := open(t, place)
				tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: levels[level]})
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
				spoil(t, db, tenant)
			},
			Exempt: reasons,
		})
	})
}

// Pool runs so much of the conformance suite over pools of pgx.
func Pool(t *testing.T, much string, open func(t testing.TB, place string) (*pgxpool.Pool, *sqlstore.Postgres), exempt ...string) {
	t.Helper()
	lengthen(t, much)
	exemptions := make(map[string]string)
	for _, name := range exempt {
		exemptions[name] = reasons[name]
	}
	t.Run(much, func(t *testing.T) {
		storetest.Run(t, storetest.Factory{
			Open: func(t testing.TB, place string) activation.Store {
				t.Helper()
				_, store := open(t, place)
				return store
			},
			Levels: []string{"read committed", "repeatable read", "serializable"},
			Begin: func(t testing.TB, place, level string) (activation.Store, func(bool) error) {
				t.Helper()
				pool, store := open(t, place)
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
				pool, _ := open(t, place)
				_, err := pool.Exec(t.Context(), spoiling(tenant))
				require.NoError(t, err)
			},
			Exempt: exemptions,
		})
	})
}

// OpenPool opens a store with its tables over a pool of pgx.
func OpenPool(t testing.TB, config *pgxpool.Config, options ...sqlstore.Option) (*pgxpool.Pool, *sqlstore.Postgres) {
	t.Helper()
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
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
