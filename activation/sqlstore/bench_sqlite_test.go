package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const byHandInSQLite = `
	CREATE TABLE hot (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL) STRICT;
	WITH RECURSIVE t (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 199) INSERT INTO hot SELECT i, 0 FROM t;
	CREATE TABLE seats (tenant INTEGER NOT NULL, holder TEXT NOT NULL, PRIMARY KEY (tenant, holder)) STRICT, WITHOUT ROWID;
	CREATE TABLE rows (tenant INTEGER NOT NULL, holder TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tenant, holder)) STRICT, WITHOUT ROWID;
	CREATE TABLE counts (tenant INTEGER NOT NULL, combination INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tenant, combination)) STRICT, WITHOUT ROWID;
	CREATE TABLE entries (entry INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, holder TEXT NOT NULL) STRICT;
	WITH RECURSIVE t (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 99999) INSERT INTO rows SELECT i % 200, 'u' || i, 0 FROM t;
	WITH RECURSIVE t (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 199) INSERT INTO counts SELECT i, 0, 1000000 FROM t UNION ALL SELECT i, 1, 0 FROM t`

// BenchmarkAssignSQLite compares an assign with what is written by hand. SQLite
// has one writer at a time.
func BenchmarkAssignSQLite(b *testing.B) {
	ctx := b.Context()
	db, store := openSQLite(b, b.TempDir())
	require.NoError(b, store.Migrate(ctx))
	_, err := db.ExecContext(ctx, byHandInSQLite)
	require.NoError(b, err)
	engine := newEngine(b, store)
	const tenants = 200
	n := max(b.N, 10)
	crm := make([]*activation.Tenant, tenants)
	for t := range crm {
		crm[t] = engine.Tenant(fmt.Sprintf("tenant-%d-%d", b.N, t))
		licensed(b, crm[t], 1_000_000, 0)
		var holders []seat.Holder
		for i := t; i < n; i += tenants {
			holders = append(holders, seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User})
		}
		require.NoError(b, errOf(crm[t].As("host").Admit(ctx, holders...)))
	}
	hand := func(i int, statements ...string) error {
		holder := fmt.Sprintf("u%d", i)
		return transactSQLite(ctx, db, func(conn *sql.Conn) error {
			for _, statement := range statements {
				if _, err := conn.ExecContext(ctx, statement, i%tenants, holder); err != nil {
					return err
				}
			}
			return nil
		})
	}
	operations := []func(i int) error{
		func(i int) error { return errOf(crm[i%tenants].As("eva").Assign(ctx, plans(fmt.Sprintf("u%d", i))...)) },
		func(i int) error {
			return hand(i, "UPDATE hot SET n = (SELECT count(*) FROM seats WHERE tenant = ?1) WHERE id = ?1 AND ?2 <> ''", "INSERT INTO seats VALUES (?1, ?2)")
		},
		func(i int) error {
			return hand(i, "UPDATE hot SET n = n + 1 WHERE id = ?1 AND ?2 <> ''", "UPDATE counts SET n = n - 1 WHERE tenant = ?1 AND combination = 0 AND ?2 <> ''",
				"UPDATE counts SET n = n + 1 WHERE tenant = ?1 AND combination = 1 AND ?2 <> ''", "UPDATE rows SET n = n + 1 WHERE tenant = ?1 AND holder = ?2",
				"INSERT INTO entries (tenant, holder) VALUES (?1, ?2)")
		},
	}
	b.ResetTimer()
	times := make([]spent, len(operations))
	for i := range n {
		for o, operation := range operations {
			times[o].spend(b, func() { require.NoError(b, operation(i)) })
		}
	}
	ours, counting, same := times[0], times[1], times[2]
	b.ReportMetric(float64(n)/ours.passed.Seconds(), "assigns/s")
	b.ReportMetric(counting.passed.Seconds()/ours.passed.Seconds(), "of-lock-count-insert")
	b.ReportMetric(same.passed.Seconds()/ours.passed.Seconds(), "of-same-rows")
	b.ReportMetric(float64(ours.processor.Microseconds())/float64(n), "cpu-µs")
	b.ReportMetric(counting.processor.Seconds()/ours.processor.Seconds(), "cpu-of-lock-count-insert")
	b.ReportMetric(same.processor.Seconds()/ours.processor.Seconds(), "cpu-of-same-rows")
}

func transactSQLite(ctx context.Context, db *sql.DB, do func(conn *sql.Conn) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // it only goes back to the pool
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := do(conn); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}
