package sqlstore_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// mysqlTx begins a transaction of the host that has read something already.
func mysqlTx(t *testing.T, db *sql.DB, level sql.IsolationLevel) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.ExecContext(t.Context(), "SELECT count(*) FROM seatwright_schema")
	require.NoError(t, err)
	return tx
}

func mysqlError(t *testing.T, err error, number uint16) {
	t.Helper()
	var answer *mysql.MySQLError
	require.ErrorAs(t, err, &answer)
	require.Equal(t, number, answer.Number)
}

// TestMySQLEarlierState has others write a tenant after a transaction of the host
// has first read, so that it would go on reading what was before. Both what it
// decides and what it lists afterwards is by what is there.
func TestMySQLEarlierState(t *testing.T) {
	for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable} {
		t.Run(level.String(), func(t *testing.T) {
			ctx := t.Context()
			db, store := migratedMySQL(t, mariatest.DSN(t))
			crm := newEngine(t, store).Tenant("tenant-42")
			licensed(t, crm, 2, 4)
			require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1", "u2")...)))
			tx := mysqlTx(t, db, level)
			inside := crm.In(store.Bind(tx))
			// u1 and its combination go, another module comes.
			_, err := crm.As("eva").Retire(ctx, "u1")
			require.NoError(t, err)
			require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u3")...)))
			require.NoError(t, errOf(crm.As("eva").Assign(ctx, seat.Assignment{Holder: "u4", Module: "acme.addon"})))

			require.ErrorIs(t, errOf(inside.As("eva").Assign(ctx, plans("u4")...)), seat.ErrNoFreeSeat)
			for range 2 {
				_, err = inside.As("eva").Retire(ctx, "u2")
				require.NoError(t, err)
				require.NoError(t, errOf(inside.As("eva").Assign(ctx, plans("u4")...)))
				verified(t, inside)
				holders, err := crm.In(store.Bind(tx)).HolderPage(ctx, activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
				require.NoError(t, err)
				require.Equal(t, []seat.Holder{
					{ID: "u3", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}},
					{ID: "u4", Kind: license.User, Type: "internal", Assigned: []string{"acme.addon", "acme.plan"}},
				}, holders)
			}
			require.NoError(t, tx.Commit())
			verified(t, crm)
		})
	}
}

// TestMySQLNoTransaction refuses what has no transaction before it writes: one
// that was not begun, and one that the database has rolled back in a deadlock.
func TestMySQLNoTransaction(t *testing.T) {
	ctx := t.Context()
	db, store := migratedMySQL(t, mariatest.DSN(t))
	crm := newEngine(t, store).Tenant("tenant-42")
	admit := func(tx sqlstore.Tx) error {
		return errOf(crm.In(store.Bind(tx)).As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: license.User}))
	}
	conn, err := db.Conn(ctx)
	require.NoError(t, err)
	defer conn.Close() //nolint:errcheck // it only goes back to the pool
	require.ErrorContains(t, admit(conn), "Bind was given what has no transaction")

	_, err = conn.ExecContext(ctx, "CREATE TABLE pairs (id int PRIMARY KEY)")
	require.NoError(t, err)
	_, err = conn.ExecContext(ctx, "INSERT INTO pairs VALUES (1), (2)")
	require.NoError(t, err)
	tx := mysqlTx(t, db, sql.LevelRepeatableRead)
	deadlocked(t, conn, tx)
	require.ErrorContains(t, admit(tx), "it is over, as after a deadlock")
	holders, err := crm.HolderPage(ctx, activation.HolderQuery{}, "", 1)
	require.NoError(t, err)
	require.Empty(t, holders)
}

// deadlocked has a transaction lose in a deadlock with one that has written more.
func deadlocked(t *testing.T, conn *sql.Conn, tx *sql.Tx) {
	t.Helper()
	lock := func(on sqlstore.Tx, id int) error {
		_, err := on.ExecContext(t.Context(), "UPDATE pairs SET id = id WHERE id = ?", id)
		return err
	}
	_, err := conn.ExecContext(t.Context(), "START TRANSACTION")
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "INSERT INTO pairs VALUES (11), (12), (13), (14), (15), (16), (17), (18), (19), (20)")
	require.NoError(t, err)
	require.NoError(t, lock(conn, 1))
	require.NoError(t, lock(tx, 2))
	waiting := make(chan error, 1)
	go func() { waiting <- lock(conn, 2) }()
	mysqlError(t, lock(tx, 1), 1213)
	require.NoError(t, <-waiting)
	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
}

// TestMySQLSnapshotIsolation has a server that refuses to write what was changed
// since the transaction first read, as MariaDB does from 11.6 on: the host begins
// again, and so does the store.
func TestMySQLSnapshotIsolation(t *testing.T) {
	ctx := t.Context()
	db, store := migratedMySQL(t, with(mariatest.DSN(t), "innodb_snapshot_isolation=ON"))
	var known bool
	require.NoError(t, db.QueryRowContext(ctx, "SELECT version() LIKE '%MariaDB%'").Scan(&known))
	if !known {
		return // MySQL does not have this setting
	}
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 1, 2)
	tx := mysqlTx(t, db, sql.LevelRepeatableRead)
	require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1")...)))
	mysqlError(t, errOf(crm.In(store.Bind(tx)).As("eva").Assign(ctx, plans("u2")...)), 1020)
	require.NoError(t, tx.Rollback())
	tx = mysqlTx(t, db, sql.LevelRepeatableRead)
	require.ErrorIs(t, errOf(crm.In(store.Bind(tx)).As("eva").Assign(ctx, plans("u2")...)), seat.ErrNoFreeSeat)
	require.NoError(t, tx.Commit())
	verified(t, crm)
}

// TestMySQLRetries has an Update lose in a deadlock, and wait too long for a lock.
// Each is tried again.
func TestMySQLRetries(t *testing.T) {
	ctx := t.Context()
	db, store := migratedMySQL(t, with(mariatest.DSN(t), "innodb_lock_wait_timeout=1"))
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 1, 2)
	_, err := db.ExecContext(ctx, "CREATE TABLE weights (id int AUTO_INCREMENT PRIMARY KEY, weight int)")
	require.NoError(t, err)
	const lockTenant = "UPDATE seatwright_tenant SET revision = revision WHERE tenant = 'tenant-42'"
	const lockHolder = "UPDATE seatwright_holder SET revision = revision WHERE tenant = 'tenant-42' AND holder = 'u1'"
	for name, locked := range map[string]struct{ first, then string }{
		"deadlock": {lockHolder, lockTenant}, "waiting": {first: lockTenant},
	} {
		tx := mysqlTx(t, db, sql.LevelReadCommitted)
		for range 100 { // the database ends the transaction that has written less
			_, err := tx.ExecContext(ctx, "INSERT INTO weights (weight) VALUES (1), (2), (3), (4)")
			require.NoError(t, err)
		}
		_, err := tx.ExecContext(ctx, locked.first)
		require.NoError(t, err)
		times := 0
		writing := make(chan struct{}, 100)
		done := make(chan error, 1)
		go func() {
			done <- store.Update(ctx, "tenant-42", func(w activation.Writer) error {
				times++
				writing <- struct{}{}
				return w.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User, Type: name})
			})
		}()
		if locked.then != "" {
			<-writing
			_, err = tx.ExecContext(ctx, locked.then)
			require.NoError(t, err)
		} else {
			_, err = tx.ExecContext(ctx, "DO sleep(1.3)")
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())
		require.NoError(t, <-done, name)
		if locked.then != "" {
			require.Equal(t, 2, times, name)
		}
	}
	verified(t, crm)
}

// TestMySQLParameters has everything that a DSN may say of how values come and go.
func TestMySQLParameters(t *testing.T) {
	for _, parameters := range []string{
		"interpolateParams=true&multiStatements=true", "parseTime=true&loc=Asia%2FTokyo&clientFoundRows=true&columnsWithAlias=true",
	} {
		t.Run(parameters, func(t *testing.T) {
			ctx := t.Context()
			db, store := migratedMySQL(t, with(mariatest.DSN(t), parameters))
			for _, text := range hostile {
				require.NoError(t, store.Update(ctx, text, func(w activation.Writer) error { return writeEverywhere(ctx, w, text) }), "%q", text)
				require.NoError(t, store.View(ctx, text, func(r activation.Reader) error { return readEverywhere(ctx, t, r, text) }), "%q", text)
			}
			crm := newEngine(t, store).Tenant("tenant-42")
			licensed(t, crm, 20, 20)
			tx, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			// More than are written one by one.
			require.NoError(t, errOf(crm.In(store.Bind(tx)).As("eva").Assign(ctx, plans("u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9", "u10")...)))
			require.NoError(t, tx.Commit())
			verified(t, crm)
		})
	}
}

// TestMySQLEncoding refuses connections that send texts in another encoding.
func TestMySQLEncoding(t *testing.T) {
	dsn := mariatest.DSN(t)
	migratedMySQL(t, dsn)
	_, store := openDB(t, "mysql", with(dsn, "charset=latin1"), sqlstore.MySQL)
	require.ErrorContains(t, store.Migrate(t.Context()), "encoding latin1; it must be utf8mb4")
	err := store.View(t.Context(), "tenant-42", func(activation.Reader) error { return nil })
	require.ErrorContains(t, err, "encoding latin1; it must be utf8mb4")
}

// TestMySQLHalfMigrated has a program end in the middle of a migration, whose
// statements commit one by one. Migrate goes on, and nothing works before.
func TestMySQLHalfMigrated(t *testing.T) {
	ctx := t.Context()
	dsn := mariatest.DSN(t)
	text, err := fs.ReadFile(sqlstore.Migrations(sqlstore.MySQL), "0002_create.up.sql")
	require.NoError(t, err)
	statements := strings.Split(strings.TrimSpace(string(text)), ";\n")
	for _, done := range []int{1, 2, len(statements) / 2, len(statements) - 2, len(statements) - 1} {
		prefix := fmt.Sprintf("done_%d_", done)
		db, store := openDB(t, "mysql", dsn, sqlstore.MySQL, sqlstore.WithPrefix(prefix))
		for _, statement := range statements[:done] {
			_, err := db.ExecContext(ctx, strings.ReplaceAll(statement, "seatwright_", prefix))
			require.NoError(t, err)
		}
		err := store.View(ctx, "tenant-42", func(activation.Reader) error { return nil })
		if done < len(statements)-1 {
			var schema *sqlstore.SchemaError
			require.ErrorAs(t, err, &schema, "after %d statements", done)
		}
		require.NoError(t, store.Migrate(ctx), "after %d statements", done)
		works(t, store)
	}
}
