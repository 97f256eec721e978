package otelobserver_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/otelobserver"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// A second process, which only answers who may use what, sees the seats that
// the first one gives.
func TestAnotherProcess(t *testing.T) {
	vendor := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize))
	trust, err := signed.NewTrust(signed.TrustedKey{
		Key: ed25519.PublicKey(vendor[ed25519.SeedSize:]), Owners: signed.AnyOwner(),
	})
	require.NoError(t, err)
	store := memstore.New()
	first, err := activation.New(store, trust)
	require.NoError(t, err)
	m := newMeters(t, nil, otelobserver.WithTenantAttribute())
	second, err := activation.New(store, trust, activation.WithObserver(m.observer))
	require.NoError(t, err)

	ctx, crm := t.Context(), first.Tenant("tenant-42")
	envelope, err := signed.Sign([]byte(`{"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
		"number": 1, "issuedAt": "2026-06-01T08:00:00Z", "modules": [
			{"name": "api", "kind": "satellite", "quantity": 1, "unrestricted": true}, {"name": "web", "kind": "user", "quantity": 2}]}`), vendor)
	require.NoError(t, err)
	require.NoError(t, crm.As("eva").Expect(ctx, "acme", planner.Expected{Company: "Example AS", Serial: "4711"}))
	result, err := crm.As("eva").Load(ctx, bytes.NewReader(envelope))
	require.NoError(t, err)
	require.True(t, result.Activated)
	require.NoError(t, errOf(crm.As("host").Admit(ctx, seat.Holder{ID: "u1", Kind: license.User})))
	require.NoError(t, errOf(crm.As("eva").Assign(ctx, seat.Assignment{Holder: "u1", Module: "acme.web"})))
	require.Empty(t, m.seats())

	_, err = second.Tenant("tenant-42").Entitlements(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{
		capacity + " seatwright.module=acme.web,seatwright.tenant=tenant-42 2",
		inUse + " seatwright.module=acme.api,seatwright.tenant=tenant-42 0",
		inUse + " seatwright.module=acme.web,seatwright.tenant=tenant-42 1",
	}, m.seats())
	assert.Equal(t, []string{
		"seatwright.operation=refresh,seatwright.outcome=done,seatwright.tenant=tenant-42 count=1",
	}, m.counts())
}

// errOf leaves out a result, where only the error matters.
func errOf(_ any, err error) error { return err }
