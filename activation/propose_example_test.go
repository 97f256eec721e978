package activation_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// The next license has two plans less. Whose last sign-in is longest ago comes
// first, and eva administers the installation, so that she is no candidate.
// There is a seat of a smaller plan, so that ann keeps something.
func Example_propose() {
	issue := func(number, plans int64) *license.License {
		return &license.License{
			Owner:    license.Owner{Name: "superoffice"},
			Licensee: license.Licensee{Company: "Example AS", Serial: "1234567890"},
			Number:   number,
			Modules: []license.Module{
				{Name: "ten-sales", Kind: license.User, Quantity: plans, Bundle: true, Includes: []string{"user", "web"}},
				{Name: "ten-service", Kind: license.User, Quantity: 1, Bundle: true, Includes: []string{"user"}},
				{Name: "user", Kind: license.User, Quantity: 9, Hidden: true},
				{Name: "web", Kind: license.User, Quantity: 9, Hidden: true},
			},
		}
	}
	active, err := license.NewSet(issue(6, 4))
	if err != nil {
		fmt.Println(err)
		return
	}
	users := []seat.Holder{
		{ID: "ben", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
		{ID: "ann", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
		{ID: "tom", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
		{ID: "eva", Kind: license.User, Assigned: []string{"superoffice.ten-sales"}},
	}
	plan, err := planner.New(planner.Input{
		Active: active, Offered: issue(7, 2),
		Census: seat.NewCensus(slices.Values(users)),
		Now:    time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	proposal, err := planner.Propose(context.Background(), plan, users[:3])
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range proposal.Switches {
		fmt.Println("switch", s.Holder, "from", s.From, "to", s.To)
	}
	for _, r := range proposal.Releases {
		fmt.Println("release", r.Module, "from", r.Holder)
	}
	fmt.Println(plan.Status, "becomes", proposal.Plan.Status)

	var none *planner.NoProposalError
	_, err = planner.Propose(context.Background(), plan, users[:1])
	if errors.As(err, &none) {
		for _, s := range none.Shortages {
			fmt.Printf("%s: %d wanted, %d could\n", s.Blocker.Module, s.Wanted, s.Candidates)
		}
	}
	// Output:
	// switch ann from superoffice.ten-sales to superoffice.ten-service
	// release superoffice.ten-sales from ben
	// blocked becomes ready
	// superoffice.ten-sales: 2 wanted, 1 could
}

// An administrator asks whom to release, and activates with that. The order is
// the host's: here, users by their last sign-in, without administrators.
func ExampleTenant_Propose() {
	ctx := context.Background()
	vendor := &vendor{key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))}
	trust, err := signed.NewTrust(signed.TrustedKey{
		Key: ed25519.PublicKey(vendor.key[ed25519.SeedSize:]), Owners: signed.AnyOwner(),
	})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := activation.New(memstore.New(), trust, activation.WithSource("superoffice", vendor),
		activation.WithClock(func() time.Time { return time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC) }))
	if err != nil {
		log.Fatal(err)
	}
	crm := engine.Tenant("tenant-42")
	buyer := planner.Expected{Company: "Example AS", Serial: "1234567890"}
	if err := crm.As("eva").Expect(ctx, "superoffice", buyer); err != nil {
		log.Fatal(err)
	}
	vendor.issue(1, buyer.Company, buyer.Serial, 3)
	show(crm.Renew(ctx, "superoffice"))
	if _, _, err := crm.As("eva").Fill(ctx, "superoffice.ten-sales",
		seat.Holder{ID: "ann", Kind: license.User}, seat.Holder{ID: "ben", Kind: license.User}, seat.Holder{ID: "eva", Kind: license.User},
	); err != nil {
		log.Fatal(err)
	}
	vendor.issue(2, buyer.Company, buyer.Serial, 2)
	show(crm.Renew(ctx, "superoffice"))

	leastRecent := []string{"ben", "ann"}
	preview, proposal, err := crm.Propose(ctx, "superoffice", leastRecent)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range proposal.Releases {
		fmt.Println(r.Holder, "gives up", r.Module)
	}
	show(crm.As("eva").Activate(ctx, preview.Approve()))
	// Output:
	// license 1 is ready: activated true, waiting: ""
	// license 2 is blocked: activated false, waiting: "blocked"
	// ben gives up superoffice.ten-sales
	// license 2 is ready: activated true, waiting: ""
}
