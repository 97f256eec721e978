package signed_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// The cast of the tests. What they may do is said in newTrust.
var (
	root        = testKey(1)  // any owner, may grant
	acme        = testKey(2)  // acme and acme-labs, may not grant
	acmeRoot    = testKey(3)  // acme, may grant
	partner     = testKey(4)  // unknown, gets grants
	stranger    = testKey(5)  // unknown
	revokedSign = testKey(6)  // any owner, revoked
	revokedRoot = testKey(7)  // any owner, may grant, revoked
	forgotten   = testKey(8)  // not trusted any more, and revoked
	lost        = testKey(9)  // unknown, gets grants, revoked
	anyNoGrant  = testKey(10) // any owner, may not grant
)

// The instants of the tests. A grant's window is from granted to until.
var (
	granted = instant("2026-01-01T00:00:00Z")
	issued  = instant("2026-03-01T00:00:00Z")
	now     = instant("2026-03-02T00:00:00Z")
	until   = instant("2027-01-01T00:00:00Z")
)

func testKey(n byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed)
}

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[ed25519.SeedSize:])
}

func id(key ed25519.PrivateKey) string { return signed.Thumbprint(public(key)) }

func newTrust(tb testing.TB) *signed.Trust {
	tb.Helper()
	trust, err := signed.NewTrust(
		signed.TrustedKey{Key: public(root), Owners: signed.AnyOwner(), MayGrant: true},
		signed.TrustedKey{Key: public(acme), Owners: []string{"acme", "Acme-Labs"}},
		signed.TrustedKey{Key: public(acmeRoot), Owners: []string{"acme"}, MayGrant: true},
		signed.TrustedKey{Key: public(revokedSign), Owners: signed.AnyOwner()},
		signed.TrustedKey{Key: public(revokedRoot), Owners: signed.AnyOwner(), MayGrant: true},
		signed.TrustedKey{Key: public(anyNoGrant), Owners: signed.AnyOwner()},
	)
	require.NoError(tb, err)
	trust, err = trust.Revoke(id(revokedSign), id(revokedRoot), id(forgotten), id(lost))
	require.NoError(tb, err)
	return trust
}

// document is a small valid license document.
func document(owner string, issuedAt time.Time) string {
	return fmt.Sprintf(`{"owner":{"name":%q},"licensee":{"company":"Example Ltd","serial":"SN-1"},`+
		`"number":7,"issuedAt":%q,"modules":[{"name":"web","kind":"user","quantity":5}]}`,
		owner, issuedAt.Format(time.RFC3339))
}

// documentOf is a valid license document with n modules.
func documentOf(n int) string {
	modules := make([]string, n)
	for i := range modules {
		modules[i] = fmt.Sprintf(`{"name":"module-%d","description":"Module number %d","tooltip":"What it does",`+
			`"kind":"user","quantity":%d,"overdraft":2,"assignableTo":["internal","external"],"sortOrder":%d,"info":{"sku":"A-%d"}}`,
			i, i, i+1, i, i)
	}
	return fmt.Sprintf(`{"owner":{"name":"acme"},"licensee":{"company":"Example Ltd","serial":"SN-1"},`+
		`"number":7,"issuedAt":%q,"modules":[%s]}`, issued.Format(time.RFC3339), strings.Join(modules, ","))
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func decode(tb testing.TB, text string) string {
	tb.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(tb, err)
	return string(decoded)
}

func headerOf(typ string, key ed25519.PrivateKey) string {
	return fmt.Sprintf(`{"alg":"EdDSA","typ":%q,"kid":%q}`, typ, id(key))
}

// forge signs any header and payload, in any spelling.
func forge(header, payload string, key ed25519.PrivateKey) string {
	input := encode(header) + "." + encode(payload)
	return input + "." + encode(string(ed25519.Sign(key, []byte(input))))
}

// forgeMAC is forge with HMAC-SHA256.
func forgeMAC(header, payload string, secret []byte) string {
	input := encode(header) + "." + encode(payload)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + encode(string(mac.Sum(nil)))
}

// licenseToken is a good license token with some payload.
func licenseToken(payload string, key ed25519.PrivateKey) string {
	return forge(headerOf("seatwright-license+jws", key), payload, key)
}

// grantToken is a good grant token with some payload.
func grantToken(payload string, key ed25519.PrivateKey) string {
	return forge(headerOf("seatwright-key+jws", key), payload, key)
}

// grantPayload is a grant for the key from granted to until.
func grantPayload(owner string, key ed25519.PrivateKey) string {
	return fmt.Sprintf(`{"owner":%q,"key":{"kty":"OKP","crv":"Ed25519","x":%q},"notBefore":%q,"notAfter":%q,"issuedAt":%q}`,
		owner, encode(string(public(key))), granted.Format(time.RFC3339), until.Format(time.RFC3339),
		granted.Format(time.RFC3339))
}

func grantTo(owner string, key, grantor ed25519.PrivateKey) string {
	return grantToken(grantPayload(owner, key), grantor)
}

// wrap makes an envelope of tokens.
func wrap(license string, grants ...string) string {
	envelope := map[string]any{"license": license}
	if len(grants) > 0 {
		envelope["keys"] = grants
	}
	text, err := json.Marshal(envelope)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// direct is an envelope signed by a trusted key.
func direct() string { return wrap(licenseToken(document("acme", issued), acme)) }

// viaGrant is an envelope signed by a key that the root has granted.
func viaGrant() string {
	return wrap(licenseToken(document("acme", issued), partner), grantTo("acme", partner, root))
}

// replaceOnce replaces a text that must occur, so that a vector cannot turn
// into a good one unnoticed.
func replaceOnce(text, old, replacement string) string {
	if strings.Count(text, old) != 1 {
		panic(fmt.Sprintf("%q does not occur once", old))
	}
	return strings.Replace(text, old, replacement, 1)
}

// splitToken returns header, payload and signature as encoded.
func splitToken(token string) (header, payload, signature string) {
	parts := strings.Split(token, ".")
	return parts[0], parts[1], parts[2]
}
