package sqlstore_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// host is a program with a table of people of its own.
type host struct {
	db     *sql.DB
	sqlite bool
	store  interface {
		activation.Store
		Directory(view string) (*sqlstore.Directory, error)
	}
}

// eachHost runs a test on every kind of store, beside the host's table.
func eachHost(t *testing.T, test func(t *testing.T, h *host)) {
	t.Helper()
	t.Run("Postgres", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		_, store := openPostgres(t, dsn)
		db, _ := migratedDB(t, dsn)
		h := &host{db: db, store: store}
		everything(t, dsn, people("timestamptz")+template(t, "directory_postgresql.sql"))
		test(t, h)
	})
	t.Run("PostgresSQL", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		db, store := migratedDB(t, dsn)
		h := &host{db: db, store: store}
		everything(t, dsn, people("timestamptz")+template(t, "directory_postgresql.sql"))
		test(t, h)
	})
	t.Run("SQLite", func(t *testing.T) {
		db, store := openSQLite(t, t.TempDir())
		require.NoError(t, store.Migrate(t.Context()))
		h := &host{db: db, store: store, sqlite: true}
		h.exec(t, people("integer")+template(t, "directory_sqlite.sql"))
		test(t, h)
	})
}

// people makes the table whose view the template makes.
func people(instants string) string {
	return "CREATE TABLE users (tenant text NOT NULL, id text NOT NULL, active boolean NOT NULL DEFAULT true," +
		" type text, name text, last_seen " + instants + ");\n"
}

func (h *host) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	_, err := h.db.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err, "%s", statement)
}

// user is a row of the host's, and what the user has.
type user struct {
	tenant, id, typ string
	name            *string
	seen            *time.Time
	assigned        []string
}

func (u user) entry() sqlstore.DirectoryEntry {
	e := sqlstore.DirectoryEntry{Holder: seat.Holder{ID: u.id, Kind: license.User, Type: u.typ, Assigned: u.assigned}}
	if u.name != nil {
		e.Name = *u.name
	}
	if u.seen != nil {
		e.LastSeen = *u.seen
	}
	return e
}

func (h *host) put(t testing.TB, u user) {
	t.Helper()
	h.exec(t, "DELETE FROM users WHERE tenant = $1 AND id = $2", u.tenant, u.id)
	h.exec(t, "INSERT INTO users (tenant, id, type, name, last_seen) VALUES ($1, $2, $3, $4, $5)", u.tenant, u.id, u.typ, u.name, h.instant(u.seen))
}

// instant is what a column of the host's keeps.
func (h *host) instant(at *time.Time) any {
	switch {
	case at == nil:
		return nil
	case h.sqlite:
		return at.UnixMicro()
	}
	return *at
}

func (h *host) directory(t testing.TB) *sqlstore.Directory {
	t.Helper()
	d, err := h.store.Directory("people")
	require.NoError(t, err)
	return d
}

// pages goes through all pages of a query.
func pages(t testing.TB, d *sqlstore.Directory, tenant string, q sqlstore.DirectoryQuery) (all []sqlstore.DirectoryEntry) {
	t.Helper()
	for {
		page, err := d.Find(t.Context(), tenant, q)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Entries), q.Limit)
		all = append(all, page.Entries...)
		require.LessOrEqual(t, len(all), 1000, "it goes round and round")
		if page.Next == "" {
			return all
		}
		require.Len(t, page.Entries, q.Limit)
		q.After = page.Next
	}
}

func ids(entries []sqlstore.DirectoryEntry) []string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.ID
	}
	return list
}
