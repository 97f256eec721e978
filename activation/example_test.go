package activation_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// vendor stands for the feed: it hands out the license that was issued last.
type vendor struct {
	key    ed25519.PrivateKey
	issued []byte
}

func (v *vendor) Check(context.Context, source.Request) (source.Outcome, error) {
	return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{v.issued}}, nil
}

func (v *vendor) issue(number int64, company, serial string, plans int64) {
	expires := time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)
	v.sign(license.License{
		Owner:    license.Owner{Name: "superoffice", Description: "SuperOffice"},
		Licensee: license.Licensee{Company: company, Serial: serial},
		Number:   number, IssuedAt: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Expires: &expires,
		ShopURL: "https://shop.example.com/",
		Modules: []license.Module{
			{Name: "ten-sales", Kind: license.User, Quantity: plans, Bundle: true, Includes: []string{"user", "web"}},
			{Name: "user", Kind: license.User, Quantity: 63, Hidden: true, SortOrder: 1},
			{Name: "web", Kind: license.User, Quantity: 63, Hidden: true, Requires: []string{"user"}, SortOrder: 2},
		},
	})
}

func (v *vendor) sign(l license.License) {
	document, err := json.Marshal(l)
	if err == nil {
		v.issued, err = signed.Sign(document, v.key)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// The flow of an administration program, from a demo installation to a license
// that needs an administrator. The texts that a person sees are the host's; the
// figures in them are all here.
func Example_flow() {
	ctx := context.Background()
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	vendor := &vendor{key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))}
	trust, err := signed.NewTrust(signed.TrustedKey{
		Key: ed25519.PublicKey(vendor.key[ed25519.SeedSize:]), Owners: signed.AnyOwner(),
	})
	if err != nil {
		log.Fatal(err)
	}
	engine, err := activation.New(memstore.New(), trust,
		activation.WithSource("superoffice", vendor),
		activation.WithClock(func() time.Time { return now }),
		activation.WithRandom(func() float64 { return 0 }))
	if err != nil {
		log.Fatal(err)
	}
	crm := engine.Tenant("tenant-42")

	// 1. The administrator enters the serial number and the company that came
	// with the purchase. The installation fetches its first license by itself.
	buyer := planner.Expected{Company: "Example AS", Serial: "1234567890"}
	if err := crm.As("eva").Expect(ctx, "superoffice", buyer); err != nil {
		log.Fatal(err)
	}
	vendor.issue(1, buyer.Company, buyer.Serial, 21)
	show(crm.Renew(ctx, "superoffice"))

	// The users get their plan, as many as there is room for.
	var people []seat.Holder
	for i := range 22 {
		people = append(people, seat.Holder{ID: fmt.Sprintf("u%02d", i+1), Kind: license.User, Type: "internal"})
	}
	filled, left, err := crm.As("eva").Fill(ctx, "superoffice.ten-sales", people...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d people have the plan; %s has none: %v\n", len(filled.Holders), left[0].Holder, left[0].Err)

	// 2. The screen: one tab an owner, with its modules and the shop.
	tab(ctx, crm)

	// 3. The vendor sells one plan fewer; the web can't be reached, so the
	// license comes as a file. 4. It can't be activated by itself.
	vendor.issue(2, buyer.Company, buyer.Serial, 20)
	show(crm.As("eva").Load(ctx, bytes.NewReader(vendor.issued)))

	// 5. The dialog lists only what is altered. 6. Activate is disabled, since
	// one seat too many is in use; the administrator looks at who has one.
	preview, err := crm.Plan(ctx, "superoffice")
	if err != nil {
		log.Fatal(err)
	}
	dialog(preview.Plan)
	query := activation.HolderQuery{Plan: preview.Plan, Blocker: preview.Plan.Blockers[0]}
	holders, err := crm.HolderPage(ctx, query, "u19", 10)
	if err != nil {
		log.Fatal(err)
	}
	ticked := planner.Selection{Releases: []seat.Assignment{{Holder: holders[len(holders)-1].ID, Module: "superoffice.ten-sales"}}}
	if preview, err = crm.Plan(ctx, "superoffice", ticked); err != nil {
		log.Fatal(err)
	}
	dialog(preview.Plan)
	show(crm.As("eva").Activate(ctx, preview.Approve()))

	// 7. Back on the tab.
	tab(ctx, crm)
	entitlements, err := crm.Entitlements(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range []string{"u20", "u21"} {
		answer := entitlements.Check(id, "superoffice.web")
		fmt.Println(id, answer.Access(), answer.Reason)
	}

	// Output:
	// license 1 is ready: activated true, waiting: ""
	// 21 people have the plan; u22 has none: superoffice.ten-sales has 21 of 21 seats in use, and 1 more is wanted; release some or buy more
	// superoffice 1 for Example AS, 1234567890: active until 2027-06-30, next check 2026-06-02 09:00, https://shop.example.com/
	//   superoffice.ten-sales: total 21, in use 21, available 0
	// license 2 is blocked: activated false, waiting: "blocked"
	// dialog: blocked
	//   superoffice.ten-sales: total now 21, in use 21, free 0, added -1, new total 20, new free -1
	//   in use 21, available 20, number to remove 1
	// dialog: ready
	//   superoffice.ten-sales: total now 21, in use 21, free 0, added -1, new total 20, new free 0
	//   release superoffice.ten-sales from u21
	// license 2 is ready: activated true, waiting: ""
	// superoffice 2 for Example AS, 1234567890: active until 2027-06-30, next check 2026-06-02 09:00, https://shop.example.com/
	//   superoffice.ten-sales: total 20, in use 20, available 0
	// u20 full licensed
	// u21 none not-assigned
}

func show(result *activation.Result, err error) {
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("license %d is %s: activated %t, waiting: %q\n",
		result.Plan.To, result.Plan.Status, result.Activated, result.Waiting)
}

func tab(ctx context.Context, crm *activation.Tenant) {
	status, err := crm.Status(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, owner := range status.Owners {
		fmt.Printf("%s %d for %s, %s: %s until %s, next check %s, %s\n", owner.Owner, owner.Number,
			owner.Licensee.Company, owner.Licensee.Serial, owner.State, owner.License.Expires.Format(time.DateOnly),
			owner.Check.Next.Format("2006-01-02 15:04"), owner.License.ShopURL)
		for _, m := range owner.Modules {
			if !m.Module.Hidden {
				fmt.Printf("  %s: total %d, in use %d, available %d\n", m.Name, m.Module.Quantity, m.InUse, m.Free)
			}
		}
	}
}

func dialog(plan *planner.Plan) {
	fmt.Printf("dialog: %s\n", plan.Status)
	for _, c := range plan.Changes {
		fmt.Printf("  %s: total now %d, in use %d, free %d, added %d, new total %d, new free %d\n",
			c.Module, c.Total, *c.InUse, *c.Free, c.Added, c.NewTotal, *c.NewFree)
	}
	for _, b := range plan.Blockers {
		fmt.Printf("  in use %d, available %d, number to remove %d\n", b.InUse, b.Available, b.MustRemove)
	}
	for _, r := range plan.Releases {
		fmt.Printf("  release %s from %s\n", r.Module, r.Holder)
	}
}
