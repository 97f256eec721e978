package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

func TestStory(t *testing.T) {
	ctx, dsn := t.Context(), pgtest.DSN(t)
	command := func(words ...string) error { return run(ctx, dsn, words) }
	require.NoError(t, command("load", written(t, issue(t, vendorKey(t), 1, 21))))
	for i := range 21 {
		require.NoError(t, command("invite", fmt.Sprintf("user%d", i+1)))
	}
	require.EqualError(t, command("invite", "user22"), "no seat for user22: 21 of 21 are in use")

	require.NoError(t, command("deactivate", "user7"))
	require.ErrorIs(t, command("deactivate", "user7"), pgx.ErrNoRows)
	require.NoError(t, command("invite", "user22"))
	require.EqualError(t, command("reactivate", "user7"), "no seat for user7: 21 of 21 are in use")
	require.NoError(t, command("deactivate", "user1"))
	require.NoError(t, command("reactivate", "user7"))
	require.ErrorIs(t, command("reactivate", "user7"), pgx.ErrNoRows)
}

// TestBoth looks at both sides of the transactions.
func TestBoth(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 1)
	require.NoError(t, h.invite(ctx, "ann"))
	var full *seat.NoFreeSeatError
	require.ErrorAs(t, h.invite(ctx, "bob"), &full)
	assert.Equal(t, &seat.NoFreeSeatError{Module: "acme.sales", Capacity: 1, InUse: 1, Wanted: 1}, full)
	both(t, h, "ann true", "ann [acme.sales]")

	require.Error(t, h.invite(ctx, "ann"), "there is one")
	both(t, h, "ann true", "ann [acme.sales]")

	require.NoError(t, h.deactivate(ctx, "ann"))
	both(t, h, "ann false acme.sales", "ann []")
	require.NoError(t, h.invite(ctx, "bob"))
	require.ErrorAs(t, h.reactivate(ctx, "ann"), &full)
	both(t, h, "ann false acme.sales\nbob true", "ann []\nbob [acme.sales]")

	require.NoError(t, h.deactivate(ctx, "bob"))
	require.NoError(t, h.reactivate(ctx, "ann"))
	both(t, h, "ann true acme.sales\nbob false acme.sales", "ann [acme.sales]\nbob []")
}

// TestNeitherCommits has the host's transactions fail after the library's part.
func TestNeitherCommits(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 2)
	require.NoError(t, h.invite(ctx, "ann"))
	alter := func(constraint string) {
		_, err := h.pool.Exec(ctx, "ALTER TABLE users ADD "+constraint)
		require.NoError(t, err)
	}
	alter("CHECK (held IS NULL)")
	require.ErrorContains(t, h.deactivate(ctx, "ann"), "users_held_check")
	alter("UNIQUE (active) DEFERRABLE INITIALLY DEFERRED")
	require.ErrorContains(t, h.invite(ctx, "bob"), "users_active_key")
	both(t, h, "ann true", "ann [acme.sales]")
}

// both compares the host's users with what the library keeps of them.
func both(t *testing.T, h *host, users, holders string) {
	t.Helper()
	rows, err := h.pool.Query(t.Context(), "SELECT concat_ws(' ', id, active::text, held->0->>'module') FROM users ORDER BY id")
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Equal(t, users, joined(lines))

	kept, err := h.crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 100)
	require.NoError(t, err)
	lines = nil
	for _, holder := range kept {
		lines = append(lines, fmt.Sprintf("%s %v", holder.ID, holder.Assigned))
	}
	assert.Equal(t, holders, joined(lines))
	drift, err := h.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

// TestLastSeat invites from many goroutines, as the processes of a service do.
func TestLastSeat(t *testing.T) {
	const seats, people = 3, 20
	h := openHost(t, seats)
	var group sync.WaitGroup
	refused := make(chan error, people)
	for i := range people {
		group.Go(func() {
			if err := h.invite(t.Context(), fmt.Sprintf("user%d", i+1)); err != nil {
				refused <- err
			}
		})
	}
	group.Wait()
	close(refused)
	assert.Len(t, refused, people-seats)
	for err := range refused {
		require.ErrorIs(t, err, seat.ErrNoFreeSeat)
	}
	var users int
	require.NoError(t, h.pool.QueryRow(t.Context(), "SELECT count(*) FROM users").Scan(&users))
	assert.Equal(t, seats, users)
}

func TestUsage(t *testing.T) {
	const usage = "usage: DATABASE_URL=postgres://… crm load FILE | renew OWNER | invite USER | deactivate USER | reactivate USER"
	for _, args := range [][]string{nil, {"invite"}, {"delete", "ann"}} {
		require.EqualError(t, run(t.Context(), pgtest.DSN(t), args), usage)
	}
	require.EqualError(t, run(t.Context(), "", []string{"invite", "ann"}), usage)
}

func joined(lines []string) string { return strings.Join(lines, "\n") }
