package sqlstore_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestAdoption has a host with 500 users activate its first license, of 450
// seats, and fill it.
func TestAdoption(t *testing.T) {
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		const users, seats = 500, 450
		ctx := t.Context()
		crm := newEngine(t, store).Tenant("tenant-42")
		holders := make([]seat.Holder, users)
		for i := range holders {
			holders[i] = seat.Holder{ID: fmt.Sprintf("u%03d", i), Kind: license.User, Type: "internal"}
		}
		// Its users are known before there is any license.
		require.NoError(t, errOf(crm.As("host").Admit(ctx, holders...)))
		result, err := crm.As("eva").Load(ctx, bytes.NewReader(acme(t, 1, seats)))
		require.NoError(t, err)
		require.NotEmpty(t, result.Waiting, "an owner's first license waits")
		preview, err := crm.Plan(ctx, "acme")
		require.NoError(t, err)
		_, err = crm.As("eva").Activate(ctx, activation.Approval{Offer: preview.Offer, Seen: preview.Seen})
		require.NoError(t, err)

		decision, left, err := crm.As("eva").Fill(ctx, "acme.plan", holders...)
		require.NoError(t, err)
		require.Len(t, decision.Changes, seats)
		require.Len(t, left, users-seats)
		for i, refusal := range left {
			require.Equal(t, holders[seats+i].ID, refusal.Holder)
			require.ErrorIs(t, &seat.RefusedError{Refusals: []seat.Refusal{refusal}}, seat.ErrNoFreeSeat)
		}
		verified(t, crm)

		// Half of them again, as after a call whose outcome was not known.
		decision, _, err = crm.As("eva").Fill(ctx, "acme.plan", holders[:seats/2]...)
		require.NoError(t, err)
		require.Empty(t, decision.Changes)
		entitlements, err := crm.Entitlements(ctx)
		require.NoError(t, err)
		require.True(t, entitlements.Check("u449", "acme.plan").Allowed())
		require.False(t, entitlements.Check("u450", "acme.plan").Allowed())
	})
}
