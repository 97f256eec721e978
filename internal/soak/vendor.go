package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"strconv"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// owner is the one whose licenses all tenants have.
const owner = "acme"

// The modules by their full names.
const (
	planModule   = owner + ".plan"
	addonModule  = owner + ".addon"  // requires the plan
	reportModule = owner + ".report" // hidden, and comes with the suite
	suiteModule  = owner + ".suite"  // a bundle of the three
	shopModule   = owner + ".shop"   // for satellites
)

// included is what a holder of a module occupies besides.
var included = map[string][]string{suiteModule: {planModule, addonModule, reportModule}}

// vendor issues licenses: a new one for each tenant every few minutes, whose
// seats grow and shrink at random. The content of a license follows from seed,
// tenant and number, so that all processes know it.
type vendor struct {
	Town town
	Seed uint64
	// Change is when another key takes the place of the first one, zero if none
	// does. Such a vendor also issues licenses that begin later.
	Change time.Time
}

// key returns the key that signs what is issued at an instant.
func (v vendor) key(at time.Time) ed25519.PrivateKey {
	seed := byte('v')
	if v.changed(at) {
		seed = 'w'
	}
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func (v vendor) changed(at time.Time) bool { return !v.Change.IsZero() && !at.Before(v.Change) }

// trust is that of a host which was built before the key changed.
func (v vendor) trust() (*signed.Trust, error) {
	keys := []signed.TrustedKey{trusted(v.key(origin))}
	if !v.Change.IsZero() {
		keys = append(keys, trusted(v.key(v.Change)))
	}
	return signed.NewTrust(keys...)
}

// trustAt is that of a host which was built at an instant: the first key is
// revoked when another one has taken its place.
func (v vendor) trustAt(at time.Time) (*signed.Trust, error) {
	if !v.changed(at) {
		return v.trust()
	}
	return signed.NewTrust(trusted(v.key(at)))
}

func trusted(key ed25519.PrivateKey) signed.TrustedKey {
	public, _ := key.Public().(ed25519.PublicKey)
	return signed.TrustedKey{Key: public, Owners: []string{owner}}
}

// period is how often a tenant gets a new license.
func (v vendor) period(tenant string) time.Duration {
	const shortest, spread = 5 * time.Minute, 5 * time.Minute
	return shortest + time.Duration(drawn(v.Seed, "period", tenant).Int64N(int64(spread)))
}

// newest is the number of the license that was issued last.
func (v vendor) newest(tenant string, now time.Time) int64 {
	return 1 + int64(now.Sub(origin)/v.period(tenant))
}

// license returns a license as it is issued. A host that asks when it says so
// finds the one after the next.
func (v vendor) license(tenant string, number int64) *license.License {
	issued := origin.Add(time.Duration(number-1) * v.period(tenant))
	next := issued.Add(2 * v.period(tenant))
	l := &license.License{
		Owner:     license.Owner{Name: owner},
		Licensee:  license.Licensee{Company: "Example AS", Serial: tenant},
		Number:    number,
		IssuedAt:  issued,
		NextCheck: &next,
		Modules:   v.modules(tenant, number),
	}
	if number%3 != 0 {
		l.Modules = append(l.Modules, license.Module{Name: "api", Kind: license.Site, Quantity: 1})
	}
	if !v.Change.IsZero() && number%5 == 0 {
		begins := issued.Add(v.period(tenant) / 2)
		l.ValidFrom = &begins
	}
	return l
}

// modules returns what is counted: always less than all could use.
func (v vendor) modules(tenant string, number int64) []license.Module {
	random := drawn(v.Seed, "license", tenant, strconv.FormatInt(number, 10))
	users, shops := int64(v.Town.Workers*usersOfWorker), int64(v.Town.Workers*satellitesOfWorker)
	upTo := func(most int64) int64 { return 1 + random.Int64N(max(most, 1)) }
	return []license.Module{
		{Name: "plan", Kind: license.User, Quantity: users/4 + upTo(users/2)},
		{Name: "addon", Kind: license.User, Quantity: upTo(users / 3), Overdraft: 1, Requires: []string{"plan"}},
		{Name: "report", Kind: license.User, Quantity: upTo(users / 3), Hidden: true},
		{
			Name: "suite", Kind: license.User, Quantity: upTo(users / 3), Bundle: true,
			Includes: []string{"plan", "addon", "report"},
		},
		{Name: "shop", Kind: license.Satellite, Quantity: upTo(shops - 1)},
	}
}

// envelope returns a license as it is signed, the same bytes each time.
func (v vendor) envelope(tenant string, number int64) ([]byte, error) {
	l := v.license(tenant, number)
	document, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return signed.Sign(document, v.key(l.IssuedAt))
}
