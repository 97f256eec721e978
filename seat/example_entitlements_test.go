package seat_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func ExampleEntitlements() {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	expires, graceUntil := now.AddDate(0, 1, 0), now.AddDate(0, 2, 0)
	licenses, err := license.NewSet(&license.License{
		Owner:      license.Owner{Name: "vendor"},
		Expires:    &expires,
		GraceUntil: &graceUntil,
		Modules: []license.Module{
			{Name: "web", Kind: license.User, Quantity: 20},
			{Name: "mail", Kind: license.User, Quantity: 20},
			{Name: "suite", Kind: license.User, Quantity: 10, Bundle: true, Includes: []string{"mail", "web"}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	entitlements := seat.NewEntitlements(licenses, now, slices.Values([]seat.Holder{
		{ID: "anna", Kind: license.User, Assigned: []string{"vendor.suite"}},
		{ID: "ben", Kind: license.User, Assigned: []string{"vendor.mail"}},
	}))
	show := func(e seat.Entitlement) { fmt.Printf("%s: %s %q\n", e.Access(), e.Reason, e.Through) }
	show(entitlements.Check("anna", "vendor.web"))
	show(entitlements.Check("ben", "vendor.web"))

	// After an assignment, the next snapshot shares with this one what has not
	// changed.
	entitlements = entitlements.With([]seat.Holder{
		{ID: "ben", Kind: license.User, Assigned: []string{"vendor.mail", "vendor.web"}},
	})
	show(entitlements.Check("ben", "vendor.web"))

	// A snapshot knows until when it holds.
	until, _ := entitlements.Until()
	fmt.Println(until.Format(time.DateOnly))
	entitlements = entitlements.At(licenses, until)
	show(entitlements.Check("ben", "vendor.web"))
	// Output:
	// full: licensed "vendor.suite"
	// none: not-assigned ""
	// full: licensed "vendor.web"
	// 2026-07-01
	// full: grace "vendor.web"
}

func ExampleEntitlements_For() {
	licenses, err := license.NewSet(&license.License{
		Owner:   license.Owner{Name: "vendor"},
		Modules: []license.Module{{Name: "web", Kind: license.User, Quantity: 20}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	entitlements := seat.NewEntitlements(licenses, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), slices.Values([]seat.Holder{
		{ID: "anna", Kind: license.User, Assigned: []string{"vendor.web"}},
	}))

	grants := entitlements.For("anna") // once for a session or a request
	fmt.Println(grants.Check("vendor.web").Allowed())
	fmt.Println(grants.Check("vendor.mail").Allowed())
	// Output:
	// true
	// false
}
