package activation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

const (
	day          = 24 * time.Hour
	unacceptable = "the license that the source has sent is not acceptable"
)

// Whatever a source does, the active license stays, the status says what
// happened, and the next check is planned.
func TestRenewFromMisbehavingSources(t *testing.T) {
	problem := func(next time.Duration, title, detail string) activation.CheckRecord {
		check := activation.CheckRecord{
			LastTry: today, Outcome: "problem", Title: title, Detail: detail, Failures: 1, Next: today.Add(next),
		}
		switch title {
		case unacceptable:
			check.Reason = source.ReasonUnusable
		case "the source could not be asked":
			check.Reason = source.ReasonUnavailable
		}
		return check
	}
	tests := []struct {
		name   string
		answer func(*stage) source.Outcome
		err    error // returned instead of an answer
		check  activation.CheckRecord
	}{
		{name: "a problem with an unpronounceable text", answer: func(*stage) source.Outcome {
			return source.Outcome{Kind: source.KindProblem, Problem: source.Problem{Title: "no\x1bt\u202e now", Detail: "x"}}
		}, check: problem(15*time.Minute, "not now", "x")},
		{name: "a problem that asks for patience", answer: func(*stage) source.Outcome {
			return source.NewProblem(source.Problem{Title: "later", RetryAfter: 3 * time.Hour})
		}, check: problem(3*time.Hour, "later", "")},
		{name: "a problem that asks for too much patience", answer: func(*stage) source.Outcome {
			return source.NewProblem(source.Problem{Title: "later", RetryAfter: 365 * day})
		}, check: problem(day, "later", "")},
		{
			name: "an error", err: errors.New("broken"),
			check: problem(15*time.Minute, "the source could not be asked", "broken"),
		},
		{name: "an outcome that there is not", answer: func(*stage) source.Outcome {
			return source.Outcome{Kind: "surprise"}
		}, check: problem(15*time.Minute, unacceptable, "the source has answered what no source may")},
		{name: "new, with nothing", answer: func(*stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew}
		}, check: problem(15*time.Minute, unacceptable, "the source has sent nothing")},
		{name: "a license of another tenant", answer: func(s *stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{s.sealed(acme(9, licensee("Example AS", "S-9")))}}
		}, check: problem(15*time.Minute, unacceptable, "a license for another serial")},
		{name: "a license of another owner", answer: func(s *stage) source.Outcome {
			other := acme(9, func(l *license.License) { l.Owner.Name = "other" })
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{s.sealed(other)}}
		}, check: problem(15*time.Minute, unacceptable, "a license of another owner")},
		{name: "a tampered one", answer: func(s *stage) source.Outcome {
			sealed := s.sealed(acme(9))
			sealed[len(sealed)/2] ^= 1
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{sealed}}
		}, check: problem(15*time.Minute, unacceptable, "signed license: bad-signature: the license's signature does not verify (key "+signed.Thumbprint(public(vendorKey))+")")},
		{name: "one by a key that nobody trusts", answer: func(s *stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{envelope(s, acme(9), strangeKey)}}
		}, check: problem(15*time.Minute, unacceptable, "signed license: unknown-key: the license's key is neither trusted nor granted")},
		{name: "an older one", answer: func(s *stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{s.sealed(acme(5))}}
		}, check: activation.CheckRecord{LastTry: today, LastSuccess: today, Outcome: "current", Next: today.Add(day)}},
		{name: "the active number with another content", answer: func(s *stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{s.sealed(acme(6, quantity("plan", 99)))}}
		}, check: problem(15*time.Minute, unacceptable, "number 6 for Example AS, S-1, is rejected: number-reused; expected is a number above 6")},
		{name: "one that is rejected", answer: func(s *stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{s.sealed(acme(9, expires(today)))}}
		}, check: problem(15*time.Minute, unacceptable, "number 9 for Example AS, S-1, is rejected: lapsed; expected is one that has not ended")},
		{name: "one for another company", answer: func(s *stage) source.Outcome {
			return source.Outcome{Kind: source.KindNew, ETag: "e", Envelopes: [][]byte{s.sealed(acme(9, licensee("Other", "S-1")))}}
		}, check: activation.CheckRecord{
			LastTry: today, LastSuccess: today, Outcome: "identity-changed", Title: "the license that the source has sent names another company",
			Detail:      "number 9 for Other, S-1, is rejected: wrong-company; expected is the company Example AS",
			NewLicensee: &license.Licensee{Company: "Other", Serial: "S-1"}, Next: today.Add(day),
		}},
		{name: "a new identity", answer: func(*stage) source.Outcome {
			return source.Outcome{
				Kind: source.KindIdentityChanged, Licensee: license.Licensee{Company: "New AS", Serial: "S-2"},
				Message: source.Message{Text: "You have moved.", URL: "http://insecure.example"},
			}
		}, check: activation.CheckRecord{
			LastTry: today, LastSuccess: today, Outcome: "identity-changed", Message: "You have moved.",
			NewLicensee: &license.Licensee{Company: "New AS", Serial: "S-2"}, Next: today.Add(day),
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 3)
			before := s.owner()
			s.feed.answer = func(context.Context, source.Request) (source.Outcome, error) {
				if test.err != nil {
					return source.Outcome{}, test.err
				}
				return test.answer(s), nil
			}

			result := s.renew()

			after := s.owner()
			if diff := cmp.Diff(test.check, after.Check, cmpopts.IgnoreFields(activation.CheckRecord{}, "Refused")); diff != "" {
				t.Errorf("check (-want +got):\n%s", diff)
			}
			assert.Equal(t, after.Check, result.Check)
			assert.False(t, result.Activated)
			after.Check = before.Check
			assert.Equal(t, before, after, "nothing else has changed")
			assert.Len(t, s.assigned(), 3)
		})
	}
}

func TestRenewAsks(t *testing.T) {
	s := newStage(t)
	_, err := s.crm.Renew(t.Context(), "acme")
	require.ErrorIs(t, err, activation.ErrNoSerial)
	_, err = s.crm.Renew(t.Context(), "nobody")
	require.ErrorIs(t, err, activation.ErrNoSource)

	s.expect(" S-1 ")
	s.feed.send(`"six"`, s.sealed(acme(6)))
	result := s.renew()
	assert.Equal(t, source.Request{Owner: "acme", Serial: "S-1"}, s.feed.last(), "nothing is active")
	assert.True(t, result.Activated)

	s.feed.say(source.Outcome{Kind: source.KindCurrent})
	s.renew()
	assert.Equal(t, source.Request{Owner: "acme", Serial: "S-1", Have: 6, ETag: `"six"`}, s.feed.last())
	s.feed.say(source.NewProblem(source.Problem{Title: "down"}))
	s.renew()
	s.renew()
	assert.Equal(t, source.Request{Owner: "acme", Serial: "S-1", Have: 6, ETag: `"six"`}, s.feed.last(), "a problem keeps it")
	assert.Equal(t, 2, s.owner().Check.Failures)
	assert.Equal(t, today, s.owner().Check.LastSuccess)

	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{Company: "New AS", Serial: "S-2"}))
	assert.Equal(t, today, s.owner().Check.Next, "due at once")
	s.feed.send(`"one"`, s.sealed(acme(1, licensee("New AS", "S-2"))))
	result = s.renew()
	assert.Equal(t, source.Request{Owner: "acme", Serial: "S-2"}, s.feed.last(), "another serial")
	assert.True(t, result.Activated)
	assert.Equal(t, []string{"activated 6-1", "identity-changed 6-6", "activated 0-6", "identity-changed 0-0"}, s.history())
	entries, err := s.crm.History(t.Context(), 0, 1)
	require.NoError(t, err)
	assert.Equal(t, &license.Licensee{Company: "Example AS", Serial: "S-1"}, entries[0].FromLicensee)
	assert.Equal(t, &license.Licensee{Company: "New AS", Serial: "S-2"}, entries[0].ToLicensee)
}

// Of several files the highest number counts, and the others are reported.
func TestRenewFromFolder(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	s.feed.say(source.Outcome{Kind: source.KindNew, FromFile: true, Envelopes: [][]byte{
		s.sealed(acme(6)), s.sealed(acme(8)), envelope(t, acme(9), strangeKey), s.sealed(acme(7)),
	}})

	result := s.renew()

	assert.True(t, result.Activated)
	assert.Equal(t, int64(8), s.owner().Number)
	assert.Equal(t, "file", s.owner().Source)
	assert.Equal(t, "passed over: signed license: unknown-key: the license's key is neither trusted nor granted; number 7; number 6",
		s.owner().Check.Detail)
}

// The message of an envelope is shown when it came over a feed, and not when it
// came from a file.
func TestRenewMessage(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	var parts map[string]any
	require.NoError(t, json.Unmarshal(s.sealed(acme(6)), &parts))
	parts["message"] = map[string]string{"text": "Thank you.", "url": "https://acme.example/"}
	sealed, err := json.Marshal(parts)
	require.NoError(t, err)
	s.feed.say(source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{sealed}, FromFile: true})
	assert.Empty(t, s.renew().Check.Message)
	s.feed.send("", sealed)
	check := s.renew().Check
	assert.Equal(t, "Thank you.", check.Message)
	assert.Equal(t, "https://acme.example/", check.MessageURL)
}

// An identity that changes while the source is asked makes the answer void.
func TestRenewAnsweredTooLate(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	sealed := s.sealed(acme(7))
	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		err := s.crm.As("eva").Expect(ctx, "acme", planner.Expected{Company: "Example AS", Serial: "S-2"})
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{sealed}}, err
	}
	result := s.renew()
	assert.False(t, result.Activated)
	assert.Nil(t, result.Plan)
	assert.Equal(t, int64(6), s.owner().Number)
	assert.Equal(t, today, s.owner().Check.Next)

	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		_, err := s.crm.As("eva").Remove(ctx, "acme")
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{sealed}}, err
	}
	s.renew()
	assert.Zero(t, s.owner().Check, "a removed owner is asked again only by hand")
}

func TestRenewHangs(t *testing.T) {
	hang := func(ctx context.Context, _ source.Request) (source.Outcome, error) { //nolint:unparam // a source must have this form
		<-ctx.Done()
		return source.Outcome{}, ctx.Err()
	}
	t.Run("until the engine gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 1)
			s.feed.answer = hang
			s.renew()
			assert.Equal(t, "context deadline exceeded", s.owner().Check.Detail)
			assert.Equal(t, today.Add(15*time.Minute), s.owner().Check.Next)
		})
	})
	t.Run("until the caller does", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(6), 1)
		ctx, cancel := context.WithCancel(t.Context())
		s.feed.answer = func(asked context.Context, request source.Request) (source.Outcome, error) {
			cancel()
			return hang(asked, request)
		}
		before := s.owner()
		_, err := s.crm.Renew(ctx, "acme")
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, before, s.owner())
	})
}

// A revoked key stops its owner's modules, and a copy of the same license with
// another signature heals it; assignments stay throughout.
func TestRevokedKeyHeals(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	assigned := s.assigned()
	s.feed.send(`"six"`, s.sealed(acme(6)))
	s.renew()

	trust, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
	require.NoError(t, err)
	s.engine = s.start(s.store, trust)
	s.crm = s.engine.Tenant("tenant-42")

	owner := s.owner()
	require.ErrorIs(t, owner.Unverified, signed.CodeKeyRevoked)
	assert.Nil(t, owner.License)
	assert.Equal(t, int64(6), owner.Number)
	ent, err := s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.False(t, ent.Check("u1", "acme.web").Allowed())
	assert.Equal(t, assigned, s.assigned())

	s.feed.send(`"six again"`, envelope(t, acme(6), spareKey))
	result := s.renew()
	assert.Equal(t, source.Request{Owner: "acme", Serial: "S-1"}, s.feed.last(), "have is 0 while it does not verify")
	assert.Equal(t, planner.Current, result.Plan.Status)
	owner = s.owner()
	require.NoError(t, owner.Unverified)
	assert.Equal(t, int64(6), owner.License.Number)
	s.feed.say(source.Outcome{Kind: source.KindCurrent})
	s.renew()
	assert.Equal(t, `"six again"`, s.feed.last().ETag)
	ent, err = s.crm.Entitlements(t.Context())
	require.NoError(t, err)
	assert.True(t, ent.Check("u1", "acme.web").Allowed())
	assert.Equal(t, assigned, s.assigned())
	assert.Equal(t, []string{"activated 0-6", "identity-changed 0-0"}, s.history(), "nothing was activated")
}

// Even a lapsed license heals: it is read-only then, not gone.
func TestRevokedKeyHealsLapsedLicense(t *testing.T) {
	s := newStage(t)
	lapsing := expires(today.Add(time.Hour))
	s.begin(acme(6, lapsing), 1)
	trust, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
	require.NoError(t, err)
	s.crm = s.start(s.store, trust).Tenant("tenant-42")
	s.clock.add(2 * time.Hour)
	require.ErrorIs(t, s.owner().Unverified, signed.CodeKeyRevoked)

	_, err = s.crm.As("eva").Load(t.Context(), bytes.NewReader(envelope(t, acme(6, lapsing), spareKey)))
	require.NoError(t, err)
	assert.Equal(t, license.Lapsed, s.owner().State)
}

// While the active license does not verify, its licensee still counts.
func TestUnverifiedLicenseIsNoFirstOne(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	trust, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
	require.NoError(t, err)
	s.crm = s.start(s.store, trust).Tenant("tenant-42")
	load := func(l *license.License) *activation.Result {
		result, err := s.crm.As("eva").Load(t.Context(), bytes.NewReader(envelope(t, l, spareKey)))
		require.NoError(t, err)
		return result
	}
	require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", planner.Expected{}))
	assert.Equal(t, []planner.Rejection{planner.RejectionWrongCompany}, load(acme(7, licensee("Other", "S-1"))).Plan.Rejections)
	assert.True(t, load(acme(5)).Activated, "only the revoked key has raised the number to 6")
	assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, load(acme(4)).Plan.Rejections)
	assert.True(t, load(acme(7)).Activated, "no serial is expected, but it is no first license")
}

func TestLoad(t *testing.T) {
	s := newStage(t)
	_, err := s.crm.As("eva").Load(t.Context(), bytes.NewReader([]byte("no license")))
	require.ErrorIs(t, err, signed.CodeNotADocument)
	_, err = s.crm.As("eva").Load(t.Context(), bytes.NewReader(make([]byte, source.MaxEnvelopeSize+1)))
	var large *source.TooLargeError
	require.ErrorAs(t, err, &large)
	_, err = s.crm.As("eva").Load(t.Context(), nil)
	require.ErrorContains(t, err, "activation: load: there is nothing to read from")

	result := s.load(acme(6))
	assert.NotEmpty(t, result.Waiting, "a first license that nobody expects waits")
	assert.Equal(t, planner.Ready, result.Plan.Status)
	s.expect("S-1")
	assert.True(t, s.load(acme(6)).Activated)
	assert.Nil(t, s.owner().Pending)
	assert.Equal(t, "file", s.owner().Source)
}

// What a host reads in its log when things go wrong, and what not.
func TestLogHasNoSecrets(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t, activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	s.begin(acme(6), 3)
	s.feed.send("", s.sealed(acme(7, quantity("plan", 2))))
	s.renew()
	s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonRefused, Title: "unknown serial", Status: 404}))
	s.renew()
	s.feed.say(source.Outcome{Kind: source.KindCurrent, Retried: []source.Problem{
		{Reason: source.ReasonUnavailable, Title: "busy", Status: 503}, {Reason: source.ReasonUnavailable, Title: "late"},
	}})
	s.renew()
	_, err := s.crm.As("eva").Load(t.Context(), bytes.NewReader(envelope(t, acme(9), strangeKey)))
	require.Error(t, err)
	require.Error(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.plan", "nobody")...)))

	for _, part := range []string{
		`msg="license: activated" operation=load tenant=tenant-42 owner=acme by=eva automatic=true from=0 to=6`,
		`msg="license: waits for an administrator" operation=renew tenant=tenant-42 owner=acme number=7 waiting=blocked blocker="acme.plan would have 3 of 2 seats in use, release 1"`,
		`level=WARN msg="license: check failed" operation=renew tenant=tenant-42 owner=acme problem="refused, HTTP status 404: unknown serial"`,
		`level=INFO msg="license: asked again" operation=renew tenant=tenant-42 owner=acme problem="unavailable, HTTP status 503: busy"`,
		`level=INFO msg="license: asked again" operation=renew tenant=tenant-42 owner=acme problem="unavailable: late"`,
		`msg="license: refused" operation=assign tenant=tenant-42 outcome=refused`,
	} {
		assert.Contains(t, log.String(), part)
	}
	assert.NotContains(t, log.String(), "eyJ", "no token, however long")
}

// New refuses to start with what can't work, and says all of it.
func TestNew(t *testing.T) {
	trust := trusting(t, vendorKey)
	tests := []struct {
		name   string
		option activation.Option
		want   string
	}{
		{"nil", nil, "option 1 is nil"},
		{"owner's name", activation.WithSource("no name", &testFeed{}), "WithSource: the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}"},
		{"no source", activation.WithSource("acme", nil), "WithSource: the source of acme is nil"},
		{"logger", activation.WithLogger(nil), "WithLogger: the logger is nil"},
		{"clock", activation.WithClock(nil), "WithClock: the clock is nil"},
		{"policy", activation.WithPolicy(nil), "WithPolicy: the policy is nil"},
		{"protected", activation.WithProtectedOwners("acme", ""), "WithProtectedOwners: name 2 is not of the form [a-z0-9][a-z0-9-]{0,62}"},
		{"observer", activation.WithObserver(nil), "WithObserver: the observer is nil"},
		{"random", activation.WithRandom(nil), "WithRandom: the function is nil"},
		{"age", activation.WithSnapshotMaxAge(-1), "WithSnapshotMaxAge: -1ns is not a time that a snapshot may last"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := activation.New(memstore.New(), trust, test.option)
			require.EqualError(t, err, "activation: "+test.want)
		})
	}
	t.Run("twice", func(t *testing.T) {
		_, err := activation.New(memstore.New(), trust,
			activation.WithSource("acme", &testFeed{}), activation.WithSource("ACME", &testFeed{}))
		require.EqualError(t, err, "activation: WithSource: acme has two sources")
	})
	t.Run("all at once", func(t *testing.T) {
		_, err := activation.New(nil, nil, activation.WithClock(nil))
		require.EqualError(t, err, "activation: there is no store; there is no trust; see signed.NewTrust; WithClock: the clock is nil")
	})
	t.Run("a tenant's id", func(t *testing.T) {
		engine, err := activation.New(memstore.New(), trust)
		require.NoError(t, err)
		_, err = engine.Tenant("").Status(t.Context())
		require.EqualError(t, err, "activation: status: the tenant: the id is empty")
	})
}
