package sqlstore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/pgtest"
)

// pretendedCitus has the functions of Citus that the template calls, which write
// down what they were asked for.
const pretendedCitus = `
CREATE TABLE pg_dist_partition (n serial, logicalrelid regclass PRIMARY KEY, distributed text);
CREATE FUNCTION create_reference_table(of_table regclass) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO pg_dist_partition (logicalrelid, distributed) VALUES (of_table, 'reference') $$;
CREATE FUNCTION create_distributed_table(of_table regclass, by_column text, colocate_with text) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO pg_dist_partition (logicalrelid, distributed) VALUES (of_table, by_column || ' with ' || colocate_with) $$;
CREATE FUNCTION undistribute_table(of_table regclass) RETURNS void LANGUAGE sql AS
    $$ DELETE FROM pg_dist_partition WHERE logicalrelid = of_table $$;`

// TestCitusTemplate compares the tables that the template distributes with those
// that there are. Citus itself is not there.
func TestCitusTemplate(t *testing.T) {
	dsn := pgtest.DSN(t)
	pool, _ := openPostgres(t, dsn)
	ask := func(query string) (found map[string]string) {
		rows, err := pool.Query(t.Context(), query)
		require.NoError(t, err)
		found = make(map[string]string)
		var table, how string
		_, err = pgx.ForEachRow(rows, []any{&table, &how}, func() error {
			found[table] = how
			return nil
		})
		require.NoError(t, err)
		return found
	}
	want := ask(`SELECT table_name, CASE table_name WHEN 'seatwright_tenant' THEN 'tenant with none' ELSE 'tenant with seatwright_tenant' END
		FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'tenant' AND collation_name = 'C'`)
	require.Greater(t, len(want), 10)
	want["seatwright_schema"] = "reference"

	const distributed = `SELECT relname::text, distributed FROM pg_dist_partition JOIN pg_class c ON c.oid = logicalrelid`
	everything(t, dsn, pretendedCitus)
	for range 2 { // it must also run again after a later migration
		everything(t, dsn, template(t, "citus.sql"))
		require.Empty(t, cmp.Diff(want, ask(distributed)), "a table with tenants that templates/citus.sql and citus.down.sql do not name, or the other way round")
	}
	require.Equal(t, map[string]string{"seatwright_tenant": "tenant with none"},
		ask(distributed+` WHERE n = (SELECT min(n) FROM pg_dist_partition WHERE distributed LIKE 'tenant%')`), "the others are co-located with it")
	everything(t, dsn, template(t, "citus.down.sql"))
	require.Empty(t, ask(distributed))
}
