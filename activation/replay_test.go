package activation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// An old license is refused, whatever was done to the installation meanwhile.
func TestReplay(t *testing.T) {
	lapsing := expires(today.AddDate(0, 1, 0))
	tests := []struct {
		name   string
		do     func(*stage)
		replay *license.License
		want   planner.Rejection
	}{
		{"after a newer one", func(*stage) {}, acme(5), planner.RejectionOlder},
		{"after removal", func(s *stage) {
			_, err := s.crm.As("eva").Remove(s.Context(), "acme")
			require.NoError(s, err)
		}, acme(5), planner.RejectionOlder},
		{"after removal, expected by its serial", func(s *stage) {
			_, err := s.crm.As("eva").Remove(s.Context(), "acme")
			require.NoError(s, err)
			s.expect("S-1")
		}, acme(5), planner.RejectionOlder},
		{"after a change of identity there and back", func(s *stage) {
			s.expect("S-2")
			require.True(s, s.load(acme(1, licensee("Example AS", "S-2"))).Activated)
			s.expect("S-1")
		}, acme(5), planner.RejectionOlder},
		{"with white space around its serial", func(s *stage) {
			_, err := s.crm.As("eva").Remove(s.Context(), "acme")
			require.NoError(s, err)
		}, acme(5, licensee("Example AS", " S-1 ")), planner.RejectionOlder},
		{"lapsed, after the clock was set back", func(s *stage) {
			s.clock.set(today.AddDate(0, 3, 0))
			require.NoError(s, errOf(s.crm.As("host").Admit(s.Context(), users(1)...))) // any update records it
			s.clock.set(today)
		}, acme(7, lapsing), planner.RejectionLapsed},
		{"for another product", func(s *stage) {
			require.NoError(s, s.crm.As("host").Expect(s.Context(), "acme", planner.Expected{Product: "crm"}))
		}, acme(7, func(l *license.License) { l.Product = "erp" }), planner.RejectionWrongProduct},
		{"for another deployment", func(s *stage) {
			require.NoError(s, s.crm.As("host").Expect(s.Context(), "acme", planner.Expected{Deployment: "onsite"}))
		}, acme(7, func(l *license.License) { l.Deployment = "cloud" }), planner.RejectionWrongDeployment},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 1)
			test.do(s)
			result := s.load(test.replay)
			assert.False(t, result.Activated)
			assert.Empty(t, result.Waiting)
			assert.Equal(t, []planner.Rejection{test.want}, result.Plan.Rejections)
		})
	}
	t.Run("the removed license itself may come back", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 1)
		_, err := s.crm.As("eva").Remove(t.Context(), "acme")
		require.NoError(t, err)
		s.expect("S-1")
		assert.True(t, s.load(acme(6)).Activated)
	})
}

// A number that was activated stays that of what was activated under it, whatever
// was done to the installation meanwhile.
func TestNumberReused(t *testing.T) {
	larger := acme(6, quantity("plan", 50))
	remove := func(s *stage) {
		_, err := s.crm.As("eva").Remove(s.Context(), "acme")
		require.NoError(s, err)
		s.expect("S-1")
	}
	for name, do := range map[string]func(*stage){
		"while it is active": func(*stage) {},
		"after removal":      remove,
		"by another serial and back": func(s *stage) {
			s.expect("S-2")
			require.True(s, s.load(acme(1, licensee("Example AS", "S-2"))).Activated)
			s.expect("S-1")
		},
		"with white space around its serial": func(s *stage) {
			remove(s)
			larger = acme(6, licensee("Example AS", " S-1 "), quantity("plan", 50))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 1)
			do(s)
			result := s.load(larger)
			assert.False(t, result.Activated)
			assert.Empty(t, result.Waiting)
			assert.Equal(t, []planner.Rejection{planner.RejectionNumberReused}, result.Plan.Rejections)
			s.feed.send("larger", s.sealed(larger))
			assert.Equal(t, []planner.Rejection{planner.RejectionNumberReused}, s.renew().Check.Refused.Rejections)
		})
	}
	t.Run("what was activated may come back, signed and written anew", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 1)
		remove(s)
		again := acme(6)
		slices.Reverse(again.Modules)
		again.Modules[0].Requires = []string{"acme.user"}
		result, err := s.crm.As("eva").Load(t.Context(), bytesReader(envelope(t, again, spareKey)))
		require.NoError(t, err)
		assert.True(t, result.Activated)
	})
	t.Run("what only a revoked key has signed does not count", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 1)
		revoked, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
		require.NoError(t, err)
		s.crm = s.start(s.store, revoked).Tenant("tenant-42")
		result, err := s.crm.As("eva").Load(t.Context(), bytesReader(envelope(t, acme(6, quantity("plan", 2)), spareKey)))
		require.NoError(t, err)
		assert.True(t, result.Activated)
	})
}

// What is remembered of numbers is bounded. Of the serials that were left out the
// highest number stays.
func TestRaisedNumbersAreBounded(t *testing.T) {
	s := newStage(t)
	const serials = activation.MaxRaised + 10
	for i := range serials {
		serial := fmt.Sprintf("S-%d", i)
		s.expect(serial)
		require.True(t, s.load(acme(6, licensee("Example AS", serial))).Activated)
	}
	require.NoError(t, s.store.View(t.Context(), "tenant-42", func(r activation.Reader) error {
		owners, err := r.Owners(t.Context())
		require.Len(t, owners, 1)
		assert.LessOrEqual(t, len(owners[0].Raised), activation.MaxRaised)
		assert.Greater(t, len(owners[0].Raised), activation.MaxRaised-4)
		return err
	}))
	for serial, want := range map[string]planner.Rejection{
		"S-0": planner.RejectionOlder, fmt.Sprintf("S-%d", serials-9): planner.RejectionOlder,
	} {
		s.expect(serial)
		assert.Equal(t, []planner.Rejection{want}, s.load(acme(5, licensee("Example AS", serial))).Plan.Rejections, serial)
	}
	last := fmt.Sprintf("S-%d", serials-9)
	s.expect(last)
	result := s.load(acme(6, licensee("Example AS", last), quantity("plan", 50)))
	assert.Equal(t, []planner.Rejection{planner.RejectionNumberReused}, result.Plan.Rejections)
}

// A first license never activates itself for an identity that nobody expects.
func TestFirstLicenseWaits(t *testing.T) {
	for name, expected := range map[string]planner.Expected{
		"nothing is expected": {},
		"only the company is": {Company: "Example AS"},
		"only the product is": {Product: "crm"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			require.NoError(t, s.crm.As("host").Expect(t.Context(), "acme", expected))
			result := s.load(acme(1, func(l *license.License) { l.Product = "crm" }))
			assert.False(t, result.Activated)
			assert.NotEmpty(t, result.Waiting)
		})
	}
}

// tamperer is a store whose rows somebody changes behind the engine's back.
type tamperer struct {
	activation.Store
	envelope func([]byte) []byte
	owner    func(*activation.OwnerRecord)
}

func (s *tamperer) Unwrap() activation.Store { return s.Store }

func (s *tamperer) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return s.Store.Update(ctx, tenant, func(w activation.Writer) error { return fn(tamperedWriter{w, tampered{w, s}}) })
}

type tamperedWriter struct {
	activation.Writer
	read tampered
}

func (w tamperedWriter) Envelope(ctx context.Context, digest activation.Digest) ([]byte, error) {
	return w.read.Envelope(ctx, digest)
}

func (w tamperedWriter) Owners(ctx context.Context) ([]activation.OwnerRecord, error) {
	return w.read.Owners(ctx)
}

func (s *tamperer) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return s.Store.View(ctx, tenant, func(r activation.Reader) error { return fn(tampered{r, s}) })
}

type tampered struct {
	activation.Reader
	by *tamperer
}

func (r tampered) Envelope(ctx context.Context, digest activation.Digest) ([]byte, error) {
	envelope, err := r.Reader.Envelope(ctx, digest)
	if r.by.envelope != nil {
		envelope = r.by.envelope(envelope)
	}
	return envelope, err
}

func (r tampered) Owners(ctx context.Context) ([]activation.OwnerRecord, error) {
	owners, err := r.Reader.Owners(ctx)
	for i := range owners {
		if r.by.owner != nil {
			r.by.owner(&owners[i])
		}
	}
	return owners, err
}

// A changed row is noticed: the owner's modules count as not licensed, the
// status says so, and nothing else is touched.
func TestAlteredInTheStore(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	partner := acme(1, licensee("Example AS", "P"), func(l *license.License) {
		l.Owner.Name, l.Modules = "partner", l.Modules[:1]
	})
	require.NoError(t, s.crm.As("host").Expect(t.Context(), "partner", planner.Expected{Serial: "P"}))
	require.True(t, s.load(partner).Activated)
	tests := []struct {
		name  string
		store tamperer
		want  error
	}{
		{"a bit", tamperer{envelope: func(e []byte) []byte {
			e[len(e)/2] ^= 1
			return e
		}}, signed.CodeBadSignature},
		{"white space that is tolerated, but was not there", tamperer{envelope: func(e []byte) []byte {
			return append(e, '\n')
		}}, activation.ErrAltered},
		{"gone", tamperer{envelope: func([]byte) []byte { return nil }}, activation.ErrAltered},
		{"a larger license, authentic, but never activated", tamperer{envelope: func([]byte) []byte {
			return s.sealed(acme(6, quantity("plan", 1000)))
		}}, activation.ErrAltered},
		{"the number", tamperer{owner: func(o *activation.OwnerRecord) { o.Active.Number++ }}, activation.ErrAltered},
		{"the licensee", tamperer{owner: func(o *activation.OwnerRecord) { o.Active.Licensee.Serial = "S-2" }}, activation.ErrAltered},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			onlyAcme := test.store
			onlyAcme.Store = s.store
			if change := test.store.envelope; change != nil {
				active := s.owner().Digest
				onlyAcme.envelope = func(e []byte) []byte {
					if activation.DigestOf(e) == active {
						return change(e)
					}
					return e
				}
			}
			if change := test.store.owner; change != nil {
				onlyAcme.owner = func(o *activation.OwnerRecord) {
					if o.Owner == "acme" {
						change(o)
					}
				}
			}
			crm := s.start(&onlyAcme, trusting(t, vendorKey)).Tenant("tenant-42")

			owner := ownerOfStatus(t, crm, "acme")
			require.ErrorIs(t, owner.Unverified, test.want)
			assert.Nil(t, owner.License)
			assert.Empty(t, owner.Modules)
			require.NoError(t, ownerOfStatus(t, crm, "partner").Unverified)
			ent, err := crm.Entitlements(t.Context())
			require.NoError(t, err)
			assert.False(t, ent.Check("u1", "acme.web").Allowed())
			assert.True(t, ent.Check("u1", "partner.travel").Allowed())
			assert.Len(t, s.assigned(), 3)
			drift, err := crm.Verify(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, drift)
			assert.Equal(t, activation.DriftLicense, drift[0].Code)
		})
	}
}

// The file that was activated mends what was altered.
func TestAlteredHealsByTheSameFile(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	store := &tamperer{Store: s.store, envelope: func([]byte) []byte { return []byte("{}") }}
	s.crm = s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")

	result := s.load(acme(6))

	assert.Equal(t, planner.Current, result.Plan.Status)
	assert.Equal(t, []string{"activated 0-6", "identity-changed 0-0"}, s.history(), "nothing was activated")
}

// An altered offer is none.
func TestAlteredOffer(t *testing.T) {
	s := newStage(t)
	offer := s.load(acme(6)).Offer
	store := &tamperer{Store: s.store, envelope: func([]byte) []byte { return s.sealed(acme(6, quantity("plan", 1000))) }}
	crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
	_, err := crm.As("eva").Activate(t.Context(), activation.Approval{Offer: offer})
	require.ErrorIs(t, err, activation.ErrAltered)
	drift, err := crm.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, drift, 1)
	assert.Equal(t, activation.DriftOffer, drift[0].Code)
}

// A partner's key is granted for a time: in it, its licenses can be activated,
// and what was activated stays.
func TestGrantWindow(t *testing.T) {
	s := newStage(t)
	trust, err := signed.NewTrust(signed.TrustedKey{Key: public(vendorKey), Owners: signed.AnyOwner(), MayGrant: true})
	require.NoError(t, err)
	s.crm = s.start(s.store, trust).Tenant("tenant-42")
	grant, err := signed.Grant{
		Owner: "acme", Key: public(strangeKey),
		NotBefore: today.AddDate(-1, 0, 0), NotAfter: today.Add(day), IssuedAt: today.AddDate(-1, 0, 0),
	}.Sign(vendorKey)
	require.NoError(t, err)
	load := func(l *license.License) (*activation.Result, error) {
		document, err := json.Marshal(l)
		require.NoError(t, err)
		sealed, err := signed.Sign(document, strangeKey, grant)
		require.NoError(t, err)
		return s.crm.As("eva").Load(t.Context(), bytesReader(sealed))
	}
	s.expect("S-1")
	result, err := load(acme(6))
	require.NoError(t, err)
	require.True(t, result.Activated)
	result, err = load(acme(7, validFrom(today.Add(2*day))))
	require.NoError(t, err)
	require.NotEmpty(t, result.Waiting)

	s.clock.add(2 * day)
	require.NoError(t, s.owner().Unverified, "what was activated stays")
	_, err = s.crm.Plan(t.Context(), "acme")
	require.ErrorIs(t, err, signed.CodeKeyExpired)
	_, err = load(acme(8))
	require.ErrorIs(t, err, signed.CodeKeyExpired)
}

// A row that changes while the engine runs is noticed as well: by the next
// look, and by entitlements when they are read again.
func TestAlteredWhileRunning(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	store := &tamperer{Store: s.store}
	crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
	ent, err := crm.Entitlements(t.Context())
	require.NoError(t, err)
	require.True(t, ent.Check("u1", "acme.web").Allowed())

	store.envelope = func(e []byte) []byte { return append(e, '\n') }
	require.ErrorIs(t, ownerOfStatus(t, crm, "acme").Unverified, activation.ErrAltered)
	s.clock.add(time.Minute)
	ent, err = crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.False(t, ent.Check("u1", "acme.web").Allowed())
}

// A store that was restored to an older state knows that much, where the
// highest numbers were kept.
func TestVerifyAfterRestore(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		return w.PutHighest(t.Context(), "acme", "S-1", 9)
	}))
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []activation.Drift{{Code: activation.DriftHighest, Subject: "acme", Stored: "6", Found: "9"}}, drift)
	assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, s.load(acme(8)).Plan.Rejections)

	// Nor does a copy of the active license heal it then.
	trust, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
	require.NoError(t, err)
	s.crm = s.start(s.store, trust).Tenant("tenant-42")
	result, err := s.crm.As("eva").Load(t.Context(), bytesReader(envelope(t, acme(6), spareKey)))
	require.NoError(t, err)
	assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, result.Plan.Rejections)
}

func TestResetClock(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	s.clock.set(today.AddDate(10, 0, 0))
	require.NoError(t, s.engine.RenewDue(t.Context()), "asks, and takes samples")
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		record, err := w.Tenant(t.Context())
		record.LeasedUntil = s.clock.read().Add(time.Minute)
		return errors.Join(err, w.PutTenant(t.Context(), record))
	}))
	s.clock.set(today)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, today.AddDate(10, 0, 0).Add(-5*time.Minute), status.At)

	ahead := today.AddDate(10, 0, 0)
	reset, err := s.crm.As("eva").ResetClock(t.Context())
	require.NoError(t, err)
	assert.Equal(t, activation.ClockReset{Clock: today, Was: ahead, Is: today}, reset)
	reset, err = s.crm.As("eva").ResetClock(t.Context())
	require.NoError(t, err, "twice is once")
	assert.Equal(t, activation.ClockReset{Clock: today, Was: today, Is: today}, reset)

	status, err = s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, today, status.At)
	assert.Equal(t, today, status.Owners[0].Check.Next, "it was planned by the wrong clock")
	assert.Equal(t, []string{"clock-reset 0-0", "activated 0-6", "identity-changed 0-0"}, s.history())

	require.NoError(t, s.engine.RenewDue(t.Context()))
	samples := collect(t, s.crm.Samples(t.Context(), "acme.plan", today.Truncate(day), today))
	assert.Len(t, samples, 1, "neither lease nor samples of the future are in the way")

	s.clock.set(today.AddDate(-1, 0, 0))
	reset, err = s.crm.As("eva").ResetClock(t.Context())
	require.NoError(t, err)
	issued := acme(6).IssuedAt
	assert.Equal(t, activation.ClockReset{Clock: s.clock.read(), Was: today, Is: issued, HeldByLicense: true}, reset)
	reset, err = s.crm.As("eva").ResetClock(t.Context())
	require.NoError(t, err)
	assert.Equal(t, activation.ClockReset{Clock: s.clock.read(), Was: issued, Is: issued, HeldByLicense: true}, reset)
	status, err = s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, acme(6).IssuedAt, status.Recorded, "not below the newest issuedAt")
}
