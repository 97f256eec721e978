package sqlstore_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestRoundTrips counts what daily operations cost on the way to the database:
// over pgx two round trips, in a transaction of our own, also behind database/sql,
// as in one of the host's, where there are those that begin and end it. In one of
// database/sql each statement is a round trip.
func TestRoundTrips(t *testing.T) {
	ctx := t.Context()
	line, through := pgtest.NewLine(t, pgtest.DSNFor(t, t.Name()), 0)
	// One connection each, so that what was prepared stays so.
	pool, store := openPostgres(t, through+"&pool_max_conns=1")
	db, over := openDB(t, "pgx", through, sqlstore.PostgreSQL)
	db.SetMaxOpenConns(1)
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 1000, 20)
	// So that the combinations are there before and after.
	require.NoError(t, errOf(crm.As("eva").Assign(ctx, append(plans("u8"), seat.Assignment{Holder: "u9", Module: "acme.addon"})...)))
	pgx5, stdlib := newEngine(t, store).Tenant("tenant-42").As("eva"), newEngine(t, over).Tenant("tenant-42").As("eva")

	for name, way := range map[string]struct {
		trips int
		run   func(operation func(context.Context, *activation.Actor) error) error
	}{
		"pgx": {2, func(operation func(context.Context, *activation.Actor) error) error { return operation(ctx, pgx5) }},
		"pgx, in the host's transaction": {4, func(operation func(context.Context, *activation.Actor) error) error {
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return operation(ctx, pgx5.In(store.Bind(tx))) })
		}},
		"database/sql, in the host's transaction": {10, func(operation func(context.Context, *activation.Actor) error) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if err := operation(ctx, stdlib.In(over.Bind(tx))); err != nil {
				return err
			}
			return tx.Commit()
		}},
		"database/sql": {2, func(operation func(context.Context, *activation.Actor) error) error { return operation(ctx, stdlib) }},
	} {
		t.Run(name, func(t *testing.T) {
			for round := range 3 {
				for _, daily := range daily {
					line.Trips()
					require.NoError(t, way.run(daily.run))
					if round > 0 { // the first round prepares statements
						trips := ours(line.Trips())
						require.LessOrEqual(t, len(trips), way.trips, "%s: %s", daily.name, strings.Join(slices.Concat(trips...), "\n"))
					}
				}
			}
		})
	}
}

// daily is operations that write the rows of one holder.
var daily = []struct {
	name string
	run  func(ctx context.Context, crm *activation.Actor) error
}{
	{"assign", func(ctx context.Context, crm *activation.Actor) error { return errOf(crm.Assign(ctx, plans("u1")...)) }},
	{"switch", func(ctx context.Context, crm *activation.Actor) error {
		return errOf(crm.Switch(ctx, seat.Swap{Holder: "u1", From: "acme.plan", To: "acme.addon"}))
	}},
	{"release", func(ctx context.Context, crm *activation.Actor) error {
		return errOf(crm.Release(ctx, seat.Assignment{Holder: "u1", Module: "acme.addon"}))
	}},
	{"admit", func(ctx context.Context, crm *activation.Actor) error {
		return errOf(crm.Admit(ctx, seat.Holder{ID: "u2", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}}))
	}},
	{"retire", func(ctx context.Context, crm *activation.Actor) error { return errOf(crm.Retire(ctx, "u2")) }},
}

// ours leaves out what tells other processes.
func ours(trips [][]string) [][]string {
	return slices.DeleteFunc(trips, func(trip []string) bool {
		return len(trip) > 0 && strings.Contains(trip[0], "pg_notify")
	})
}

// TestOvertaken has another process write between the assigns of one. The first of
// them costs a round trip more, since it trusted in what is remembered; the next one
// asks for owners and census at once.
func TestOvertaken(t *testing.T) {
	ctx := t.Context()
	line, through := pgtest.NewLine(t, pgtest.DSNFor(t, t.Name()), 0)
	pool, mine := openPostgres(t, through+"&pool_max_conns=1")
	other, err := sqlstore.NewPostgres(pool)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	first, second := newEngine(t, mine).Tenant("tenant-42").As("eva"), newEngine(t, other).Tenant("tenant-42").As("eva")
	licensed(t, newEngine(t, mine).Tenant("tenant-42"), 1000, 20)
	gives := func(crm *activation.Actor, holder string) [][]string {
		line.Trips()
		require.NoError(t, errOf(crm.Assign(ctx, plans(holder)...)))
		return ours(line.Trips())
	}
	for _, holder := range []string{"u12", "u14", "u16"} { // the first calls prepare statements
		gives(second, holder)
		gives(first, holder)
	}
	gives(first, "u3")
	gives(first, "u4")
	trusting := gives(first, "u5")
	require.Len(t, trusting, 2)
	require.NotContains(t, strings.Join(trusting[0], "\n"), "seatwright_owner")

	gives(second, "u6")
	require.Len(t, gives(first, "u7"), 3, "in vain")
	gives(second, "u8")
	require.Len(t, gives(first, "u9"), 2, "all at once")
	require.Len(t, gives(first, "u10"), 2, "nobody else has written: all was asked for once more")
	trusting = gives(first, "u11")
	require.Len(t, trusting, 2)
	require.NotContains(t, strings.Join(trusting[0], "\n"), "seatwright_owner")
}
