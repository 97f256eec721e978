package keygen_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
)

var (
	accountKey = ed25519.PublicKey(account[ed25519.SeedSize:])
	vendorKey  = ed25519.PublicKey(ed25519.NewKeyFromSeed([]byte("a vendor's key, for these tests."))[ed25519.SeedSize:])
)

func testdata(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(data)
}

// keyIn reads a key of the folder.
func keyIn(t *testing.T, name string) crypto.PublicKey {
	t.Helper()
	key, err := keygen.ParsePublicKey([]byte(testdata(t, name+".pub.pem")))
	require.NoError(t, err)
	return key
}

// signedBy is the options of an account with these keys.
func signedBy(keys ...crypto.PublicKey) keygen.Options {
	given := options()
	given.PublicKeys, given.LicenseKey = keys, licenseKey
	return given
}

// TestSchemes opens files that another implementation has signed and encrypted,
// in all ways that Keygen documents.
func TestSchemes(t *testing.T) {
	rsaKey, ecdsaKey, edKey := keyIn(t, "rsa"), keyIn(t, "ecdsa"), options().PublicKeys[0]
	for _, test := range []struct {
		scheme string
		key    crypto.PublicKey
	}{{"rsa-sha256", rsaKey}, {"rsa-pss-sha256", rsaKey}, {"ecdsa-p256", ecdsaKey}} {
		for _, encoding := range []string{"base64", "aes-256-gcm"} {
			name := encoding + "+" + test.scheme
			t.Run(name, func(t *testing.T) {
				file := testdata(t, name+".lic")
				expected := want()
				expected.License.Modules = []license.Module{expected.License.Modules[0], expected.License.Modules[2]}
				for _, keys := range [][]crypto.PublicKey{{test.key}, {edKey, ecdsaKey, rsaKey}, {rsaKey, otherRSA(t), edKey, ecdsaKey}} {
					got, err := keygen.Open([]byte(file), now, signedBy(keys...))
					require.NoError(t, err)
					require.Empty(t, cmp.Diff(expected, got))
				}
				_, err := keygen.Open([]byte(file), now, signedBy(edKey))
				requireCode(t, signed.CodeUnknownKey, err)
				if test.key == rsaKey {
					_, err = keygen.Open([]byte(file), now, signedBy(otherRSA(t)))
					requireCode(t, signed.CodeBadSignature, err)
				}
			})
		}
	}
}

// otherRSA is a key with the same size as that of the folder.
func otherRSA(t *testing.T) crypto.PublicKey {
	t.Helper()
	key, ok := keyIn(t, "rsa").(*rsa.PublicKey)
	require.True(t, ok)
	return &rsa.PublicKey{N: new(big.Int).Sub(key.N, big.NewInt(2)), E: key.E}
}

// TestSchemesAreKept: a signature counts for the algorithm that it was made with
// and no other, and only in the form that Keygen gives it.
func TestSchemesAreKept(t *testing.T) {
	given := signedBy(keyIn(t, "rsa"), keyIn(t, "ecdsa"), options().PublicKeys[0])
	schemes := []string{"rsa-sha256", "rsa-pss-sha256", "ecdsa-p256", "ed25519"}
	for _, scheme := range schemes[:3] {
		certificate := unframed(t, testdata(t, "base64+"+scheme+".lic"))
		for _, other := range schemes {
			file := frame("LICENSE", replaceOnce(certificate, `"base64+`+scheme+`"`, `"base64+`+other+`"`))
			_, err := keygen.Open([]byte(file), now, given)
			if other == scheme {
				require.NoError(t, err)
			} else {
				requireCode(t, signed.CodeBadSignature, err)
			}
		}
		machine := strings.ReplaceAll(testdata(t, "base64+"+scheme+".lic"), "LICENSE", "MACHINE")
		_, err := keygen.Open([]byte(machine), now, given)
		requireCode(t, signed.CodeBadSignature, err)
	}
	for _, name := range []string{"short-salt", "not-asn1"} {
		_, err := keygen.Open([]byte(testdata(t, name+".lic")), now, given)
		requireCode(t, signed.CodeBadSignature, err)
	}
}

func unframed(t *testing.T, file string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(file), "\n")
	certificate, err := base64.StdEncoding.DecodeString(strings.Join(lines[1:len(lines)-1], ""))
	require.NoError(t, err)
	return string(certificate)
}

func TestParsePublicKey(t *testing.T) {
	rsaPEM := testdata(t, "rsa.pub.pem")
	for name, test := range map[string]struct {
		text string
		want crypto.PublicKey
	}{
		"Ed25519":             {hex.EncodeToString(accountKey), accountKey},
		"Ed25519 in capitals": {"\ufeff" + strings.ToUpper(hex.EncodeToString(accountKey)) + "\r\n", accountKey},
		"RSA":                 {rsaPEM, keyIn(t, "rsa")},
		"RSA in base64":       {base64.StdEncoding.EncodeToString([]byte(rsaPEM)) + "\n", keyIn(t, "rsa")},
		"ECDSA":               {"\ufeff" + strings.ReplaceAll(testdata(t, "ecdsa.pub.pem"), "\n", "\r\n"), keyIn(t, "ecdsa")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := keygen.ParsePublicKey([]byte(test.text))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
	const form, public = "keygen: neither 64 hexadecimal digits nor one PEM block", "keygen: the PEM block is not a public key"
	const kind = "keygen: not an Ed25519 key of 32 bytes, an RSA key of 2,048 to 8,192 bits, or an ECDSA key on P-256"
	for text, want := range map[string]string{
		"": kind, "x": form, "00": kind, strings.Repeat("0", 64): kind, rsaPEM + rsaPEM: form, "x" + rsaPEM: form,
		strings.ReplaceAll(rsaPEM, "PUBLIC", "PRIVATE"):        public,
		"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----": public,
	} {
		_, err := keygen.ParsePublicKey([]byte(text))
		require.EqualError(t, err, want, text)
	}
}

// TestKeys: keys that are none, or too weak, are refused before any file.
func TestKeys(t *testing.T) {
	short := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537}
	other, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), mustHex(t, p384))
	require.NoError(t, err)
	offCurve := &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}
	for name, key := range map[string]crypto.PublicKey{
		"nil": nil, "no key": "x", "a short one": ed25519.PublicKey("x"), "a weak one": ed25519.PublicKey(make([]byte, 32)),
		"nil RSA": (*rsa.PublicKey)(nil), "empty RSA": &rsa.PublicKey{}, "short RSA": short,
		"nil ECDSA": (*ecdsa.PublicKey)(nil), "empty ECDSA": &ecdsa.PublicKey{}, "P-384": other, "no point of the curve": offCurve,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := keygen.NewTrust(signedBy(key))
			require.ErrorContains(t, err, "public key 1: not an Ed25519 key")
		})
	}
}

// p384 is the base point of P-384, which is as good as any.
const p384 = "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7" +
	"3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"

func mustHex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	require.NoError(t, err)
	return data
}

func TestTrust(t *testing.T) {
	withKey := options()
	withKey.LicenseKey = licenseKey
	otherOwner := signedBy(keyIn(t, "rsa"))
	otherOwner.Owner.Name = "other"
	trust, err := keygen.NewTrust(options(), withKey, otherOwner)
	require.NoError(t, err)
	for name, test := range map[string]struct{ file, owner, keyID string }{
		"plain":     {plain("LICENSE", licensePayload()), "acme", signed.Thumbprint(accountKey)},
		"encrypted": {encrypted("LICENSE", licensePayload(), licenseKey), "acme", signed.Thumbprint(accountKey)},
		"RSA":       {testdata(t, "aes-256-gcm+rsa-pss-sha256.lic"), "other", ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := []byte(test.file)
			opened, err := trust.Open(file, now)
			require.NoError(t, err)
			require.Equal(t, test.owner, opened.License.Owner.Name)
			require.Equal(t, sha256.Sum256(file), opened.Digest)
			require.Len(t, opened.KeyID, 43)
			if test.keyID != "" {
				require.Equal(t, test.keyID, opened.KeyID)
			}
			parsed, err := license.Parse(opened.Document)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(opened.License, parsed))

			_, err = trust.Open(file, expiry)
			requireCode(t, signed.CodeKeyExpired, err)
			again, err := trust.Reopen(file)
			require.NoError(t, err, "what is active stays so")
			require.Empty(t, cmp.Diff(opened, again))
		})
	}
	_, err = trust.Reopen([]byte(encrypted("LICENSE", licensePayload(), "another")))
	requireCode(t, keygen.CodeEncrypted, err)
	_, err = trust.Open([]byte(`{"license":"x.y.z"}`), now)
	requireCode(t, signed.CodeNotADocument, err)
}

func TestNewTrustRefuses(t *testing.T) {
	_, err := keygen.NewTrust()
	require.EqualError(t, err, "keygen: there is no account to trust")
	_, err = keygen.NewTrust(options(), keygen.Options{Owner: license.Owner{Name: "acme"}})
	require.EqualError(t, err, "keygen: options 2: keygen: there is no public key")
	for name, trust := range map[string]*keygen.Trust{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			_, err := trust.Open([]byte(plain("LICENSE", licensePayload())), now)
			requireCode(t, signed.CodeUnknownKey, err)
			_, err = trust.Reopen([]byte(plain("LICENSE", licensePayload())))
			requireCode(t, signed.CodeUnknownKey, err)
		})
	}
}

// TestTrustKeepsItsKeys: options that are changed afterwards change nothing.
func TestTrustKeepsItsKeys(t *testing.T) {
	given := options()
	trust, err := keygen.NewTrust(given)
	require.NoError(t, err)
	given.PublicKeys[0] = vendorKey
	_, err = trust.Open([]byte(plain("LICENSE", licensePayload())), now)
	require.NoError(t, err)
}

// TestBesideEnvelopes: of several trusts, the one that got furthest says why.
func TestBesideEnvelopes(t *testing.T) {
	envelopes, err := signed.NewTrust(signed.TrustedKey{Key: vendorKey, Owners: []string{"vendor"}})
	require.NoError(t, err)
	files, err := keygen.NewTrust(options())
	require.NoError(t, err)
	trust := signed.AnyOf(nil, envelopes, files)
	for _, test := range []struct {
		file string
		code signed.Code
		says string
	}{
		{file: plain("LICENSE", licensePayload())},
		{plain("LICENSE", "{}"), signed.CodeInvalid, "authentic"},
		{encrypted("LICENSE", licensePayload(), licenseKey), keygen.CodeEncrypted, "encrypted"},
		{file("LICENSE", "e30=", "base64+ed25519", ed25519.NewKeyFromSeed(make([]byte, 32))), signed.CodeBadSignature, "does not verify"},
		{`{"license":"x.y.z"}`, signed.CodeMalformedToken, "the license"},
		{"<html>", signed.CodeNotADocument, "a page of HTML"},
		{strings.Repeat(" ", 1<<20+1), signed.CodeTooLarge, "1048577 bytes"},
	} {
		_, err := trust.Open([]byte(test.file), now)
		_, again := trust.Reopen([]byte(test.file))
		require.Equal(t, err, again)
		if test.code == "" {
			require.NoError(t, err)
			continue
		}
		requireCode(t, test.code, err)
		require.ErrorContains(t, err, test.says)
	}
	for _, nobody := range []signed.Opener{signed.AnyOf(), signed.AnyOf(nil)} {
		_, err := nobody.Open([]byte(plain("LICENSE", licensePayload())), now)
		requireCode(t, signed.CodeUnknownKey, err)
	}
}
