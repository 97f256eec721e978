package seatwright_test

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

//go:embed examples/testdata/trust.json
var trustedKeys []byte

// A host installs a license with two seats from a file, and gives them away.
func Example() {
	if err := host(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ann may use acme.web: true
	// joe may use acme.web: false
	// activation: admit: seat: cannot assign acme.web to holder "joe": acme.web has 2 of 2 seats in use, and 1 more is wanted; release some or buy more
}

func host(ctx context.Context) error {
	trust, errKeys := signed.ParseTrust(trustedKeys) // the vendor's public key, built into the program
	engine, errEngine := activation.New(memstore.New(), trust)
	file, errFile := os.Open("examples/testdata/acme-4711-0001.license.json")
	if err := errors.Join(errKeys, errEngine, errFile); err != nil {
		return err
	}
	crm := engine.Tenant("tenant-42") // one installation of the CRM
	eva := crm.As("eva")              // who acts, for the history

	if _, err := eva.Install(ctx, file); err != nil { // or WithSource: a license from the vendor's server
		return err
	}
	// Users come from the host's own tables. The third one gets no seat.
	var refused error
	for _, id := range []string{"ann", "bob", "joe"} {
		user := seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: []string{"acme.web"}}
		_, err := eva.Admit(ctx, user)
		refused = errors.Join(refused, err)
	}
	entitlements, err := crm.Entitlements(ctx)
	if err != nil {
		return err
	}
	fmt.Println("ann may use acme.web:", entitlements.Check("ann", "acme.web").Allowed())
	fmt.Println("joe may use acme.web:", entitlements.Check("joe", "acme.web").Allowed())
	return refused
}
