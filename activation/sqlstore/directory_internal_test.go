package sqlstore

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

// TestDirectoryPlans looks how SQLite reads pages: by an index of the template,
// from the place of the cursor on.
func TestDirectoryPlans(t *testing.T) {
	ctx := t.Context()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	store, err := NewDB(db, SQLite)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(ctx))
	template, err := os.ReadFile("templates/directory_sqlite.sql")
	require.NoError(t, err)
	_, err = db.ExecContext(ctx, "CREATE TABLE users (tenant text, id text, active boolean, type text, name text, last_seen integer);"+string(template))
	require.NoError(t, err)
	d, err := store.Directory("people")
	require.NoError(t, err)

	for plan, p := range map[string]part{
		"INDEX users_by_id (tenant=?)":                                                 {order: ByHolder, none: true},
		"INDEX users_by_id (tenant=? AND id>?)":                                        {order: ByHolder, none: true, after: &place{}},
		"INDEX users_by_name (tenant=?)":                                               {order: ByName},
		"INDEX users_by_name (tenant=? AND <expr>>?)":                                  {order: ByName, after: &place{}},
		"INDEX users_by_name (tenant=? AND <expr><?)":                                  {order: ByName, descending: true, after: &place{}},
		"INDEX users_by_name (tenant=? AND <expr>=? AND id>?)":                         {order: ByName, none: true, after: &place{}},
		"INDEX users_by_last_seen (tenant=? AND last_seen>? AND (last_seen,id)<(?,?))": {order: ByLastSeen, descending: true, after: &place{}},
		"INDEX users_by_last_seen (tenant=? AND last_seen=? AND id<?)":                 {order: ByLastSeen, none: true, descending: true, after: &place{}},
	} {
		for _, q := range []DirectoryQuery{{}, {Search: "a"}} {
			listing := d.listing("tenant-42").like(q).page(p, 51)
			listing.sql = "EXPLAIN QUERY PLAN " + listing.sql
			var steps []string
			listing.each = func(row row) error {
				var id, parent, unused int
				var step string
				err := row.Scan(&id, &parent, &unused, &step)
				steps = append(steps, step)
				return err
			}
			require.NoError(t, sqlSession{db}.run(ctx, listing))
			require.Contains(t, strings.Join(steps, "\n"), plan)
		}
	}
}
