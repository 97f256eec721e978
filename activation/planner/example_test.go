package planner_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// A new license has two seats, and three users hold one. The plan says so; an
// administrator ticks whose seat is released, and the plan is ready.
func ExampleNew() {
	current := &license.License{
		Owner:    license.Owner{Name: "superoffice"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "1234567890"},
		Number:   6,
		Modules:  []license.Module{{Name: "ten-sales", Kind: license.User, Quantity: 3}},
	}
	offered := &license.License{
		Owner:    license.Owner{Name: "superoffice"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "1234567890"},
		Number:   7,
		Modules:  []license.Module{{Name: "ten-sales", Kind: license.User, Quantity: 2}},
	}
	active, err := license.NewSet(current)
	if err != nil {
		fmt.Println(err)
		return
	}
	users := []seat.Holder{
		{ID: "ann", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
		{ID: "ben", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
		{ID: "eva", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
	}
	input := planner.Input{
		Active:  active,
		Offered: offered,
		Census:  seat.NewCensus(slices.Values(users)),
		Now:     time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
	}

	plan, err := planner.New(input)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Status, plan.Warnings)
	for _, b := range plan.Blockers {
		fmt.Printf("%s: %d in use, %d available, remove %d\n", b.Module, b.InUse, b.Available, b.MustRemove)
	}

	input.Releases = []seat.Assignment{{Holder: "ben", Module: "superoffice.ten-sales"}}
	input.Holders = users[1:2]
	plan, err = planner.New(input)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Status)
	for _, r := range plan.Releases {
		fmt.Println(r.Holder, "loses", r.Module, "as", r.Cause)
	}
	for _, c := range plan.Changes {
		fmt.Printf("%s: total %d, now %d; in use %d, then %d; free then %d\n", c.Module, c.Total, c.NewTotal, *c.InUse, *c.NewInUse, *c.NewFree)
	}
	// Output:
	// blocked [quantity-reduced]
	// superoffice.ten-sales: 3 in use, 2 available, remove 1
	// ready
	// ben loses superoffice.ten-sales as requested
	// superoffice.ten-sales: total 3, now 2; in use 3, then 2; free then 0
}
