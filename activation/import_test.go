package activation_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func imported(from, to int) []seat.Holder {
	var holders []seat.Holder
	for i := from; i < to; i++ {
		holders = append(holders, seat.Holder{ID: fmt.Sprintf("u%06d", i), Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}})
	}
	return holders
}

// TestImport brings in more than two transactions of holders.
func TestImport(t *testing.T) {
	s := newStage(t)
	s.begin(acme(7, quantity("plan", 25_000), quantity("user", 25_000), quantity("web", 25_000)), 0)
	var told []int
	progress := func(stored int) { told = append(told, stored) }
	stored, err := s.crm.As("eva").Import(t.Context(), presenting(nil, imported(0, 24_000)...), progress)
	require.NoError(t, err)
	require.Equal(t, 24_000, stored)
	require.Equal(t, []int{10_000, 20_000, 24_000}, told)
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, drift)

	before, err := s.crm.Log(t.Context(), 0, 100_000)
	require.NoError(t, err)
	require.Len(t, before, 24_000)
	_, err = s.crm.As("eva").Import(t.Context(), presenting(nil, imported(0, 24_000)...), nil)
	require.NoError(t, err)
	after, err := s.crm.Log(t.Context(), 0, 100_000)
	require.NoError(t, err)
	require.Len(t, after, 24_000, "repeating it changes nothing")
}

// TestImportFails keeps the batches before the one that is refused, and nothing
// of that one.
func TestImportFails(t *testing.T) {
	s := newStage(t)
	s.begin(acme(7, quantity("plan", 15_000), quantity("user", 25_000), quantity("web", 25_000)), 0)
	stored, err := s.crm.As("eva").Import(t.Context(), presenting(nil, imported(0, 20_000)...), nil)
	var full *seat.NoFreeSeatError
	require.ErrorAs(t, err, &full)
	require.ErrorContains(t, err, "after 10000 holders")
	require.Equal(t, int64(15_000), full.Capacity)
	require.Equal(t, 10_000, stored)
	holders, err := s.crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 100_000)
	require.NoError(t, err)
	require.Len(t, holders, 10_000)

	broken := errors.New("connection lost")
	stored, err = s.crm.As("eva").Import(t.Context(), presenting(broken, imported(10_000, 10_001)...), nil)
	require.ErrorIs(t, err, broken)
	require.Zero(t, stored)

	_, err = s.crm.In(s.store).As("eva").Import(t.Context(), presenting(nil), nil)
	require.ErrorContains(t, err, "can't run in one of the host's")
	_, err = s.crm.As("eva").Import(t.Context(), presenting(nil, seat.Holder{ID: "", Kind: license.User}), nil)
	require.ErrorContains(t, err, "the id is empty")
}
