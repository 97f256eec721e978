// Package signed reads and writes signed license documents: what travels
// between a license owner and a host, as a file, over a feed or by mail. It
// implements docs/spec/format.md.
//
// A host makes a [Trust] from the keys that it accepts, with [NewTrust] or from
// a file with [ParseTrust]. [Trust.Open] verifies an envelope and returns the
// license in it; [Trust.Reopen] does so for a stored envelope. An issuer makes
// envelopes with [Sign], and lets other keys sign with [Grant.Sign]. [Inspect]
// shows what an envelope says without verifying it; a host has no use for it.
// Everything here is safe for concurrent use, and nothing reads a clock, a file
// or the network.
//
// # Envelope
//
// An envelope is a JSON object of at most 1 MiB ([MaxEnvelopeSize]):
//
//	{"license": "<compact JWS>",
//	 "keys": ["<compact JWS>"],
//	 "message": {"text": "…", "url": "https://…"}}
//
// Only license is required. The keys are up to 16 grants ([MaxGrants]). The
// message is for display and not signed. It is cleaned and cut after 500
// characters ([MaxMessageLength]). As long as it has this form, it never makes
// an envelope wrong.
//
// Because files travel by mail, white space around the object, CRLF line ends
// and one leading UTF-8 byte order mark are allowed. Unknown members, members
// that occur twice or in another case, null, and anything after the object are
// not.
//
// # Tokens
//
// License and grants are compact JWS (RFC 7515) in canonical base64url without
// padding, signed with Ed25519 (RFC 8037). The header has exactly three
// members:
//
//	{"alg": "EdDSA", "typ": "seatwright-license+jws", "kid": "…"}
//
// A grant's typ is seatwright-key+jws. The kid is the RFC 7638 thumbprint of
// the signing key, SHA-256 in base64url ([Thumbprint]). Headers are checked
// before any JOSE code sees them, so crit, jwk, jku, x5c and the like have no
// effect but an error.
//
// The payload of a license is the license document of docs/spec/domain.md. The
// payload of a grant has exactly these members, all required:
//
//	{"owner": "acme",
//	 "key": {"kty": "OKP", "crv": "Ed25519", "x": "…"},
//	 "notBefore": "…", "notAfter": "…", "issuedAt": "…"}
//
// A payload is read only after its signature has been verified. Public keys
// that are points of low order are refused wherever they come from, because
// anybody can sign for them. Otherwise crypto/ed25519 decides whether a
// signature is good.
//
// # Trust
//
// A license is authentic if a trusted key that may sign for its owner has
// signed it. It is also authentic if a grant lets its key sign for that owner,
// and a trusted key that may grant for the owner made the grant. Then the
// license's issuedAt and the present must be in the grant's window. The window
// includes its beginning but not its end. A host's clock may be behind the
// beginning by [ClockTolerance]. There are no chains of grants, and a revoked
// key counts for nothing.
//
// All tokens of an envelope must have the right form. A token that a trusted
// key has signed as a grant must be a valid grant, even if it is not needed.
// Other grants that do not lead to the license are skipped: an owner may send
// grants of several keys, of which a host knows only some.
//
// # Errors
//
// A refusal is an [*Error]. Its [Code] is the first that applies, in the order
// of the constants. If the license could be authentic in several ways (by a
// trusted key, by any of the grants), the code is that of the way that got
// furthest. Errors never show payloads, keys or tokens.
//
// # Example
//
// With this key, which is that of RFC 8037,
//
//	{"kty":"OKP","crv":"Ed25519",
//	"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
//
// whose id is kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k, the license document
//
//	{"owner":{"name":"acme"},
//	"licensee":{"company":"Example Ltd","serial":"SN-1"},
//	"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[]}
//
// is signed as the envelope (in one line; it is broken here to fit)
//
//	{"license":"
//	eyJhbGciOiJFZERTQSIsImtpZCI6ImtQcktfcW14VldhWVZBOXd3QkY2SXVvM3ZW
//	eno3VHhIQ1R3WEJ5Z3JTNGsiLCJ0eXAiOiJzZWF0d3JpZ2h0LWxpY2Vuc2Urandz
//	In0.
//	eyJvd25lciI6eyJuYW1lIjoiYWNtZSJ9LCJsaWNlbnNlZSI6eyJjb21wYW55Ijoi
//	RXhhbXBsZSBMdGQiLCJzZXJpYWwiOiJTTi0xIn0sIm51bWJlciI6MSwiaXNzdWVk
//	QXQiOiIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIm1vZHVsZXMiOltdfQ.
//	yWGU8pImQyB94CyCc7oH28pu4E-30OGlZooZZGEC7DICtr_4EuwIDQL1QRxSzmNB
//	u25HtB9MrI26aAspdp8WCw"}
//
// The example of [Trust.Open] reads it.
package signed
