package seat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/seat"
)

// TestRefusalsByHolder counts people, some of whom are refused for two reasons.
func TestRefusalsByHolder(t *testing.T) {
	refusal := func(holder string, index int, err error) seat.Refusal {
		return seat.Refusal{Index: index, Assignment: seat.Assignment{Holder: holder, Module: "acme.web"}, Err: err}
	}
	ann, joe := refusal("ann", 0, seat.ErrOtherBundle), refusal("joe", 1, seat.ErrNoFreeSeat)
	again := refusal("ann", 2, seat.ErrNoFreeSeat)
	require.Equal(t, []seat.HolderRefusals{
		{Holder: "ann", Refusals: []seat.Refusal{ann, again}},
		{Holder: "joe", Refusals: []seat.Refusal{joe}},
	}, seat.RefusalsByHolder([]seat.Refusal{ann, joe, again}))
	require.Empty(t, seat.RefusalsByHolder(nil))
}
