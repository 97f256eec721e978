package activation_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"log"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// installation is a tenant at noon of June 1, 2026, that expects licenses of acme,
// with the vendor who issues them.
func installation(store activation.Store) (*activation.Tenant, *vendor) {
	vendor := &vendor{key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))}
	trust, err := signed.NewTrust(signed.TrustedKey{
		Key: ed25519.PublicKey(vendor.key[ed25519.SeedSize:]), Owners: []string{"acme"},
	})
	if err != nil {
		log.Fatal(err)
	}
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	engine, err := activation.New(store, trust,
		activation.WithSource("acme", vendor),
		activation.WithClock(func() time.Time { return noon }))
	if err != nil {
		log.Fatal(err)
	}
	crm := engine.Tenant("tenant-42")
	if err := crm.As("eva").Expect(context.Background(), "acme", planner.Expected{Serial: "4711"}); err != nil {
		log.Fatal(err)
	}
	return crm, vendor
}

// plans issues a license for a large and a small plan.
func (v *vendor) plans(number, large, small int64, change ...func(*license.License)) {
	l := license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "4711"},
		Number:   number, IssuedAt: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
		Modules: []license.Module{
			{Name: "large", Kind: license.User, Quantity: large, Bundle: true, Includes: []string{"mail", "web"}},
			{Name: "small", Kind: license.User, Quantity: small, Bundle: true, Includes: []string{"web"}},
			{Name: "mail", Kind: license.User, Quantity: 100},
			{Name: "web", Kind: license.User, Quantity: 100},
		},
	}
	for _, f := range change {
		f(&l)
	}
	v.sign(l)
}

// demo returns an installation with an active license.
func demo(large int64) (*activation.Tenant, *vendor) {
	crm, vendor := installation(memstore.New())
	vendor.plans(1, large, 1)
	if _, err := crm.Renew(context.Background(), "acme"); err != nil {
		log.Fatal(err)
	}
	return crm, vendor
}
