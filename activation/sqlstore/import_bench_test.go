package sqlstore_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// benchHolders is how many holders benchmarks of large tenants have: 20,000, or as
// many as SEATWRIGHT_BENCH_HOLDERS says.
func benchHolders(b *testing.B) int {
	b.Helper()
	text := os.Getenv("SEATWRIGHT_BENCH_HOLDERS")
	if text == "" {
		return 20_000
	}
	holders, err := strconv.Atoi(text)
	require.NoError(b, err)
	return holders
}

// BenchmarkImport imports holders with three modules each, and copies the same
// rows with COPY into tables with the same indexes, of which pgx is handed one
// after another.
func BenchmarkImport(b *testing.B) {
	holders := benchHolders(b)
	pool, store := served(b)
	ctx := b.Context()
	engine := newEngine(b, store)
	for _, table := range []string{"holder", "log"} {
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
		started = time.Now()
		copyRows(b, pool, tenant, holders)
		copying += time.Since(started)
		if holders <= 20_000 { // it takes long
			requireSameRows(b, pool, tenant)
		}
	}
	b.ReportMetric(float64(holders*b.N)/importing.Seconds(), "holders/s")
	b.ReportMetric(copying.Seconds()/importing.Seconds(), "of-copy")
}

// copyRows copies what an import of a crowd writes.
func copyRows(b *testing.B, pool *pgxpool.Pool, tenant string, holders int) {
	b.Helper()
	modules := []string{"acme.addon", "acme.extra", "acme.plan"}
	id := func(i int) string { return fmt.Sprintf("u%07d", i) }
	_, err := pool.CopyFrom(b.Context(), pgx.Identifier{"copy_holder"},
		[]string{"tenant", "holder", "combination", "revision"},
		pgx.CopyFromSlice(holders, func(i int) ([]any, error) {
			return []any{tenant, id(i), int64(1), int64(3 + i/10_000)}, nil
		}))
	require.NoError(b, err)
	_, err = pool.CopyFrom(b.Context(), pgx.Identifier{"copy_log"},
		[]string{"tenant", "entry", "at", "actor", "holder", "module", "cause", "moved_to", "history"},
		pgx.CopyFromSlice(len(modules)*holders, func(i int) ([]any, error) {
			return []any{tenant, int64(i + 1), today, "eva", id(i / len(modules)), modules[i%len(modules)], "assigned", "", int64(0)}, nil
		}))
	require.NoError(b, err)
}

// requireSameRows sees to it that the comparison is one.
func requireSameRows(b *testing.B, pool *pgxpool.Pool, tenant string) {
	b.Helper()
	for _, table := range []string{"holder", "log"} {
		var others int
		require.NoError(b, pool.QueryRow(b.Context(), fmt.Sprintf(`SELECT count(*) FROM (
			(TABLE seatwright_%[1]s EXCEPT TABLE copy_%[1]s) UNION ALL (TABLE copy_%[1]s EXCEPT TABLE seatwright_%[1]s)
		) AS others WHERE tenant = $1`, table), tenant).Scan(&others))
		require.Zero(b, others, table)
	}
}
