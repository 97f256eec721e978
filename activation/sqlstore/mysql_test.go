package sqlstore_test

import (
	"context"
	"database/sql"
	"net"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/storetest"
	"github.com/seatwright/seatwright/internal/mariatest"
)

// migratedMySQL opens a store in the database of a DSN.
func migratedMySQL(t testing.TB, dsn string, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
	t.Helper()
	db, store := openDB(t, "mysql", dsn, sqlstore.MySQL, options...)
	require.NoError(t, store.Migrate(t.Context()))
	return db, store
}

// with adds parameters to a DSN.
func with(dsn, parameters string) string {
	if strings.Contains(dsn, "?") {
		return dsn + "&" + parameters
	}
	return dsn + "?" + parameters
}

func TestMySQL(t *testing.T) {
	briefly(t)
	open := func(t testing.TB, place string) (*sql.DB, *sqlstore.DB) {
		t.Helper()
		return migratedMySQL(t, mariatest.DSNFor(t, place), sqlstore.WithGathering(few))
	}
	storetest.Run(t, storetest.Factory{
		Open: func(t testing.TB, place string) activation.Store {
			t.Helper()
			_, store := open(t, place)
			return store
		},
		Cut: func(t testing.TB, place string, reached bool) activation.Store {
			t.Helper()
			return cutMySQL(t, mariatest.DSNFor(t, place), reached)
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
			spoil(t, db, "seatwright_", tenant)
		},
		Limits: []int{few / 2, few},
		Exempt: map[string]string{"Watch": "the revision is polled"},
	})
}

// cutMySQL opens a store whose connections are lost in the commit.
func cutMySQL(t testing.TB, dsn string, reached bool) activation.Store {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.Logger = &mysql.NopLogger{}
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &cutConn{Conn: conn, at: "\x03COMMIT", reached: reached}, err
	}
	connector, err := mysql.NewConnector(config)
	require.NoError(t, err)
	db := sql.OpenDB(connector)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	store, err := sqlstore.NewDB(db, sqlstore.MySQL)
	require.NoError(t, err)
	return store
}
