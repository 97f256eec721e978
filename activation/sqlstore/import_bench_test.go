package sqlstore_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// BenchmarkImport imports holders with three modules each, and copies the same
// rows with COPY into tables with the same indexes: 20,000 holders, or as many as
// SEATWRIGHT_BENCH_HOLDERS says.
func BenchmarkImport(b *testing.B) {
	holders := 20_000
	if text := os.Getenv("SEATWRIGHT_BENCH_HOLDERS"); text != "" {
		var err error
		holders, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	pool, store := served(b)
	ctx := b.Context()
	engine := newEngine(b, store)
	copied := []string{"holder", "log"}
	for _, table := range copied {
		_, err := pool.Exec(ctx, fmt.Sprintf("CREATE TABLE copy_%s (LIKE seatwright_%[1]s INCLUDING ALL)", table))
		require.NoError(b, err)
	}
	var importing, copying time.Duration
	for i := range b.N {
		tenant := fmt.Sprintf("tenant-%d-%d", b.N, i)
		crm := engine.Tenant(tenant)
		licensed(b, crm, 10_000_000, 0)
		started := time.Now()
		stored, err := crm.As("eva").Import(ctx, crowd(holders), nil)
		require.NoError(b, err)
		require.Equal(b, holders, stored)
		importing += time.Since(started)
		for _, table := range copied {
			rows, err := pool.Query(ctx, "SELECT * FROM seatwright_"+table+" WHERE tenant = $1", tenant)
			require.NoError(b, err)
			var columns []string
			for _, field := range rows.FieldDescriptions() {
				columns = append(columns, field.Name)
			}
			all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
			require.NoError(b, err)
			started := time.Now()
			_, err = pool.CopyFrom(ctx, pgx.Identifier{"copy_" + table}, columns, pgx.CopyFromRows(all))
			require.NoError(b, err)
			copying += time.Since(started)
		}
	}
	b.ReportMetric(float64(holders*b.N)/importing.Seconds(), "holders/s")
	b.ReportMetric(copying.Seconds()/importing.Seconds(), "of-copy")
}
