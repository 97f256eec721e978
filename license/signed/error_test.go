package signed_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// TestErrorTexts asserts every message once: the figures, the key, the words.
func TestErrorTexts(t *testing.T) {
	token := licenseToken(document("acme", issued), acme)
	byPartner := licenseToken(document("acme", issued), partner)
	grant := grantTo("acme", partner, root)
	seventeen := make([]string, 17)
	for i := range seventeen {
		seventeen[i] = grant
	}
	head, _, signature := splitToken(grant)
	invalid := replaceOnce(replaceOnce(document("acme", issued), `"number":7`, `"number":0`), `"quantity":5`, `"quantity":0`)
	for _, test := range []struct {
		envelope string
		keyID    string
		detail   string // the text, then "|" and the window, if there is one
	}{
		{strings.Repeat("x", 1<<20+1), "", "too-large: 1048577 bytes, at most 1048576 are read"},
		{"[]", "", "not-a-document: not one JSON object with the members license, keys and message"},
		{"{", "", "not-a-document: this is a file that ends too early; get it once more, as a whole"},
		{"{}", "", "not-a-document: the member license is missing"},
		{wrap(token, seventeen...), "", "not-a-document: 17 grants, at most 16 are read"},
		{wrap("x"), "", "malformed-token: the license does not have the three parts of a compact JWS"},
		{wrap(token, "a.b"), "", "malformed-token: grant 1 does not have the three parts of a compact JWS"},
		{wrap(token, grant, "=.."), "", "malformed-token: grant 2 is not in canonical base64url"},
		{wrap(".."), "", "malformed-token: the license does not have a header of exactly alg, typ and kid"},
		{wrap(byPartner, grantToken("{}", root)), id(root), "malformed-token: grant 1 is authentic, but does not say what a grant must"},
		{wrap(ed448Token(replaceOnce(headerOf(licenseHeader, acme), "EdDSA", "Ed448"))), "", "unsupported-algorithm: the license is not signed with EdDSA"},
		{wrap(grant), "", "unsupported-type: the license is not of the type seatwright-license+jws"},
		{wrap(token, token), "", "unsupported-type: grant 1 is not of the type seatwright-key+jws"},
		{wrap(byPartner), "", "unknown-key: the license's key is neither trusted nor granted"},
		{wrap(byPartner, grantTo("acme", partner, stranger)), "", "unknown-key: the license's key is neither trusted nor granted"},
		{wrap(licenseToken("{}", revokedSign)), id(revokedSign), "key-revoked: the license's key is revoked"},
		{wrap(byPartner, grantTo("acme", partner, revokedRoot)), id(revokedRoot), "key-revoked: the key of grant 1 is revoked"},
		{wrap(forge(headerOf(licenseHeader, acme), "{}", root)), id(acme), "bad-signature: the license's signature does not verify"},
		{wrap(byPartner, head+"."+encode(grantPayload("beta", partner))+"."+signature), id(root), "bad-signature: the signature of grant 1 does not verify"},
		{wrap(licenseToken(document("beta", issued), acme)), id(acme), "owner-not-granted: the license's key may not sign for its owner"},
		{wrap(licenseToken(document("beta", issued), partner), grant), id(partner), "owner-not-granted: the license's key was not granted its owner by a key that may"},
		{wrap(licenseToken(document("acme", until), partner), grant), id(partner), "key-expired: the license was issued outside the window for which its key was granted|: 2027-01-01T00:00:00Z is not from 2026-01-01T00:00:00Z to before 2027-01-01T00:00:00Z"},
		{wrap(licenseToken(invalid, acme)), "", "invalid: the license is authentic, but not valid: 2 findings"},
	} {
		t.Run(test.detail, func(t *testing.T) {
			_, err := newTrust(t).Open([]byte(test.envelope), now)
			detail, window, _ := strings.Cut(test.detail, "|")
			want := "signed license: " + detail + window
			if test.keyID != "" {
				want += " (key " + test.keyID + ")"
			}
			require.EqualError(t, err, want)
			var refused *signed.Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, test.keyID, refused.KeyID)
			require.Equal(t, detail, string(refused.Code)+": "+refused.Detail)
		})
	}
	t.Run("the present", func(t *testing.T) {
		_, err := newTrust(t).Open([]byte(viaGrant()), until)
		require.EqualError(t, err, "signed license: key-expired: the window for which the license's key was granted "+
			"does not hold the present: 2027-01-01T00:00:00Z is not from 2026-01-01T00:00:00Z to before 2027-01-01T00:00:00Z (key "+id(partner)+")")
		var refused *signed.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, []time.Time{until, granted, until}, []time.Time{refused.At, refused.NotBefore, refused.NotAfter})
		_, err = newTrust(t).Open([]byte(viaGrant()), granted.Add(-time.Hour))
		require.ErrorContains(t, err, "does not hold the present: 2025-12-31T23:00:00Z is not from 2026-01-01T00:00:00Z to before 2027-01-01T00:00:00Z (key ")
	})
	t.Run("zero", func(t *testing.T) {
		require.EqualError(t, &signed.Error{}, "signed license: : ")
	})
	t.Run("signing", func(t *testing.T) {
		_, err := signed.Sign([]byte(invalid), acme)
		require.EqualError(t, err, "signed license: invalid: the license is not signed: 2 findings")
	})
}

// TestErrorWrapped: code and findings are found behind other errors.
func TestErrorWrapped(t *testing.T) {
	_, err := newTrust(t).Open([]byte(wrap(licenseToken("{}", root))), now)
	requireCode(t, signed.CodeInvalid, err)
	_, err = newTrust(t).Open([]byte(wrap(licenseToken(replaceOnce(document("acme", issued), `"number":7`, `"number":0`), root))), now)
	wrapped := fmt.Errorf("tenant 42: %w", err)
	require.ErrorIs(t, wrapped, signed.CodeInvalid)
	require.NotErrorIs(t, wrapped, signed.CodeBadSignature)
	require.NotErrorIs(t, wrapped, errors.New("invalid"))
	require.Len(t, license.FindingsOf(wrapped), 1)
	require.EqualError(t, signed.CodeInvalid, "invalid")
}
