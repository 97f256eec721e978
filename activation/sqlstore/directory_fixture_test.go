package sqlstore_test

import (
	"database/sql"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// host is a program with a table of people of its own.
type host struct {
	db      *sql.DB
	dialect sqlstore.Dialect
	store   interface {
		activation.Store
		Directory(view string, options ...sqlstore.DirectoryOption) (*sqlstore.Directory, error)
	}
	options []sqlstore.DirectoryOption
}

// eachHost runs a test on every kind of store, beside the host's table.
func eachHost(t *testing.T, test func(t *testing.T, h *host)) {
	t.Helper()
	t.Run("Postgres", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		_, store := openPostgres(t, dsn)
		db, _ := migratedDB(t, dsn)
		h := &host{db: db, dialect: sqlstore.PostgreSQL, store: store}
		everything(t, dsn, people("timestamptz")+template(t, "directory_postgresql.sql"))
		test(t, h)
	})
	t.Run("PostgresSQL", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		db, store := migratedDB(t, dsn)
		h := &host{db: db, dialect: sqlstore.PostgreSQL, store: store}
		everything(t, dsn, people("timestamptz")+template(t, "directory_postgresql.sql"))
		test(t, h)
	})
	t.Run("SQLite", func(t *testing.T) {
		db, store := openSQLite(t, t.TempDir())
		require.NoError(t, store.Migrate(t.Context()))
		h := &host{db: db, store: store, dialect: sqlstore.SQLite}
		h.exec(t, people("integer")+template(t, "directory_sqlite.sql"))
		test(t, h)
	})
	t.Run("SQLiteIndex", func(t *testing.T) {
		db, store := openSQLite(t, t.TempDir())
		require.NoError(t, store.Migrate(t.Context()))
		h := &host{db: db, store: store, dialect: sqlstore.SQLite, options: []sqlstore.DirectoryOption{sqlstore.WithSearchIndex("people_parts")}}
		h.exec(t, people("integer")+template(t, "directory_sqlite.sql")+template(t, "search_sqlite.sql"))
		test(t, h)
		h.exec(t, template(t, "search_sqlite.down.sql"))
	})
	t.Run("MySQL", func(t *testing.T) {
		db, store := migratedMySQL(t, with(mariatest.DSN(t), severalStatements))
		h := &host{db: db, store: store, dialect: sqlstore.MySQL}
		h.exec(t, mysqlPeople+template(t, "directory_mysql.sql"))
		test(t, h)
	})
}

// people makes the table whose view the template makes.
func people(instants string) string {
	return "CREATE TABLE users (tenant text NOT NULL, id text NOT NULL, active boolean NOT NULL DEFAULT true," +
		" type text, name text, last_seen " + instants + ");\n"
}

// mysqlPeople is people where a text in an index has a length. Tenants and names
// differ for the column in more than the case of letters.
const mysqlPeople = `CREATE TABLE users (tenant varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
	id varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, active boolean NOT NULL DEFAULT true,
	type text CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
	last_seen datetime(6));
`

var numberedParameter = regexp.MustCompile(`\$[0-9]`)

func (h *host) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if h.dialect == sqlstore.MySQL && len(args) > 0 {
		statement = numberedParameter.ReplaceAllString(statement, "?")
	}
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
	h.remove(t, u.tenant, u.id)
	h.exec(t, "INSERT INTO users (tenant, id, type, name, last_seen) VALUES ($1, $2, $3, $4, $5)", u.tenant, u.id, u.typ, u.name, h.instant(u.seen))
}

func (h *host) remove(t testing.TB, tenant, id string) {
	t.Helper()
	same := "tenant = $1 AND id = $2"
	if h.dialect == sqlstore.MySQL {
		same = "CAST(tenant AS BINARY) = CAST($1 AS BINARY) AND CAST(id AS BINARY) = CAST($2 AS BINARY)"
	}
	h.exec(t, "DELETE FROM users WHERE "+same, tenant, id)
}

// instant is what a column of the host's keeps.
func (h *host) instant(at *time.Time) any {
	switch {
	case at == nil:
		return nil
	case h.dialect == sqlstore.SQLite:
		return at.UnixMicro()
	case h.dialect == sqlstore.MySQL:
		return at.UTC().Format("2006-01-02 15:04:05.000000")
	}
	return *at
}

func (h *host) directory(t testing.TB) *sqlstore.Directory {
	t.Helper()
	d, err := h.store.Directory("people", h.options...)
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
