package issuing_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
	"github.com/seatwright/seatwright/license/signed"
)

var (
	root    = ed25519.NewKeyFromSeed([]byte("the root key of the tests, 32 by"))
	partner = ed25519.NewKeyFromSeed([]byte("a partner's key of the tests, 32"))
	now     = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
)

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.SeedSize:])
}

func trust(tb testing.TB) *signed.Trust {
	tb.Helper()
	trust, err := signed.NewTrust(signed.TrustedKey{Key: public(root), Owners: []string{"acme"}, MayGrant: true})
	require.NoError(tb, err)
	return trust
}

func grantUntil(tb testing.TB, end time.Time) string {
	tb.Helper()
	token, err := signed.Grant{Owner: "acme", Key: public(partner), NotBefore: now.AddDate(0, -1, 0), NotAfter: end, IssuedAt: now}.Sign(root)
	require.NoError(tb, err)
	return token
}

// document is one without anything wrong or unusual, with some members changed.
func document(tb testing.TB, change map[string]any) []byte {
	tb.Helper()
	members := map[string]any{
		"owner":    map[string]any{"name": "acme"},
		"licensee": map[string]any{"company": "Example", "serial": " 4711 "},
		"number":   7, "issuedAt": now, "nextCheck": now.AddDate(0, 1, 0),
		"warnFrom": now.AddDate(0, 11, 0), "expires": now.AddDate(1, 0, 0),
		"modules": []any{map[string]any{"name": "web", "kind": "user", "quantity": 3, "info": map[string]any{"a": "b"}}},
	}
	for name, value := range change {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	data, err := json.Marshal(members)
	require.NoError(tb, err)
	return data
}

func lines(found []*license.Finding) []string {
	var lines []string
	for _, f := range found {
		lines = append(lines, string(f.Code)+" "+f.Pointer)
	}
	return lines
}

// TestIssue has both sides of each limit.
func TestIssue(t *testing.T) {
	type change = map[string]any
	ends := now.AddDate(0, -1, 0)
	for _, test := range []struct {
		name           string
		change         change
		issuer         issuing.Issuer
		before         *issuing.Previous
		wrong, unusual []string
	}{
		{name: "nothing"},
		{name: "unknown members", change: change{"expiry": now, "a/b": 1}, wrong: []string{"unknown-member /a~1b", "unknown-member /expiry"}},
		{name: "unknown members that are meant", change: change{"expiry": now, "a/b": 1}, issuer: issuing.Issuer{Allow: []string{"expiry", "/a~1b"}}},
		{name: "ends now", change: change{"expires": now, "warnFrom": nil}, wrong: []string{"ended /expires"}},
		{name: "ends in a second", change: change{"expires": now.Add(time.Second), "warnFrom": nil}},
		{name: "issued in a day", change: change{"issuedAt": now.Add(issuing.MaxAhead)}},
		{name: "issued after a day", change: change{"issuedAt": now.Add(issuing.MaxAhead + 1)}, wrong: []string{"issued-ahead /issuedAt"}},
		{name: "no serial to ask for", change: change{"licensee": change{"company": "Example", "serial": ".."}}, wrong: []string{"serial /licensee/serial"}},
		{name: "the first", before: &issuing.Previous{}},
		{name: "the next", before: &issuing.Previous{Number: 6}},
		{name: "the same number", before: &issuing.Previous{Number: 7, Digest: "00"}, wrong: []string{"number-not-above /number"}},
		{name: "a lower number", before: &issuing.Previous{Number: 8}, wrong: []string{"number-not-above /number"}},
		{name: "a jump", change: change{"number": issuing.MaxJump + 7}, before: &issuing.Previous{Number: 6}, wrong: []string{"number-jump /number"}},
		{name: "a jump that is meant", change: change{"number": issuing.MaxJump + 7}, issuer: issuing.Issuer{AllowJump: true}, before: &issuing.Previous{Number: 6}},
		{name: "nearly a jump", change: change{"number": issuing.MaxJump + 6}, before: &issuing.Previous{Number: 6}},
		{name: "all at once", change: change{"expires": now, "warnFrom": nil, "number": 1, "x": 1}, before: &issuing.Previous{Number: 1}, wrong: []string{
			"unknown-member /x", "ended /expires", "number-not-above /number",
		}},
		{name: "no end", change: change{"expires": nil, "warnFrom": nil}, unusual: []string{"no-end /expires"}},
		{name: "more than a year", change: change{"expires": now.AddDate(1, 0, 0).Add(1)}, unusual: []string{"long /expires"}},
		{name: "a year from later on", change: change{"validFrom": now.AddDate(0, 1, 0), "expires": now.AddDate(1, 1, 0)}},
		{name: "asked for late", change: change{"nextCheck": now.AddDate(0, 11, 1)}, unusual: []string{"next-check-late /nextCheck"}},
		{name: "no lapse", change: change{"validFrom": ends}, before: &issuing.Previous{Number: 1, End: &ends}},
		{name: "a lapse", change: change{"validFrom": ends.Add(1)}, before: &issuing.Previous{Number: 1, End: &ends}, unusual: []string{"lapse /validFrom"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.issuer.Key, test.issuer.Trust = root, trust(t)
			data := document(t, test.change)
			issued, err := test.issuer.Issue(issuing.Draft{Document: data, Before: test.before}, now)
			require.Empty(t, cmp.Diff(test.wrong, lines(license.FindingsOf(err))))
			if test.wrong != nil {
				require.Nil(t, issued)
				return
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.unusual, lines(issued.Unusual)))
			opened, err := trust(t).Open(issued.Envelope, now)
			require.NoError(t, err)
			require.Equal(t, data, opened.Document)
			require.Equal(t, issuing.Record{
				At: now, KeyID: signed.Thumbprint(public(root)), Owner: "acme", Serial: "4711",
				Number: issued.License.Number, Digest: issuing.Digest(issued.Envelope),
			}, issued.Record)
			again := issuing.Previous{Number: issued.License.Number, Digest: issued.Record.Digest}
			_, err = test.issuer.Issue(issuing.Draft{Document: data, Before: &again}, now)
			require.NoError(t, err, "the same license again")
		})
	}
}

// TestIssueOpensItsResult: by what the hosts trust, at the present.
func TestIssueOpensItsResult(t *testing.T) {
	for end, want := range map[time.Time]string{
		now:                              "key-expired",
		now.Add(1):                       "grant-ends ",
		now.Add(issuing.GrantMargin - 1): "grant-ends ",
		now.Add(issuing.GrantMargin):     "",
		now.Add(issuing.GrantMargin * 2): "",
	} {
		issuer := issuing.Issuer{Key: partner, Grants: []string{grantUntil(t, end)}, Trust: trust(t)}
		issued, err := issuer.Issue(issuing.Draft{Document: document(t, nil)}, now)
		if want == "key-expired" {
			require.ErrorIs(t, err, signed.CodeKeyExpired)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, want, fmt.Sprint(append(lines(issued.Unusual), "")[0]))
	}
	issued, err := issuing.Issuer{Key: partner}.Issue(issuing.Draft{Document: document(t, nil), Message: "Hello", MessageURL: "https://acme.example"}, now)
	require.NoError(t, err, "without a trust nothing is opened")
	envelope, err := signed.ParseEnvelope(issued.Envelope)
	require.NoError(t, err)
	require.Equal(t, "Hello https://acme.example", envelope.Message+" "+envelope.MessageURL)
	_, err = issuing.Issuer{Key: partner}.Issue(issuing.Draft{Document: []byte(`{}`)}, now)
	require.NotEmpty(t, license.FindingsOf(err))
}

func TestRegrant(t *testing.T) {
	short, late := grantUntil(t, now.AddDate(0, 1, 0)), grantUntil(t, now.AddDate(3, 0, 0))
	issued, err := issuing.Issuer{Key: partner, Grants: []string{short}, Trust: trust(t)}.Issue(issuing.Draft{Document: document(t, nil)}, now)
	require.NoError(t, err)
	regranted, err := issuing.Regrant(issued.Envelope, []string{late, short}, trust(t), now)
	require.NoError(t, err)
	require.Equal(t, issuing.Digest(issued.Envelope), issuing.Digest(regranted))
	_, err = trust(t).Open(regranted, now.AddDate(2, 0, 0))
	require.NoError(t, err)
	parsed, err := signed.ParseEnvelope(regranted)
	require.NoError(t, err)
	require.Equal(t, []string{short, late}, parsed.Grants)

	after, err := signed.Grant{Owner: "acme", Key: public(partner), NotBefore: now.Add(1), NotAfter: now.AddDate(3, 0, 0), IssuedAt: now}.Sign(root)
	require.NoError(t, err)
	_, err = issuing.Regrant(issued.Envelope, []string{after}, trust(t), now)
	require.ErrorIs(t, err, signed.CodeKeyExpired, "a window that does not hold issuedAt")
	ofPartner, err := signed.Grant{Owner: "acme", Key: public(partner), NotBefore: now, NotAfter: now.AddDate(3, 0, 0), IssuedAt: now}.Sign(partner)
	require.NoError(t, err)
	_, err = issuing.Regrant(issued.Envelope, []string{ofPartner}, trust(t), now)
	require.ErrorIs(t, err, signed.CodeUnknownKey)
	// Others do nothing for the license, though a host opens it beside them.
	both, err := signed.NewTrust(signed.TrustedKey{Key: public(root), Owners: []string{"acme", "beta"}, MayGrant: true})
	require.NoError(t, err)
	for want, other := range map[signed.Code]signed.Grant{
		signed.CodeUnknownKey:      {Owner: "acme", Key: public(root)},
		signed.CodeOwnerNotGranted: {Owner: "beta", Key: public(partner)},
	} {
		other.NotBefore, other.NotAfter, other.IssuedAt = now, now.AddDate(0, 0, 7), now
		grant, err := other.Sign(root)
		require.NoError(t, err)
		_, err = issuing.Regrant(issued.Envelope, []string{grant}, both, now)
		require.ErrorIs(t, err, want)
	}
	_, err = issuing.Regrant([]byte("{}"), nil, trust(t), now)
	require.ErrorIs(t, err, signed.CodeNotADocument)
}

func TestFeedCheck(t *testing.T) {
	customer := issuing.Customer{Owner: "acme", Serial: "4711"}
	issue := func(issuer issuing.Issuer, change map[string]any) *issuing.Issued {
		issued, err := issuer.Issue(issuing.Draft{Document: document(t, change)}, now)
		require.NoError(t, err)
		return issued
	}
	first := issue(issuing.Issuer{Key: root}, nil)
	second := issue(issuing.Issuer{Key: root}, map[string]any{"number": 8})
	granted := issue(issuing.Issuer{Key: partner, Grants: []string{grantUntil(t, now.AddDate(0, 1, 0))}}, nil)
	ledger := func(records ...issuing.Record) issuing.Ledger { return issuing.Ledger{customer: records} }
	year := now.AddDate(1, 0, 0)
	for _, test := range []struct {
		name     string
		envelope []byte
		to       issuing.Customer
		later    time.Time
		ledger   issuing.Ledger
		want     []string
	}{
		{"right", first.Envelope, customer, year.Add(-1), ledger(first.Record), nil},
		{"right, without a ledger", first.Envelope, customer, now, nil, nil},
		{"another's", first.Envelope, issuing.Customer{Owner: "acme", Serial: "4712"}, now, nil, []string{"misfiled "}},
		{"no envelope", []byte("{}"), customer, now, nil, []string{"not-a-document "}},
		{"ends", first.Envelope, customer, year, nil, []string{"ends "}},
		{"a grant that ends", granted.Envelope, customer, now.AddDate(0, 1, 0), nil, []string{"key-expired "}},
		{"not issued", second.Envelope, customer, now, ledger(first.Record), []string{"not-in-ledger "}},
		{"issued to nobody", second.Envelope, customer, now, issuing.Ledger{}, []string{"not-in-ledger "}},
		{"stale", first.Envelope, customer, now, ledger(first.Record, second.Record), []string{"stale "}},
		{"the newest", second.Envelope, customer, now, ledger(first.Record, second.Record), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			check := issuing.FeedCheck{Trust: trust(t), Now: now, Later: test.later, Ledger: test.ledger}
			require.Empty(t, cmp.Diff(test.want, lines(check.License(test.envelope, test.to))))
		})
	}
}

func TestLedger(t *testing.T) {
	record := func(number int64, digest string) issuing.Record {
		return issuing.Record{At: now, User: "eva", Owner: "acme", Serial: "4711", Number: number, Digest: digest}
	}
	var data []byte
	for _, r := range []issuing.Record{record(9, "b"), record(1, "a"), record(2, "a"), record(9, "c"), record(9, "c")} {
		line, err := json.Marshal(r)
		require.NoError(t, err)
		data = append(append(data, line...), '\n')
	}
	ledger, err := issuing.ParseLedger(data)
	require.NoError(t, err)
	customer := issuing.Customer{Owner: "acme", Serial: "4711"}
	require.Equal(t, []issuing.Customer{customer}, ledger.Customers())
	last, ok := ledger.Last(customer)
	require.True(t, ok)
	require.Equal(t, record(9, "c"), last)
	require.True(t, ledger.Contains(record(2, "a")))
	require.False(t, ledger.Contains(record(2, "b")))
	require.Equal(t, []string{"gap ", "double "}, lines(ledger.Gaps(customer)))
	_, ok = ledger.Last(issuing.Customer{Owner: "acme", Serial: "4712"})
	require.False(t, ok)

	_, err = issuing.ParseLedger(data[:len(data)-1])
	require.EqualError(t, err, "the last line is cut off; look what was issued then, and end it")
	for _, text := range []string{"{}\n", "\n", `{"owner":"acme","serial":"1","number":0}` + "\n", `{"owner":"acme","serial":"1","number":1,"x":1}` + "\n"} {
		_, err = issuing.ParseLedger(append(append([]byte(nil), data...), text...))
		require.EqualError(t, err, "line 6 is no record of a license")
	}
	require.Empty(t, issuing.Digest([]byte("{}")))
	_, err = issuing.Read([]byte("{}"))
	var refused *signed.Error
	require.True(t, errors.As(err, &refused))
}
