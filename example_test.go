package seatwright_test

import (
	"context"
	"fmt"
	"os"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// A host loads a license with two seats from a file and gives them away. Errors
// of the set-up are left out to keep it short.
func Example() {
	ctx := context.Background()
	jwk, _ := os.ReadFile("examples/testdata/acme.pub.jwk") // the vendor's key, built into the host
	keys, _ := signed.ParsePublicKeys(jwk)
	trust, _ := signed.NewTrust(signed.TrustedKey{Key: keys[0], Owners: []string{"acme"}})
	engine, _ := activation.New(memstore.New(), trust)
	crm := engine.Tenant("tenant-42")
	eva := crm.As("eva") // who acts, for the history

	// Whose license is expected; the first one for that serial activates itself.
	_ = eva.Expect(ctx, "acme", planner.Expected{Serial: "4711"})
	file, _ := os.Open("examples/testdata/acme-4711-0001.license.json")
	result, err := eva.Load(ctx, file) // or crm.Renew(ctx, "acme"), from the vendor's feed
	fmt.Println(result.Activated, err)

	// Users come from the host's own tables.
	for _, user := range []string{"ann", "bob", "joe"} {
		_, err := eva.Admit(ctx, seat.Holder{ID: user, Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}})
		fmt.Println(user, err)
	}
	entitlements, _ := crm.Entitlements(ctx)
	fmt.Println(entitlements.Check("ann", "acme.web").Allowed(), entitlements.Check("joe", "acme.web").Reason)
	// Output:
	// true <nil>
	// ann <nil>
	// bob <nil>
	// joe activation: admit: seat: cannot assign acme.web to holder "joe": acme.web has 2 of 2 seats in use, and 1 more is wanted; release some or buy more
	// true not-assigned
}
