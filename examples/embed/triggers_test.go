package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/seat"
)

// releaseTriggers is the template of triggers, as a migration of the host's has
// it: with the column in front that its comment names.
func releaseTriggers(t *testing.T, dialect string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "activation", "sqlstore", "templates", "release_"+dialect+".sql"))
	require.NoError(t, err)
	const ownTenant = "ALTER TABLE users ADD COLUMN tenant text NOT NULL DEFAULT 'tenant-42';\n"
	require.Contains(t, string(text), "--     "+ownTenant)
	return ownTenant + string(text)
}

// TestReactivationWithTriggers has the database release the seats of who is
// deactivated, beside the host, which remembers what was held.
func TestReactivationWithTriggers(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 2)
	conn, err := h.pool.Acquire(ctx)
	require.NoError(t, err)
	_, err = conn.Conn().PgConn().Exec(ctx, "BEGIN;"+releaseTriggers(t, "postgresql")+"COMMIT").ReadAll()
	require.NoError(t, err)
	conn.Release()
	twoSeats(t, h, func(ctx context.Context, id string) error {
		_, err := h.pool.Exec(ctx, `UPDATE users SET active = false WHERE id = $1`, id)
		return err
	})
	both(t, h, "ann true acme.sales\nbob false\njoe true", "ann [acme.sales]\nbob []\njoe [acme.sales]")
}

// TestReactivationWithTriggersOfSQLite is the same where triggers are not
// deferred, so that the host asks first what is held.
func TestReactivationWithTriggersOfSQLite(t *testing.T) {
	d := newDesk(t, 2)
	exec := func(ctx context.Context, statement string, args ...any) error {
		_, err := d.users.db.ExecContext(ctx, statement, args...)
		return err
	}
	require.NoError(t, exec(t.Context(), releaseTriggers(t, "sqlite")))
	twoSeats(t, d, func(ctx context.Context, id string) error {
		return exec(ctx, `UPDATE users SET active = false WHERE id = ?1`, id)
	})
	users, seats := d.rows(t)
	assert.Equal(t, []string{`ann active ["acme.sales"]`, `bob inactive ["acme.sales"]`, `joe active ["acme.sales"]`}, users)
	assert.Equal(t, []string{"ann", "joe"}, seats)
}

type operations interface {
	invite(ctx context.Context, id string) error
	deactivate(ctx context.Context, id string) error
	reactivate(ctx context.Context, id string) error
}

// twoSeats has three people want two seats: nobody returns without one, whether
// it was the host that let them go, or somebody past the host's code.
func twoSeats(t *testing.T, h operations, deactivatePast func(ctx context.Context, id string) error) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, h.invite(ctx, "ann"))
	require.NoError(t, h.invite(ctx, "bob"))
	require.ErrorIs(t, h.invite(ctx, "joe"), seat.ErrNoFreeSeat)
	require.NoError(t, h.deactivate(ctx, "ann"))
	require.NoError(t, h.invite(ctx, "joe"))
	require.ErrorIs(t, h.reactivate(ctx, "ann"), seat.ErrNoFreeSeat)
	require.NoError(t, deactivatePast(ctx, "bob"))
	require.NoError(t, h.reactivate(ctx, "ann"))
	require.ErrorIs(t, h.reactivate(ctx, "bob"), seat.ErrNoFreeSeat, "nothing was remembered")
}
