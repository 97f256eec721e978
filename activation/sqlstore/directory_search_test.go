package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// TestSearchIndex finds people by the index, as it follows the host's table, and
// reads nobody else.
func TestSearchIndex(t *testing.T) {
	db, store := openSQLite(t, t.TempDir())
	require.NoError(t, store.Migrate(t.Context()))
	h := &host{db: db, store: store, dialect: sqlstore.SQLite, options: []sqlstore.DirectoryOption{sqlstore.WithSearchIndex("people_parts")}}
	h.exec(t, people("integer"))
	anna, bert := "Anna Berg", "Bert Dahl"
	h.put(t, user{tenant: "crm", id: "before", name: &anna})
	h.exec(t, template(t, "directory_sqlite.sql")+template(t, "search_sqlite.sql"))
	h.put(t, user{tenant: "crm", id: "after", name: &anna})
	h.put(t, user{tenant: "crm", id: "nameless"})
	h.put(t, user{tenant: "other", id: "after", name: &anna})
	d := h.directory(t)
	finds := func(search string, want ...string) {
		t.Helper()
		q := sqlstore.DirectoryQuery{Search: search, Order: sqlstore.ByHolder, Limit: 10}
		require.ElementsMatch(t, want, ids(pages(t, d, "crm", q)), search)
		n, err := d.Count(t.Context(), "crm", q)
		require.NoError(t, err)
		require.EqualValues(t, len(want), n, search)
	}
	finds("NNA b", "after", "before")
	finds("meless", "nameless")
	finds("nobody")
	h.exec(t, "UPDATE users SET name = $1 WHERE id = 'before'", bert)
	h.exec(t, "UPDATE users SET active = false WHERE id = 'after'")
	finds("anna")
	finds("bert", "before")
	h.exec(t, "UPDATE users SET active = true WHERE id = 'after'")
	h.remove(t, "crm", "before")
	finds("bert")
	finds("anna", "after")

	// Whom the index lacks is found by a search alone that can't use it.
	h.exec(t, "DELETE FROM people_parts")
	finds("anna")
	finds("an", "after")
	finds("a%n")
	finds("", "after", "nameless")
	h.exec(t, template(t, "search_sqlite.down.sql"))
}

// TestSearchIndexElsewhere refuses what other databases don't have.
func TestSearchIndexElsewhere(t *testing.T) {
	_, store := openPostgres(t, pgtest.DSN(t))
	_, err := store.Directory("people", sqlstore.WithSearchIndex("people_parts"))
	require.EqualError(t, err, "sqlstore: PostgreSQL has no search index of FTS5")
	_, err = store.Directory("people", nil)
	require.EqualError(t, err, "sqlstore: an option is nil")
}
