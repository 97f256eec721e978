package sqlstore_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// TestRepairOfACensus has a census that counts one holder who is none, as an
// earlier version has left it: nobody can be released, and a license without the
// module is blocked. Repair mends it in one Update, and the license is activated.
func TestRepairOfACensus(t *testing.T) {
	t.Run("Postgres", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		_, store := openPostgres(t, dsn)
		db, _ := migratedDB(t, dsn)
		repairs(t, db, store)
	})
	t.Run("PostgresSQL", func(t *testing.T) {
		db, store := migratedDB(t, pgtest.DSN(t))
		repairs(t, db, store)
	})
	t.Run("SQLite", func(t *testing.T) {
		db, store := openSQLite(t, t.TempDir())
		require.NoError(t, store.Migrate(t.Context()))
		repairs(t, db, store)
	})
}

// counted is a store that counts Updates.
type counted struct {
	activation.Store
	updates int
}

func (c *counted) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	c.updates++
	return c.Store.Update(ctx, tenant, fn)
}

func repairs(t *testing.T, db *sql.DB, store activation.Store) {
	t.Helper()
	ctx := t.Context()
	counting := &counted{Store: store}
	crm := newEngine(t, counting).Tenant("tenant-42")
	licensed(t, crm, 5, 3)
	require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1", "u2")...)))
	require.NoError(t, errOf(crm.As("eva").Assign(ctx, seat.Assignment{Holder: "u3", Module: "acme.addon"})))
	spoil(t, db, "seatwright_", "tenant-42")
	require.NoError(t, errOf(crm.As("eva").Release(ctx, seat.Assignment{Holder: "u3", Module: "acme.addon"})))

	smaller := withoutAddon(t, 2)
	result, err := crm.As("eva").Load(ctx, bytes.NewReader(smaller))
	require.NoError(t, err)
	require.Equal(t, activation.WaitingBlocked, result.Waiting)
	nobody, err := crm.HolderPage(ctx, activation.HolderQuery{Plan: result.Plan, Blocker: result.Plan.Blockers[0]}, "", 10)
	require.NoError(t, err)
	require.Empty(t, nobody, "whom to release")
	want := []activation.Drift{
		{Code: activation.DriftCensus, Subject: `user "internal" acme.addon`, Stored: "1", Found: "0"},
		{Code: activation.DriftCensus, Subject: `user "internal" acme.plan`, Stored: "3", Found: "2"},
	}
	drift, err := crm.Verify(ctx)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, drift))
	reconciled, err := crm.As("sync").Reconcile(ctx, func(yield func(seat.Holder, error) bool) {
		for _, id := range []string{"u1", "u2", "u3"} {
			if !yield(seat.Holder{ID: id, Kind: license.User, Type: "internal"}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	require.Empty(t, reconciled, "it is not about holders")

	counting.updates = 0
	mended, err := crm.As("ida").Repair(ctx)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(want, mended))
	assert.Equal(t, 1, counting.updates)
	verified(t, crm)
	history, err := crm.History(ctx, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, activation.HistoryRepaired, history[0].Kind)
	assert.Equal(t, "ida", history[0].By)
	preview, err := crm.Plan(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, planner.Ready, preview.Plan.Status)
	require.NoError(t, errOf(crm.As("eva").Activate(ctx, preview.Approve())))
	verified(t, crm)
}

// withoutAddon is a signed license with the plan alone.
func withoutAddon(t *testing.T, number int64) []byte {
	t.Helper()
	document, err := json.Marshal(&license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"},
		Number:   number, IssuedAt: today.AddDate(0, 0, -10),
		Modules: []license.Module{{Name: "plan", Kind: license.User, Quantity: 5}},
	})
	require.NoError(t, err)
	sealed, err := signed.Sign(document, vendorKey)
	require.NoError(t, err)
	return sealed
}
