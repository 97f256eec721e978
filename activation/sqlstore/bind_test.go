package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// migratedDatabases are all dialects, with tables.
func migratedDatabases(t *testing.T, test func(t *testing.T, db *sql.DB, store *sqlstore.DB)) {
	t.Helper()
	databases(t, func(t *testing.T, _ sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		db, store := open()
		require.NoError(t, store.Migrate(t.Context()))
		test(t, db, store)
	})
}

// TestTransactionInUse has several goroutines, or an operation inside of
// another, use one transaction of the host, by one store and by two.
func TestTransactionInUse(t *testing.T) {
	migratedDatabases(t, func(t *testing.T, db *sql.DB, store *sqlstore.DB) {
		t.Helper()
		ctx := t.Context()
		crm := newEngine(t, store).Tenant("tenant-42")
		licensed(t, crm, 1, 2)
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		first, second := store.Bind(tx), store.Bind(tx)
		for _, other := range []activation.Store{first, second} {
			require.NoError(t, first.Update(ctx, "tenant-42", func(w activation.Writer) error {
				refused := make(chan error)
				go func() {
					refused <- other.Update(ctx, "tenant-42", func(activation.Writer) error { return nil })
					refused <- other.View(ctx, "tenant-42", func(activation.Reader) error { return nil })
				}()
				for range 2 {
					require.ErrorContains(t, <-refused, "one goroutine at a time")
				}
				return w.PutHolders(ctx, seat.Holder{ID: "u3", Kind: license.User})
			}))
		}
		// One after another they are safe.
		require.NoError(t, errOf(crm.In(first).As("eva").Assign(ctx, plans("u1")...)))
		require.ErrorIs(t, errOf(crm.In(second).As("eva").Assign(ctx, plans("u2")...)), seat.ErrNoFreeSeat)
		require.NoError(t, tx.Commit())
		verified(t, crm)
	})
}

// TestBindPool refuses what is no transaction.
func TestBindPool(t *testing.T) {
	migratedDatabases(t, func(t *testing.T, db *sql.DB, store *sqlstore.DB) {
		t.Helper()
		crm := newEngine(t, store).Tenant("tenant-42")
		for want, tx := range map[string]sqlstore.Tx{
			"a *sql.DB, which is no transaction":             db,
			"a *sqlstore_test.pool, which is no transaction": &pool{db},
			"Bind was given nil":                             nil,
		} {
			bound := crm.In(store.Bind(tx))
			require.ErrorContains(t, errOf(bound.As("host").Admit(t.Context(), seat.Holder{ID: "u1", Kind: license.User})), want)
			_, err := bound.HolderPage(t.Context(), activation.HolderQuery{}, "", 1)
			require.ErrorContains(t, err, want)
		}
		holders, err := crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 1)
		require.NoError(t, err)
		require.Empty(t, holders)
	})
}

type pool struct{ *sql.DB }

// wrapped hands everything on to the transaction inside, as instrumentation does.
type wrapped struct{ *sql.Tx }

// formatting puts arguments into the text of a statement, as some ORMs do.
type formatting struct{ *sql.Tx }

func formatted(query string, args []any) string {
	for _, arg := range args {
		query = strings.Replace(query, "?", fmt.Sprintf("'%v'", arg), 1)
	}
	return query
}

func (f formatting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return f.Tx.ExecContext(ctx, formatted(query, args))
}

func (f formatting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return f.Tx.QueryContext(ctx, formatted(query, args))
}

// TestWrappedTransactions takes a transaction that hands arguments on, and refuses
// one that formats them itself; it stays usable.
func TestWrappedTransactions(t *testing.T) {
	migratedDatabases(t, func(t *testing.T, db *sql.DB, store *sqlstore.DB) {
		t.Helper()
		ctx := t.Context()
		crm := newEngine(t, store).Tenant("tenant-42")
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		holder := seat.Holder{ID: "u1", Kind: license.User}
		for range 2 {
			_, err = crm.In(store.Bind(formatting{tx})).As("host").Admit(ctx, holder)
			require.ErrorContains(t, err, "sqlstore_test.formatting does not hand arguments to the driver as they are: hand over the *sql.Tx")
		}
		for range 2 {
			require.NoError(t, errOf(crm.In(store.Bind(wrapped{tx})).As("host").Admit(ctx, holder)))
		}
		require.NoError(t, tx.Commit())
		verified(t, crm)
	})
}
