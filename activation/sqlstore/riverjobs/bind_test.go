package riverjobs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/sqlstore/riverjobs"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// A job of the host's and a seat commit together: InsertTx and Bind take the same
// transaction.
func TestInsertAndBind(t *testing.T) {
	h := newHost(t)
	ctx := t.Context()
	store, err := sqlstore.NewPostgres(h.pool)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(ctx))
	client := h.client()
	for name, commit := range map[string]bool{"kept": true, "given up": false} {
		tx, err := h.pool.Begin(ctx)
		require.NoError(t, err)
		_, err = client.InsertTx(ctx, tx, riverjobs.CheckArgs{Tenant: name, Due: today}, nil)
		require.NoError(t, err)
		require.NoError(t, store.Bind(tx).Update(ctx, "tenant-42", func(w activation.Writer) error {
			return w.PutHolders(ctx, seat.Holder{ID: name, Kind: license.User})
		}))
		if commit {
			require.NoError(t, tx.Commit(ctx))
		} else {
			require.NoError(t, tx.Rollback(ctx))
		}
	}
	require.NoError(t, store.View(ctx, "tenant-42", func(r activation.Reader) error {
		holders, err := r.HoldersWith(ctx, nil, "", 10)
		require.NoError(t, err)
		require.Len(t, holders, 1)
		require.Equal(t, "kept", holders[0].ID)
		return nil
	}))
	require.Len(t, h.jobs(client), 1)
}
