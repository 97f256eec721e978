package activation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// The tests of this file show what docs/security.md says does not hold: what
// somebody gets who goes past the library, and what of it is noticed.

// Seats that were written into the store count, until somebody recounts; nobody
// else gets one meanwhile.
func TestSeatsWrittenIntoTheStore(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	stowaway := seat.Holder{ID: "u4", Kind: license.User, Type: "internal", Assigned: []string{"acme.plan"}}
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		return w.PutHolders(t.Context(), stowaway)
	}))

	ent, err := s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.True(t, ent.Check("u4", "acme.web").Allowed(), "what is assigned is not judged anew")

	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []activation.Drift{{Code: activation.DriftOversold, Subject: "acme.plan", Stored: "4", Found: "3"}}, drift)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(5)...)))
	_, err = s.crm.As("eva").Assign(t.Context(), gives("acme.plan", "u5")...)
	var full *seat.NoFreeSeatError
	require.ErrorAs(t, err, &full)
	assert.Equal(t, seat.NoFreeSeatError{Module: "acme.plan", Capacity: 3, InUse: 4, Wanted: 1}, *full)
	assert.Equal(t, planner.Blocked, s.load(acme(7)).Plan.Status)
}

// An older license that is put back by hand is authentic. What was activated
// after it is told by the highest number alone.
func TestOldLicensePutBackIntoTheStore(t *testing.T) {
	s := newStage(t)
	s.begin(acme(5, quantity("plan", 1000)), 1)
	before, err := s.record()
	require.NoError(t, err)
	require.True(t, s.load(acme(6)).Activated)
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		return w.PutOwner(t.Context(), before)
	}))

	owner := s.owner()
	require.NoError(t, owner.Unverified)
	assert.Equal(t, int64(5), owner.Number)
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []activation.Drift{{Code: activation.DriftHighest, Subject: "acme", Stored: "5", Found: "6"}}, drift)

	s.crm = s.start(&forger{Store: s.store, highest: func(int64) int64 { return 5 }}, trusting(t, vendorKey)).Tenant("tenant-42")
	drift, err = s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift, "who changes that row as well is not noticed")
}

// record is what is kept for acme, with the bytes of its license.
func (s *stage) record() (owner activation.OwnerRecord, err error) {
	return owner, s.store.View(s.Context(), "tenant-42", func(r activation.Reader) error {
		owners, err := r.Owners(s.Context())
		if err != nil {
			return err
		}
		owner = owners[0]
		owner.Active.Envelope, err = r.Envelope(s.Context(), owner.Active.Digest)
		return err
	})
}

// forger is a store in which somebody has changed what is derived: the highest
// number, the census.
type forger struct {
	activation.Store
	highest func(int64) int64
	census  func(seat.Census) seat.Census
}

func (f *forger) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return f.Store.View(ctx, tenant, func(r activation.Reader) error { return fn(forged{r, f}) })
}

func (f *forger) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return f.Store.Update(ctx, tenant, func(w activation.Writer) error { return fn(forgedWriter{w, forged{w, f}}) })
}

type forgedWriter struct {
	activation.Writer
	read forged
}

func (w forgedWriter) Census(ctx context.Context) (seat.Census, error) { return w.read.Census(ctx) }

type forged struct {
	activation.Reader
	by *forger
}

func (r forged) Highest(ctx context.Context, owner, serial string) (int64, error) {
	highest, err := r.Reader.Highest(ctx, owner, serial)
	if r.by.highest != nil {
		highest = r.by.highest(highest)
	}
	return highest, err
}

func (r forged) Census(ctx context.Context) (seat.Census, error) {
	census, err := r.Reader.Census(ctx)
	if r.by.census != nil {
		census = r.by.census(census)
	}
	return census, err
}

// A census that was written down makes room for seats that were not sold, until
// somebody recounts.
func TestCensusWrittenIntoTheStore(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	s.crm = s.start(&forger{Store: s.store, census: func(census seat.Census) seat.Census {
		for i := range census {
			if len(census[i].Assigned) > 0 {
				census[i].Count--
			}
		}
		return census
	}}, trusting(t, vendorKey)).Tenant("tenant-42")
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(4)...)))
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.plan", "u4")...)))
	assert.Len(t, s.assigned(), 4)

	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []activation.Drift{
		{Code: activation.DriftCensus, Subject: `user "internal" acme.plan`, Stored: "3", Found: "4"},
	}, drift)
}

// A license names its licensee and no installation: whoever has its file, and
// may say whose licenses are expected, can use it once more; and an empty store
// knows of no newer one.
func TestLicenseIsNotBoundToAnInstallation(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	s.crm = s.engine.Tenant("tenant-43")
	s.expect("S-1")
	assert.True(t, s.load(acme(5)).Activated)
	require.NoError(t, s.owner().Unverified)
}

// A seat that is passed around serves many, one after another. The log says so.
func TestSeatsMayBePassedAround(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, quantity("plan", 1)), 1)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(2)...)))
	_, err := s.crm.As("eva").Release(t.Context(), gives("acme.plan", "u1")...)
	require.NoError(t, err)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.plan", "u2")...)))
	entries, err := s.crm.Log(t.Context(), 0, 10)
	require.NoError(t, err)
	var lines []string
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", e.By, e.Cause, e.Holder, e.Module))
	}
	assert.Equal(t, []string{"eva assigned u2 acme.plan", "eva released u1 acme.plan", "eva assigned u1 acme.plan"}, lines)
}

// A clock that stands still ends nothing, and who may reset the recorded instant
// can have a license run once more, which is history.
func TestClockOfTheAdministrator(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, expires(today.Add(day))), 1)
	assert.Equal(t, license.Active, s.owner().State, "as long as the clock stands still")

	s.clock.add(2 * day)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(2)...)), "an update records the instant")
	s.clock.set(today)
	assert.Equal(t, license.Lapsed, s.owner().State)

	require.NoError(t, errOf(s.crm.As("eva").ResetClock(t.Context())))
	assert.Equal(t, license.Active, s.owner().State)
	assert.Equal(t, "clock-reset 0-0", s.history()[0])
}

// Who keeps new licenses back, by cutting the line or by answering "current",
// keeps what is active until it ends, and not longer.
func TestLicensesKeptBack(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, expires(today.Add(day))), 1)
	s.renew()
	ent, err := s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.Equal(t, seat.AccessFull, ent.Check("u1", "acme.web").Access())

	s.clock.add(day)
	s.renew()
	ent, err = s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.Equal(t, seat.AccessReadOnly, ent.Check("u1", "acme.web").Access())
}

// What a partner has signed within its window stays, however long it is, until
// the key is revoked; so does what somebody else has signed with a leaked key.
func TestLeakedKey(t *testing.T) {
	s := newStage(t)
	trust, err := signed.NewTrust(signed.TrustedKey{Key: public(vendorKey), Owners: signed.AnyOwner(), MayGrant: true})
	require.NoError(t, err)
	grant, err := signed.Grant{
		Owner: "acme", Key: public(strangeKey), NotBefore: today.Add(-day), NotAfter: today.Add(day), IssuedAt: today.Add(-day),
	}.Sign(vendorKey)
	require.NoError(t, err)
	seal := func(l *license.License) []byte {
		document, err := json.Marshal(l)
		require.NoError(t, err)
		envelope, err := signed.Sign(document, strangeKey, grant)
		require.NoError(t, err)
		return envelope
	}
	now := func(l *license.License) { l.IssuedAt = today }
	s.crm = s.start(s.store, trust).Tenant("tenant-42")
	s.expect("S-1")
	result, err := s.crm.As("eva").Load(t.Context(), bytesReader(seal(acme(6, now, quantity("plan", 1000)))))
	require.NoError(t, err)
	require.True(t, result.Activated, "nothing tells it from one of the partner's")
	_, err = s.crm.As("eva").Load(t.Context(), bytesReader(seal(acme(7, now, func(l *license.License) { l.Owner.Name = "other" }))))
	require.ErrorIs(t, err, signed.CodeOwnerNotGranted)

	s.clock.add(365 * day)
	require.NoError(t, s.owner().Unverified, "the window does not end what was activated in it")
	_, err = s.crm.As("eva").Load(t.Context(), bytesReader(seal(acme(8, now))))
	require.ErrorIs(t, err, signed.CodeKeyExpired)

	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(1)...)), "an update records the instant")
	s.clock.set(today)
	_, err = s.crm.As("eva").Load(t.Context(), bytesReader(seal(acme(8, now))))
	require.ErrorIs(t, err, signed.CodeKeyExpired, "a clock that is set back opens no window again")

	trust, err = trust.Revoke(signed.Thumbprint(public(strangeKey)))
	require.NoError(t, err)
	s.crm = s.start(s.store, trust).Tenant("tenant-42")
	require.ErrorIs(t, s.owner().Unverified, signed.CodeKeyRevoked)
}

// A first license that is expected by nobody waits, but who loads it may also
// activate it: the library does not know who may do what.
func TestWhoMayDoWhatIsTheHosts(t *testing.T) {
	s := newStage(t)
	offer := s.load(acme(6)).Offer
	preview, err := s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	result, err := s.crm.As("anybody").Activate(t.Context(), activation.Approval{Offer: offer, Seen: preview.Seen})
	require.NoError(t, err)
	assert.True(t, result.Activated)
	entries, err := s.crm.History(t.Context(), 0, 1)
	require.NoError(t, err)
	assert.Equal(t, "anybody", entries[0].By, "the word of the host")
	assert.Equal(t, today, entries[0].At.UTC().Truncate(time.Second))
}
