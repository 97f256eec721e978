package sqlstore_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
)

// TestDirectoryNames reads views with names that have to be quoted, and refuses
// what is no name.
func TestDirectoryNames(t *testing.T) {
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		name := "Eva"
		h.put(t, user{tenant: "crm", id: "u1", name: &name})
		schema, quote := "main", `"`
		switch h.dialect {
		case sqlstore.PostgreSQL:
			require.NoError(t, h.db.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema))
		case sqlstore.MySQL:
			require.NoError(t, h.db.QueryRowContext(ctx, "SELECT database()").Scan(&schema))
			quote = "`"
		case sqlstore.SQLite:
		}
		for _, view := range []string{"Persons", `p"; DROP TABLE users; --`, "p`; DROP TABLE users; --", "{holder}", "a $1 ?1 %s b", strings.Repeat("é", 31)} {
			h.exec(t, "CREATE VIEW "+quote+strings.ReplaceAll(view, quote, quote+quote)+quote+` AS SELECT * FROM people`)
			for _, called := range []string{view, schema + "." + view} {
				d, err := h.store.Directory(called)
				require.NoError(t, err, called)
				page, err := d.Find(ctx, "crm", sqlstore.DirectoryQuery{Search: "EVA", Limit: 1})
				require.NoError(t, err, called)
				require.Equal(t, []string{"u1"}, ids(page.Entries), called)
			}
		}
		for _, bad := range []string{"", ".", "a.", ".a", "a.b.c", "a\x00b", "a\xffb", strings.Repeat("x", 64), "a." + strings.Repeat("x", 64)} {
			_, err := h.store.Directory(bad)
			var options *sqlstore.OptionsError
			require.ErrorAs(t, err, &options, "%q", bad)
			require.EqualError(t, err, `sqlstore: the view is not "name" or "schema.name", of 1 to 63 bytes of UTF-8 without NUL each`)
		}
		d, err := h.store.Directory("nowhere")
		require.NoError(t, err)
		_, err = d.Count(ctx, "crm", sqlstore.DirectoryQuery{})
		require.ErrorContains(t, err, "nowhere")
	})
}

// TestDirectoryHostile searches for texts that are instructions to somebody, and
// pages behind them.
func TestDirectoryHostile(t *testing.T) {
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		d := h.directory(t)
		for _, text := range hostile {
			h.put(t, user{tenant: text, id: text, typ: text, name: &text})
			h.put(t, user{tenant: text, id: "nobody", name: &text})
		}
		for i, text := range hostile {
			q := sqlstore.DirectoryQuery{Search: text, Order: sqlstore.DirectoryOrder(i % 3), Limit: 1}
			require.ElementsMatch(t, []string{text, "nobody"}, ids(pages(t, d, text, q)), "%q", text)
			q.Type = text
			require.Equal(t, []string{text}, ids(pages(t, d, text, q)), "%q", text)
			q.Search += "x"
			require.Empty(t, pages(t, d, text, q), "%q", text)
			q = sqlstore.DirectoryQuery{Modules: []string{text}, Kind: license.Kind(text)}
			count, err := d.Count(ctx, text, q)
			require.NoError(t, err)
			require.Zero(t, count)
			entries, err := d.Entries(ctx, text, text)
			require.NoError(t, err)
			require.Equal(t, []string{text}, ids(entries))
		}
	})
}

// TestDirectoryRefuses says all that is wrong with a query at once.
func TestDirectoryRefuses(t *testing.T) {
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		d := h.directory(t)
		for text, q := range map[string]sqlstore.DirectoryQuery{
			"the limit is 0, not 1 to 10000":                                {},
			"the limit is 10001, not 1 to 10000":                            {Limit: 10_001},
			"there is no order 3; the limit is -1, not 1 to 10000":          {Order: 3, Limit: -1},
			"there is no order -1":                                          {Order: -1, Limit: 1},
			"the text to search for has 1001 bytes, more than 1000":         {Search: strings.Repeat("x", 1001), Limit: 1},
			"a text has a NUL; a text is not valid UTF-8":                   {Search: "\x00", Type: "\xff", Limit: 1},
			"a text is not valid UTF-8; a text has a NUL":                   {Kind: "\xff", Modules: []string{"a", "\x00"}, Limit: 1},
			"the limit is 0, not 1 to 10000; " + sqlstore.ErrCursor.Error(): {After: "x"},
		} {
			_, err := d.Find(ctx, "crm", q)
			var wrong *sqlstore.QueryError
			require.ErrorAs(t, err, &wrong)
			require.EqualError(t, err, "sqlstore: "+text)
			require.Equal(t, activation.ClassInvalid, activation.Classify(fmt.Errorf("a page: %w", err)))
		}
		_, err := d.Entries(ctx, "crm", make([]string, 100)...)
		require.ErrorContains(t, err, "and 95 more")
		require.Less(t, len(err.Error()), 300)
		require.Equal(t, activation.ClassInvalid, activation.Classify(sqlstore.ErrCursor))
		_, err = d.Count(ctx, "crm", sqlstore.DirectoryQuery{Search: "\x00", After: "x", Order: 7})
		require.EqualError(t, err, "sqlstore: a text has a NUL")
		_, err = d.Entries(ctx, "crm", "", "u1", "\x00")
		require.EqualError(t, err, "sqlstore: id 0: the id is empty; id 2: the id has a NUL")
		_, err = d.Entries(ctx, "crm", make([]string, sqlstore.MaxDirectoryPage+1)...)
		require.ErrorContains(t, err, "sqlstore: there are 10001 ids, more than 10000; id 0: ")
		_, err = d.Find(ctx, "", sqlstore.DirectoryQuery{Limit: 1})
		require.EqualError(t, err, "the id is empty")
	})
}

// TestDirectoryCursor refuses a cursor that is damaged, or of another query.
func TestDirectoryCursor(t *testing.T) {
	eachHost(t, func(t *testing.T, h *host) {
		t.Helper()
		ctx := t.Context()
		for i := range 20 {
			h.put(t, numbered("crm", i))
			h.put(t, numbered("CRM", i))
		}
		d := h.directory(t)
		q := sqlstore.DirectoryQuery{Search: "u", Modules: nil, Limit: 15}
		page, err := d.Find(ctx, "crm", q)
		require.NoError(t, err)
		q.After, q.Limit = page.Next, 3
		page, err = d.Find(ctx, "crm", q)
		require.NoError(t, err)
		require.Equal(t, []string{"u15", "u16", "u17"}, ids(page.Entries))

		refused := func(tenant string, q sqlstore.DirectoryQuery) {
			t.Helper()
			_, err := d.Find(ctx, tenant, q)
			require.ErrorIs(t, err, sqlstore.ErrCursor)
		}
		refused("CRM", q)
		for _, change := range []func(*sqlstore.DirectoryQuery){
			func(q *sqlstore.DirectoryQuery) { q.Search = "U" },
			func(q *sqlstore.DirectoryQuery) { q.Kind = license.User },
			func(q *sqlstore.DirectoryQuery) { q.Type = "internal" },
			func(q *sqlstore.DirectoryQuery) { q.Modules = []string{"acme.plan"} },
			func(q *sqlstore.DirectoryQuery) { q.Order = sqlstore.ByLastSeen },
			func(q *sqlstore.DirectoryQuery) { q.Descending = true },
			func(q *sqlstore.DirectoryQuery) { q.After = q.After[1:] },
			func(q *sqlstore.DirectoryQuery) { q.After += "AAAA" },
			func(q *sqlstore.DirectoryQuery) { q.After += "=" },
			func(q *sqlstore.DirectoryQuery) { q.After = q.After[:8] },
			func(q *sqlstore.DirectoryQuery) { q.After = "u15" },
		} {
			changed := q
			change(&changed)
			refused("crm", changed)
		}
		decoded, err := base64.RawURLEncoding.DecodeString(q.After)
		require.NoError(t, err)
		for i := range decoded {
			damaged := q
			decoded[i] ^= 1
			damaged.After = base64.RawURLEncoding.EncodeToString(decoded)
			decoded[i] ^= 1
			refused("crm", damaged)
		}
	})
}
