package activation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

// TestOfferComesAgain has an offer that came with an ETag go in every way. The
// feed has it all the time, and sends it to who does not show its ETag.
func TestOfferComesAgain(t *testing.T) {
	few := quantity("plan", 1)
	dismissFile := func(s *stage) {
		s.load(acme(3, few))
		require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), s.owner().Pending.Offer))
	}
	tests := []struct {
		name string
		goes func(*stage)
		// shown says that the ETag is shown the next time, and offered that the
		// offer waits or is active after that.
		shown, offered bool
	}{
		{"it waits still", func(*stage) {}, true, true},
		{"it waits, and the source has a problem", func(s *stage) {
			feed := s.feed.answer
			s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonUnavailable}))
			s.renew()
			s.feed.answer = feed
		}, true, true},
		{"activated by somebody", func(s *stage) {
			approve(s, "u1", "u2")
		}, true, true},
		{"activated by itself", func(s *stage) {
			_, err := s.crm.As("eva").Retire(s.Context(), "u1", "u2")
			require.NoError(s, err)
			require.True(s, s.renew().Activated)
		}, true, true},
		{"dismissed", func(s *stage) {
			require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), s.owner().Pending.Offer))
		}, true, false},
		{"dismissed, and the source has a problem", func(s *stage) {
			require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), s.owner().Pending.Offer))
			feed := s.feed.answer
			s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonUnavailable}))
			s.renew()
			s.feed.answer = feed
		}, true, false},
		{"superseded by a file", func(s *stage) { s.load(acme(3, few)) }, false, false},
		{"superseded by a file that was dismissed", dismissFile, false, true},
		{"superseded by a file that has lapsed", func(s *stage) {
			s.load(acme(3, few, expires(today.Add(time.Hour))))
			s.clock.add(time.Hour)
		}, false, true},
		{"superseded by a file that was activated", func(s *stage) { s.load(acme(3)) }, false, false},
		{"dismissed, and then a file too", func(s *stage) {
			require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), s.owner().Pending.Offer))
			dismissFile(s)
		}, true, false},
		{"refused by an instance with an older trust", func(s *stage) {
			older := s.start(s.store, trusting(s.T, spareKey)).Tenant("tenant-42")
			_, err := older.Renew(s.Context(), "acme")
			require.NoError(s, err)
		}, true, true},
		{"its key is revoked for a while", func(s *stage) {
			trust, err := trusting(s.T, vendorKey).Revoke(signed.Thumbprint(public(vendorKey)))
			require.NoError(s, err)
			_, err = s.start(s.store, trust).Tenant("tenant-42").Renew(s.Context(), "acme")
			require.NoError(s, err)
		}, false, true},
		{"the owner is removed", func(s *stage) {
			_, err := s.crm.As("eva").Remove(s.Context(), "acme")
			require.NoError(s, err)
			s.expect("S-1")
		}, false, true},
		{"another licensee is expected, and the one before again", func(s *stage) {
			s.expect("S-2")
			s.expect("S-1")
		}, true, true},
		{"another product is expected for a while", func(s *stage) {
			require.NoError(s, s.crm.As("host").Expect(s.Context(), "acme", planner.Expected{Product: "erp"}))
			s.renew()
			require.NoError(s, s.crm.As("host").Expect(s.Context(), "acme", planner.Expected{Product: "crm"}))
		}, false, true},
		{"dismissed, and then something else is expected", func(s *stage) {
			require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), s.owner().Pending.Offer))
			require.NoError(s, s.crm.As("host").Expect(s.Context(), "acme", planner.Expected{Deployment: "prod"}))
		}, false, true},
		{"dismissed, and the feed had something else meanwhile", func(s *stage) {
			require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), s.owner().Pending.Offer))
			feed := s.feed.answer
			s.feed.say(source.Outcome{Kind: source.KindCurrent})
			s.renew()
			s.feed.answer = feed
		}, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			product := func(l *license.License) { l.Product, l.Deployment = "crm", "prod" }
			s.begin(acme(1, product), 3)
			feed := s.serve()
			feed.has(acme(2, few, product))
			require.Equal(t, activation.WaitingBlocked, s.renew().Waiting)
			tag := feed.answers.ETag

			test.goes(s)
			s.renew()

			assert.Equal(t, test.shown, s.feed.last().ETag == tag, "the ETag that is shown is %q", s.feed.last().ETag)
			owner := s.owner()
			offered := owner.Number == 2 || owner.Pending != nil && owner.Pending.Plan.To == 2
			assert.Equal(t, test.offered, offered, "number %d is active, and %v waits", owner.Number, owner.Pending)
			s.renew()
			assert.Equal(t, test.shown || test.offered, s.feed.last().ETag == tag, "and then the ETag is %q", s.feed.last().ETag)
		})
	}
}

// approve activates the offer that waits.
func approve(s *stage, holders ...string) {
	s.Helper()
	preview, err := s.crm.Plan(s.Context(), "acme", ticks("acme.plan", holders...))
	require.NoError(s, err)
	_, err = s.crm.As("eva").Activate(s.Context(), preview.Approve())
	require.NoError(s, err)
}

// TestETagOfSameOffer: an offer has the ETag by which the source calls it, also if
// somebody has loaded it, and another one once the source calls it otherwise.
func TestETagOfSameOffer(t *testing.T) {
	for _, loaded := range []bool{false, true} {
		s := newStage(t)
		s.begin(acme(1), 1)
		later := acme(2, validFrom(today.Add(2*day)))
		if loaded {
			s.load(later)
		}
		for _, etag := range []string{`"a"`, `"b"`} {
			s.feed.send(etag, s.sealed(later))
			s.renew()
			require.Equal(t, int64(2), s.owner().Pending.Plan.To)
			s.renew()
			assert.Equal(t, etag, s.feed.last().ETag, "loaded: %t", loaded)
		}
	}
}

// TestETagOfActive follows the ETag of the active license.
func TestETagOfActive(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	feed := s.serve()
	feed.has(acme(1))
	require.True(t, s.renew().Activated)
	tag := feed.answers.ETag
	s.renew()
	assert.Equal(t, tag, s.feed.last().ETag)

	feed.fails(source.ReasonRefused)
	s.renew()
	s.renew()
	assert.Equal(t, tag, s.feed.last().ETag, "a problem leaves it")

	feed.key = spareKey
	feed.has(acme(1)) // signed anew
	s.renew()
	s.renew()
	assert.Equal(t, feed.answers.ETag, s.feed.last().ETag, "that of the copy")
	assert.Equal(t, source.KindCurrent, s.owner().Check.Outcome)

	s.load(acme(2))
	s.renew()
	assert.Empty(t, s.feed.last().ETag, "a file has none, and what the feed has is older")
	s.renew()
	assert.Empty(t, s.feed.last().ETag)

	feed.has(acme(3, expires(today)))
	s.renew()
	s.renew()
	assert.Empty(t, s.feed.last().ETag, "that of what is refused is not kept")
	assert.Equal(t, 2, s.owner().Check.Failures)
}

// TestETagOfLast has two offers of the source wait, and shows that of the one that
// the source had last.
func TestETagOfLast(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	feed := s.serve()
	feed.has(acme(1))
	require.True(t, s.renew().Activated)
	first := feed.answers.ETag
	_, _, err := s.crm.As("eva").Fill(t.Context(), "acme.plan", users(3)...)
	require.NoError(t, err)
	feed.has(acme(2, quantity("plan", 2)))
	s.renew()
	s.clock.add(time.Minute)
	feed.has(acme(3, validFrom(today.Add(9*day))))
	s.renew()
	last := feed.answers.ETag
	s.clock.add(time.Minute)
	s.renew()
	assert.Equal(t, last, s.feed.last().ETag)
	require.Equal(t, int64(2), s.owner().Pending.Plan.To)
	require.NoError(t, s.crm.As("eva").Dismiss(t.Context(), s.owner().Pending.Offer))
	s.renew()
	assert.Equal(t, last, s.feed.last().ETag, "not that of the one that was dismissed")

	feed.has(acme(1))
	s.renew()
	s.renew()
	assert.Equal(t, activation.WaitingWithdrawn, s.owner().Pending.Waiting)
	assert.Equal(t, first, s.feed.last().ETag, "not that of the one that was withdrawn")
}

// TestConfirmedOfferLapses has an offer lapse that the feed confirms by a 304: it
// is told, and not sent for ever.
func TestConfirmedOfferLapses(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	feed := s.serve()
	feed.has(acme(2, quantity("plan", 1), expires(today.Add(time.Hour))))
	s.renew()
	s.clock.add(time.Hour)
	check := s.renew().Check
	require.NotNil(t, check.Refused)
	assert.Equal(t, []planner.Rejection{planner.RejectionLapsed}, check.Refused.Rejections)
	assert.Equal(t, source.KindProblem, check.Outcome)
	s.renew()
	assert.Empty(t, s.feed.last().ETag)
	assert.Equal(t, int64(2), s.owner().Check.Refused.Number)
}

// TestOfferOfNewerTrustStays has an instance with an older trust look at what it
// can't verify, and one with a newer trust activate it.
func TestOfferOfNewerTrustStays(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 1)
	sealed := envelope(t, acme(2, validFrom(today.Add(2*day))), spareKey)
	_, err := s.crm.As("eva").Load(t.Context(), bytesReader(sealed))
	require.NoError(t, err)
	older := s.start(s.store, trusting(t, vendorKey))
	s.clock.add(day)
	require.NoError(t, older.RenewDue(t.Context()))
	assert.Nil(t, ownerOfStatus(t, older.Tenant("tenant-42"), "acme").Pending, "it can't be shown")
	s.clock.add(day)
	require.NoError(t, older.RenewDue(t.Context()))
	require.NoError(t, older.RenewDue(t.Context()))
	assert.Equal(t, int64(1), s.owner().Number)
	s.clock.add(day)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, int64(2), s.owner().Number, "at its next check, by who can verify it")
}
