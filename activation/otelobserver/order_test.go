package otelobserver_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/otelobserver"
)

// TestSeatsInAnyOrder tells what happened in any order, the last of it last or
// not. The gauges show the highest revision.
func TestSeatsInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 8))
	for range 500 {
		m := newMeters(t, nil, otelobserver.WithTenantAttribute())
		var told []activation.Observation
		var want []string
		for revision := range 1 + random.Int64N(5) {
			o := activation.Observation{
				Operation: "assign", Outcome: "done", Tenant: "tenant-42", Revision: revision + 1, Seats: []activation.Sample{},
			}
			want = nil
			if licensed := random.IntN(2) == 0; licensed {
				o.Seats = []activation.Sample{{Module: "acme.web", InUse: revision, Unrestricted: true}}
				want = []string{fmt.Sprintf("%s seatwright.module=acme.web,seatwright.tenant=tenant-42 %d", inUse, revision)}
			}
			told = append(told, o, o) // twice, as an update and a refresh report it
		}
		random.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		m.observe(told...)
		if diff := cmp.Diff(want, m.seats()); diff != "" {
			t.Fatalf("seats after %+v (-want +got):\n%s", told, diff)
		}
	}
}
