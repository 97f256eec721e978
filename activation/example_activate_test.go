package activation_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/activation"
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

// Two administrators tick in the dialog whom the next license is to spare. What
// they choose is kept with the offer, and neither undoes the other's work. The
// form that activates it need not send the choices back.
func ExampleActor_Select() {
	ctx := context.Background()
	crm, vendor := demo(3)
	eva, ida := crm.As("eva"), crm.As("ida")
	for _, id := range []string{"ann", "ben", "cem"} {
		if _, err := eva.Admit(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.large"}}); err != nil {
			log.Fatal(err)
		}
	}
	vendor.plans(2, 1, 1)
	if _, err := crm.Renew(ctx, "acme"); err != nil {
		log.Fatal(err)
	}
	preview, err := crm.Plan(ctx, "acme")
	if err != nil {
		log.Fatal(err)
	}
	offer := preview.Offer
	if _, err := eva.Select(ctx, offer, planner.Selection{Releases: []seat.Assignment{{Holder: "ann", Module: "acme.large"}}}); err != nil {
		log.Fatal(err)
	}
	move := planner.Selection{Switches: []seat.Swap{{Holder: "ben", From: "acme.large", To: "acme.small"}}}
	if preview, err = ida.Select(ctx, offer, move); err != nil {
		log.Fatal(err)
	}
	fmt.Println(preview.Plan.Status, "with", len(preview.Plan.Releases), "release and", len(preview.Plan.Switches), "switch")

	form := activation.Approval{Offer: offer, Seen: preview.Seen} // of the page that Ida has open
	if _, err = eva.Select(ctx, offer, planner.Selection{}, seat.Assignment{Holder: "ann", Module: "acme.large"}); err != nil {
		log.Fatal(err)
	}
	_, err = ida.Activate(ctx, form)
	fmt.Println("Ida has seen something else:", errors.Is(err, activation.ErrStale))
	// Output:
	// ready with 1 release and 1 switch
	// Ida has seen something else: true
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
