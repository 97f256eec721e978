package sqlstore_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

// TestRememberedState gives seats by two engines of different processes, in turns,
// and changes the database between them: what a process remembers never counts
// against what is there.
func TestRememberedState(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (*sql.DB, *sqlstore.DB, *sqlstore.DB){
		"PostgreSQL": func(t *testing.T) (*sql.DB, *sqlstore.DB, *sqlstore.DB) {
			t.Helper()
			dsn := pgtest.DSN(t)
			db, first := migratedDB(t, dsn)
			_, second := migratedDB(t, dsn)
			return db, first, second
		},
		"SQLite": func(t *testing.T) (*sql.DB, *sqlstore.DB, *sqlstore.DB) {
			t.Helper()
			place := t.TempDir()
			db, first := openSQLite(t, place)
			_, second := openSQLite(t, place)
			require.NoError(t, first.Migrate(t.Context()))
			return db, first, second
		},
		"MariaDB": func(t *testing.T) (*sql.DB, *sqlstore.DB, *sqlstore.DB) {
			t.Helper()
			dsn := mariatest.DSN(t)
			db, first := migratedMySQL(t, dsn)
			_, second := migratedMySQL(t, dsn)
			return db, first, second
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, first, second := open(t)
			mine, others := newEngine(t, first).Tenant("tenant-42"), newEngine(t, second).Tenant("tenant-42")
			licensed(t, mine, 2, 9)
			exec := func(text string) {
				_, err := db.ExecContext(t.Context(), text)
				require.NoError(t, err, text)
			}
			assign := func(crm *activation.Tenant, holder string) error {
				return errOf(crm.As("eva").Assign(t.Context(), plans(holder)...))
			}

			require.NoError(t, assign(mine, "u1"))
			require.NoError(t, assign(others, "u2"))
			full := new(seat.RefusedError)
			require.ErrorAs(t, assign(mine, "u3"), &full, "another process has given the last seat")
			verified(t, mine)

			// The database loses its last commits, and counts to the same number again.
			require.NoError(t, errOf(others.As("eva").Retire(t.Context(), "u2")))
			require.NoError(t, assign(mine, "u5"))
			require.NoError(t, errOf(mine.As("eva").Retire(t.Context(), "u5")))
			saved := []string{"tenant", "revision", "combination", "holder", "gone", "log"}
			for _, table := range saved {
				exec(fmt.Sprintf("CREATE TABLE saved_%s AS SELECT * FROM seatwright_%[1]s", table))
			}
			require.NoError(t, errOf(mine.As("eva").Release(t.Context(), plans("u1")...)))
			for _, table := range saved {
				exec("DELETE FROM seatwright_" + table)
				exec(fmt.Sprintf("INSERT INTO seatwright_%s SELECT * FROM saved_%[1]s", table))
			}
			require.NoError(t, assign(others, "u6"))
			require.ErrorAs(t, assign(mine, "u3"), &full, "u1 has its seat again, and u6 has the other")
			verified(t, mine)

			// A version that draws no tokens, or a trigger, takes a seat away.
			require.NoError(t, errOf(mine.As("eva").Admit(t.Context(), seat.Holder{ID: "u9", Kind: "user", Type: "internal"})))
			exec("UPDATE seatwright_tenant SET revision = revision + 1")
			exec(`UPDATE seatwright_holder SET combination = (SELECT combination FROM seatwright_combination WHERE modules = '[]') WHERE holder = 'u6'`)
			exec(`UPDATE seatwright_combination SET holders = holders + CASE WHEN modules = '[]' THEN 1 ELSE -1 END`)
			require.NoError(t, assign(mine, "u3"))
			verified(t, mine)
		})
	}
}
