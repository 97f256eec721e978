package signed_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// The key of RFC 8037, appendix A, with its thumbprint from A.3.
const (
	rfcSeed       = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
	rfcX          = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	rfcThumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
)

// What "openssl genpkey -algorithm ed25519" and "openssl pkey -pubout" wrote
// for one throw-away key.
const (
	opensslPrivate = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEID1Oa1WyM8I6i9MVnBGxP602fMlJDqMxIo21a9wpy2++
-----END PRIVATE KEY-----
`
	opensslPublic = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAvhfLOXGGZ9O+WdNWrjAmBP28aLa1PMCAjHsChnlxufc=
-----END PUBLIC KEY-----
`
)

func rfcKey(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	return ed25519.NewKeyFromSeed([]byte(decode(tb, rfcSeed)))
}

func TestThumbprint(t *testing.T) {
	require.Equal(t, rfcThumbprint, signed.Thumbprint(public(rfcKey(t))))
	require.Empty(t, signed.Thumbprint(nil))
	require.Empty(t, signed.Thumbprint(public(root)[:31]))
	require.Empty(t, signed.Thumbprint(make([]byte, 32)), "a point of low order")
}

func TestMarshalKey(t *testing.T) {
	key := rfcKey(t)
	private, err := signed.MarshalKey(key)
	require.NoError(t, err)
	require.JSONEq(t, `{"kty":"OKP","crv":"Ed25519","kid":"`+rfcThumbprint+`","x":"`+rfcX+`","d":"`+rfcSeed+`"}`, string(private))
	publicJWK, err := signed.MarshalKey(public(key))
	require.NoError(t, err)
	require.JSONEq(t, `{"kty":"OKP","crv":"Ed25519","kid":"`+rfcThumbprint+`","x":"`+rfcX+`"}`, string(publicJWK))

	read, err := signed.ParsePrivateKey(private)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(key, read))
	keys, err := signed.ParsePublicKeys(publicJWK)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]ed25519.PublicKey{public(key)}, keys))
}

// TestOpenSSLKeys reads keys as openssl writes them.
func TestOpenSSLKeys(t *testing.T) {
	key, err := signed.ParsePrivateKey([]byte(opensslPrivate))
	require.NoError(t, err)
	keys, err := signed.ParsePublicKeys([]byte(opensslPublic))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]ed25519.PublicKey{public(key)}, keys))
}

func TestMarshalKeyRefuses(t *testing.T) {
	const private = "signed: not an Ed25519 private key of 64 bytes whose two halves belong together"
	_, err := signed.MarshalKey(ed25519.PublicKey(nil))
	require.EqualError(t, err, "signed: not an Ed25519 public key of 32 bytes")
	_, err = signed.MarshalKey(ed25519.PrivateKey(nil))
	require.EqualError(t, err, private)
	_, err = signed.MarshalKey(mixed())
	require.EqualError(t, err, private)
	_, err = signed.MarshalKey(ed25519.PublicKey(make([]byte, 32)))
	require.EqualError(t, err, "signed: the public key is a point of low order, for which signatures can be forged")
}

// mixed is the private half of one key and the public half of another.
func mixed() ed25519.PrivateKey {
	return append(append(ed25519.PrivateKey(nil), root[:32]...), public(acme)...)
}

func pemOf(tb testing.TB, typ string, key any) string {
	tb.Helper()
	var der []byte
	var err error
	if strings.Contains(typ, "PRIVATE") {
		der, err = x509.MarshalPKCS8PrivateKey(key)
	} else {
		der, err = x509.MarshalPKIXPublicKey(key)
	}
	require.NoError(tb, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der}))
}

func TestParsePublicKeys(t *testing.T) {
	both := []ed25519.PublicKey{public(root), public(acme)}
	jwks := `{"keys":[` + jwkOf(both[0], "") + `,` + jwkOf(both[1], `,"use":"sig","alg":"Ed25519","key_ops":["sign","verify"]`) + `]}`
	blocks := pemOf(t, "PUBLIC KEY", both[0]) + "\n" + pemOf(t, "PUBLIC KEY", both[1])
	for _, test := range []struct {
		name, data string
		want       []ed25519.PublicKey
	}{
		{"JWK", jwkOf(both[0], ""), both[:1]},
		{"JWK with its id", jwkOf(both[0], `,"kid":"`+id(root)+`"`), both[:1]},
		{"JWK Set", jwks, both},
		{"PEM", pemOf(t, "PUBLIC KEY", both[0]), both[:1]},
		{"PEM with CRLF", strings.ReplaceAll(blocks, "\n", "\r\n"), both},
		{"PEM with white space", "\n\n" + blocks + "\n\n", both},
		{"PEM as openssl writes it", opensslPublic, []ed25519.PublicKey{public(opensslKey(t))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			keys, err := signed.ParsePublicKeys([]byte(test.data))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.want, keys))
		})
	}
}

func opensslKey(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	key, err := signed.ParsePrivateKey([]byte(opensslPrivate))
	require.NoError(tb, err)
	return key
}

func TestParsePublicKeysRefuses(t *testing.T) {
	const (
		blocks  = "signed: not a sequence of PEM blocks without headers"
		private = "a private key where a public one belongs"
		size    = "not an Ed25519 public key of 32 bytes"
	)
	good := jwkOf(public(root), "")
	seed := encode(string(root.Seed()))
	onePEM := pemOf(t, "PUBLIC KEY", public(root))
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, test := range []struct{ name, data, want string }{
		{"nothing", "", "signed: not PEM, and no JWK or JWK Set: the JSON text ends too early"},
		{"text", "ssh-ed25519 AAAA", "signed: not PEM, and no JWK or JWK Set: the JSON text is not valid JSON at byte 0"},
		{"a list", "[" + good + "]", "signed: not PEM, and no JWK or JWK Set: the JSON text must be an object"},
		{"two keys", good + good, "signed: not PEM, and no JWK or JWK Set: the JSON text is followed by something at byte 79"},
		{"an empty set", `{"keys":[]}`, "signed: /keys: there is no public key"},
		{"x twice", replaceOnce(good, `"x"`, `"x":"","x"`), "signed: not PEM, and no JWK or JWK Set: /x: occurs twice"},
		{"x in another case", replaceOnce(good, `"x"`, `"X"`), "signed: /X: must be spelled x"},
		{"an unknown member", replaceOnce(good, `"x"`, `"x5c":[],"x"`), "signed: /x5c: is unknown"},
		{"a private key", replaceOnce(good, `"x"`, `"d":"`+seed+`","x"`), "signed: /d: a private key where a public one belongs"},
		{"a private key in a set", `{"keys":[` + good + `,` + replaceOnce(good, `"x"`, `"d":"`+seed+`","x"`) + `]}`, "signed: /keys/1/d: a private key where a public one belongs"},
		{"a trusted key", replaceOnce(good, `"x"`, `"owners":["*"],"x"`), "signed: owners and grant belong in a file of trusted keys"},
		{"a key that may grant", replaceOnce(good, `"x"`, `"grant":true,"x"`), "signed: owners and grant belong in a file of trusted keys"},
		{"another kty", replaceOnce(good, "OKP", "EC"), `signed: /kty: is not "OKP"`},
		{"Ed448", replaceOnce(good, "Ed25519", "Ed448"), `signed: /crv: is not "Ed25519"`},
		{"X25519", replaceOnce(good, "Ed25519", "X25519"), `signed: /crv: is not "Ed25519"`},
		{"a short key", jwkOf(public(root)[:31], ""), "signed: /x: not an Ed25519 public key of 32 bytes"},
		{"a padded key", replaceOnce(good, `"}`, `="}`), "signed: /x: is not in base64url without padding"},
		{"a key of low order", jwkOf(make([]byte, 32), ""), "signed: /x: the public key is a point of low order, for which signatures can be forged"},
		{"the id of another key", jwkOf(public(root), `,"kid":"`+id(acme)+`"`), "signed: /kid: is not the key's RFC 7638 thumbprint"},
		{"for encryption", jwkOf(public(root), `,"use":"enc"`), `signed: /use: is not "sig"`},
		{"another alg", jwkOf(public(root), `,"alg":"ES256"`), `signed: /alg: is not "EdDSA"`},
		{"not to verify", jwkOf(public(root), `,"key_ops":["sign"]`), "signed: /key_ops: does not allow to verify"},
		{"PEM, private", pemOf(t, "PRIVATE KEY", root), "signed: PEM block 1: " + private},
		{"PEM, private behind a public one", onePEM + pemOf(t, "PRIVATE KEY", root), "signed: PEM block 2: " + private},
		{"PEM of another kind of key", pemOf(t, "PUBLIC KEY", ecKey.Public()), "signed: PEM block 1: " + size},
		{"PEM of another type", pemOf(t, "ED25519 PUBLIC KEY", public(root)), "signed: PEM block 1: " + size},
		{"PEM of a point of low order", pemOf(t, "PUBLIC KEY", ed25519.PublicKey(make([]byte, 32))), "signed: PEM block 1: the public key is a point of low order, for which signatures can be forged"},
		{"PEM with text in front", "Key:\n" + onePEM, "signed: not PEM, and no JWK or JWK Set: the JSON text is not valid JSON at byte 0"},
		{"PEM with text behind", onePEM + "Key\n", blocks},
		{"PEM with a broken block in front", strings.Replace(onePEM, "END", "ENDE", 1) + onePEM, blocks},
		{"PEM truncated", onePEM[:len(onePEM)-5], blocks},
		{"PEM with headers", strings.Replace(onePEM, "-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1), blocks},
		{"too large", good + strings.Repeat(" ", 1<<20), "signed: a file of keys has at most 1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			keys, err := signed.ParsePublicKeys([]byte(test.data))
			require.Nil(t, keys)
			require.EqualError(t, err, test.want)
			require.NotContains(t, err.Error(), seed)
		})
	}
}

func TestParsePrivateKey(t *testing.T) {
	jwk := jwkOf(public(root), `,"d":"`+encode(string(root.Seed()))+`","key_ops":["sign"]`)
	for _, test := range []struct {
		name, data string
		want       ed25519.PrivateKey
	}{
		{"JWK", jwk, root},
		{"PEM", pemOf(t, "PRIVATE KEY", root), root},
		{"PEM with CRLF and white space", "\r\n" + strings.ReplaceAll(pemOf(t, "PRIVATE KEY", root), "\n", "\r\n") + "\r\n", root},
	} {
		t.Run(test.name, func(t *testing.T) {
			key, err := signed.ParsePrivateKey([]byte(test.data))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.want, key))
		})
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	const (
		halves   = "signed: private key: not an Ed25519 private key of 64 bytes whose two halves belong together"
		pkcs     = "signed: not an unencrypted Ed25519 private key in PKCS #8"
		isPublic = "signed: private key: a public key where a private one belongs"
	)
	seed := encode(string(root.Seed()))
	withD := func(d string) string { return jwkOf(public(root), `,"d":"`+d+`"`) }
	onePEM := pemOf(t, "PRIVATE KEY", root)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, test := range []struct{ name, data, want string }{
		{"nothing", "", "signed: not PEM, and no JWK or JWK Set: the JSON text ends too early"},
		{"a public key", jwkOf(public(root), ""), "signed: /d: is missing or empty: a public key where a private one belongs"},
		{"an empty set", `{"keys":[]}`, "signed: /keys: not one private key"},
		{"two in a set", `{"keys":[` + withD(seed) + `,` + withD(seed) + `]}`, "signed: /keys: not one private key"},
		{"d twice", replaceOnce(withD(seed), `"d"`, `"d":"","d"`), "signed: not PEM, and no JWK or JWK Set: /d: occurs twice"},
		{"d of another key", withD(encode(string(acme.Seed()))), "signed: /d: is not the private half of x"},
		{"d too short", withD(encode(string(root.Seed()[:31]))), "signed: /d: is not 32 bytes in base64url without padding"},
		{"d padded", withD(seed + "="), "signed: /d: is not 32 bytes in base64url without padding"},
		{"without x", `{"kty":"OKP","crv":"Ed25519","d":"` + seed + `"}`, "signed: /x: is missing or empty"},
		{"not to sign", jwkOf(public(root), `,"d":"`+seed+`","key_ops":["verify"]`), "signed: /key_ops: does not allow to sign"},
		{"PEM, public", pemOf(t, "PUBLIC KEY", root.Public()), isPublic},
		{"PEM, another kind of key", pemOf(t, "PRIVATE KEY", ecKey), pkcs},
		{"PEM, encrypted", strings.ReplaceAll(onePEM, "PRIVATE", "ENCRYPTED PRIVATE"), pkcs},
		{"PEM, two keys", onePEM + onePEM, "signed: something follows the private key"},
		{"PEM, truncated", onePEM[:len(onePEM)-5], "signed: not a sequence of PEM blocks without headers"},
		{"too large", withD(seed) + strings.Repeat(" ", 1<<20), "signed: a file of keys has at most 1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			key, err := signed.ParsePrivateKey([]byte(test.data))
			require.Nil(t, key)
			require.EqualError(t, err, test.want)
			require.NotContains(t, err.Error(), seed)
		})
	}
}

// TestMarkInFront: an editor may have put a byte order mark in front of a file
// of keys, once.
func TestMarkInFront(t *testing.T) {
	jwk, err := signed.MarshalKey(root)
	require.NoError(t, err)
	publicJWK, err := signed.MarshalKey(public(root))
	require.NoError(t, err)
	trust := replaceOnce(string(publicJWK), "{", `{"owners":["acme"],`)
	for _, mark := range []string{"", "\ufeff", "\ufeff\ufeff", " \ufeff"} {
		var problems []error
		_, err := signed.ParsePrivateKey([]byte(mark + string(jwk)))
		problems = append(problems, err)
		_, err = signed.ParsePrivateKey([]byte(mark + opensslPrivate))
		problems = append(problems, err)
		_, err = signed.ParsePublicKeys([]byte(mark + string(publicJWK)))
		problems = append(problems, err)
		_, err = signed.ParsePublicKeys([]byte(mark + opensslPublic))
		problems = append(problems, err)
		_, err = signed.ParseTrust([]byte(mark + `{"keys":[` + trust + `]}`))
		problems = append(problems, err)
		for i, err := range problems {
			require.Equal(t, mark == "" || mark == "\ufeff", err == nil, "%d after %q: %v", i, mark, err)
		}
	}
}
