package keygen_test

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
)

const (
	licenseKey  = "AAAAAA-BBBBBB-CCCCCC-DDDDDD-V3"
	fingerprint = "198e9fe586114844"
	issuedText  = "2026-03-01T12:00:00.250Z"
	expiryText  = "2026-04-01T12:00:00.250Z"
	endText     = "2027-01-01T00:00:00.000Z"
)

var (
	account = ed25519.NewKeyFromSeed([]byte("keygen account key for the tests"))
	issued  = instant(issuedText)
	expiry  = instant(expiryText)
	end     = instant(endText)
	now     = issued.AddDate(0, 0, 7)
)

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

func options() keygen.Options {
	return keygen.Options{
		PublicKeys: []crypto.PublicKey{ed25519.PublicKey(account[ed25519.SeedSize:])},
		Owner:      license.Owner{Name: "acme", Description: "Acme Inc"},
	}
}

// Attributes and resources as Keygen writes them: camel case, nulls, and more
// members than anybody reads.
const (
	licenseAttributes = `"name":"Example Ltd","key":"` + licenseKey + `","expiry":"` + endText + `","status":"ACTIVE","uses":0,` +
		`"suspended":false,"scheme":null,"maxMachines":3,"maxProcesses":null,"maxUsers":5,"maxCores":null,"metadata":{"Name":"x"}`
	entitlements = `{"type":"entitlements","id":"e1","attributes":{"name":"Feature A","code":"FEATURE_A","metadata":{}}},` +
		`{"type":"products","id":"p1","attributes":{"name":"App"}},` +
		`{"type":"entitlements","id":"e2","attributes":{"name":"Two factor","code":"two.factor auth"}}`
	meta = `"meta":{"issued":"` + issuedText + `","expiry":"` + expiryText + `","ttl":2678400}`
)

func licensePayload() string {
	return `{"data":{"id":"lic-1","type":"licenses","attributes":{` + licenseAttributes + `},"relationships":{"account":{"data":null}}},` +
		`"included":[` + entitlements + `],` + meta + `}`
}

func machinePayload() string {
	return `{"data":{"id":"mac-1","type":"machines","attributes":{"fingerprint":"` + fingerprint + `","cores":8}},` +
		`"included":[` + entitlements + `,{"id":"lic-1","type":"licenses","attributes":{` + licenseAttributes + `}}],` + meta + `}`
}

func encode(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// encrypt encrypts as Keygen does.
func encrypt(payload, secret string) string {
	key := sha256.Sum256([]byte(secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	nonce := []byte("twelve bytes")
	sealed := gcm.Seal(nil, nonce, []byte(payload), nil) //nolint:gosec // a fixed nonce will do for one file of a test
	tag := len(sealed) - gcm.Overhead()
	return encode(sealed[:tag]) + "." + encode(nonce) + "." + encode(sealed[tag:])
}

// file frames what Keygen signs. The base64 is broken into lines of 60, as
// Ruby does it.
func file(kind, enc, alg string, key ed25519.PrivateKey) string {
	signature := ed25519.Sign(key, []byte(strings.ToLower(kind)+"/"+enc))
	return frame(kind, fmt.Sprintf(`{"enc":%q,"sig":%q,"alg":%q}`, enc, encode(signature), alg))
}

func frame(kind, certificate string) string {
	body := encode([]byte(certificate))
	var lines []string
	for len(body) > 60 {
		lines, body = append(lines, body[:60]), body[60:]
	}
	lines = append(lines, body)
	return "-----BEGIN " + kind + " FILE-----\n" + strings.Join(lines, "\n") + "\n-----END " + kind + " FILE-----\n"
}

// certificateOf is a good certificate of a license file.
func certificateOf(enc string) string {
	signature := ed25519.Sign(account, []byte("license/"+enc))
	return fmt.Sprintf(`{"enc":%q,"sig":%q,"alg":"base64+ed25519"}`, enc, encode(signature))
}

// withTrailingBits spells the same signature in another way.
func withTrailingBits(certificate string) string {
	end := strings.Index(certificate, `==","alg"`)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.IndexByte(alphabet, certificate[end-1])
	return certificate[:end-1] + string(alphabet[last|1]) + certificate[end:]
}

func plain(kind, payload string) string {
	return file(kind, encode([]byte(payload)), "base64+ed25519", account)
}

func encrypted(kind, payload, secret string) string {
	return file(kind, encrypt(payload, secret), "aes-256-gcm+ed25519", account)
}

func replaceOnce(text, old, replacement string) string {
	if strings.Count(text, old) != 1 {
		panic(fmt.Sprintf("%q does not occur once", old))
	}
	return strings.Replace(text, old, replacement, 1)
}

// want is what the payloads of the tests become.
func want() *keygen.File {
	return &keygen.File{
		License: &license.License{
			Owner:     license.Owner{Name: "acme", Description: "Acme Inc"},
			Licensee:  license.Licensee{Company: "Example Ltd", Serial: "lic-1"},
			Number:    issued.UnixMilli(),
			IssuedAt:  issued,
			NextCheck: &expiry,
			Expires:   &end,
			Modules: []license.Module{
				{Name: "feature-a", Description: "Feature A", Kind: license.Site, Quantity: 1},
				{Name: "two-factor-auth", Description: "Two factor", Kind: license.Site, Quantity: 1},
				{Name: "user", Kind: license.User, Quantity: 5},
			},
		},
		Issued: issued,
		Expiry: &expiry,
	}
}

func TestOpen(t *testing.T) {
	withKey := options()
	withKey.LicenseKey = licenseKey
	withBoth := withKey
	withBoth.Fingerprint = fingerprint
	named := options()
	named.Licensee = license.Licensee{Company: "Somebody", Serial: "S-1"}
	named.UserModule = "Seats"
	good := plain("LICENSE", licensePayload())
	endsWithFile := options()
	endsWithFile.EndsWithFile = true
	sooner := instant("2026-03-20T00:00:00Z")
	for _, test := range []struct {
		name    string
		file    string
		options keygen.Options
		change  func(*keygen.File)
	}{
		{name: "license file", file: good, options: options()},
		{name: "license file, encrypted", file: encrypted("LICENSE", licensePayload(), licenseKey), options: withKey},
		{name: "machine file", file: plain("MACHINE", machinePayload()), options: options()},
		{name: "machine file, the fingerprint is compared", file: plain("MACHINE", machinePayload()), options: withBoth},
		{name: "machine file, encrypted", file: encrypted("MACHINE", machinePayload(), licenseKey+fingerprint), options: withBoth},
		{name: "a key that is not needed", file: good, options: withBoth},
		{name: "CRLF, white space and a byte order mark", file: "\ufeff\r\n" + strings.ReplaceAll(good, "\n", "\r\n") + "\r\n", options: options()},
		{name: "in one line", file: strings.ReplaceAll(good, "\n", ""), options: options()},
		{name: "names from the caller", file: good, options: named, change: func(f *keygen.File) {
			f.License.Licensee = license.Licensee{Company: "Somebody", Serial: "S-1"}
			f.License.Modules[2].Name = "seats"
		}},
		{
			name: "maxUsers null", file: plain("LICENSE", replaceOnce(licensePayload(), `"maxUsers":5`, `"maxUsers":null`)), options: options(),
			change: func(f *keygen.File) { f.License.Modules[2].Quantity = 3 },
		},
		{
			name: "no limits", file: plain("LICENSE", strings.Replace(replaceOnce(licensePayload(), `"maxUsers":5`, `"maxUsers":null`), `"maxMachines":3,`, ``, 1)),
			options: options(), change: func(f *keygen.File) { f.License.Modules = f.License.Modules[:2] },
		},
		{
			name: "never ends", file: plain("LICENSE", replaceOnce(licensePayload(), `"expiry":"`+endText+`"`, `"expiry":null`)), options: options(),
			change: func(f *keygen.File) { f.License.Expires = nil },
		},
		{
			name: "a file that does not expire", file: plain("LICENSE", replaceOnce(licensePayload(), `"expiry":"`+expiryText+`"`, `"expiry":null`)),
			options: options(), change: func(f *keygen.File) { f.License.NextCheck, f.Expiry = nil, nil },
		},
		{
			name: "a license that had expired", file: plain("LICENSE", replaceOnce(licensePayload(), endText, issuedText)), options: options(),
			change: func(f *keygen.File) { f.License.Expires = &issued },
		},
		{name: "ends with the file", file: good, options: endsWithFile, change: func(f *keygen.File) { f.License.Expires = &expiry }},
		{
			name: "ends with the license, which is earlier", file: plain("LICENSE", replaceOnce(licensePayload(), endText, "2026-03-20T00:00:00Z")),
			options: endsWithFile, change: func(f *keygen.File) { f.License.Expires = &sooner },
		},
		{
			name: "a license without an end ends with the file", file: plain("LICENSE", replaceOnce(licensePayload(), `"expiry":"`+endText+`"`, `"expiry":null`)),
			options: endsWithFile, change: func(f *keygen.File) { f.License.Expires = &expiry },
		},
		{
			name: "nothing included", file: plain("LICENSE", replaceOnce(licensePayload(), `"included":[`+entitlements+`],`, ``)), options: options(),
			change: func(f *keygen.File) { f.License.Modules = f.License.Modules[2:] },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			expected := want()
			if test.change != nil {
				test.change(expected)
			}
			got, err := keygen.Open([]byte(test.file), now, test.options)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(expected, got))

			document, err := json.Marshal(got.License)
			require.NoError(t, err)
			parsed, err := license.Parse(document)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(got.License, parsed))
		})
	}
}

func TestOpenWindow(t *testing.T) {
	good := []byte(plain("LICENSE", licensePayload()))
	for _, test := range []struct {
		name string
		at   time.Time
		code signed.Code // empty if it is accepted
	}{
		{name: "too long before it was issued", at: issued.Add(-signed.ClockTolerance - 1), code: signed.CodeKeyExpired},
		{name: "by a clock that is five minutes behind", at: issued.Add(-5 * time.Minute)},
		{name: "by a clock that is a second behind", at: issued.Add(-time.Second)},
		{name: "when it was issued", at: issued},
		{name: "just before it expires", at: expiry.Add(-1)},
		{name: "when it expires", at: expiry, code: signed.CodeKeyExpired},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := keygen.Open(good, test.at, options())
			if test.code == "" {
				require.NoError(t, err)
				return
			}
			requireCode(t, test.code, err)
			var refused *signed.Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, []time.Time{test.at, issued, expiry}, []time.Time{refused.At, refused.NotBefore, refused.NotAfter})
		})
	}
	_, err := keygen.Open(good, expiry, options())
	require.EqualError(t, err, "signed license: key-expired: the file may not be used at this time: "+
		"2026-04-01T12:00:00.25Z is not from 2026-03-01T12:00:00.25Z to before 2026-04-01T12:00:00.25Z")
	endless := []byte(plain("LICENSE", replaceOnce(licensePayload(), `"expiry":"`+expiryText+`"`, `"expiry":null`)))
	_, err = keygen.Open(endless, issued.AddDate(0, 0, -1), options())
	require.EqualError(t, err, "signed license: key-expired: the file may not be used at this time: "+
		"2026-02-28T12:00:00.25Z is before 2026-03-01T12:00:00.25Z")
}

func requireCode(tb testing.TB, code signed.Code, err error) {
	tb.Helper()
	var refused *signed.Error
	require.ErrorAs(tb, err, &refused)
	require.Equal(tb, code, refused.Code, err.Error())
	require.ErrorIs(tb, err, code)
}

func TestOpenRefuses(t *testing.T) {
	withKey := options()
	withKey.LicenseKey = licenseKey
	withBoth := withKey
	withBoth.Fingerprint = fingerprint
	wrongKey := withBoth
	wrongKey.LicenseKey = "another"
	otherMachine := options()
	otherMachine.Fingerprint = "another"
	stranger := ed25519.NewKeyFromSeed(make([]byte, 32))
	payload, enc := licensePayload(), encode([]byte(licensePayload()))
	good := plain("LICENSE", payload)
	license := func(payload string) string { return plain("LICENSE", payload) }
	machine := func(payload string) string { return plain("MACHINE", payload) }
	withAlg := func(alg string) string { return file("LICENSE", enc, alg, account) }
	encryptedAs := func(enc string) string { return file("LICENSE", enc, "aes-256-gcm+ed25519", account) }
	const notFile = "not a license file or machine file of Keygen"
	const shape = "the license file is not a JSON object of exactly enc, sig and alg"
	const algorithm = "the license file's algorithm is not base64 or aes-256-gcm with ed25519, rsa-sha256, rsa-pss-sha256 or ecdsa-p256"
	const noKey = "the license file is signed with %s, and no key for that is trusted"
	const signature = "the file's signature does not verify"
	const authentic = "the file is authentic, but "
	const included = authentic + "the member included is not a list of resources"
	const noTimes = authentic + "meta does not say when the file was issued and expires"
	for _, test := range []struct {
		name    string
		file    string
		options *keygen.Options
		code    signed.Code
		detail  string
	}{
		{name: "too large", file: strings.Repeat(" ", 1<<20+1), code: signed.CodeTooLarge, detail: "1048577 bytes, at most 1048576 are read"},
		{name: "nothing", code: signed.CodeNotADocument, detail: notFile},
		{name: "the certificate, unframed", file: `{"enc":"","sig":"","alg":""}`, code: signed.CodeNotADocument, detail: notFile},
		{name: "another frame", file: frame("USER", "{}"), code: signed.CodeNotADocument, detail: notFile},
		{name: "begins as one and ends as another", file: replaceOnce(good, "END LICENSE", "END MACHINE"), code: signed.CodeNotADocument, detail: notFile},
		{name: "truncated", file: good[:len(good)-10], code: signed.CodeNotADocument, detail: notFile},
		{name: "something behind", file: good + "x", code: signed.CodeNotADocument, detail: notFile},
		{name: "not in base64", file: replaceOnce(good, "-----\ney", "-----\n*y"), code: signed.CodeNotADocument, detail: "the license file is not in base64"},
		{name: "not JSON", file: frame("LICENSE", "enc"), code: signed.CodeNotADocument, detail: shape},
		{name: "without sig", file: frame("LICENSE", `{"enc":"","alg":"base64+ed25519"}`), code: signed.CodeNotADocument, detail: shape},
		{name: "enc twice", file: frame("LICENSE", `{"enc":"","enc":"","sig":"","alg":"base64+ed25519"}`), code: signed.CodeNotADocument, detail: shape},
		{name: "an unknown member", file: frame("LICENSE", `{"enc":"","sig":"","alg":"base64+ed25519","key":""}`), code: signed.CodeNotADocument, detail: shape},
		{name: "RSA, of which there is no key", file: withAlg("base64+rsa-sha256"), code: signed.CodeUnknownKey, detail: fmt.Sprintf(noKey, "rsa-sha256")},
		{name: "RSA-PSS, of which there is no key", file: withAlg("aes-256-gcm+rsa-pss-sha256"), code: signed.CodeUnknownKey, detail: fmt.Sprintf(noKey, "rsa-pss-sha256")},
		{name: "ECDSA, of which there is no key", file: withAlg("base64+ecdsa-p256"), code: signed.CodeUnknownKey, detail: fmt.Sprintf(noKey, "ecdsa-p256")},
		{name: "a hash that nobody has", file: withAlg("base64+rsa-sha1"), code: signed.CodeUnsupportedAlgorithm, detail: algorithm},
		{name: "a later version of it", file: withAlg("base64+ed25519+v2"), code: signed.CodeUnsupportedAlgorithm, detail: algorithm},
		{name: "an encoding alone", file: withAlg("base64"), code: signed.CodeUnsupportedAlgorithm, detail: algorithm},
		{name: "AES-128", file: withAlg("aes-128-gcm+ed25519"), code: signed.CodeUnsupportedAlgorithm, detail: algorithm},
		{name: "no algorithm", file: withAlg(""), code: signed.CodeUnsupportedAlgorithm, detail: algorithm},
		{name: "in capitals", file: withAlg("BASE64+ED25519"), code: signed.CodeUnsupportedAlgorithm, detail: algorithm},
		{name: "another account", file: file("LICENSE", enc, "base64+ed25519", stranger), code: signed.CodeBadSignature, detail: signature},
		{name: "a license file as a machine file", file: strings.ReplaceAll(good, "LICENSE", "MACHINE"), code: signed.CodeBadSignature, detail: signature},
		{name: "a machine file as a license file", file: strings.ReplaceAll(machine(machinePayload()), "MACHINE", "LICENSE"), code: signed.CodeBadSignature, detail: signature},
		{name: "a signature that is not base64", file: frame("LICENSE", `{"enc":"`+enc+`","sig":"*","alg":"base64+ed25519"}`), code: signed.CodeBadSignature, detail: signature},
		{name: "a signature with a line end", file: frame("LICENSE", `{"enc":"`+enc+`","sig":"\n","alg":"base64+ed25519"}`), code: signed.CodeBadSignature, detail: signature},
		{name: "a signature in another spelling", file: frame("LICENSE", replaceOnce(certificateOf(enc), `==","alg"`, `","alg"`)), code: signed.CodeBadSignature, detail: signature},
		{name: "a signature with bits behind the last byte", file: frame("LICENSE", withTrailingBits(certificateOf(enc))), code: signed.CodeBadSignature, detail: signature},
		{name: "no signature", file: frame("LICENSE", `{"enc":"`+enc+`","sig":"","alg":"base64+ed25519"}`), code: signed.CodeBadSignature, detail: signature},
		{name: "encrypted, by another account", file: file("LICENSE", encrypt(payload, licenseKey), "aes-256-gcm+ed25519", stranger), code: signed.CodeBadSignature, detail: signature},
		{name: "encrypted, no key", file: encrypted("LICENSE", payload, licenseKey), code: keygen.CodeEncrypted, detail: "the license file is encrypted, and there is no license key"},
		{name: "encrypted machine file, no key", file: encrypted("MACHINE", payload, licenseKey), code: keygen.CodeEncrypted, detail: "the machine file is encrypted, and there is no license key"},
		{name: "encrypted machine file, no fingerprint", file: encrypted("MACHINE", machinePayload(), licenseKey+fingerprint), options: &withKey, code: keygen.CodeEncrypted, detail: "the machine file is encrypted, and there is no fingerprint"},
		{name: "encrypted, another key", file: encrypted("LICENSE", payload, licenseKey), options: &wrongKey, code: keygen.CodeEncrypted, detail: "the license file is encrypted with another key"},
		{name: "encrypted machine file, as a license file is", file: encrypted("MACHINE", machinePayload(), licenseKey), options: &withBoth, code: keygen.CodeEncrypted, detail: "the machine file is encrypted with another key"},
		{name: "encrypted, two parts", file: encryptedAs("AAAA.AAAA"), options: &withKey, code: signed.CodeInvalid, detail: "the license file is authentic, but not ciphertext, nonce and tag in base64"},
		{name: "encrypted, not in base64", file: encryptedAs("AAAA.*.AAAA"), options: &withKey, code: signed.CodeInvalid, detail: "the license file is authentic, but not ciphertext, nonce and tag in base64"},
		{name: "encrypted, a short nonce", file: encryptedAs("AAAA.AAAA.AAAA"), options: &withKey, code: signed.CodeInvalid, detail: "the license file is authentic, but not ciphertext, nonce and tag in base64"},
		{name: "payload not in base64", file: file("LICENSE", "*", "base64+ed25519", account), code: signed.CodeInvalid, detail: "the license file is authentic, but its payload is not in base64"},
		{name: "payload not JSON", file: license("x"), code: signed.CodeInvalid, detail: authentic + "the payload is not one JSON object without duplicate members"},
		{name: "a member twice", file: license(replaceOnce(payload, `"maxUsers":5`, `"maxUsers":5,"maxUsers":6`)), code: signed.CodeInvalid, detail: authentic + "the payload is not one JSON object without duplicate members"},
		{name: "no meta", file: license(replaceOnce(payload, `,`+meta, ``)), code: signed.CodeInvalid, detail: noTimes},
		{name: "meta is a list", file: license(replaceOnce(payload, meta, `"meta":[]`)), code: signed.CodeInvalid, detail: authentic + "the member meta is not an object"},
		{name: "never issued", file: license(replaceOnce(payload, `"issued":"`+issuedText+`"`, `"issued":null`)), code: signed.CodeInvalid, detail: noTimes},
		{name: "issued in another case", file: license(replaceOnce(payload, `"issued"`, `"Issued"`)), code: signed.CodeInvalid, detail: noTimes},
		{name: "expires at a number", file: license(replaceOnce(payload, `"expiry":"`+expiryText+`"`, `"expiry":7`)), code: signed.CodeInvalid, detail: noTimes},
		{name: "no data", file: license(`{` + meta + `}`), code: signed.CodeInvalid, detail: authentic + "the member data is not a resource"},
		{name: "data is a list", file: license(`{"data":[],` + meta + `}`), code: signed.CodeInvalid, detail: authentic + "the member data is not a resource"},
		{name: "included is an object", file: license(replaceOnce(payload, `"included":[`+entitlements+`]`, `"included":{}`)), code: signed.CodeInvalid, detail: included},
		{name: "included has a null", file: license(replaceOnce(payload, `"included":[`, `"included":[null,`)), code: signed.CodeInvalid, detail: included},
		{name: "a license file about a machine", file: license(machinePayload()), code: signed.CodeInvalid, detail: authentic + "the license file is not about a license"},
		{name: "a machine file about a license", file: machine(payload), code: signed.CodeInvalid, detail: authentic + "the machine file is not about a machine"},
		{name: "a machine file for another machine", file: machine(machinePayload()), options: &otherMachine, code: signed.CodeInvalid, detail: authentic + "the machine file is for another machine"},
		{name: "a machine file without its license", file: machine(replaceOnce(machinePayload(), `"type":"licenses"`, `"type":"policies"`)), code: signed.CodeInvalid, detail: authentic + "the machine file includes 0 licenses instead of its own"},
		{name: "a machine file with two licenses", file: machine(replaceOnce(machinePayload(), `"type":"products"`, `"type":"licenses"`)), code: signed.CodeInvalid, detail: authentic + "the machine file includes 2 licenses instead of its own"},
		{name: "suspended", file: license(replaceOnce(payload, `"suspended":false`, `"suspended":true`)), code: signed.CodeInvalid, detail: authentic + "the license is suspended"},
		{name: "maxUsers with a fraction", file: license(replaceOnce(payload, `"maxUsers":5`, `"maxUsers":5.5`)), code: signed.CodeInvalid, detail: authentic + "the license's attribute maxUsers has the wrong type"},
		{name: "an end that is no instant", file: license(replaceOnce(payload, endText, "never")), code: signed.CodeInvalid, detail: authentic + "the license's attribute expiry has the wrong type"},
		{name: "a code that is no name", file: license(replaceOnce(payload, "FEATURE_A", "FEATURE/A")), code: signed.CodeInvalid, detail: authentic + "entitlement 1 has no code that can be made a module's name"},
		{name: "a code with a long s", file: license(replaceOnce(payload, "two.factor auth", "acce\u017fs")), code: signed.CodeInvalid, detail: authentic + "entitlement 2 has no code that can be made a module's name"},
		{name: "a code that begins with a separator", file: license(replaceOnce(payload, "FEATURE_A", "_A")), code: signed.CodeInvalid, detail: authentic + "entitlement 1 has no code that can be made a module's name"},
		{name: "no code", file: license(replaceOnce(payload, `"code":"FEATURE_A"`, `"code":null`)), code: signed.CodeInvalid, detail: authentic + "entitlement 1 has no code that can be made a module's name"},
		{name: "two codes that become one", file: license(replaceOnce(payload, "two.factor auth", "feature-a")), code: signed.CodeInvalid, detail: "the file is authentic, but makes no valid license: 1 finding"},
		{name: "a code that is the user module's", file: license(replaceOnce(payload, "FEATURE_A", "USER")), code: signed.CodeInvalid, detail: "the file is authentic, but makes no valid license: 1 finding"},
		{name: "no seats, nobody", file: license(replaceOnce(replaceOnce(payload, `"maxUsers":5`, `"maxUsers":0`), `"name":"Example Ltd"`, `"name":null`)), code: signed.CodeInvalid, detail: "the file is authentic, but makes no valid license: 2 findings"},
		{name: "more seats than there are", file: license(replaceOnce(payload, `"maxUsers":5`, `"maxUsers":2147483648`)), code: signed.CodeInvalid, detail: "the file is authentic, but makes no valid license: 1 finding"},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := options()
			if test.options != nil {
				given = *test.options
			}
			got, err := keygen.Open([]byte(test.file), now, given)
			require.Nil(t, got)
			requireCode(t, test.code, err)
			require.EqualError(t, err, "signed license: "+string(test.code)+": "+test.detail)
			require.NotContains(t, err.Error(), licenseKey)
		})
	}
}

func TestOpenFindings(t *testing.T) {
	payload := replaceOnce(licensePayload(), `"maxUsers":5`, `"maxUsers":0`)
	_, err := keygen.Open([]byte(plain("LICENSE", payload)), now, options())
	requireCode(t, signed.CodeInvalid, err)
	findings := license.FindingsOf(err)
	require.Len(t, findings, 1)
	require.Equal(t, license.CodeMalformed, findings[0].Code)
	require.Equal(t, "/modules/2/quantity", findings[0].Pointer)
}

func TestOptions(t *testing.T) {
	_, err := keygen.Open([]byte(plain("LICENSE", licensePayload())), now, keygen.Options{UserModule: "user.module"})
	require.EqualError(t, err, "keygen: there is no public key; "+
		"the name of the owner is not of the form [a-z0-9][a-z0-9-]{0,62}; "+
		"the name of the user module is not of the form [a-z0-9][a-z0-9-]{0,62}")
	var refused *signed.Error
	require.False(t, errors.As(err, &refused), "the caller is wrong, not the file")
}

// TestBitFlips: a file with a changed bit is refused or says the same.
func TestBitFlips(t *testing.T) {
	good := []byte(plain("LICENSE", licensePayload()))
	for bit := range 8 * len(good) {
		good[bit/8] ^= 1 << (bit % 8)
		got, err := keygen.Open(good, now, options())
		good[bit/8] ^= 1 << (bit % 8)
		if err == nil {
			require.Empty(t, cmp.Diff(want(), got))
		}
	}
}

// FuzzOpen: a file is read or refused, and what is read was signed.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		plain("LICENSE", licensePayload()), plain("MACHINE", machinePayload()),
		encrypted("LICENSE", licensePayload(), licenseKey), encrypted("MACHINE", machinePayload(), licenseKey+fingerprint),
		frame("LICENSE", `{"enc":"","sig":"","alg":"base64+ed25519"}`), frame("MACHINE", "{}"), "-----BEGIN LICENSE FILE----------END LICENSE FILE-----",
	} {
		f.Add([]byte(seed))
	}
	given := options()
	given.LicenseKey, given.Fingerprint = licenseKey, fingerprint
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := keygen.Open(data, now, given)
		require.True(t, (got == nil) != (err == nil))
		if err != nil {
			var refused *signed.Error
			require.ErrorAs(t, err, &refused)
			return
		}
		require.Empty(t, cmp.Diff(want(), got))
	})
}

// FuzzPayload: whatever the account signs, the result is a license that
// license.Parse accepts, or an error.
func FuzzPayload(f *testing.F) {
	for _, seed := range []string{licensePayload(), machinePayload(), `{"data":{"type":"licenses"},` + meta + `}`, `{`, `{}`} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, payload string, machine bool) {
		kind := "LICENSE"
		if machine {
			kind = "MACHINE"
		}
		got, err := keygen.Open([]byte(plain(kind, payload)), now, options())
		require.True(t, (got == nil) != (err == nil))
		if err != nil {
			return
		}
		document, err := json.Marshal(got.License)
		require.NoError(t, err)
		parsed, err := license.Parse(document)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(got.License, parsed))
	})
}
