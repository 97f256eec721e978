package activation_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// today is when the stories of these tests begin.
var today = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// Keys that are the same in every run.
var (
	vendorKey  = testKey('v')
	spareKey   = testKey('s')
	strangeKey = testKey('x')
)

func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.SeedSize:])
}

// stage is an engine with what is around it.
type stage struct {
	*testing.T
	store  *memstore.Store
	engine *activation.Engine
	crm    *activation.Tenant
	clock  *testClock
	feed   *testFeed
}

// testClock stands still unless it is set.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) add(d time.Duration) { c.set(c.read().Add(d)) }

func (c *testClock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// testFeed answers what it is told to.
type testFeed struct {
	mu     sync.Mutex
	answer func(context.Context, source.Request) (source.Outcome, error)
	asked  []source.Request
}

func (f *testFeed) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	f.mu.Lock()
	f.asked = append(f.asked, request)
	answer := f.answer
	f.mu.Unlock()
	return answer(ctx, request)
}

func (f *testFeed) say(outcome source.Outcome) {
	f.answer = func(context.Context, source.Request) (source.Outcome, error) { return outcome, nil }
}

// send answers with envelopes, as a feed does.
func (f *testFeed) send(etag string, envelopes ...[]byte) {
	f.say(source.Outcome{Kind: source.KindNew, Envelopes: envelopes, ETag: etag})
}

func (f *testFeed) last() source.Request { return f.asked[len(f.asked)-1] }

func newStage(t *testing.T, options ...activation.Option) *stage {
	t.Helper()
	s := &stage{
		T: t, store: memstore.New(), clock: &testClock{now: today}, feed: &testFeed{},
	}
	s.feed.say(source.Outcome{Kind: source.KindCurrent})
	s.engine = s.start(s.store, trusting(t, vendorKey, spareKey), options...)
	s.crm = s.engine.Tenant("tenant-42")
	return s
}

// start makes another engine, as after a restart of the program.
func (s *stage) start(store activation.Store, trust signed.Opener, options ...activation.Option) *activation.Engine {
	s.Helper()
	return s.startAlone(store, trust, append([]activation.Option{activation.WithSource("acme", s.feed)}, options...)...)
}

// startAlone makes an engine without a source.
func (s *stage) startAlone(store activation.Store, trust signed.Opener, options ...activation.Option) *activation.Engine {
	s.Helper()
	engine, err := activation.New(store, trust, append([]activation.Option{
		activation.WithClock(s.clock.read),
		activation.WithRandom(func() float64 { return 0 }),
	}, options...)...)
	require.NoError(s, err)
	return engine
}

func trusting(t testing.TB, keys ...ed25519.PrivateKey) *signed.Trust {
	t.Helper()
	var trusted []signed.TrustedKey
	for _, key := range keys {
		trusted = append(trusted, signed.TrustedKey{Key: public(key), Owners: signed.AnyOwner()})
	}
	trust, err := signed.NewTrust(trusted...)
	require.NoError(t, err)
	return trust
}

// acme is a license with a plan of 3 seats, whose holders get the hidden "user"
// and "web", and an add-on of 2 that requires "user". Changes are applied to it.
func acme(number int64, changes ...func(*license.License)) *license.License {
	l := &license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"},
		Number:   number,
		IssuedAt: today.AddDate(0, 0, -10),
		Modules: []license.Module{
			{Name: "travel", Kind: license.Site, Quantity: 1},
			{Name: "plan", Kind: license.User, Quantity: 3, Bundle: true, Includes: []string{"user", "web"}, SortOrder: 1},
			{Name: "user", Kind: license.User, Quantity: 9, Hidden: true, SortOrder: 2},
			{Name: "web", Kind: license.User, Quantity: 9, Hidden: true, Requires: []string{"user"}, SortOrder: 3},
			{Name: "addon", Kind: license.User, Quantity: 2, Requires: []string{"user"}, SortOrder: 4},
		},
	}
	for _, change := range changes {
		change(l)
	}
	return l
}

func quantity(module string, seats int64) func(*license.License) {
	return func(l *license.License) {
		for i := range l.Modules {
			if l.Modules[i].Name == module {
				l.Modules[i].Quantity = seats
			}
		}
	}
}

func envelope(tb testing.TB, l *license.License, key ed25519.PrivateKey) []byte {
	tb.Helper()
	document, err := json.Marshal(l)
	require.NoError(tb, err)
	sealed, err := signed.Sign(document, key)
	require.NoError(tb, err)
	return sealed
}

func (s *stage) sealed(l *license.License) []byte {
	s.Helper()
	return envelope(s, l, vendorKey)
}

// expect lets a first license of a serial activate itself.
func (s *stage) expect(serial string) {
	s.Helper()
	require.NoError(s, s.crm.As("host").Expect(s.Context(), "acme", planner.Expected{Serial: serial}))
}

func (s *stage) load(l *license.License) *activation.Result {
	s.Helper()
	result, err := s.crm.As("eva").Load(s.Context(), bytes.NewReader(s.sealed(l)))
	require.NoError(s, err)
	return result
}

// begin has the license activated, and users u1 to u<n> hold the plan.
func (s *stage) begin(l *license.License, holders int) {
	s.Helper()
	s.expect(l.Licensee.Serial)
	require.True(s, s.load(l).Activated)
	_, left, err := s.crm.As("eva").Fill(s.Context(), "acme.plan", users(holders)...)
	require.NoError(s, err)
	require.Empty(s, left)
}

func users(n int) []seat.Holder {
	holders := make([]seat.Holder, n)
	for i := range holders {
		holders[i] = seat.Holder{ID: fmt.Sprintf("u%d", i+1), Kind: license.User, Type: "internal"}
	}
	return holders
}

func gives(module string, holders ...string) []seat.Assignment {
	assignments := make([]seat.Assignment, len(holders))
	for i, holder := range holders {
		assignments[i] = seat.Assignment{Holder: holder, Module: module}
	}
	return assignments
}

// ticks selects releases for an activation.
func ticks(module string, holders ...string) planner.Selection {
	return planner.Selection{Releases: gives(module, holders...)}
}

// owner is what the status says about acme.
func (s *stage) owner() activation.OwnerStatus {
	s.Helper()
	return ownerOfStatus(s.T, s.crm, "acme")
}

func ownerOfStatus(t *testing.T, tenant *activation.Tenant, name string) activation.OwnerStatus {
	t.Helper()
	status, err := tenant.Status(t.Context())
	require.NoError(t, err)
	return status.Owner(name)
}

// assigned is everybody's assignments, by holder.
func (s *stage) assigned() map[string][]string {
	s.Helper()
	holders, err := s.crm.HolderPage(s.Context(), activation.HolderQuery{}, "", 1000)
	require.NoError(s, err)
	assigned := make(map[string][]string)
	for _, h := range holders {
		if len(h.Assigned) > 0 {
			assigned[h.ID] = h.Assigned
		}
	}
	return assigned
}

func (s *stage) renew() *activation.Result {
	s.Helper()
	result, err := s.crm.Renew(s.Context(), "acme")
	require.NoError(s, err)
	return result
}

// history is kinds and numbers, the newest first.
func (s *stage) history() []string {
	s.Helper()
	entries, err := s.crm.History(s.Context(), 0, 100)
	require.NoError(s, err)
	lines := []string{}
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %d-%d", e.Kind, e.From, e.To))
	}
	return lines
}
