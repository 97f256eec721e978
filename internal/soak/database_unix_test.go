//go:build unix

package main

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/pgtest"
)

// On a server that is there already, a soak has a schema of its own, and leaves
// none behind.
func TestOpenDatabase(t *testing.T) {
	ctx := t.Context()
	there, err := pgx.Connect(ctx, pgtest.DSN(t)) // pgtest.DSN also names the server for openDatabase
	require.NoError(t, err)
	defer there.Close(ctx) //nolint:errcheck // it is not used any more
	dsn, end, err := openDatabase()
	require.NoError(t, err)
	own, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer own.Close(ctx) //nolint:errcheck // it is not used any more

	var schema string
	require.NoError(t, own.QueryRow(ctx, "SELECT current_schema()").Scan(&schema))
	var tables int
	require.NoError(t, own.QueryRow(ctx, "SELECT count(*) FROM pg_tables WHERE schemaname = $1", schema).Scan(&tables))
	require.Zero(t, tables)
	schemas := func() (n int) {
		require.NoError(t, there.QueryRow(ctx, "SELECT count(*) FROM pg_namespace WHERE nspname = $1", schema).Scan(&n))
		return n
	}
	require.Equal(t, 1, schemas())
	require.NoError(t, end())
	require.Zero(t, schemas())
}
