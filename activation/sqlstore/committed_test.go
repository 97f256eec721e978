package sqlstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// TestCommitted has a host commit a seat. The clock stands still, so nothing is
// noticed because time goes by.
func TestCommitted(t *testing.T) {
	dsn := pgtest.DSN(t)
	_, watched := openPostgres(t, dsn)
	pool, overPool := openPostgres(t, dsn)
	db, overSQL := migratedDB(t, dsn)
	t.Run("pgx", func(t *testing.T) {
		tx, err := pool.Begin(t.Context())
		require.NoError(t, err)
		committed(t, watched, overPool, overPool.Bind(tx), func() error { return tx.Commit(context.Background()) })
	})
	t.Run("sql", func(t *testing.T) {
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		committed(t, watched, overSQL, overSQL.Bind(tx), tx.Commit)
	})
	t.Run("SQLite", func(t *testing.T) {
		db, store := openSQLite(t, t.TempDir())
		require.NoError(t, store.Migrate(t.Context()))
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		committed(t, nil, store, store.Bind(tx), tx.Commit)
	})
}

// committed gives a seat in a transaction of the host, and looks at what this
// process and another one know of it.
func committed(t *testing.T, watched *sqlstore.Postgres, store, bound activation.Store, commit func() error) {
	t.Helper()
	crm := newEngine(t, store).Tenant(t.Name())
	allowed := func() bool {
		entitlements, err := crm.Entitlements(t.Context())
		require.NoError(t, err)
		return entitlements.Check("u1", "acme.plan").Allowed()
	}
	told := make(chan string, 100)
	if watched != nil {
		ctx, stop := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() { _ = watched.Watch(ctx, func(tenant string) { told <- tenant }) })
		t.Cleanup(func() { stop(); watching.Wait() })
	}
	licensed(t, crm.In(bound), 1, 1)
	require.NoError(t, errOf(crm.In(bound).As("eva").Assign(t.Context(), plans("u1")...)))
	require.False(t, allowed(), "nothing is committed yet")
	require.NoError(t, commit())
	require.False(t, allowed(), "nobody has said that it is")

	crm.Committed()
	require.True(t, allowed(), "this process reads what was committed")
	if watched == nil {
		return
	}
	again := time.NewTicker(shortWait) // again and again, since the other process may not listen yet
	defer again.Stop()
	for {
		select {
		case tenant := <-told:
			if tenant == crm.ID() {
				return
			}
		case <-again.C:
			crm.Committed()
		}
	}
}

// TestNothingToRetireKeepsTheTurn: a host that found nothing to take back goes by
// that until its transaction ends. Nobody gives a seat meanwhile.
func TestNothingToRetireKeepsTheTurn(t *testing.T) {
	dsn := pgtest.DSN(t)
	pool, store := openPostgres(t, dsn)
	require.NoError(t, store.Migrate(t.Context()))
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 2, 2)
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	retired, err := crm.As("eva").In(store.Bind(tx)).Retire(t.Context(), "u1")
	require.NoError(t, err)
	require.Empty(t, retired.Changes)
	_, err = pool.Exec(t.Context(), "SELECT 1 FROM seatwright_tenant WHERE tenant = 'tenant-42' FOR UPDATE NOWAIT")
	var refused *pgconn.PgError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "55P03", refused.Code, "the row is locked")
}
