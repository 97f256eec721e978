package postgres_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/drivers/suite"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// TestCitus runs the whole suite on tables that are distributed by tenant, at the
// coordinator of SEATWRIGHT_TEST_CITUS.
func TestCitus(t *testing.T) {
	dsn := os.Getenv("SEATWRIGHT_TEST_CITUS")
	if dsn == "" {
		t.Skip("set SEATWRIGHT_TEST_CITUS to the DSN of a coordinator to run the suite on distributed tables")
	}
	template, err := os.ReadFile("../../../activation/sqlstore/templates/citus.sql")
	require.NoError(t, err)
	t.Run("distributed", func(t *testing.T) {
		suite.Pool(t, suite.Whole, func(t testing.TB, place string) (*pgxpool.Pool, *sqlstore.Postgres) {
			t.Helper()
			config, err := pgxpool.ParseConfig(pgtest.SchemaFor(t, dsn, place))
			require.NoError(t, err)
			pool, store := suite.OpenPool(t, config, sqlstore.WithSeparateTenants())
			distribute(t, pool, string(template))
			return pool, store
		}, "ConnectionLost")
	})
}

// distribute runs the template, one at a time of those who open the same place.
func distribute(t testing.TB, pool *pgxpool.Pool, template string) {
	t.Helper()
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Conn().PgConn().Exec(t.Context(), "BEGIN; SELECT pg_advisory_xact_lock(42); "+template+" COMMIT").ReadAll()
	require.NoError(t, err)
}
