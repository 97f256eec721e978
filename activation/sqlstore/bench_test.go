package sqlstore_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const goroutines = 64

// served is a store on a server that loses nothing in a crash.
func served(b *testing.B) (*pgxpool.Pool, *sqlstore.Postgres) {
	b.Helper()
	return servedBy(b, pgtest.Start(b).DSN())
}

func servedBy(b *testing.B, dsn string) (*pgxpool.Pool, *sqlstore.Postgres) {
	b.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(b, err)
	config.MaxConns = goroutines
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	store, err := sqlstore.NewPostgres(pool)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, store.Close()) })
	require.NoError(b, store.Migrate(b.Context()))
	return pool, store
}

// alternately runs each of the operations n times in all, from many goroutines
// and in turns, so that they meet the same machine, and returns how many a second
// there were. The first turn is not counted: connections prepare their
// statements in it.
func alternately(b *testing.B, n int, operations ...func(i int) error) []float64 {
	b.Helper()
	const turns = 5
	each := n / turns
	spent := make([]time.Duration, len(operations))
	for turn := range turns {
		for o, operation := range operations {
			started := time.Now()
			crowded(b, each, func(i int) error { return operation(turn*each + i) })
			if turn > 0 {
				spent[o] += time.Since(started)
			}
		}
	}
	rates := make([]float64, len(operations))
	for o := range rates {
		rates[o] = float64((turns-1)*each) / spent[o].Seconds()
	}
	return rates
}

// crowded runs an operation n times from many goroutines.
func crowded(b *testing.B, n int, operation func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := operation(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

const byHand = `
	CREATE TABLE hot (id integer PRIMARY KEY, n bigint NOT NULL);
	INSERT INTO hot SELECT i, 0 FROM generate_series(0, 199) AS i;
	CREATE TABLE seats (tenant integer NOT NULL, holder text NOT NULL, PRIMARY KEY (tenant, holder));
	CREATE TABLE rows (tenant integer NOT NULL, holder text NOT NULL, PRIMARY KEY (tenant, holder));
	CREATE TABLE counts (tenant integer NOT NULL, combination integer NOT NULL, n bigint NOT NULL, PRIMARY KEY (tenant, combination));
	CREATE TABLE entries (tenant integer NOT NULL, entry bigserial NOT NULL, holder text NOT NULL, PRIMARY KEY (tenant, entry));
	INSERT INTO counts SELECT i, c, 1000000 FROM generate_series(0, 199) AS i, generate_series(0, 1) AS c;
	INSERT INTO rows SELECT i % 200, 'u' || i FROM generate_series(0, 99999) AS i`

// lockCountInsert is what hosts write by hand.
func lockCountInsert(ctx context.Context, pool *pgxpool.Pool, tenant, i int) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT FROM hot WHERE id = $1 FOR UPDATE", tenant); err != nil {
			return err
		}
		var inUse int64
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM seats WHERE tenant = $1", tenant).Scan(&inUse); err != nil || inUse > 1_000_000 {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO seats VALUES ($1, $2)", tenant, fmt.Sprintf("u%d", i))
		return err
	})
}

// sameRows writes by hand what an assign writes.
func sameRows(ctx context.Context, pool *pgxpool.Pool, tenant, i int) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		holder := fmt.Sprintf("u%d", i)
		for _, statement := range []struct {
			sql  string
			args []any
		}{
			{"UPDATE hot SET n = n + 1 WHERE id = $1", []any{tenant}},
			{"UPDATE counts SET n = n - 1 WHERE tenant = $1 AND combination = 0", []any{tenant}},
			{"UPDATE counts SET n = n + 1 WHERE tenant = $1 AND combination = 1", []any{tenant}},
			{"UPDATE rows SET holder = holder WHERE tenant = $1 AND holder = $2", []any{tenant, holder}},
			{"INSERT INTO entries (tenant, holder) VALUES ($1, $2)", []any{tenant, holder}},
		} {
			if _, err := tx.Exec(ctx, statement.sql, statement.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkAssign compares an assign with what is written by hand, for one hot
// tenant and for 200.
func BenchmarkAssign(b *testing.B) {
	compareAssigns(b, pgtest.Start(b).DSN())
}

// BenchmarkAssignFar is BenchmarkAssign over a line on which each answer takes a
// millisecond more.
func BenchmarkAssignFar(b *testing.B) {
	_, through := pgtest.NewLine(b, pgtest.Start(b).DSN(), time.Millisecond)
	compareAssigns(b, through)
}

func compareAssigns(b *testing.B, dsn string) {
	b.Helper()
	pool, store := servedBy(b, dsn)
	ctx := b.Context()
	_, err := pool.Exec(ctx, byHand)
	require.NoError(b, err)
	engine := newEngine(b, store)
	run := 0
	for _, tenants := range []int{1, 200} {
		b.Run(fmt.Sprintf("tenants=%d", tenants), func(b *testing.B) {
			run++
			n := max(b.N, 10)
			crm := make([]*activation.Tenant, tenants)
			for t := range crm {
				crm[t] = engine.Tenant(fmt.Sprintf("tenant-%d-%d", run, t))
				licensed(b, crm[t], 1_000_000, 0) //nolint:contextcheck // it uses the context of the benchmark
				var holders []seat.Holder
				for i := t; i < n; i += tenants {
					holders = append(holders, seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User})
				}
				require.NoError(b, errOf(crm[t].As("host").Admit(ctx, holders...)))
			}
			_, err := pool.Exec(ctx, "TRUNCATE seats")
			require.NoError(b, err)
			b.ResetTimer()
			rates := alternately(b, n,
				func(i int) error { return errOf(crm[i%tenants].As("eva").Assign(ctx, plans(fmt.Sprintf("u%d", i))...)) },
				func(i int) error { return lockCountInsert(ctx, pool, i%tenants, i) },
				func(i int) error { return sameRows(ctx, pool, i%tenants, i) },
				func(i int) error {
					_, err := pool.Exec(ctx, "UPDATE hot SET n = n + 1 WHERE id = $1", i%tenants)
					return err
				})
			ours, counting, same, bare := rates[0], rates[1], rates[2], rates[3]
			b.ReportMetric(ours, "assigns/s")
			b.ReportMetric(ours/bare, "of-bare-update")
			b.ReportMetric(ours/counting, "of-lock-count-insert")
			b.ReportMetric(ours/same, "of-same-rows")
		})
	}
}

// crowd is holders with three modules each.
func crowd(n int) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		for i := range n {
			h := seat.Holder{
				ID: fmt.Sprintf("u%07d", i), Kind: license.User, Type: "internal",
				Assigned: []string{"acme.plan", "acme.addon", "acme.extra"},
			}
			if !yield(h, nil) {
				return
			}
		}
	}
}

// BenchmarkBulk compares 10,000 assignments in one call with one by one.
func BenchmarkBulk(b *testing.B) {
	_, store := served(b)
	ctx := b.Context()
	engine := newEngine(b, store)
	const many, few = 10_000, 200
	var together, single time.Duration
	for n := range b.N {
		crm := engine.Tenant(fmt.Sprintf("tenant-%d-%d", b.N, n))
		licensed(b, crm, 1_000_000, many+few)
		var ids []string
		for i := range many {
			ids = append(ids, fmt.Sprintf("u%d", i+1))
		}
		started := time.Now()
		require.NoError(b, errOf(crm.As("eva").Assign(ctx, plans(ids...)...)))
		together += time.Since(started)
		started = time.Now()
		for i := range few {
			require.NoError(b, errOf(crm.As("eva").Assign(ctx, plans(fmt.Sprintf("u%d", many+i+1))...)))
		}
		single += time.Since(started)
	}
	b.ReportMetric(float64(together.Milliseconds())/float64(b.N), "ms/10000")
	b.ReportMetric(single.Seconds()/few*many/together.Seconds(), "x-one-by-one")
}

// BenchmarkMillion loads a million holders with three modules each, and compares
// with a thousand what does not grow with them.
func BenchmarkMillion(b *testing.B) {
	_, store := served(b)
	ctx := b.Context()
	engine := newEngine(b, store)
	tenants := make(map[int]*activation.Tenant)
	for _, holders := range []int{1000, 1_000_000} {
		crm := engine.Tenant(fmt.Sprint(holders))
		tenants[holders] = crm
		licensed(b, crm, 1_000_000, 0)
		started := time.Now()
		stored, err := crm.As("eva").Import(ctx, crowd(holders), nil)
		require.NoError(b, err)
		require.Equal(b, holders, stored)
		b.Logf("%d holders in %s", holders, time.Since(started).Round(time.Millisecond))
		_, err = crm.As("eva").Load(ctx, bytes.NewReader(acme(b, 2, 10)))
		require.NoError(b, err)
	}
	b.ResetTimer()
	times := make(map[int]time.Duration)
	for range b.N {
		for holders, crm := range tenants {
			const repeat = 20
			started := time.Now()
			for range repeat {
				_, err := crm.Plan(ctx, "acme")
				require.NoError(b, err)
			}
			times[holders] += time.Since(started) / repeat
		}
	}
	b.ReportMetric(float64(times[1_000_000].Microseconds())/float64(b.N), "µs/plan")
	b.ReportMetric(times[1_000_000].Seconds()/times[1000].Seconds(), "of-1000")
	refreshes(b, tenants[1_000_000])
}

// refreshes brings a snapshot up to date after one release and one assign.
func refreshes(b *testing.B, crm *activation.Tenant) {
	b.Helper()
	ctx := b.Context()
	started := time.Now()
	_, err := crm.Entitlements(ctx)
	require.NoError(b, err)
	b.Logf("first snapshot in %s", time.Since(started).Round(time.Millisecond))
	var all time.Duration
	const repeat = 20
	for range repeat {
		_, err := crm.As("eva").Release(ctx, plans("u0000007")...)
		require.NoError(b, err)
		started := time.Now()
		e, err := crm.Entitlements(ctx)
		require.NoError(b, err)
		all += time.Since(started)
		require.False(b, e.Check("u0000007", "acme.plan").Allowed())
		require.NoError(b, errOf(crm.As("eva").Assign(ctx, plans("u0000007")...)))
		_, err = crm.Entitlements(ctx)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(all.Microseconds())/repeat, "µs/refresh")
}
