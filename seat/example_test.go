package seat_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Two users ask for the last seat in one call: none of them gets it, and the
// error has the figures.
func ExampleAssign() {
	crm := &license.License{
		Owner:   license.Owner{Name: "superoffice"},
		Modules: []license.Module{{Name: "web", Kind: license.User, Quantity: 2}},
	}
	licenses, err := license.NewSet(crm)
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := seat.Holder{ID: "ann", Kind: license.User, Assigned: []string{"superoffice.web"}}
	ben := seat.Holder{ID: "ben", Kind: license.User}
	eva := seat.Holder{ID: "eva", Kind: license.User}
	state := seat.Situation{
		Licenses: licenses,
		Now:      time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
		Census:   seat.NewCensus(slices.Values([]seat.Holder{ann, ben, eva})),
	}

	_, err = seat.Assign(state, []seat.Holder{ben, eva},
		seat.Assignment{Holder: "ben", Module: "superoffice.web"},
		seat.Assignment{Holder: "eva", Module: "superoffice.web"})
	var full *seat.NoFreeSeatError
	if errors.As(err, &full) {
		fmt.Printf("%s: %d of %d seats in use, %d wanted\n", full.Module, full.InUse, full.Capacity, full.Wanted)
	}

	decision, err := seat.Assign(state, []seat.Holder{eva}, seat.Assignment{Holder: "eva", Module: "superoffice.web"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range decision.Changes {
		fmt.Println(c.Holder, c.Module, c.Cause)
	}
	// Output:
	// superoffice.web: 1 of 2 seats in use, 2 wanted
	// eva superoffice.web assigned
}

// What requires a released module is released with it. A host that only shows
// the decision has made a dry run.
func ExampleRelease() {
	licenses, err := license.NewSet(&license.License{
		Owner: license.Owner{Name: "superoffice"},
		Modules: []license.Module{
			{Name: "user", Kind: license.User, Quantity: 10},
			{Name: "windows", Kind: license.User, Quantity: 7, Requires: []string{"user"}},
			{Name: "travel", Kind: license.User, Quantity: 7, Requires: []string{"windows"}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := seat.Holder{
		ID: "ann", Kind: license.User,
		Assigned: []string{"superoffice.user", "superoffice.windows", "superoffice.travel"},
	}

	decision := seat.Release(licenses, []seat.Holder{ann}, seat.Assignment{Holder: "ann", Module: "superoffice.windows"})
	for _, c := range decision.Changes {
		fmt.Println(c.Module, c.Cause)
	}
	fmt.Println("left:", decision.Holders[0].Assigned)
	// Output:
	// superoffice.travel cascade
	// superoffice.windows released
	// left: [superoffice.user]
}

// A host with three users adopts its first license, which has two seats.
func ExampleFill() {
	licenses, err := license.NewSet(&license.License{
		Owner:   license.Owner{Name: "superoffice"},
		Modules: []license.Module{{Name: "starter", Kind: license.User, Quantity: 2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	users := []seat.Holder{
		{ID: "ann", Kind: license.User},
		{ID: "ben", Kind: license.User},
		{ID: "eva", Kind: license.User},
	}
	state := seat.Situation{
		Licenses: licenses,
		Now:      time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
		Census:   seat.NewCensus(slices.Values(users)),
	}

	decision, left, err := seat.Fill(state, "superoffice.starter", users)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range decision.Changes {
		fmt.Println(c.Holder, "has", c.Module)
	}
	for _, r := range left {
		fmt.Println(r.Holder, "is left over:", r.Err)
	}
	// Output:
	// ann has superoffice.starter
	// ben has superoffice.starter
	// eva is left over: superoffice.starter has 2 of 2 seats in use, and 1 more is wanted; release some or buy more
}
