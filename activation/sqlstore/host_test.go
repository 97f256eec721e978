package sqlstore_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

// hostTx is a transaction of the host, of whatever driver.
type hostTx struct {
	store     activation.Store
	read      string // a query that reads something from the database
	exec      func(ctx context.Context, statement string) error
	end       func(commit bool) error
	serialize bool // conflicts are returned at this level
}

// levels are the ways in which a host begins a transaction, each on a schema of
// its own.
func levels(t *testing.T, test func(t *testing.T, store activation.Store, begin func(t *testing.T) hostTx)) {
	t.Helper()
	for name, level := range map[string]pgx.TxIsoLevel{
		"read committed": pgx.ReadCommitted, "repeatable read": pgx.RepeatableRead, "serializable": pgx.Serializable,
	} {
		t.Run("pgx "+name, func(t *testing.T) {
			pool, store := openPostgres(t, pgtest.DSN(t))
			test(t, store, func(t *testing.T) hostTx {
				t.Helper()
				tx, err := pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: level})
				require.NoError(t, err)
				return hostTx{
					store: store.Bind(tx), read: readHolders, serialize: level != pgx.ReadCommitted,
					exec: func(ctx context.Context, statement string) error {
						_, err := tx.Exec(ctx, statement)
						return err
					},
					end: func(commit bool) error {
						if commit {
							return tx.Commit(context.Background())
						}
						return tx.Rollback(context.Background())
					},
				}
			})
		})
	}
	for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable} {
		t.Run("sql "+level.String(), func(t *testing.T) {
			db, store := migratedDB(t, pgtest.DSN(t))
			test(t, store, func(t *testing.T) hostTx {
				t.Helper()
				tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
				require.NoError(t, err)
				return hostTx{
					store: store.Bind(tx), read: readHolders, serialize: level != sql.LevelReadCommitted, exec: executing(tx), end: ending(tx),
				}
			})
		})
		t.Run("MySQL "+level.String(), func(t *testing.T) {
			db, store := migratedMySQL(t, mariatest.DSN(t))
			test(t, store, func(t *testing.T) hostTx {
				t.Helper()
				tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
				require.NoError(t, err)
				// At SERIALIZABLE, who reads holders keeps others from writing them.
				return hostTx{store: store.Bind(tx), read: "SELECT count(*) FROM seatwright_schema", exec: executing(tx), end: ending(tx)}
			})
		})
	}
}

const readHolders = "SELECT count(*) FROM seatwright_holder"

func executing(tx *sql.Tx) func(ctx context.Context, statement string) error {
	return func(ctx context.Context, statement string) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	}
}

func ending(tx *sql.Tx) func(commit bool) error {
	return func(commit bool) error {
		if commit {
			return tx.Commit()
		}
		return tx.Rollback()
	}
}

// TestLastSeatInHostTransactions has two transactions of the host that have
// both begun to read when the first of them takes the last seat.
func TestLastSeatInHostTransactions(t *testing.T) {
	levels(t, func(t *testing.T, store activation.Store, begin func(t *testing.T) hostTx) {
		t.Helper()
		ctx := t.Context()
		engine := newEngine(t, store)
		crm := engine.Tenant("tenant-42")
		licensed(t, crm, 1, 2)
		before := begin(t)
		require.NoError(t, before.exec(ctx, "CREATE TABLE users (id text)"))
		require.NoError(t, before.end(true))
		first, second := begin(t), begin(t)
		for _, tx := range []hostTx{first, second} {
			require.NoError(t, tx.exec(ctx, tx.read))
		}
		require.NoError(t, errOf(crm.In(first.store).As("eva").Assign(ctx, plans("u1")...)))
		waiting := make(chan error, 1)
		go func() { waiting <- errOf(crm.In(second.store).As("eva").Assign(ctx, plans("u2")...)) }()
		require.NoError(t, first.end(true))
		err := <-waiting
		var full *seat.NoFreeSeatError
		if second.serialize {
			var conflict *pgconn.PgError
			require.ErrorAs(t, err, &conflict)
			require.Equal(t, "40001", conflict.Code)
			require.NoError(t, second.end(false))
			second = begin(t) // a host would try again
			_, err = crm.In(second.store).As("eva").Assign(ctx, plans("u2")...)
		}
		require.ErrorAs(t, err, &full)
		require.Equal(t, int64(1), full.Capacity)
		// The refusal has left the transaction usable.
		require.NoError(t, second.exec(ctx, "INSERT INTO users VALUES ('u2')"))
		require.NoError(t, second.end(true))
		verified(t, crm)
		holders, err := crm.HolderPage(ctx, activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, 1)
		require.Equal(t, "u1", holders[0].ID)
	})
}

// TestFirstWriteInHostTransactions has two transactions that both write a
// tenant for the first time.
func TestFirstWriteInHostTransactions(t *testing.T) {
	levels(t, func(t *testing.T, store activation.Store, begin func(t *testing.T) hostTx) {
		t.Helper()
		ctx := t.Context()
		crm := newEngine(t, store).Tenant("new")
		first, second := begin(t), begin(t)
		for _, tx := range []hostTx{first, second} {
			require.NoError(t, tx.exec(ctx, tx.read))
		}
		require.NoError(t, errOf(crm.In(first.store).As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: "user"})))
		waiting := make(chan error, 1)
		go func() {
			waiting <- errOf(crm.In(second.store).As("host").Admit(ctx, seat.Holder{ID: "u2", Kind: "user"}))
		}()
		require.NoError(t, first.end(true))
		want := 2
		if err := <-waiting; second.serialize {
			var conflict *pgconn.PgError
			require.ErrorAs(t, err, &conflict)
			require.Equal(t, "40001", conflict.Code)
			want = 1
		} else {
			require.NoError(t, err)
		}
		require.NoError(t, second.end(!second.serialize))
		holders, err := crm.HolderPage(ctx, activation.HolderQuery{}, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, want)
		verified(t, crm)
	})
}

// TestHostSQLite has the host's transaction begin IMMEDIATE.
func TestHostSQLite(t *testing.T) {
	ctx := t.Context()
	db, store := openSQLite(t, t.TempDir())
	require.NoError(t, store.Migrate(ctx))
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 1, 2)
	_, err := db.ExecContext(ctx, "CREATE TABLE users (id TEXT)")
	require.NoError(t, err)
	conn, err := db.Conn(ctx)
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	require.NoError(t, err)
	require.NoError(t, errOf(crm.In(store.Bind(conn)).As("eva").Assign(ctx, plans("u1")...)))
	var full *seat.NoFreeSeatError
	require.ErrorAs(t, errOf(crm.In(store.Bind(conn)).As("eva").Assign(ctx, plans("u2")...)), &full)
	_, err = conn.ExecContext(ctx, "INSERT INTO users VALUES ('u1')")
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "COMMIT")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	verified(t, crm)
	require.ErrorAs(t, errOf(crm.As("eva").Assign(ctx, plans("u2")...)), &full)
}
