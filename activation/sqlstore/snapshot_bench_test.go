package sqlstore_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/seat"
)

// BenchmarkFirstSnapshot makes the first snapshot of a tenant, in turns with
// reading the rows of its holders bare: in one statement, and in pages of 1,000 by
// the primary key. It compares the quickest of each.
func BenchmarkFirstSnapshot(b *testing.B) {
	holders := benchHolders(b)
	pool, store := served(b)
	ctx := b.Context()
	const tenant = "tenant-42"
	crm := newEngine(b, store).Tenant(tenant)
	licensed(b, crm, 10_000_000, 0)
	stored, err := crm.As("eva").Import(ctx, mixed(holders), nil)
	require.NoError(b, err)
	require.Equal(b, holders, stored)
	var snapshot, whole, paged quickest
	for range b.N {
		snapshot.time(func() {
			e, err := newEngine(b, store).Tenant(tenant).Entitlements(ctx)
			require.NoError(b, err)
			require.True(b, e.Check(fmt.Sprintf("u%07d", holders-1), "acme.plan").Allowed())
		})
		whole.time(func() {
			read, _ := readRows(ctx, b, pool, "SELECT holder, combination FROM seatwright_holder WHERE tenant = $1", tenant)
			require.Equal(b, holders, read)
		})
		paged.time(func() { require.Equal(b, holders, readPages(ctx, b, pool, tenant)) })
	}
	b.ReportMetric(float64(snapshot.Milliseconds()), "ms/snapshot")
	b.ReportMetric(snapshot.Seconds()/whole.Seconds(), "×reading")
	b.ReportMetric(snapshot.Seconds()/paged.Seconds(), "×reading-pages")
}

// quickest is the shortest time of several, the one that other programs have
// disturbed least.
type quickest struct{ time.Duration }

func (q *quickest) time(operation func()) {
	started := time.Now()
	operation()
	if passed := time.Since(started); q.Duration == 0 || passed < q.Duration {
		q.Duration = passed
	}
}

// mixed is a crowd in which those who follow each other have other modules.
func mixed(n int) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		sets := [][]string{{"acme.addon", "acme.extra", "acme.plan"}, {"acme.plan"}, {"acme.extra", "acme.plan"}, {"acme.addon", "acme.plan"}}
		i := 0
		for h, err := range crowd(n) {
			h.Assigned = sets[i*i%7%len(sets)]
			i++
			if !yield(h, err) {
				return
			}
		}
	}
}

// readRows reads holders with their combinations and keeps none.
func readRows(ctx context.Context, b *testing.B, pool *pgxpool.Pool, statement string, args ...any) (read int, last string) {
	b.Helper()
	rows, err := pool.Query(ctx, statement, args...)
	require.NoError(b, err)
	defer rows.Close()
	var combination int64
	for rows.Next() {
		if err := rows.Scan(&last, &combination); err != nil {
			b.Fatal(err)
		}
		read++
	}
	require.NoError(b, rows.Err())
	return read, last
}

func readPages(ctx context.Context, b *testing.B, pool *pgxpool.Pool, tenant string) (all int) {
	b.Helper()
	const page = 1000
	for read, last := page, ""; read == page; all += read {
		read, last = readRows(ctx, b, pool,
			"SELECT holder, combination FROM seatwright_holder WHERE tenant = $1 AND holder > $2 ORDER BY holder LIMIT $3", tenant, last, page)
	}
	return all
}
