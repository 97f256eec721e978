package seatwright_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// What would a renewal with one seat fewer do to an installation with three
// users? The documents are those of a vendor, the holders come from the host's
// own tables.
func Example() {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	active, _ := license.Parse([]byte(`{"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
		"number": 1, "issuedAt": "2025-06-01T08:00:00Z", "modules": [{"name": "web", "kind": "user", "quantity": 3}]}`))
	offered, _ := license.Parse([]byte(`{"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
		"number": 2, "issuedAt": "2026-06-01T08:00:00Z", "modules": [{"name": "web", "kind": "user", "quantity": 2}]}`))
	licenses, _ := license.NewSet(active)
	holders := []seat.Holder{
		{ID: "ann", Kind: license.User, Assigned: []string{"acme.web"}},
		{ID: "bob", Kind: license.User, Assigned: []string{"acme.web"}},
		{ID: "eve", Kind: license.User, Assigned: []string{"acme.web"}},
	}
	input := activation.Input{
		Active: licenses, Offered: offered, Now: now,
		Census: seat.NewCensus(slices.Values(holders)), Holders: holders,
	}
	plan, _ := activation.NewPlan(input)
	for _, b := range plan.Blockers {
		fmt.Printf("%s: %d in use, %d available, release %d\n", b.Module, b.InUse, b.Available, b.MustRemove)
	}
	input.Releases = []seat.Assignment{{Holder: "eve", Module: "acme.web"}}
	plan, _ = activation.NewPlan(input)
	fmt.Println(plan.Status)
	// Output:
	// acme.web: 3 in use, 2 available, release 1
	// ready
}
