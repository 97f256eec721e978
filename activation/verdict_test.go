package activation_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
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

// TestOtherCompanyIsAChangeOfIdentity has the vendor put a license for another
// company to the serial; confirming that activates it.
func TestOtherCompanyIsAChangeOfIdentity(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 1)
	feed := s.serve()
	company := strings.Repeat("Long ", 200) + "AS\u200f"
	feed.has(acme(2, licensee(company, "S-1")))
	check := s.renew().Check
	assert.Equal(t, source.KindIdentityChanged, check.Outcome)
	assert.Equal(t, &license.Licensee{Company: company, Serial: "S-1"}, check.NewLicensee, "as it was signed")
	assert.Equal(t, []planner.Rejection{planner.RejectionWrongCompany}, check.Refused.Rejections)
	s.renew()
	assert.Equal(t, int64(1), s.owner().Number)

	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Company: check.NewLicensee.Company, Serial: check.NewLicensee.Serial}))
	require.NoError(t, s.engine.RenewDue(t.Context()), "due at once")
	owner := s.owner()
	assert.Equal(t, int64(2), owner.Number)
	assert.Nil(t, owner.Check.Refused)
	assert.Nil(t, owner.Check.NewLicensee)
	assert.Nil(t, owner.Before)
}

// TestAnnouncedIdentity has a status announce a licensee.
func TestAnnouncedIdentity(t *testing.T) {
	as := func(company, serial string) license.Licensee {
		return license.Licensee{Company: company, Serial: serial}
	}
	for name, test := range map[string]struct {
		expects planner.Expected
		said    license.Licensee
		want    source.Kind
	}{
		"another company":                  {said: as("New AS", "S-1"), want: source.KindIdentityChanged},
		"another serial":                   {said: as("Example AS", "S-2"), want: source.KindIdentityChanged},
		"the active one":                   {said: as("Example AS", " S-1 "), want: source.KindCurrent},
		"the one that is expected already": {planner.Expected{Company: "New AS", Serial: "S-1"}, as("New AS", "S-1"), source.KindProblem},
		"the active one, and another is":   {planner.Expected{Company: "New AS", Serial: "S-1"}, as("Example AS", "S-1"), source.KindIdentityChanged},
		"with a NUL":                       {said: as("New\x00AS", "S-1"), want: source.KindProblem},
		"no UTF-8":                         {said: as("New\xff", "S-1"), want: source.KindProblem},
		"too long":                         {said: as(strings.Repeat("x", 16<<10+1), "S-1"), want: source.KindProblem},
		"nobody":                           {said: as("", "S-1"), want: source.KindProblem},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(1), 1)
			require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", test.expects))
			feed := s.serve()
			feed.says(source.KindIdentityChanged, test.said)
			check := s.renew().Check
			assert.Equal(t, test.want, check.Outcome)
			assert.Equal(t, test.want == source.KindIdentityChanged, check.NewLicensee != nil)
		})
	}
}

// TestMistypedSerial goes back by one call.
func TestMistypedSerial(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	feed := s.serve()
	feed.has(acme(2, quantity("plan", 2)))
	s.renew()
	served := s.feed.answer
	s.load(acme(3, validFrom(today.Add(day))))

	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Company: "Example AS", Serial: "S-11"}))
	s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonRefused, Title: "unknown serial", Status: 404, MediaType: "text/html"}))
	check := s.renew().Check
	assert.Contains(t, check.Detail, "may be mistyped")
	assert.Equal(t, 404, check.Status)
	assert.Equal(t, "text/html", check.MediaType)
	assert.Equal(t, source.ReasonRefused, check.Reason)
	owner := s.owner()
	assert.Equal(t, planner.Expected{Company: "Example AS", Serial: "S-11"}, owner.Expected, "beside what is active")
	assert.Equal(t, "S-1", owner.Licensee.Serial)
	assert.Nil(t, owner.Pending)

	expected, err := s.crm.As("eva").Revert(t.Context(), "ACME")
	require.NoError(t, err)
	assert.Equal(t, planner.Expected{Serial: "S-1"}, expected)
	again, err := s.crm.As("eva").Revert(t.Context(), "acme")
	require.NoError(t, err, "twice is once")
	assert.Equal(t, expected, again)
	assert.Equal(t, []string{"identity-changed 1-1", "identity-changed 1-1", "activated 0-1", "identity-changed 0-0"}, s.history())
	previews, err := s.crm.Pending(t.Context())
	require.NoError(t, err)
	assert.Len(t, previews, 2, "what waited waits again")
	s.feed.answer = served
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, "S-1", s.feed.last().Serial)
	assert.Empty(t, s.owner().Check.Detail)
}

// TestConfirmedMessage: a 304 keeps what the owner had to say.
func TestConfirmedMessage(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	with := func(l *license.License, text string) []byte {
		var parts map[string]any
		require.NoError(t, json.Unmarshal(s.sealed(l), &parts))
		parts["message"] = map[string]string{"text": text}
		sealed, err := json.Marshal(parts)
		require.NoError(t, err)
		return sealed
	}
	confirms := func(etag string) { s.feed.say(source.Outcome{Kind: source.KindCurrent, ETag: etag}) }
	s.feed.send("one", with(acme(1), "Thank you."))
	assert.Equal(t, "Thank you.", s.renew().Check.Message)
	s.feed.say(source.NewProblem(source.Problem{Title: "down"}))
	s.renew()
	confirms("one")
	assert.Empty(t, s.renew().Check.Message, "of a license that came from a file nothing is shown")

	s.feed.send("two", with(acme(2), "You have a new plan."))
	require.True(t, s.renew().Activated)
	confirms("two")
	assert.Equal(t, "You have a new plan.", s.renew().Check.Message)
	s.feed.send("three", with(acme(3, quantity("plan", 1)), "You have a smaller plan."))
	s.renew()
	confirms("three")
	assert.Equal(t, "You have a smaller plan.", s.renew().Check.Message)
	s.feed.say(source.Outcome{Kind: source.KindCurrent})
	assert.Empty(t, s.renew().Check.Message, "a status has a message of its own")
	s.feed.say(source.Outcome{Kind: source.KindCurrent, Message: source.Message{Text: "Closed on Monday."}})
	result := s.renew()
	assert.Equal(t, "Closed on Monday.", result.Check.Message)
	assert.Equal(t, activation.WaitingBlocked, result.Waiting, "and hides no license")
}

// TestOlderFromFeed is a line of the log and no problem.
func TestOlderFromFeed(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t, activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	s.begin(acme(5), 1)
	feed := s.serve()
	feed.has(acme(4))
	assert.Equal(t, source.KindCurrent, s.renew().Check.Outcome)
	assert.Contains(t, log.String(), `msg="license: the source has an older license" operation=renew tenant=tenant-42 owner=acme number=4`)
	feed.has(acme(5, quantity("plan", 4)))
	check := s.renew().Check
	assert.Equal(t, source.KindProblem, check.Outcome)
	assert.Equal(t, []planner.Rejection{planner.RejectionNumberReused}, check.Refused.Rejections)
	assert.Contains(t, log.String(), "reasons=number-reused")
}

// TestBurntNumber has somebody issue the highest number there is, by slip or with
// a stolen key.
func TestBurntNumber(t *testing.T) {
	burnt := acme(license.MaxNumber)
	revoked, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
	require.NoError(t, err)
	bySpare := func(s *stage, l *license.License) *activation.Result {
		result, err := s.crm.As("eva").Load(t.Context(), bytesReader(envelope(t, l, spareKey)))
		require.NoError(t, err)
		return result
	}
	t.Run("it waits, and blocks nothing", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 3)
		assert.Equal(t, activation.WaitingNumber, s.load(burnt).Waiting)
		assert.Equal(t, []planner.Warning{planner.WarningNumberJump}, s.owner().Pending.Plan.Warnings)
		assert.Equal(t, activation.WaitingBlocked, s.load(acme(7, quantity("plan", 2))).Waiting)
		assert.Equal(t, int64(7), s.owner().Pending.Plan.To, "the one to decide about")
		assert.Len(t, s.owner().Others, 1)
		assert.True(t, s.load(acme(8)).Activated)
		assert.True(t, s.load(acme(1_000_008)).Activated, "a million is no jump")
	})
	t.Run("a first license may have any", func(t *testing.T) {
		s := newStage(t)
		s.expect("S-1")
		assert.True(t, s.load(acme(2_026_010_101)).Activated)
	})
	t.Run("a slip after all keys so far were revoked", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 3)
		s.crm = s.start(s.store, revoked).Tenant("tenant-42")
		assert.Equal(t, activation.WaitingNumber, bySpare(s, burnt).Waiting)
		alike, err := exported(t, s, burnt).Plan()
		require.NoError(t, err)
		assert.Equal(t, []planner.Warning{planner.WarningNumberJump}, alike.Warnings)
		assert.True(t, bySpare(s, acme(7)).Activated)
	})
	t.Run("its key is revoked", func(t *testing.T) {
		s := newStage(t)
		s.expect("S-1")
		require.True(t, bySpare(s, acme(5)).Activated)
		require.True(t, s.load(acme(6)).Activated)
		s.load(burnt)
		approve(s)
		require.Equal(t, license.MaxNumber, int(s.owner().Number))
		assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, bySpare(s, acme(7)).Plan.Rejections)

		s.crm = s.start(s.store, revoked).Tenant("tenant-42")
		assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, bySpare(s, acme(4)).Plan.Rejections, "the other key has raised it to 5")
		assert.True(t, bySpare(s, acme(7)).Activated)
		drift, err := s.crm.Verify(t.Context())
		require.NoError(t, err)
		assert.Empty(t, drift)
		assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, bySpare(s, acme(6)).Plan.Rejections)
		_, err = s.crm.As("eva").Remove(t.Context(), "acme")
		require.NoError(t, err)
		s.expect("S-1")
		assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, bySpare(s, acme(6)).Plan.Rejections, "also after a removal")
		assert.True(t, bySpare(s, acme(8)).Activated)
	})
	t.Run("numbers whose key is not known count", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 1)
		require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
			return w.PutHighest(t.Context(), "acme", "S-1", 20)
		}))
		require.True(t, s.load(acme(21)).Activated)
		s.crm = s.start(s.store, revoked).Tenant("tenant-42")
		assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, bySpare(s, acme(19)).Plan.Rejections)
		assert.True(t, bySpare(s, acme(20)).Activated)
	})
	t.Run("of a key whose grantor is revoked", func(t *testing.T) {
		s := newStage(t)
		trust := func(revoke ...string) *signed.Trust {
			trust, err := signed.NewTrust(signed.TrustedKey{Key: public(vendorKey), Owners: signed.AnyOwner(), MayGrant: true},
				signed.TrustedKey{Key: public(spareKey), Owners: signed.AnyOwner()})
			require.NoError(t, err)
			trust, err = trust.Revoke(revoke...)
			require.NoError(t, err)
			return trust
		}
		s.crm = s.start(s.store, trust()).Tenant("tenant-42")
		s.expect("S-1")
		grant, err := signed.Grant{
			Owner: "acme", Key: public(strangeKey), NotBefore: today.AddDate(-1, 0, 0), NotAfter: today.AddDate(1, 0, 0), IssuedAt: today.AddDate(-1, 0, 0),
		}.Sign(vendorKey)
		require.NoError(t, err)
		document, err := json.Marshal(acme(2_000_000))
		require.NoError(t, err)
		sealed, err := signed.Sign(document, strangeKey, grant)
		require.NoError(t, err)
		result, err := s.crm.As("eva").Load(t.Context(), bytesReader(sealed))
		require.NoError(t, err)
		require.True(t, result.Activated)
		s.crm = s.start(s.store, trust(signed.Thumbprint(public(vendorKey)))).Tenant("tenant-42")
		assert.True(t, bySpare(s, acme(7)).Activated)
	})
}

// TestIssuedAhead warns of a vendor whose clock is ahead.
func TestIssuedAhead(t *testing.T) {
	for name, test := range map[string]struct {
		ahead time.Duration
		want  []planner.Warning
	}{
		"a day":             {day, []planner.Warning{}},
		"a second too much": {day + time.Second, []planner.Warning{planner.WarningIssuedAhead}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, activation.WithPolicy(planner.WithoutWarnings))
			s.begin(acme(6), 1)
			result := s.load(acme(7, func(l *license.License) { l.IssuedAt = today.Add(test.ahead) }))
			assert.Equal(t, test.want, result.Plan.Warnings)
			assert.Equal(t, len(test.want) > 0, result.Waiting == activation.WaitingPolicy)
		})
	}
}

// TestFolderOfTwoBeginnings has an interim license and a renewal in a folder.
func TestFolderOfTwoBeginnings(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 1)
	s.feed.say(source.Outcome{Kind: source.KindNew, FromFile: true, Envelopes: [][]byte{
		s.sealed(acme(3, validFrom(today.Add(day)))), s.sealed(acme(2)), s.sealed(acme(1)),
	}})
	assert.True(t, s.renew().Activated)
	assert.Equal(t, int64(2), s.owner().Number)
	require.NotNil(t, s.owner().Pending)
	s.clock.add(day)
	assert.True(t, s.renew().Activated)
	assert.Equal(t, int64(3), s.owner().Number)
}
