package postgres_test

import (
	"database/sql"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/drivers/suite"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestVersions runs a brief suite, and the triggers, on the versions of PostgreSQL
// that the other tests have not.
func TestVersions(t *testing.T) {
	folders := pgtest.Versions(t)
	require.Equal(t, []string{"14", "16", "17", "18"}, slices.Sorted(maps.Keys(folders)))
	for _, version := range slices.Sorted(maps.Keys(folders)) {
		t.Run(version, func(t *testing.T) {
			server := pgtest.StartVersion(t, folders[version])
			suite.Pool(t, suite.Brief, func(t testing.TB, place string) (*pgxpool.Pool, *sqlstore.Postgres) {
				t.Helper()
				config, err := pgxpool.ParseConfig(server.DSNFor(t, place))
				require.NoError(t, err)
				return suite.OpenPool(t, config)
			}, "ConnectionLost")
			t.Run("triggers", func(t *testing.T) { releases(t, server) })
		})
	}
}

// releases has a trigger of the templates release the seats of who is deactivated.
func releases(t *testing.T, server *pgtest.Server) {
	t.Helper()
	ctx := t.Context()
	db, store := suite.Open(t, "pgx", server.DSNFor(t, t.Name()), sqlstore.PostgreSQL)
	var version string
	require.NoError(t, db.QueryRowContext(ctx, "SHOW server_version").Scan(&version))
	require.Contains(t, t.Name(), "/"+version[:2]+"/")
	tx, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	template, err := os.ReadFile("../../../activation/sqlstore/templates/release_postgresql.sql")
	require.NoError(t, err)
	execute(t, tx, "CREATE TABLE users (tenant text, id text, active boolean NOT NULL DEFAULT true, PRIMARY KEY (tenant, id))")
	execute(t, tx, string(template))
	execute(t, tx, "INSERT INTO users (tenant, id) VALUES ('tenant-42', 'leaves'), ('tenant-42', 'stays')")
	require.NoError(t, store.Bind(tx).Update(ctx, "tenant-42", func(w activation.Writer) error {
		return w.PutHolders(ctx,
			seat.Holder{ID: "leaves", Kind: license.User, Assigned: []string{"acme.web"}},
			seat.Holder{ID: "stays", Kind: license.User, Assigned: []string{"acme.web"}})
	}))
	require.NoError(t, tx.Commit())
	_, err = db.ExecContext(ctx, "UPDATE users SET active = false WHERE id = 'leaves'")
	require.NoError(t, err)
	require.NoError(t, store.View(ctx, "tenant-42", func(r activation.Reader) error {
		holders, err := r.HoldersWith(ctx, []string{"acme.web"}, "", 10)
		require.Len(t, holders, 1)
		require.Equal(t, "stays", holders[0].ID)
		return err
	}))
}

func execute(t *testing.T, tx *sql.Tx, statements string) {
	t.Helper()
	_, err := tx.ExecContext(t.Context(), statements)
	require.NoError(t, err)
}
