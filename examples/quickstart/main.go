// Quickstart tells the whole story of a license in one file, to be read from
// top to bottom. A vendor signs it and serves it, an installation activates it,
// and users get seats. One renewal comes by itself. Another one has fewer seats
// than are in use, so an administrator releases one first.
//
// It needs nothing but Go: go run ./examples/quickstart
package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

const (
	plan   = "superoffice.ten-sales" // what users are given
	client = "superoffice.web"       // a hidden module that comes with it
)

// The clock of this story, so that it is the same at each run. A host leaves
// it out.
var now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	// 1. The vendor has a key and serves a folder of signed licenses.
	vendor, err := newVendor()
	if err != nil {
		return err
	}
	defer vendor.close()
	if err := vendor.publish(1, 21); err != nil {
		return err
	}

	// 2. The host trusts the vendor's key and asks the vendor's feed. What it
	// stores is behind an interface; here it is in memory.
	trust, err := signed.NewTrust(signed.TrustedKey{Key: vendor.public, Owners: []string{"superoffice"}})
	if err != nil {
		return err
	}
	feed, err := online.New(vendor.server.URL)
	if err != nil {
		return err
	}
	engine, err := activation.New(memstore.New(), trust,
		activation.WithSource("superoffice", feed),
		activation.WithClock(func() time.Time { return now }))
	if err != nil {
		return err
	}
	crm := engine.Tenant("tenant-42")

	// 3. An administrator enters company and serial, as they came with the
	// purchase. The first license for them is activated by itself.
	fmt.Println("First activation")
	err = crm.As("eva").Expect(ctx, "superoffice", planner.Expected{Company: "Example AS", Serial: "1234567890"})
	if err != nil {
		return err
	}
	if err := renew(ctx, crm); err != nil {
		return err
	}

	// 4. Users get the plan, as many as there is room for.
	fmt.Println("\nSeats")
	if err := fill(ctx, crm, 22); err != nil {
		return err
	}

	// 5. A renewal with more seats comes by itself, and there is room for the
	// one who was left over.
	fmt.Println("\nA renewal with more seats")
	if err := vendor.publish(2, 25); err != nil {
		return err
	}
	if err := renew(ctx, crm); err != nil {
		return err
	}
	if err := assign(ctx, crm, "u22"); err != nil {
		return err
	}

	// 6. A renewal with fewer seats than are in use waits for somebody to
	// decide. What is active stays active.
	fmt.Println("\nA renewal with fewer seats")
	if err := vendor.publish(3, 21); err != nil {
		return err
	}
	if err := renew(ctx, crm); err != nil {
		return err
	}

	// 7. The administrator sees who holds the seats, ticks one, looks at the
	// plan again, and activates.
	fmt.Println("\nOne seat is released")
	if err := releaseAndActivate(ctx, crm, "u07"); err != nil {
		return err
	}

	// 8. May this user use this now? The answer comes from memory.
	fmt.Println("\nEntitlements")
	return check(ctx, crm, "u07", "u22")
}

// renew asks the feed. It activates by itself when nothing blocks.
func renew(ctx context.Context, crm *activation.Tenant) error {
	result, err := crm.Renew(ctx, "superoffice")
	if err != nil {
		return err
	}
	switch {
	case result.Activated:
		fmt.Printf("License %d was activated by itself.\n", result.Plan.To)
	case result.Waiting != "":
		fmt.Printf("License %d waits for an administrator: it is %s.\n", result.Plan.To, result.Plan.Status)
		show(result.Plan)
	default:
		fmt.Printf("The feed says: %s\n", result.Check.Outcome)
	}
	return nil
}

func fill(ctx context.Context, crm *activation.Tenant, users int) error {
	var people []seat.Holder
	for i := range users {
		people = append(people, seat.Holder{ID: fmt.Sprintf("u%02d", i+1), Kind: license.User, Type: "internal"})
	}
	filled, left, err := crm.As("eva").Fill(ctx, plan, people...)
	if err != nil {
		return err
	}
	fmt.Printf("%d people have the plan. %s has not: %v.\n", len(filled.Holders), left[0].Holder, left[0].Err)
	return nil
}

func assign(ctx context.Context, crm *activation.Tenant, user string) error {
	if _, err := crm.As("eva").Assign(ctx, seat.Assignment{Holder: user, Module: plan}); err != nil {
		return err
	}
	fmt.Printf("%s has the plan now.\n", user)
	return nil
}

func releaseAndActivate(ctx context.Context, crm *activation.Tenant, user string) error {
	ticked := planner.Selection{Releases: []seat.Assignment{{Holder: user, Module: plan}}}
	preview, err := crm.Plan(ctx, "superoffice", ticked)
	if err != nil {
		return err
	}
	fmt.Printf("With the seat of %s released, license %d is %s.\n", user, preview.Plan.To, preview.Plan.Status)
	// What is activated is what was looked at: if something has changed since,
	// the error carries the plan as it is now.
	if _, err := crm.As("eva").Activate(ctx, preview.Approve()); err != nil {
		return err
	}
	fmt.Printf("License %d was activated.\n", preview.Plan.To)
	return nil
}

func check(ctx context.Context, crm *activation.Tenant, users ...string) error {
	entitlements, err := crm.Entitlements(ctx)
	if err != nil {
		return err
	}
	for _, user := range users {
		answer := entitlements.Check(user, client)
		fmt.Printf("%s may use %s: %s, %s\n", user, client, answer.Access(), answer.Reason)
	}
	return nil
}

// show prints a plan. The library returns codes and figures; the words are the
// host's.
func show(p *planner.Plan) {
	for _, c := range p.Changes {
		fmt.Printf("  %s: %d seats now, %d then; %d in use\n", c.Module, c.Total, c.NewTotal, *c.InUse)
	}
	for _, b := range p.Blockers {
		fmt.Printf("  %d of %d seats would be in use: release %d first\n", b.InUse, b.Available, b.MustRemove)
	}
}

// vendor is the other side: it signs licenses and serves them from a folder, as
// examples/vendor does from the command line.
type vendor struct {
	private ed25519.PrivateKey
	public  ed25519.PublicKey
	folder  string
	server  *httptest.Server
}

func newVendor() (*vendor, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "quickstart")
	if err != nil {
		return nil, err
	}
	catalog, err := online.NewFolder(folder)
	if err != nil {
		return nil, err
	}
	var handler http.Handler
	if handler, err = online.NewHandler(catalog); err != nil {
		return nil, err
	}
	return &vendor{private, public, folder, httptest.NewServer(handler)}, nil // the server listens on loopback
}

func (v *vendor) close() {
	v.server.Close()
	_ = os.RemoveAll(v.folder) // a temporary folder
}

// publish signs the next license: a plan, and hidden modules that come with it.
// Nobody assigns those; holders of the plan have them.
func (v *vendor) publish(number, plans int64) error {
	document, err := json.Marshal(license.License{
		Owner:    license.Owner{Name: "superoffice", Description: "SuperOffice"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "1234567890"},
		Number:   number,
		IssuedAt: now.AddDate(0, 0, -1),
		Modules: []license.Module{
			{Name: "ten-sales", Kind: license.User, Quantity: plans, Bundle: true, Includes: []string{"user", "web"}},
			{Name: "user", Kind: license.User, Quantity: 63, Hidden: true, SortOrder: 1},
			{Name: "web", Kind: license.User, Quantity: 63, Hidden: true, Requires: []string{"user"}, SortOrder: 2},
		},
	})
	if err != nil {
		return err
	}
	envelope, err := signed.Sign(document, v.private)
	if err != nil {
		return err
	}
	// Written beside it and renamed, so that the feed has the old or the new.
	name := filepath.Join(v.folder, "superoffice", "1234567890.license.json")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", envelope, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
