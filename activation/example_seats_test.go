package activation_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// A host makes a user known and gives it a plan, in one step. When there is no
// seat, the error has the figures.
func ExampleActor_Admit() {
	ctx := context.Background()
	crm, _ := demo(1)
	for _, id := range []string{"ann", "ben"} {
		_, err := crm.As("eva").Admit(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.large"}})
		var full *seat.NoFreeSeatError
		if errors.As(err, &full) {
			fmt.Printf("no plan for %s: %d of %d are in use\n", id, full.InUse, full.Capacity)
		}
	}
	// Output:
	// no plan for ben: 1 of 1 are in use
}

// Somebody leaves and returns. What was held is in the result, for the host to keep.
func ExampleActor_Retire() {
	ctx := context.Background()
	crm, _ := demo(1)
	eva := crm.As("eva")
	if _, err := eva.Admit(ctx, seat.Holder{ID: "ann", Kind: license.User, Assigned: []string{"acme.large"}}); err != nil {
		log.Fatal(err)
	}
	retired, err := eva.Retire(ctx, "ann")
	if err != nil {
		log.Fatal(err)
	}
	back := seat.Holder{ID: "ann", Kind: license.User}
	for _, change := range retired.Changes {
		fmt.Println(change.Holder, "had", change.Module)
		back.Assigned = append(back.Assigned, change.Module)
	}
	_, err = eva.Admit(ctx, back)
	fmt.Println(err)
	// Output:
	// ann had acme.large
	// <nil>
}

// A dry run decides and changes nothing.
func ExampleActor_DryRun() {
	ctx := context.Background()
	crm, _ := demo(1)
	eva := crm.As("eva")
	if _, err := eva.Admit(ctx, seat.Holder{ID: "ann", Kind: license.User, Assigned: []string{"acme.large"}}); err != nil {
		log.Fatal(err)
	}
	would, err := eva.DryRun().Switch(ctx, seat.Swap{Holder: "ann", From: "acme.large", To: "acme.small"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(would.Holders[0].Assigned)
	holders, err := crm.Holders(ctx, "ann")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(holders[0].Assigned)
	// Output:
	// [acme.small]
	// [acme.large]
}
