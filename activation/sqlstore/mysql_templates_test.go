package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/seat"
)

// leaving is a host's database with the triggers, where u1 to u4 have seats.
func leaving(t *testing.T) *hosted {
	t.Helper()
	db, store := migratedMySQL(t, with(mariatest.DSN(t), severalStatements))
	mysqlEverything(t, db, flags["active"].table()+template(t, "release_mysql.sql"))
	h := &hosted{db: db, store: store}
	h.populate(t, 4)
	return h
}

// TestMySQLTriggerEarlierState has somebody get a module after the transaction in
// which it leaves has first read.
func TestMySQLTriggerEarlierState(t *testing.T) {
	h := leaving(t)
	ctx := t.Context()
	tx := mysqlTx(t, h.db, sql.LevelRepeatableRead)
	require.NoError(t, errOf(h.crm.As("eva").Assign(ctx, seat.Assignment{Holder: "u1", Module: "acme.addon"})))
	_, err := tx.ExecContext(ctx, "UPDATE users SET active = false WHERE id = 'u1'")
	require.NoError(t, err)
	verified(t, h.crm.In(h.store.Bind(tx)))
	require.NoError(t, tx.Commit())
	verified(t, h.crm)
	holders, err := h.crm.Holders(ctx, "u1")
	require.NoError(t, err)
	require.Empty(t, holders[0].Assigned)
}

// TestMySQLLeaveAtOnce has transactions of the host deactivate the same users in
// another order. One of them may have to begin again.
func TestMySQLLeaveAtOnce(t *testing.T) {
	h := leaving(t)
	leave := func(ctx context.Context, ids ...string) error {
		tx, err := h.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, "UPDATE users SET active = false WHERE id = ?", id); err != nil {
				return errors.Join(err, tx.Rollback())
			}
		}
		return tx.Commit()
	}
	var group sync.WaitGroup
	for _, ids := range [][]string{{"u1", "u2", "u3"}, {"u3", "u2", "u1"}, {"u2", "u4"}, {"u4", "u1"}} {
		group.Go(func() {
			err := leave(t.Context(), ids...)
			for conflict := (*mysql.MySQLError)(nil); errors.As(err, &conflict) && conflict.Number == 1213; {
				err = leave(t.Context(), ids...)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	verified(t, h.crm)
	holders, err := h.crm.HolderPage(t.Context(), activation.HolderQuery{Occupying: "acme.plan"}, "", 10)
	require.NoError(t, err)
	require.Empty(t, holders)
}

// TestMySQLGrants works as an account that has no more than the template says.
func TestMySQLGrants(t *testing.T) {
	ctx := t.Context()
	dsn := mariatest.DSN(t)
	owner, store := migratedMySQL(t, with(dsn, severalStatements))
	licensed(t, newEngine(t, store).Tenant("tenant-42"), 2, 2)
	h := &hosted{db: owner}
	h.exec(t, "CREATE USER crm IDENTIFIED BY 'a password'")
	t.Cleanup(func() {
		_, err := owner.ExecContext(context.Background(), "DROP USER crm")
		require.NoError(t, err)
	})
	h.exec(t, template(t, "grants_mysql.sql"))
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.User, config.Passwd = "crm", "a password"
	application, store := openDB(t, "mysql", config.FormatDSN(), sqlstore.MySQL)
	crm := newEngine(t, store).Tenant("tenant-42")
	require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1")...)))
	require.NoError(t, crm.As("host").Erase(ctx, "u2", "erased"))
	verified(t, crm)
	_, err = application.ExecContext(ctx, "DROP TABLE seatwright_holder")
	mysqlError(t, err, 1142)
	h.exec(t, template(t, "grants_mysql.down.sql"))
	_, err = crm.HolderPage(ctx, activation.HolderQuery{}, "", 1)
	require.Error(t, err)
}
