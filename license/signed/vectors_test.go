package signed_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license/signed"
)

// vector is an envelope that is wrong in one way, and correctly signed
// otherwise.
type vector struct {
	name     string
	code     signed.Code
	envelope string
	at       time.Time // the present instant, zero for that of the tests
}

// now returns the instant of the vector.
func (v vector) now() time.Time {
	if v.at.IsZero() {
		return now
	}
	return v.at
}

const (
	licenseHeader = "seatwright-license+jws"
	grantHeader   = "seatwright-key+jws"
)

// vectors is every way of format.md in which an envelope is refused.
func vectors() []vector {
	var all []vector
	for _, group := range [][]vector{
		envelopeVectors(), tokenVectors(), headerVectors(), algorithmVectors(), typeVectors(),
		keyVectors(), signatureVectors(), ownerVectors(), windowVectors(), grantVectors(), payloadVectors(),
	} {
		all = append(all, group...)
	}
	return all
}

// "White space around the JSON, CRLF line ends and one UTF-8 byte order mark in
// front are tolerated. Nothing else is." "An envelope is at most 1 MiB."
func envelopeVectors() []vector {
	good := direct()
	token := licenseToken(document("acme", issued), acme)
	grant := grantTo("acme", partner, root)
	tooMany := make([]string, 17)
	for i := range tooMany {
		tooMany[i] = grant
	}
	return []vector{
		{name: "1 MiB and 1 byte", code: signed.CodeTooLarge, envelope: good + strings.Repeat(" ", 1<<20+1-len(good))},
		{name: "1 MiB and a byte order mark", code: signed.CodeTooLarge, envelope: "\ufeff" + good + strings.Repeat(" ", 1<<20-len(good))},
		{name: "nothing", code: signed.CodeNotADocument, envelope: ""},
		{name: "white space only", code: signed.CodeNotADocument, envelope: " \r\n"},
		{name: "a bare token", code: signed.CodeNotADocument, envelope: token},
		{name: "a list", code: signed.CodeNotADocument, envelope: "[" + good + "]"},
		{name: "null", code: signed.CodeNotADocument, envelope: "null"},
		{name: "a string", code: signed.CodeNotADocument, envelope: `"` + token + `"`},
		{name: "the document, unsigned", code: signed.CodeNotADocument, envelope: document("acme", issued)},
		{name: "two envelopes", code: signed.CodeNotADocument, envelope: good + good},
		{name: "a comma behind", code: signed.CodeNotADocument, envelope: good + ","},
		{name: "truncated", code: signed.CodeNotADocument, envelope: good[:len(good)-1]},
		{name: "two byte order marks", code: signed.CodeNotADocument, envelope: "\ufeff\ufeff" + good},
		{name: "a byte order mark behind white space", code: signed.CodeNotADocument, envelope: " \ufeff" + good},
		{name: "a byte order mark in the middle", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{"license"`, "{\ufeff\"license\"")},
		{name: "a byte order mark at the end", code: signed.CodeNotADocument, envelope: good + "\ufeff"},
		{name: "a byte order mark of UTF-16", code: signed.CodeNotADocument, envelope: "\xff\xfe" + good},
		{name: "no-break space in front", code: signed.CodeNotADocument, envelope: "\u00a0" + good},
		{name: "a form feed behind", code: signed.CodeNotADocument, envelope: good + "\f"},
		{name: "a comment", code: signed.CodeNotADocument, envelope: good + "// signed"},
		{name: "not UTF-8", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, "{\"message\":{\"text\":\"\xff\"},")},
		{name: "license is missing", code: signed.CodeNotADocument, envelope: `{"keys":["` + grant + `"]}`},
		{name: "license is null", code: signed.CodeNotADocument, envelope: `{"license":null}`},
		{name: "license is an object", code: signed.CodeNotADocument, envelope: `{"license":` + document("acme", issued) + `}`},
		{name: "license is an envelope", code: signed.CodeNotADocument, envelope: `{"license":` + good + `}`},
		{name: "license is there twice", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"license":"`+token+`",`)},
		{name: "license is there twice, once escaped", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"licens\u0065":"`+token+`",`)},
		{name: "license in another case", code: signed.CodeNotADocument, envelope: replaceOnce(good, `"license"`, `"License"`)},
		{name: "license and one in another case", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"LICENSE":"`+token+`",`)},
		{name: "a member with a long s", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"licen\u017fe":"`+token+`",`)},
		{name: "an unknown member", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"version":1,`)},
		{name: "keys is null", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"keys":null,`)},
		{name: "keys is a string", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"keys":"`+grant+`",`)},
		{name: "keys has a key instead of a grant", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"keys":[{"kty":"OKP"}],`)},
		{name: "keys in another case", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"Keys":["`+grant+`"],`)},
		{name: "keys is there twice", code: signed.CodeNotADocument, envelope: replaceOnce(viaGrant(), `{`, `{"keys":[],`)},
		{name: "17 grants", code: signed.CodeNotADocument, envelope: wrap(token, tooMany...)},
		{name: "message is a string", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"message":"hello",`)},
		{name: "message has an unknown member", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"message":{"html":"x"},`)},
		{name: "message says its text twice", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"message":{"text":"a","text":"b"},`)},
		{name: "message has a text in another case", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"message":{"Text":"a"},`)},
		{name: "message has a null", code: signed.CodeNotADocument, envelope: replaceOnce(good, `{`, `{"message":{"text":null},`)},
	}
}

// "license: a compact JWS (RFC 7515)." "Padding or non-canonical base64url are
// refused."
func tokenVectors() []vector {
	token := licenseToken(document("acme", issued), acme)
	header, payload, signature := splitToken(token)
	grant := grantTo("acme", partner, root)
	byPartner := licenseToken(document("acme", issued), partner)
	join := func(parts ...string) string { return wrap(strings.Join(parts, ".")) }
	inJSON := func(inside string) string {
		return `{"license":"` + header + "." + inside + payload + "." + signature + `"}`
	}
	jsonForm := `{"payload":"` + payload + `","protected":"` + header + `","signature":"` + signature + `"}`
	return []vector{
		{name: "an empty token", code: signed.CodeMalformedToken, envelope: wrap("")},
		{name: "one part", code: signed.CodeMalformedToken, envelope: join(header)},
		{name: "two parts, truncated", code: signed.CodeMalformedToken, envelope: join(header, payload)},
		{name: "four parts", code: signed.CodeMalformedToken, envelope: join(header, payload, signature, "")},
		{name: "five parts, as a JWE", code: signed.CodeMalformedToken, envelope: join(header, "", payload, signature, signature)},
		{name: "JSON serialization", code: signed.CodeMalformedToken, envelope: wrap(jsonForm)},
		{name: "padded header", code: signed.CodeMalformedToken, envelope: join(padded(header), payload, signature)},
		{name: "padded payload", code: signed.CodeMalformedToken, envelope: join(header, payload+"=", signature)},
		{name: "padded signature", code: signed.CodeMalformedToken, envelope: join(header, payload, signature+"==")},
		{name: "bits behind the last byte of the signature", code: signed.CodeMalformedToken, envelope: join(header, payload, withTrailingBits(signature))},
		{name: "bits behind the last byte of the payload", code: signed.CodeMalformedToken, envelope: wrap(trailingPayload(document("acme", issued)))},
		{name: "base64 instead of base64url", code: signed.CodeMalformedToken, envelope: join(header, payload, "+/"+signature[2:])},
		{name: "a signature of 85 characters", code: signed.CodeMalformedToken, envelope: join(header, payload, signature[:85])},
		{name: "CRLF inside, escaped", code: signed.CodeMalformedToken, envelope: inJSON(`\r\n`)},
		{name: "LF inside, escaped", code: signed.CodeMalformedToken, envelope: inJSON(`\n`)},
		{name: "CRLF inside, raw", code: signed.CodeNotADocument, envelope: inJSON("\r\n")},
		{name: "a space inside", code: signed.CodeMalformedToken, envelope: inJSON(" ")},
		{name: "a space behind", code: signed.CodeMalformedToken, envelope: wrap(token + " ")},
		{name: "a byte order mark inside", code: signed.CodeMalformedToken, envelope: inJSON("\ufeff")},
		{name: "NUL inside, escaped", code: signed.CodeMalformedToken, envelope: inJSON(`\u0000`)},
		{name: "an empty grant", code: signed.CodeMalformedToken, envelope: wrap(byPartner, "")},
		{name: "a grant of two parts", code: signed.CodeMalformedToken, envelope: wrap(byPartner, grant[:strings.LastIndexByte(grant, '.')])},
		{name: "a padded grant", code: signed.CodeMalformedToken, envelope: wrap(byPartner, grant+"==")},
		{name: "a malformed grant beside a good one", code: signed.CodeMalformedToken, envelope: wrap(byPartner, grant, "x")},
		{name: "a malformed grant that nobody needs", code: signed.CodeMalformedToken, envelope: wrap(token, "x")},
	}
}

func padded(part string) string { return part + strings.Repeat("=", (4-len(part)%4)%4+1) }

// withTrailingBits spells the same bytes in another way.
func withTrailingBits(part string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, part[len(part)-1])
	return part[:len(part)-1] + string(alphabet[last|1])
}

// trailingPayload signs a spelling of the payload that is not canonical.
func trailingPayload(payload string) string {
	for len(payload)%3 != 2 {
		payload += " "
	}
	input := encode(headerOf(licenseHeader, acme)) + "." + withTrailingBits(encode(payload))
	return input + "." + encode(string(ed25519.Sign(acme, []byte(input))))
}

// "Header {alg, typ, kid}." "Duplicate members (also in headers), header
// members beyond the three, crit, jwk, jku or x5c headers are refused."
func headerVectors() []vector {
	good := headerOf(licenseHeader, acme)
	goodGrant := headerOf(grantHeader, root)
	withHeader := func(header string) string {
		return wrap(forge(header, document("acme", issued), acme))
	}
	with := func(member string) string { return withHeader(replaceOnce(good, `{`, `{`+member+`,`)) }
	jwk := fmt.Sprintf(`"jwk":{"kty":"OKP","crv":"Ed25519","x":%q}`, encode(string(public(acme))))
	var all []vector
	for _, v := range []vector{
		{name: "no header", envelope: withHeader("")},
		{name: "a header that is no JSON", envelope: withHeader("alg=EdDSA")},
		{name: "a header that is a list", envelope: withHeader("[" + good + "]")},
		{name: "a header in a string", envelope: withHeader(fmt.Sprintf("%q", good))},
		{name: "a header and something behind", envelope: withHeader(good + good)},
		{name: "a byte order mark in front of a header", envelope: withHeader("\ufeff" + good)},
		{name: "a header not in UTF-8", envelope: withHeader(replaceOnce(good, `"EdDSA"`, "\"EdDSA\xff\""))},
		{name: "alg twice", envelope: with(`"alg":"EdDSA"`)},
		{name: "alg twice, none first", envelope: with(`"alg":"none"`)},
		{name: "alg twice, once escaped", envelope: with(`"\u0061lg":"EdDSA"`)},
		{name: "typ twice", envelope: with(`"typ":"` + licenseHeader + `"`)},
		{name: "kid twice", envelope: with(`"kid":"` + id(stranger) + `"`)},
		{name: "alg in another case", envelope: withHeader(replaceOnce(good, `"alg"`, `"Alg"`))},
		{name: "typ in another case", envelope: withHeader(replaceOnce(good, `"typ"`, `"TYP"`))},
		{name: "kid in another case", envelope: withHeader(replaceOnce(good, `"kid"`, `"KID"`))},
		{name: "kid and one with a Kelvin sign", envelope: with(`"\u212aid":"` + id(acme) + `"`)},
		{name: "alg is missing", envelope: withHeader(replaceOnce(good, `"alg":"EdDSA",`, ``))},
		{name: "typ is missing", envelope: withHeader(replaceOnce(good, `"typ":"`+licenseHeader+`",`, ``))},
		{name: "kid is missing", envelope: withHeader(replaceOnce(good, `,"kid":"`+id(acme)+`"`, ``))},
		{name: "alg is a list", envelope: withHeader(replaceOnce(good, `"EdDSA"`, `["EdDSA"]`))},
		{name: "alg is null", envelope: withHeader(replaceOnce(good, `"EdDSA"`, `null`))},
		{name: "kid is null", envelope: withHeader(replaceOnce(good, `"`+id(acme)+`"`, `null`))},
		{name: "kid is a number", envelope: withHeader(replaceOnce(good, `"`+id(acme)+`"`, `7`))},
		{name: "crit", envelope: with(`"crit":["exp"]`)},
		{name: "crit, empty", envelope: with(`"crit":[]`)},
		{name: "b64", envelope: with(`"b64":true`)},
		{name: "b64 and crit", envelope: with(`"b64":false,"crit":["b64"]`)},
		{name: "jwk", envelope: with(jwk)},
		{name: "jku", envelope: with(`"jku":"https://example.com/keys"`)},
		{name: "x5c", envelope: with(`"x5c":["MIIB"]`)},
		{name: "x5u", envelope: with(`"x5u":"https://example.com/cert"`)},
		{name: "x5t", envelope: with(`"x5t":"AAAA"`)},
		{name: "cty", envelope: with(`"cty":"json"`)},
		{name: "zip", envelope: with(`"zip":"DEF"`)},
		{name: "nonce", envelope: with(`"nonce":"AAAA"`)},
		{name: "a private header member", envelope: with(`"https://example.com/x":1`)},
		{name: "a grant with jwk", envelope: wrap(licenseToken(document("acme", issued), partner),
			forge(replaceOnce(goodGrant, `{`, `{`+jwk+`,`), grantPayload("acme", partner), root))},
		{name: "a grant with alg twice", envelope: wrap(licenseToken(document("acme", issued), partner),
			forge(replaceOnce(goodGrant, `{`, `{"alg":"EdDSA",`), grantPayload("acme", partner), root))},
		{name: "a grant without kid", envelope: wrap(licenseToken(document("acme", issued), partner),
			forge(replaceOnce(goodGrant, `,"kid":"`+id(root)+`"`, ``), grantPayload("acme", partner), root))},
	} {
		v.code = signed.CodeMalformedToken
		all = append(all, v)
	}
	return all
}

// "alg other than EdDSA is refused."
func algorithmVectors() []vector {
	withAlgorithm := func(algorithm string) string {
		return replaceOnce(headerOf(licenseHeader, acme), "EdDSA", algorithm)
	}
	signedWith := func(algorithm string) string {
		return wrap(forge(withAlgorithm(algorithm), document("acme", issued), acme))
	}
	spki, err := x509.MarshalPKIXPublicKey(public(acme))
	if err != nil {
		panic(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})
	unsecured := encode(withAlgorithm("none")) + "." + encode(document("acme", issued)) + "."
	grantWith := func(algorithm string) string {
		return wrap(licenseToken(document("acme", issued), partner),
			forge(replaceOnce(headerOf(grantHeader, root), "EdDSA", algorithm), grantPayload("acme", partner), root))
	}
	var all []vector
	for _, v := range []vector{
		{name: "alg none, without a signature", envelope: wrap(unsecured)},
		{name: "alg none, with a signature", envelope: signedWith("none")},
		{name: "alg None", envelope: signedWith("None")},
		{name: "HS256 with the public key as secret", envelope: wrap(forgeMAC(withAlgorithm("HS256"), document("acme", issued), public(acme)))},
		{name: "HS256 with the public key in PEM as secret", envelope: wrap(forgeMAC(withAlgorithm("HS256"), document("acme", issued), asPEM))},
		{name: "HS256 over an Ed25519 signature", envelope: signedWith("HS256")},
		{name: "Ed448", envelope: wrap(ed448Token(withAlgorithm("Ed448")))},
		{name: "Ed25519, as RFC 9864 has it", envelope: signedWith("Ed25519")},
		{name: "eddsa in small letters", envelope: signedWith("eddsa")},
		{name: "a space in alg", envelope: signedWith("EdDSA ")},
		{name: "ES256", envelope: signedWith("ES256")},
		{name: "RS256", envelope: signedWith("RS256")},
		{name: "an empty alg", envelope: signedWith("")},
		{name: "a grant with alg none", envelope: grantWith("none")},
		{name: "a grant with HS256", envelope: grantWith("HS256")},
		{name: "a grant that nobody needs with HS256", envelope: wrap(licenseToken(document("acme", issued), acme),
			forge(replaceOnce(headerOf(grantHeader, root), "EdDSA", "HS256"), grantPayload("acme", partner), root))},
	} {
		v.code = signed.CodeUnsupportedAlgorithm
		all = append(all, v)
	}
	return all
}

// ed448Token has a signature of the size that Ed448 makes.
func ed448Token(header string) string {
	return encode(header) + "." + encode(document("acme", issued)) + "." + encode(strings.Repeat("s", 114))
}

// "typ seatwright-license+jws", "typ seatwright-key+jws".
func typeVectors() []vector {
	withType := func(typ string) string {
		return wrap(forge(headerOf(typ, acme), document("acme", issued), acme))
	}
	token := licenseToken(document("acme", issued), partner)
	grant := grantTo("acme", partner, root)
	var all []vector
	for _, v := range []vector{
		{name: "a grant used as a license", envelope: wrap(grant)},
		{name: "a license used as a grant", envelope: wrap(token, licenseToken(document("acme", issued), root))},
		{name: "license and grant swapped", envelope: wrap(grant, token)},
		{name: "a license with the payload of a grant's type", envelope: withType(grantHeader)},
		{name: "a grant with the type of a license", envelope: wrap(token, licenseToken(grantPayload("acme", partner), root))},
		{name: "a JWT", envelope: withType("JWT")},
		{name: "an empty typ", envelope: withType("")},
		{name: "a type in another case", envelope: withType("Seatwright-License+JWS")},
		{name: "typ with application/", envelope: withType("application/" + licenseHeader)},
		{name: "typ with a parameter", envelope: withType(licenseHeader + ";v=1")},
		{name: "a grant that nobody needs of another type", envelope: wrap(licenseToken(document("acme", issued), acme),
			forge(headerOf("JWT", root), grantPayload("acme", partner), root))},
	} {
		v.code = signed.CodeUnsupportedType
		all = append(all, v)
	}
	return all
}

// "kid is the RFC 7638 thumbprint of the signing key, everywhere." "There are
// no chains of grants." "Key ids on the host's revocation list are never
// accepted, neither for licenses nor for grants."
func keyVectors() []vector {
	payload := document("acme", issued)
	withID := func(keyID string) string {
		return wrap(forge(replaceOnce(headerOf(licenseHeader, acme), id(acme), keyID), payload, acme))
	}
	byPartner := licenseToken(payload, partner)
	return []vector{
		{name: "a stranger's key", code: signed.CodeUnknownKey, envelope: wrap(licenseToken(payload, stranger))},
		{name: "an empty kid", code: signed.CodeUnknownKey, envelope: withID("")},
		{name: "a kid that is a name", code: signed.CodeUnknownKey, envelope: withID("acme-2026")},
		{name: "a kid in hex", code: signed.CodeUnknownKey, envelope: withID(fmt.Sprintf("%x", id(acme)))},
		{name: "a kid in another spelling", code: signed.CodeUnknownKey, envelope: withID(withTrailingBits(id(acme)))},
		{name: "a kid that is the key itself", code: signed.CodeUnknownKey, envelope: withID(encode(string(public(acme))))},
		{name: "a granted key without its grant", code: signed.CodeUnknownKey, envelope: wrap(byPartner)},
		{name: "a grant for another key", code: signed.CodeUnknownKey, envelope: wrap(byPartner, grantTo("acme", stranger, root))},
		{name: "a grant by a stranger", code: signed.CodeUnknownKey, envelope: wrap(byPartner, grantTo("acme", partner, stranger))},
		{name: "a grant by the key itself", code: signed.CodeUnknownKey, envelope: wrap(byPartner, grantTo("acme", partner, partner))},
		{name: "a chain of grants", code: signed.CodeUnknownKey, envelope: wrap(licenseToken(payload, stranger),
			grantTo("acme", partner, root), grantTo("acme", stranger, partner))},
		{name: "a chain of grants, the other way round", code: signed.CodeUnknownKey, envelope: wrap(licenseToken(payload, stranger),
			grantTo("acme", stranger, partner), grantTo("acme", partner, root))},
		{
			name: "an Ed448 key under alg EdDSA", code: signed.CodeUnknownKey,
			envelope: wrap(ed448Token(replaceOnce(headerOf(licenseHeader, acme), id(acme), id(stranger)))),
		},
		{name: "a revoked key", code: signed.CodeKeyRevoked, envelope: wrap(licenseToken(payload, revokedSign))},
		{name: "a revoked key that is not trusted any more", code: signed.CodeKeyRevoked, envelope: wrap(licenseToken(payload, forgotten))},
		{name: "a revoked key that was granted", code: signed.CodeKeyRevoked, envelope: wrap(licenseToken(payload, lost), grantTo("acme", lost, root))},
		{name: "a revoked key that was granted, without its grant", code: signed.CodeKeyRevoked, envelope: wrap(licenseToken(payload, lost))},
		{name: "a revoked grantor", code: signed.CodeKeyRevoked, envelope: wrap(byPartner, grantTo("acme", partner, revokedRoot))},
		{name: "a revoked grantor that is not trusted any more", code: signed.CodeKeyRevoked, envelope: wrap(byPartner, grantTo("acme", partner, forgotten))},
		{
			name: "a revoked grantor beside an unknown one", code: signed.CodeKeyRevoked,
			envelope: wrap(byPartner, grantTo("acme", partner, stranger), grantTo("acme", partner, revokedRoot)),
		},
	}
}
