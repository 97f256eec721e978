package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // pgtest asks for it
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// vendorKey is the private half of the key in trust.json, from RFC 8037,
// appendix A.
func vendorKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	seed, err := hex.DecodeString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
	require.NoError(t, err)
	return ed25519.NewKeyFromSeed(seed)
}

// issue signs a license of the plan, with what it includes.
func issue(t *testing.T, key ed25519.PrivateKey, number, seats int64, changes ...func(*license.License)) []byte {
	t.Helper()
	l := &license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "4711"},
		Number:   number, IssuedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Modules: []license.Module{
			{Name: "sales", Kind: license.User, Quantity: seats, Bundle: true, Includes: []string{"web"}},
			{Name: "web", Kind: license.User, Quantity: 63, Hidden: true},
		},
	}
	for _, change := range changes {
		change(l)
	}
	document, err := json.Marshal(l)
	require.NoError(t, err)
	envelope, err := signed.Sign(document, key)
	require.NoError(t, err)
	return envelope
}

func written(t *testing.T, envelope []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "acme-4711.license.json")
	require.NoError(t, os.WriteFile(name, envelope, 0o600))
	return name
}

// openHost opens the host on a schema of its own, with a license.
func openHost(t *testing.T, seats int64) *host {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.DSN(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	h, err := open(t.Context(), pool)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.store.Close()) })
	require.NoError(t, h.load(t.Context(), written(t, issue(t, vendorKey(t), 1, seats))))
	return h
}

// story is a tenant in memory whose clock stands still until the test moves it.
type story struct {
	*testing.T
	now    time.Time
	store  *memstore.Store
	trust  *signed.Trust
	engine *activation.Engine
	crm    *activation.Tenant
}

func newStory(t *testing.T, options ...activation.Option) *story {
	t.Helper()
	s := &story{T: t, now: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC), store: memstore.New()}
	trust, err := signed.ParseTrust(trusted)
	require.NoError(t, err)
	s.reopen(trust, options...)
	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Serial: "4711"}))
	return s
}

// reopen starts the host anew.
func (s *story) reopen(trust *signed.Trust, options ...activation.Option) {
	s.Helper()
	engine, err := activation.New(s.store, trust, append(options, activation.WithClock(func() time.Time { return s.now }),
		activation.WithRandom(func() float64 { return 0.5 }))...)
	require.NoError(s, err)
	s.trust, s.engine, s.crm = trust, engine, engine.Tenant("tenant-42")
}

func (s *story) load(envelope []byte) *activation.Result {
	s.Helper()
	result, err := s.crm.As("eva").Load(s.Context(), bytes.NewReader(envelope))
	require.NoError(s, err)
	return result
}

// seated gives the plan to holders.
func (s *story) seated(ids ...string) {
	s.Helper()
	for _, id := range ids {
		s.admit(holder(id, "acme.sales"))
	}
}

func (s *story) admit(h seat.Holder) {
	s.Helper()
	_, err := s.crm.As("eva").Admit(s.Context(), h)
	require.NoError(s, err)
}

// mayAnn is whether ann may use the web client.
func (s *story) mayAnn() seat.Entitlement {
	s.Helper()
	entitlements, err := s.crm.Entitlements(s.Context())
	require.NoError(s, err)
	return entitlements.Check("ann", "acme.web")
}

func holder(id string, modules ...string) seat.Holder {
	return seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: modules}
}
