package feed_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/source/online"
)

// A host asks a vendor that the test plays.
func Example() {
	ctx, now := context.Background(), time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	vendors, err := feed.New(ctx, feed.NewMemory(), []byte(document))
	if err != nil {
		log.Fatal(err)
	}
	client, err := online.New("http://localhost", online.WithHTTPClient(&http.Client{Transport: vendors}), online.WithTries(1))
	if err != nil {
		log.Fatal(err)
	}
	engine, err := activation.New(memstore.New(), vendors.Trust,
		activation.WithSource("acme", client), activation.WithClock(func() time.Time { return now }))
	if err != nil {
		log.Fatal(err)
	}
	crm := engine.Tenant("tenant-1")
	renew := func() {
		result, err := crm.Renew(ctx, "acme")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.Check.Outcome, result.Activated)
	}

	if err := crm.As("eva").Expect(ctx, "acme", planner.Expected{Company: "Example AS", Serial: "1"}); err != nil {
		log.Fatal(err)
	}
	if err := vendors.Begin(ctx, "acme", feed.Change{}, now); err != nil {
		log.Fatal(err)
	}
	renew()
	_, envelope, err := vendors.Issue(ctx, "acme", feed.Change{Quantities: map[string]int64{"web": 9}}, now)
	if err != nil {
		log.Fatal(err)
	}
	if err := vendors.Publish(ctx, "acme", envelope); err != nil {
		log.Fatal(err)
	}
	renew()
	renew()
	if err := vendors.Play(ctx, "acme", feed.Silence); err != nil {
		log.Fatal(err)
	}
	renew()
	// Output:
	// new true
	// new true
	// current false
	// problem false
}
