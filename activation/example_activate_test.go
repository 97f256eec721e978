package activation_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// The next license has one large plan less. There is a small one left. The
// administrator moves ben to it, in the same step as the activation.
func ExampleActor_Activate() {
	ctx := context.Background()
	crm, vendor := demo(2)
	eva := crm.As("eva")
	if _, _, err := eva.Fill(ctx, "acme.large", seat.Holder{ID: "ann", Kind: license.User}, seat.Holder{ID: "ben", Kind: license.User}); err != nil {
		log.Fatal(err)
	}
	vendor.plans(2, 1, 1)
	result, err := crm.Renew(ctx, "acme")
	if err != nil {
		log.Fatal(err)
	}
	for _, b := range result.Plan.Blockers {
		fmt.Println(b)
	}
	move := planner.Selection{Switches: []seat.Swap{{Holder: "ben", From: "acme.large", To: "acme.small"}}}
	preview, err := crm.Plan(ctx, "acme", move)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("with ben on the small plan:", preview.Plan.Status)
	result, err = eva.Activate(ctx, preview.Approve())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("activated:", result.Activated)
	// Output:
	// acme.large would have 2 of 1 seat in use, release 1
	// with ben on the small plan: ready
	// activated: true
}

// A renewal arrives in June and begins in July, with one plan less. The
// administrator decides now who gives it up then.
func ExampleActor_Schedule() {
	ctx := context.Background()
	crm, vendor := demo(2)
	eva := crm.As("eva")
	if _, _, err := eva.Fill(ctx, "acme.large", seat.Holder{ID: "ann", Kind: license.User}, seat.Holder{ID: "ben", Kind: license.User}); err != nil {
		log.Fatal(err)
	}
	vendor.plans(2, 1, 1, func(l *license.License) {
		july := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
		l.ValidFrom = &july
	})
	if _, err := crm.Renew(ctx, "acme"); err != nil {
		log.Fatal(err)
	}
	preview, err := crm.Plan(ctx, "acme", planner.Selection{Releases: []seat.Assignment{{Holder: "ben", Module: "acme.large"}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("now:", preview.Plan.Rejections, "in July:", preview.Upcoming.Status)
	preview, err = eva.Schedule(ctx, preview.Approve())
	if err != nil {
		log.Fatal(err)
	}
	for _, release := range preview.Schedule.Releases {
		fmt.Println("then", release.Holder, "gives up", release.Module)
	}
	// Output:
	// now: [not-yet-valid] in July: ready
	// then ben gives up acme.large
}
