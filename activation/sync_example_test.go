package activation_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// A host whose groups say who should have what.
func ExampleActor_Sync() {
	ctx := context.Background()
	from := &vendor{key: ed25519.NewKeyFromSeed([]byte("an example; never use such a seed"[:32]))}
	public, _ := from.key.Public().(ed25519.PublicKey)
	trust, err := signed.NewTrust(signed.TrustedKey{Key: public, Owners: []string{"superoffice"}})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := activation.New(memstore.New(), trust, activation.WithSource("superoffice", from),
		activation.WithClock(func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }))
	if err != nil {
		log.Fatal(err)
	}
	crm := engine.Tenant("tenant-42")
	from.issue(1, "Example AS", "4711", 2)
	if err := crm.As("eva").Expect(ctx, "superoffice", planner.Expected{Serial: "4711"}); err != nil {
		log.Fatal(err)
	}
	if _, err := crm.Renew(ctx, "superoffice"); err != nil {
		log.Fatal(err)
	}

	sales := []string{"superoffice.ten-sales"}
	members := []seat.Holder{ // those who matter most come first
		{ID: "eva", Kind: license.User, Type: "internal", Assigned: sales},
		{ID: "ann", Kind: license.User, Type: "internal", Assigned: sales},
		{ID: "bob", Kind: license.User, Type: "internal", Assigned: sales},
		{ID: "joe", Kind: license.User, Type: "internal"}, // a user who should have nothing
	}
	wanted := func(yield func(seat.Holder, error) bool) { // such as a query of the host's
		for _, member := range members {
			if !yield(member, nil) {
				return
			}
		}
	}
	result, err := crm.As("night").Sync(ctx, wanted, activation.SyncOptions{MeetLater: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d assigned, %d unmet: %s lacks %s, %s\n",
		result.Assigned, result.Unmet, result.Wishes[0].Holder, result.Wishes[0].Module, result.Wishes[0].Rule)

	if _, err := crm.As("eva").Retire(ctx, "ann"); err != nil { // and bob gets the seat
		log.Fatal(err)
	}
	for h, err := range crm.AllHolders(ctx, activation.HolderQuery{Assigned: sales}) {
		fmt.Println(h.ID, h.Assigned, err)
	}
	// Output:
	// 2 assigned, 1 unmet: bob lacks superoffice.ten-sales, no-free-seat
	// bob [superoffice.ten-sales] <nil>
	// eva [superoffice.ten-sales] <nil>
}
