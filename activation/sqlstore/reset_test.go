package sqlstore_test

import (
	"database/sql"
	"io/fs"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

var createdTable = regexp.MustCompile(`CREATE TABLE (?:IF NOT EXISTS )?(seatwright_[a-z]+)`)

// tables are those that the migrations make.
func tables(t *testing.T, dialect sqlstore.Dialect) (names []string) {
	t.Helper()
	files := sqlstore.Migrations(dialect)
	ups, err := fs.Glob(files, "*.up.sql")
	require.NoError(t, err)
	for _, name := range ups {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		for _, match := range createdTable.FindAllSubmatch(text, -1) {
			names = append(names, string(match[1]))
		}
	}
	require.Contains(t, names, "seatwright_schema")
	return names
}

// TestReset has a host delete all rows of all tables, as between two tests. The
// process goes on and so does one that begins then, with or without Migrate.
func TestReset(t *testing.T) {
	databases(t, func(t *testing.T, dialect sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		ctx := t.Context()
		db, store := open()
		require.NoError(t, store.Migrate(ctx))
		crm := newEngine(t, store).Tenant("tenant-42")
		for range 2 {
			licensed(t, crm, 2, 3)
			require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1", "u2")...)))
			entitlements, err := crm.Entitlements(ctx)
			require.NoError(t, err)
			require.True(t, entitlements.Check("u1", "acme.plan").Allowed())

			for _, table := range tables(t, dialect) {
				_, err := db.ExecContext(ctx, "DELETE FROM "+table) //nolint:gosec // the tables are those of the test
				require.NoError(t, err)
			}
			crm.Committed()
			entitlements, err = crm.Entitlements(ctx)
			require.NoError(t, err)
			require.False(t, entitlements.Check("u1", "acme.plan").Allowed())
			verified(t, crm)
			_, beside := open()
			works(t, beside)
			require.NoError(t, beside.Migrate(ctx))
			var version, minimum int
			require.NoError(t, db.QueryRowContext(ctx, "SELECT version, minimum FROM seatwright_schema").Scan(&version, &minimum))
			require.Equal(t, []int{known, 1}, []int{version, minimum})
		}
	})
}

// TestSweptLicenses has a host delete what is kept of licenses, and not who has
// seats.
func TestSweptLicenses(t *testing.T) {
	databases(t, func(t *testing.T, _ sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		ctx := t.Context()
		db, store := open()
		require.NoError(t, store.Migrate(ctx))
		crm := newEngine(t, store).Tenant("tenant-42")
		licensed(t, crm, 2, 3)
		require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1", "u2")...)))
		for _, table := range []string{"owner", "envelope", "highest"} {
			_, err := db.ExecContext(ctx, "DELETE FROM seatwright_"+table) //nolint:gosec // the tables are those of the test
			require.NoError(t, err)
		}
		crm.Committed()
		status, err := crm.Status(ctx)
		require.NoError(t, err)
		require.Equal(t, []attention.Item{{
			Code: attention.Unlicensed, Severity: attention.Critical, Owner: "acme", Module: "acme.plan", Count: 2,
		}}, status.Attention(status.At))
		licensed(t, crm, 2, 0)
		status, err = crm.Status(ctx)
		require.NoError(t, err)
		require.Empty(t, status.Unlicensed)
	})
}
