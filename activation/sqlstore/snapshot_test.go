package sqlstore_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestAllHoldersWhileOthersCommit goes through all holders in a transaction of
// the host that sees what others commit, where one has come since the census was
// read who is of a new combination.
func TestAllHoldersWhileOthersCommit(t *testing.T) {
	ctx := t.Context()
	pool, store := openPostgres(t, pgtest.DSN(t))
	put := func(holder seat.Holder) {
		require.NoError(t, store.Update(ctx, "tenant-42", func(w activation.Writer) error { return w.PutHolders(ctx, holder) }))
	}
	u1 := seat.Holder{ID: "u1", Kind: license.User, Assigned: []string{"acme.plan"}}
	u2 := seat.Holder{ID: "u2", Kind: license.User, Assigned: []string{"acme.addon"}}
	put(u1)
	tx, err := pool.Begin(ctx)
	require.NoError(t, err)
	var found []seat.Holder
	require.NoError(t, store.Bind(tx).View(ctx, "tenant-42", func(r activation.Reader) error {
		if _, err := r.Census(ctx); err != nil {
			return err
		}
		put(u2)
		reader, ok := r.(activation.SnapshotReader)
		require.True(t, ok)
		return reader.EachHolder(ctx, func(h seat.Holder) { found = append(found, h) })
	}))
	require.NoError(t, tx.Rollback(ctx))
	require.ElementsMatch(t, []seat.Holder{u1, u2}, found)
}

// TestHoldersInEveryMode reads holders over connections of pgx that get numbers in
// binary, and over those that get them as text, as behind a pooler.
func TestHoldersInEveryMode(t *testing.T) {
	dsn := pgtest.DSN(t)
	_, store := openPostgres(t, dsn)
	ctx := t.Context()
	want := []seat.Holder{
		{ID: "u1", Kind: license.User, Assigned: []string{"acme.plan"}},
		{ID: "u2", Kind: license.User, Type: "internal", Assigned: []string{"acme.addon"}},
	}
	require.NoError(t, store.Update(ctx, "tenant-42", func(w activation.Writer) error { return w.PutHolders(ctx, want...) }))
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec,
		pgx.QueryExecModeSimpleProtocol,
	} {
		config, err := pgxpool.ParseConfig(dsn)
		require.NoError(t, err)
		config.ConnConfig.DefaultQueryExecMode = mode
		pool, err := pgxpool.NewWithConfig(ctx, config)
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		other, err := sqlstore.NewPostgres(pool)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, other.Close()) })
		require.NoError(t, other.View(ctx, "tenant-42", func(r activation.Reader) error {
			var all []seat.Holder
			reader, ok := r.(activation.SnapshotReader)
			require.True(t, ok)
			require.NoError(t, reader.EachHolder(ctx, func(h seat.Holder) { all = append(all, h) }))
			require.ElementsMatch(t, want, all, mode)
			some, err := r.Holders(ctx, "u2")
			require.Equal(t, want[1:], some, mode)
			return err
		}), mode)
	}
}
