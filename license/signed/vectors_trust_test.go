package signed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license/signed"
)

// "Its signature verifies under" the key that the kid names.
func signatureVectors() []vector {
	payload := document("acme", issued)
	header, body, signature := splitToken(licenseToken(payload, acme))
	grantHead, grantBody, grantSignature := splitToken(grantTo("acme", partner, root))
	licenseHead, licenseBody, licenseSignature := splitToken(licenseToken(payload, partner))
	join := func(parts ...string) string { return strings.Join(parts, ".") }
	grant := join(grantHead, grantBody, grantSignature)
	var all []vector
	for _, v := range []vector{
		{name: "another payload", envelope: wrap(join(header, encode(document("acme", now)), signature))},
		{name: "another header", envelope: wrap(join(encode(headerOf(licenseHeader, acme)+" "), body, signature))},
		{name: "a truncated signature", envelope: wrap(join(header, body, encode(decodeMust(signature)[:63])))},
		{name: "a longer signature", envelope: wrap(join(header, body, encode(decodeMust(signature)+"\x00")))},
		{name: "no signature", envelope: wrap(join(header, body, ""))},
		{name: "a signature of zeros", envelope: wrap(join(header, body, encode(strings.Repeat("\x00", 64))))},
		{name: "the signature of another license", envelope: wrap(join(header, body, licenseSignature))},
		{name: "a malleable signature, s + L", envelope: wrap(join(header, body, encode(plusOrder(decodeMust(signature)))))},
		{name: "signed by a stranger under the key's id", envelope: wrap(forge(headerOf(licenseHeader, acme), payload, stranger))},
		{name: "signed by the grantor under the granted key's id", envelope: wrap(forge(headerOf(licenseHeader, partner), payload, root), grant)},
		{name: "an Ed448 signature under a known key's id", envelope: wrap(ed448Token(headerOf(licenseHeader, acme)))},
		{name: "HMAC with the public key under alg EdDSA", envelope: wrap(forgeMAC(headerOf(licenseHeader, acme), payload, public(acme)))},
		{name: "signatures of license and grant swapped", envelope: wrap(
			join(licenseHead, licenseBody, grantSignature), join(grantHead, grantBody, licenseSignature))},
		{name: "the license with the grant's signature", envelope: wrap(join(licenseHead, licenseBody, grantSignature), grant)},
		{name: "a grant with another owner than was signed", envelope: wrap(licenseToken(document("beta", issued), partner),
			join(grantHead, encode(grantPayload("beta", partner)), grantSignature))},
		{name: "a grant with another key than was signed", envelope: wrap(licenseToken(payload, stranger),
			join(grantHead, encode(grantPayload("acme", stranger)), grantSignature))},
		{name: "a grant with a truncated signature", envelope: wrap(join(licenseHead, licenseBody, licenseSignature),
			join(grantHead, grantBody, encode(decodeMust(grantSignature)[:32])))},
		{name: "a grant signed by a stranger under the root's id", envelope: wrap(join(licenseHead, licenseBody, licenseSignature),
			forge(headerOf(grantHeader, root), grantPayload("acme", partner), stranger))},
	} {
		v.code = signed.CodeBadSignature
		all = append(all, v)
	}
	return all
}

func decodeMust(text string) string {
	var t panicking
	return decode(&t, text)
}

// panicking is a testing.TB for the generator, which runs outside of tests.
type panicking struct{ testing.TB }

func (panicking) Helper()               {}
func (panicking) Errorf(string, ...any) {}
func (panicking) FailNow()              { panic("a vector is broken") }

// plusOrder adds the order of the group to the second half of a signature,
// which then fulfills the equation as before.
func plusOrder(signature string) string {
	order := [32]byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		31: 0x10,
	}
	changed := []byte(signature)
	carry := 0
	for i, limb := range order {
		sum := int(changed[32+i]) + int(limb) + carry
		changed[32+i], carry = byte(sum&0xff), sum>>8
	}
	return string(changed)
}

// "A trusted key that may sign for the license's owner; or a key whose grant
// names that owner, verifies under a trusted key that may grant for that
// owner."
func ownerVectors() []vector {
	var all []vector
	for _, v := range []vector{
		{name: "a trusted key signs for another owner", envelope: wrap(licenseToken(document("beta", issued), acme))},
		{name: "an owner that begins like the trusted one", envelope: wrap(licenseToken(document("acme-lab", issued), acme))},
		{name: "an owner that is called *", envelope: wrap(licenseToken(document("beta", issued), acmeRoot))},
		{name: "a grant for another owner", envelope: wrap(licenseToken(document("beta", issued), partner), grantTo("acme", partner, root))},
		{name: "a grant by a key that may not grant", envelope: wrap(licenseToken(document("acme", issued), partner), grantTo("acme", partner, acme))},
		{name: "a grant by a key of any owner that may not grant", envelope: wrap(licenseToken(document("acme", issued), partner), grantTo("acme", partner, anyNoGrant))},
		{name: "a grant by a key that may grant for another owner", envelope: wrap(licenseToken(document("beta", issued), partner), grantTo("beta", partner, acmeRoot))},
		{name: "two grants, neither for the owner", envelope: wrap(licenseToken(document("gamma", issued), partner),
			grantTo("acme", partner, root), grantTo("beta", partner, root))},
		{
			name:     "a trusted key granted what it may not sign by one that may not grant it",
			envelope: wrap(licenseToken(document("beta", issued), acme), grantTo("beta", acme, acmeRoot)),
		},
		{name: "another owner, and invalid", envelope: wrap(licenseToken(replaceOnce(document("beta", issued), `"number":7`, `"number":0`), acme))},
		{name: "another owner, outside the window", envelope: wrap(licenseToken(document("beta", until), partner), grantTo("acme", partner, root))},
	} {
		v.code = signed.CodeOwnerNotGranted
		all = append(all, v)
	}
	return all
}

// "Whose window holds both now and the license's issuedAt", half-open.
func windowVectors() []vector {
	grant := grantTo("acme", partner, root)
	issuedAt := func(at time.Time) string { return wrap(licenseToken(document("acme", at), partner), grant) }
	empty := replaceOnce(grantPayload("acme", partner), `"notAfter":"2027`, `"notAfter":"2025`)
	var all []vector
	for _, v := range []vector{
		{name: "issued a second before the window", envelope: issuedAt(granted.Add(-time.Second))},
		{name: "issued at the end of the window", envelope: issuedAt(until)},
		{name: "issued long after the window", envelope: issuedAt(until.AddDate(3, 0, 0))},
		{name: "opened ten minutes before the window", envelope: issuedAt(issued), at: granted.Add(-10 * time.Minute)},
		{name: "opened more than the tolerance before the window", envelope: issuedAt(issued), at: granted.Add(-5*time.Minute - time.Nanosecond)},
		{name: "opened at the end of the window", envelope: issuedAt(issued), at: until},
		{name: "opened at the end of the window, elsewhere", envelope: issuedAt(issued), at: until.In(time.FixedZone("", -36000))},
		{name: "a window that ends before it begins", envelope: wrap(licenseToken(document("acme", issued), partner), grantToken(empty, root))},
		{name: "the right owner at the wrong time, the wrong one at the right time", envelope: wrap(
			licenseToken(document("beta", issued), partner), grant,
			grantToken(replaceOnce(grantPayload("beta", partner), `"notAfter":"2027`, `"notAfter":"2025`), root))},
		{name: "outside the window, and invalid", envelope: wrap(
			licenseToken(replaceOnce(document("acme", until), `"number":7`, `"number":0`), partner), grant)},
	} {
		v.code = signed.CodeKeyExpired
		all = append(all, v)
	}
	return all
}

// The payload of a grant: "all required"; "duplicate members (also in
// payloads)".
func grantVectors() []vector {
	good := grantPayload("acme", partner)
	with := func(payload string) string {
		return wrap(licenseToken(document("acme", issued), partner), grantToken(payload, root))
	}
	key := encode(string(public(partner)))
	weak := encode("\x01" + strings.Repeat("\x00", 31))
	var all []vector
	for _, v := range []vector{
		{name: "an empty grant payload", envelope: with("")},
		{name: "a grant payload that is no JSON", envelope: with("owner=acme")},
		{name: "a grant payload that is a list", envelope: with("[" + good + "]")},
		{name: "a grant payload with something behind", envelope: with(good + "x")},
		{name: "a grant payload with a byte order mark", envelope: with("\ufeff" + good)},
		{name: "a grant with owner twice", envelope: with(replaceOnce(good, `{"owner"`, `{"owner":"acme","owner"`))},
		{name: "a grant with x twice", envelope: with(replaceOnce(good, `"x":`, `"x":"`+key+`","x":`))},
		{name: "a grant with owner in another case", envelope: with(replaceOnce(good, `"owner"`, `"Owner"`))},
		{name: "a grant with notAfter in another case too", envelope: with(replaceOnce(good, `{"owner"`, `{"notafter":"2030-01-01T00:00:00Z","owner"`))},
		{name: "a grant with an unknown member", envelope: with(replaceOnce(good, `{"owner"`, `{"grant":true,"owner"`))},
		{name: "a grant without owner", envelope: with(replaceOnce(good, `"owner":"acme",`, ``))},
		{name: "a grant without key", envelope: with(replaceOnce(good, `"key":{"kty":"OKP","crv":"Ed25519","x":"`+key+`"},`, ``))},
		{name: "a grant without notBefore", envelope: with(replaceOnce(good, `"notBefore":"2026-01-01T00:00:00Z",`, ``))},
		{name: "a grant without notAfter", envelope: with(replaceOnce(good, `"notAfter":"2027-01-01T00:00:00Z",`, ``))},
		{name: "a grant without issuedAt", envelope: with(replaceOnce(good, `,"issuedAt":"2026-01-01T00:00:00Z"`, ``))},
		{name: "a grant with notAfter null", envelope: with(replaceOnce(good, `"2027-01-01T00:00:00Z"`, `null`))},
		{name: "a grant with an instant without zone", envelope: with(replaceOnce(good, `2027-01-01T00:00:00Z`, `2027-01-01T00:00:00`))},
		{name: "a grant with a number of seconds", envelope: with(replaceOnce(good, `"2027-01-01T00:00:00Z"`, `1798761600`))},
		{name: "a grant with a comma in an instant", envelope: with(replaceOnce(good, `2027-01-01T00:00:00Z`, `2027-01-01T00:00:00,5Z`))},
		{name: "a grant for any owner", envelope: with(replaceOnce(good, `"acme"`, `"*"`))},
		{name: "a grant for no owner", envelope: with(replaceOnce(good, `"acme"`, `""`))},
		{name: "a grant for several owners", envelope: with(replaceOnce(good, `"acme"`, `["acme","beta"]`))},
		{name: "a grant for an owner with a dot", envelope: with(replaceOnce(good, `"acme"`, `"acme.web"`))},
		{name: "a grant with another kty", envelope: with(replaceOnce(good, `"OKP"`, `"EC"`))},
		{name: "a grant with an Ed448 key", envelope: with(replaceOnce(good, `"Ed25519"`, `"Ed448"`))},
		{name: "a grant with an X25519 key", envelope: with(replaceOnce(good, `"Ed25519"`, `"X25519"`))},
		{name: "a grant with a short key", envelope: with(replaceOnce(good, key, key[:40]))},
		{name: "a grant with a padded key", envelope: with(replaceOnce(good, key, key+"="))},
		{name: "a grant with a key in another spelling", envelope: with(replaceOnce(good, key, withTrailingBits(key)))},
		{name: "a grant with a key of low order", envelope: with(replaceOnce(good, key, weak))},
		{name: "a grant with a private key", envelope: with(replaceOnce(good, `"kty"`, `"d":"`+key+`","kty"`))},
		{name: "a malformed grant that nobody needs", envelope: wrap(licenseToken(document("acme", issued), acme),
			grantToken(replaceOnce(good, `"owner":"acme",`, ``), root))},
	} {
		v.name = "authentic: " + v.name
		v.code = signed.CodeMalformedToken
		all = append(all, v)
	}
	return all
}

// "invalid (authentic, but the payload breaks domain.md; carries the
// findings)".
func payloadVectors() []vector {
	good := document("acme", issued)
	with := func(payload string) string { return wrap(licenseToken(payload, acme)) }
	grant := grantTo("acme", partner, root)
	var all []vector
	for _, v := range []vector{
		{name: "an empty payload", envelope: with("")},
		{name: "a payload that is no JSON", envelope: with("<license/>")},
		{name: "a payload that is a list", envelope: with("[" + good + "]")},
		{name: "a nested envelope", envelope: with(direct())},
		{name: "a nested token", envelope: with(licenseToken(good, acme))},
		{name: "a grant's payload in a license", envelope: with(grantPayload("acme", partner))},
		{name: "a payload with a byte order mark", envelope: with("\ufeff" + good)},
		{name: "a payload with something behind", envelope: with(good + "x")},
		{name: "a payload not in UTF-8", envelope: with(replaceOnce(good, "Example Ltd", "\xff"))},
		{name: "a payload with number twice", envelope: with(replaceOnce(good, `"number":7`, `"number":7,"number":7`))},
		{name: "a payload with owner twice", envelope: with(replaceOnce(good, `{"owner"`, `{"owner":{"name":"beta"},"owner"`))},
		{name: "a payload with owner twice, the other one last", envelope: with(replaceOnce(good, `"number":7`, `"owner":{"name":"beta"},"number":7`))},
		{name: "a payload with the owner's name twice, the other one last", envelope: with(replaceOnce(good, `"acme"}`, `"acme","name":"beta"}`))},
		{name: "a payload with the owner's name twice", envelope: with(replaceOnce(good, `{"name":"acme"`, `{"name":"beta","name":"acme"`))},
		{name: "a payload with owner in another case", envelope: with(replaceOnce(good, `"owner"`, `"Owner"`))},
		{name: "a payload with number in another case too", envelope: with(replaceOnce(good, `"number":7`, `"number":7,"Number":8`))},
		{name: "a payload without owner", envelope: with(replaceOnce(good, `"owner":{"name":"acme"},`, ``))},
		{name: "a payload with an owner that is a string", envelope: with(replaceOnce(good, `{"name":"acme"}`, `"acme"`))},
		{name: "a payload with an owner's name with a dot", envelope: with(replaceOnce(good, `"acme"`, `"acme.web"`))},
		{name: "a payload without licensee", envelope: with(replaceOnce(good, `"licensee":{"company":"Example Ltd","serial":"SN-1"},`, ``))},
		{name: "a payload with number 0", envelope: with(replaceOnce(good, `"number":7`, `"number":0`))},
		{name: "a payload without issuedAt, signed by a granted key", envelope: wrap(
			licenseToken(replaceOnce(good, `"issuedAt":"2026-03-01T00:00:00Z",`, ``), partner), grant)},
		{name: "a payload with a malformed issuedAt, signed by a granted key", envelope: wrap(
			licenseToken(replaceOnce(good, `"2026-03-01T00:00:00Z"`, `"yesterday"`), partner), grant)},
		{name: "a payload with a critical member that is unknown", envelope: with(replaceOnce(good, `"number":7`, `"number":7,"critical":["tenancy"]`))},
	} {
		v.code = signed.CodeInvalid
		all = append(all, v)
	}
	return all
}
