package sqlstore

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// chosen selects something for n holders of each of two modules.
func chosen(n int) (s planner.Selection) {
	for i := range n {
		id := fmt.Sprintf("u%05d", i)
		s.Releases = append(s.Releases, seat.Assignment{Holder: id, Module: "acme.web"})
		s.Switches = append(s.Switches, seat.Swap{Holder: id, From: "acme.large", To: "acme.small"})
	}
	return s
}

// TestSelectedRows writes one row for all who follow each other with the same
// choice, and reads everybody in the order in which they were written.
func TestSelectedRows(t *testing.T) {
	require.Len(t, encodeSelection(chosen(100)), 2)
	mixed := chosen(2)
	mixed.Releases = append(mixed.Releases,
		seat.Assignment{Holder: "a", Module: "acme.mail"}, seat.Assignment{Holder: "u00000", Module: "acme.web"})
	mixed.Switches = append(mixed.Switches, seat.Swap{Holder: "a", From: "acme.large", To: "acme.web"})
	for _, s := range []planner.Selection{{}, chosen(1), chosen(3), mixed} {
		require.Equal(t, s, decodeSelection(encodeSelection(s)))
	}
}

// BenchmarkSelected reads a record with as much as can be selected, and one with
// nothing, which each operation does.
func BenchmarkSelected(b *testing.B) {
	for _, n := range []int{0, 100, 1_000, activation.MaxSelected / 2} {
		b.Run(fmt.Sprint(2*n), func(b *testing.B) {
			text, err := encodeOwner(activation.OwnerRecord{Owner: "acme", Pending: []activation.StoredLicense{{Number: 8, Selected: chosen(n)}}})
			require.NoError(b, err)
			for b.Loop() {
				if _, err := decodeOwner("acme", text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
