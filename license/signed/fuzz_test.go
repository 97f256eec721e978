package signed_test

import (
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// FuzzOpen: an envelope is opened or refused with one code; what is opened was
// signed; what is opened now can be opened again later. The fuzzer changes
// genuine envelopes, and has no key to sign with.
func FuzzOpen(f *testing.F) {
	signedDocuments := []string{document("acme", issued)}
	for _, v := range vectors() {
		if len(v.envelope) < 1<<16 {
			f.Add([]byte(v.envelope), v.now().Unix())
		}
	}
	for _, envelope := range []string{direct(), viaGrant(), "\ufeff\r\n" + replaceOnce(viaGrant(), `{`, `{"message":{"text":"x","url":"https://x"},`)} {
		f.Add([]byte(envelope), now.Unix())
	}
	trust := newTrust(f)
	keys := []string{id(root), id(acme), id(acmeRoot), id(partner), id(anyNoGrant)}
	for _, v := range vectors() {
		// Documents that are in a vector were signed too: those are refused
		// for the time or the grant they came with.
		if inspected, err := signed.Inspect([]byte(v.envelope)); err == nil {
			signedDocuments = append(signedDocuments, string(inspected.Payload))
		}
	}
	f.Fuzz(func(t *testing.T, envelope []byte, seconds int64) {
		at := time.Unix(seconds, 0)
		opened, err := trust.Open(envelope, at)
		stored, storedErr := trust.Reopen(envelope)
		require.True(t, (opened == nil) != (err == nil))
		require.True(t, (stored == nil) != (storedErr == nil))
		if err != nil {
			var refused *signed.Error
			require.ErrorAs(t, err, &refused)
			return
		}
		require.NoError(t, storedErr)
		require.Empty(t, cmp.Diff(opened, stored))
		require.True(t, slices.Contains(signedDocuments, string(opened.Document)), "this was never signed")
		require.Contains(t, keys, opened.KeyID)
		require.LessOrEqual(t, len([]rune(opened.Message)), signed.MaxMessageLength)
		if opened.Grant != nil {
			require.False(t, at.Before(opened.Grant.NotBefore))
			require.True(t, at.Before(opened.Grant.NotAfter))
			require.Equal(t, opened.License.Owner.Name, opened.Grant.Owner)
		}
		inspected, err := signed.Inspect(envelope)
		require.NoError(t, err)
		require.Equal(t, opened.Document, inspected.Payload)
	})
}

// FuzzParseTrust: a file is a trust or an error, and a trust that was read
// trusts a key that is in the file.
func FuzzParseTrust(f *testing.F) {
	for _, data := range []string{
		`{"keys":[` + jwkOf(public(root), `,"owners":["*"],"grant":true`) + `],"revoked":["` + id(acme) + `"]}`,
		`{"keys":[` + jwkOf(public(acme), `,"owners":["acme"],"kid":"`+id(acme)+`"`) + `]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"","owners":[]}]}`,
		jwkOf(public(root), ""), `{"keys":[]}`, `{`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		trust, err := signed.ParseTrust(data)
		require.True(t, (trust == nil) != (err == nil))
		if err != nil {
			return
		}
		_, err = trust.Open([]byte(wrap(licenseToken(document("acme", issued), stranger))), now)
		require.Error(t, err)
		_, err = trust.Revoke(id(stranger))
		require.NoError(t, err)
	})
}

// FuzzParsePublicKeys: a file is keys or an error, and keys can be written and
// read again.
func FuzzParsePublicKeys(f *testing.F) {
	for _, data := range []string{
		jwkOf(public(root), ""), `{"keys":[` + jwkOf(public(acme), `,"use":"sig"`) + `]}`,
		pemOf(f, "PUBLIC KEY", public(root)) + pemOf(f, "PUBLIC KEY", public(acme)), opensslPublic, opensslPrivate,
		jwkOf(public(root), `,"d":"`+encode(string(root.Seed()))+`"`),
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := signed.ParsePublicKeys(data)
		require.True(t, (len(keys) == 0) != (err == nil))
		for _, key := range keys {
			require.NotEmpty(t, signed.Thumbprint(key))
			written, err := signed.MarshalKey(key)
			require.NoError(t, err)
			again, err := signed.ParsePublicKeys(written)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff([]ed25519.PublicKey{key}, again))
		}
		if _, err := signed.ParsePrivateKey(data); err == nil {
			require.Empty(t, keys, "a file is of public or of private keys")
		}
	})
}

// FuzzParsePrivateKey: a file is a key that can sign, or an error.
func FuzzParsePrivateKey(f *testing.F) {
	for _, data := range []string{
		jwkOf(public(root), `,"d":"`+encode(string(root.Seed()))+`"`), pemOf(f, "PRIVATE KEY", acme), opensslPrivate, opensslPublic,
		jwkOf(public(root), ""),
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := signed.ParsePrivateKey(data)
		require.True(t, (key == nil) != (err == nil))
		if err != nil {
			return
		}
		envelope, err := signed.Sign([]byte(document("acme", issued)), key)
		require.NoError(t, err)
		trust, err := signed.NewTrust(signed.TrustedKey{Key: public(key), Owners: signed.AnyOwner()})
		require.NoError(t, err)
		_, err = trust.Open(envelope, now)
		require.NoError(t, err)
	})
}

// FuzzInspect: an envelope is taken apart or refused with one of three codes,
// the same that [signed.Trust.Open] has for it, and nothing in its message can
// do harm where it is shown.
func FuzzInspect(f *testing.F) {
	for _, v := range vectors() {
		if len(v.envelope) < 1<<12 {
			f.Add([]byte(v.envelope))
		}
	}
	f.Add([]byte(replaceOnce(viaGrant(), `{`, `{"message":{"text":"a\u202eb\u0000","url":"javascript:x"},`)))
	trust := newTrust(f)
	early := []signed.Code{signed.CodeTooLarge, signed.CodeNotADocument, signed.CodeMalformedToken}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		inspected, err := signed.Inspect(envelope)
		_, opening := trust.Open(envelope, now)
		require.True(t, (inspected == nil) != (err == nil))
		if err != nil {
			var refused *signed.Error
			require.ErrorAs(t, err, &refused)
			require.Contains(t, early, refused.Code)
			require.Equal(t, err, opening)
			return
		}
		require.LessOrEqual(t, len(inspected.Grants), signed.MaxGrants)
		require.LessOrEqual(t, utf8.RuneCountInString(inspected.Message), signed.MaxMessageLength)
		require.False(t, strings.ContainsFunc(inspected.Message, unicode.IsControl))
		require.True(t, inspected.MessageURL == "" || strings.HasPrefix(strings.ToLower(inspected.MessageURL), "https://"))
		for _, token := range append(inspected.Grants, inspected) {
			require.True(t, json.Valid(token.Header))
		}
	})
}
