package sqlstore_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/storetest"
)

func TestSQLite(t *testing.T) {
	open := func(t testing.TB, place string) (*sql.DB, *sqlstore.DB) {
		t.Helper()
		db, store := openSQLite(t, place, sqlstore.WithGathering(few))
		require.NoError(t, store.Migrate(t.Context()))
		return db, store
	}
	storetest.Run(t, storetest.Factory{
		Open: func(t testing.TB, place string) activation.Store {
			t.Helper()
			_, store := open(t, place)
			return store
		},
		Levels: []string{"IMMEDIATE", "DEFERRED"},
		Begin: func(t testing.TB, place, level string) (activation.Store, func(bool) error) {
			t.Helper()
			db, store := open(t, place)
			conn, err := db.Conn(t.Context())
			require.NoError(t, err)
			_, err = conn.ExecContext(t.Context(), "PRAGMA busy_timeout = 10000; BEGIN "+level)
			require.NoError(t, err)
			return store.Bind(conn), func(commit bool) error {
				defer conn.Close() //nolint:errcheck // it only goes back to the pool
				end := "ROLLBACK"
				if commit {
					end = "COMMIT"
				}
				_, err := conn.ExecContext(context.Background(), end)
				return err
			}
		},
		Spoil: func(t testing.TB, place, tenant string) {
			t.Helper()
			db, _ := open(t, place)
			spoil(t, db, "seatwright_", tenant)
		},
		Limits: []int{few / 2, few},
		Exempt: map[string]string{
			"ConnectionLost": "there is no connection between a process and its file",
			"Watch":          "the revision is polled",
		},
	})
}
