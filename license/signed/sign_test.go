package signed_test

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

func TestSign(t *testing.T) {
	payload := " " + document("acme", issued) + "\r\n"
	grant, err := goodGrant().Sign(root)
	require.NoError(t, err)
	envelope, err := signed.Sign([]byte(payload), partner, grant)
	require.NoError(t, err)
	opened, err := newTrust(t).Open(envelope, now)
	require.NoError(t, err)
	require.Equal(t, payload, string(opened.Document), "signed byte for byte")
	want := goodGrant()
	want.Grantor = id(root)
	require.Empty(t, cmp.Diff(&want, opened.Grant))
	again, err := signed.Sign([]byte(payload), partner, grant)
	require.NoError(t, err)
	require.Equal(t, string(envelope), string(again), "Ed25519 needs no chance")

	var members map[string]any
	require.NoError(t, json.Unmarshal(envelope, &members))
	token, ok := members["license"].(string)
	require.True(t, ok)
	head, body, _ := splitToken(token)
	require.JSONEq(t, headerOf(licenseHeader, partner), decode(t, head))
	require.Equal(t, payload, decode(t, body))
	require.Equal(t, []any{grant}, members["keys"])
	head, body, _ = splitToken(grant)
	require.JSONEq(t, headerOf(grantHeader, root), decode(t, head))
	require.JSONEq(t, grantPayload("acme", partner), decode(t, body))

	envelope, err = signed.Sign([]byte(payload), acme)
	require.NoError(t, err)
	require.NotContains(t, string(envelope), "keys")
}

func goodGrant() signed.Grant {
	return signed.Grant{Owner: "acme", Key: public(partner), NotBefore: granted, NotAfter: until, IssuedAt: granted}
}

func TestSignRefuses(t *testing.T) {
	good := document("acme", issued)
	grant := grantTo("acme", partner, root)
	tooMany := make([]string, 17)
	for i := range tooMany {
		tooMany[i] = grant
	}
	large := replaceOnce(good, `"number":7`, `"number":7,"filler":"`+strings.Repeat("x", 800_000)+`"`)
	for _, test := range []struct {
		name     string
		document string
		grants   []string
		code     signed.Code
	}{
		{name: "an invalid document", document: replaceOnce(good, `"number":7`, `"number":0`), code: signed.CodeInvalid},
		{name: "no document", code: signed.CodeInvalid},
		{name: "a document of more than 1 MiB", document: good + strings.Repeat(" ", 1<<20), code: signed.CodeInvalid},
		{name: "an envelope of more than 1 MiB", document: large, code: signed.CodeTooLarge},
		{name: "too many grants", document: good, grants: tooMany, code: signed.CodeNotADocument},
		{name: "a grant with white space", document: good, grants: []string{grant + "\n"}, code: signed.CodeMalformedToken},
		{
			name: "a grant that is not signed with EdDSA", document: good, code: signed.CodeUnsupportedAlgorithm,
			grants: []string{forge(replaceOnce(headerOf(grantHeader, root), "EdDSA", "none"), "{}", root)},
		},
		{name: "a license as a grant", document: good, grants: []string{licenseToken(good, root)}, code: signed.CodeUnsupportedType},
	} {
		t.Run(test.name, func(t *testing.T) {
			envelope, err := signed.Sign([]byte(test.document), root, test.grants...)
			require.Nil(t, envelope)
			requireCode(t, test.code, err)
			require.Equal(t, test.code == signed.CodeInvalid, len(license.FindingsOf(err)) > 0)
		})
	}
}

func TestSignRefusesBrokenKeys(t *testing.T) {
	const want = "signed: not an Ed25519 private key of 64 bytes whose two halves belong together"
	for name, key := range map[string]ed25519.PrivateKey{"nil": nil, "a seed": root[:32], "mixed": mixed()} {
		t.Run(name, func(t *testing.T) {
			envelope, err := signed.Sign([]byte(document("acme", issued)), key)
			require.Nil(t, envelope)
			require.EqualError(t, err, want)
			token, err := goodGrant().Sign(key)
			require.Empty(t, token)
			require.EqualError(t, err, want)
		})
	}
}

func TestGrantSignReportsAll(t *testing.T) {
	const (
		name   = "the owner's name is not of the form [a-z0-9][a-z0-9-]{0,62}"
		window = "the window is empty: NotBefore is not before NotAfter"
		unset  = " is not set, or outside the years 0 to 9999"
	)
	for _, test := range []struct {
		name   string
		change func(*signed.Grant)
		want   []string
	}{
		{"nothing set", func(g *signed.Grant) { *g = signed.Grant{} }, []string{
			name, "not an Ed25519 public key of 32 bytes", "NotBefore" + unset, "NotAfter" + unset, "IssuedAt" + unset, window,
		}},
		{"any owner", func(g *signed.Grant) { g.Owner = "*" }, []string{name}},
		{"an empty window", func(g *signed.Grant) { g.NotAfter = g.NotBefore }, []string{window}},
		{"a far future", func(g *signed.Grant) { g.NotAfter = until.AddDate(8000, 0, 0) }, []string{"NotAfter" + unset}},
		{"a weak key", func(g *signed.Grant) { g.Key = make([]byte, 32) }, []string{
			"the public key is a point of low order, for which signatures can be forged",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			grant := goodGrant()
			test.change(&grant)
			token, err := grant.Sign(root)
			require.Empty(t, token)
			require.Equal(t, test.want, problemsOf(t, err))
		})
	}
}

// TestGrantRoundTrip: what is granted is what is opened, to the nanosecond, in
// any zone, and it decides as it says.
func TestGrantRoundTrip(t *testing.T) {
	trust := newTrust(t)
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.Int64Range(-62_000_000_000, 253_000_000_000)
		instants := rapid.Custom(func(t *rapid.T) time.Time {
			zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
			return time.Unix(seconds.Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
		})
		grant := signed.Grant{
			Owner: "ACME", Key: public(partner),
			NotBefore: instants.Draw(t, "notBefore"), NotAfter: instants.Draw(t, "notAfter"), IssuedAt: instants.Draw(t, "issuedAt"),
		}
		if !grant.NotBefore.Before(grant.NotAfter) {
			t.Skip("an empty window")
		}
		token, err := grant.Sign(root)
		require.NoError(t, err)
		at := grant.NotBefore.UTC()
		envelope := []byte(wrap(licenseToken(replaceOnce(document("acme", issued), issued.Format(time.RFC3339), at.Format(time.RFC3339Nano)), partner), token))
		for _, end := range []struct {
			at     time.Time
			inside bool
		}{
			{grant.NotBefore.Add(-signed.ClockTolerance - 1), false},
			{grant.NotBefore.Add(-signed.ClockTolerance), true},
			{grant.NotBefore, true},
			{grant.NotAfter.Add(-1), true},
			{grant.NotAfter, false},
		} {
			opened, err := trust.Open(envelope, end.at)
			if !end.inside {
				requireCodeOf(t, signed.CodeKeyExpired, err)
				continue
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(&signed.Grant{
				Owner: "acme", Key: grant.Key, Grantor: id(root),
				NotBefore: grant.NotBefore.UTC(), NotAfter: grant.NotAfter.UTC(), IssuedAt: grant.IssuedAt.UTC(),
			}, opened.Grant))
		}
	})
}

// requireCodeOf is requireCode for rapid.
func requireCodeOf(t require.TestingT, code signed.Code, err error) {
	var refused *signed.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.Code)
}

func TestInspect(t *testing.T) {
	// Nothing of this verifies, and some of it is not even of the right type.
	license := ed448Token(`{"kid":"anybody","alg":"none","typ":"JWT"}`)
	grant := forge(`{"kid":"","alg":"HS256","typ":"x"}`, "not JSON", stranger)
	got, err := signed.Inspect([]byte("\ufeff" + replaceOnce(wrap(license, grant), `{`, `{"message":{"text":"hi"},`)))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(&signed.Unverified{
		Header: []byte(`{"kid":"anybody","alg":"none","typ":"JWT"}`), KeyID: "anybody",
		Payload: []byte(document("acme", issued)), Message: "hi",
		Grants: []*signed.Unverified{{Header: []byte(`{"kid":"","alg":"HS256","typ":"x"}`), Payload: []byte("not JSON")}},
	}, got))
}

// TestInspectRefuses: of the vectors, those whose form is wrong.
func TestInspectRefuses(t *testing.T) {
	for _, v := range vectors() {
		form := v.code == signed.CodeTooLarge || v.code == signed.CodeNotADocument ||
			v.code == signed.CodeMalformedToken && !strings.HasPrefix(v.name, "authentic: ")
		t.Run(v.name, func(t *testing.T) {
			inspected, err := signed.Inspect([]byte(v.envelope))
			if !form {
				require.NoError(t, err)
				require.NotNil(t, inspected)
				return
			}
			require.Nil(t, inspected)
			requireCode(t, v.code, err)
		})
	}
}
