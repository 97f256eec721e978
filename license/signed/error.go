package signed

import (
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Code says why a document is refused. It is an error itself, so that a host
// can test for one with errors.Is(err, signed.CodeKeyRevoked). The codes are
// stable; see docs/spec/format.md, Trust.
//
//nolint:errname // a code first, and an error so that it can be asked for
type Code string

// The codes, in the order in which they are looked for: of the reasons that
// apply to a document, the first is reported.
//
//nolint:errname // the codes are the sentinels
const (
	// CodeTooLarge: the envelope has more than [MaxEnvelopeSize] bytes.
	CodeTooLarge Code = "too-large"
	// CodeNotADocument: the envelope is not the JSON object that it has to be.
	CodeNotADocument Code = "not-a-document"
	// CodeMalformedToken: the license or a grant is not a compact JWS with the
	// three header members, or an authentic grant does not say what it must.
	CodeMalformedToken Code = "malformed-token"
	// CodeUnsupportedAlgorithm: a token is signed with something but EdDSA.
	CodeUnsupportedAlgorithm Code = "unsupported-algorithm"
	// CodeUnsupportedType: a token is of another type than its place asks for.
	CodeUnsupportedType Code = "unsupported-type"
	// CodeUnknownKey: the signing key is neither trusted nor granted.
	CodeUnknownKey Code = "unknown-key"
	// CodeKeyRevoked: the signing key, or the one that granted it, is revoked.
	CodeKeyRevoked Code = "key-revoked"
	// CodeBadSignature: a signature does not verify.
	CodeBadSignature Code = "bad-signature"
	// CodeOwnerNotGranted: the key may not sign for the license's owner.
	CodeOwnerNotGranted Code = "owner-not-granted"
	// CodeKeyExpired: the key was granted for another time.
	CodeKeyExpired Code = "key-expired"
	// CodeInvalid: the document is authentic, but breaks docs/spec/domain.md. The
	// error carries the findings, see [license.FindingsOf].
	CodeInvalid Code = "invalid"
)

// Error returns the code, as the specification spells it.
func (c Code) Error() string { return string(c) }

// Error is why a document is refused: the first reason that applies. It never
// carries bytes of a payload, a key or a token, save for instants that have been
// verified; its text may go to a log.
//
// errors.Is(err, code) holds for its Code, and for CodeInvalid
// license.FindingsOf(err) returns what is wrong with the license.
type Error struct {
	// Code is the reason.
	Code Code
	// Detail says in words what is wrong, and in which token. It is meant for
	// an administrator's log; the words may change.
	Detail string
	// KeyID is the id of the key concerned, where it is one that the trust or
	// a verified grant names. It is empty otherwise: what an unknown key calls
	// itself is shown by [Inspect] only.
	KeyID string
	// At is the instant that is outside of a window, and NotBefore and NotAfter
	// are that window, for CodeKeyExpired: the present, or when the license was
	// issued. NotAfter is zero for a window without an end. All are zero
	// otherwise.
	At, NotBefore, NotAfter time.Time
	// Err holds the findings for CodeInvalid, and is nil otherwise.
	Err error
}

// Error returns a sentence with the code, the detail, the instants of a window
// and the key's id where there are any. The findings are not part of it, since their pointers may hold
// names that the document invented.
func (e *Error) Error() string {
	text := fmt.Sprintf("signed license: %s: %s%s", e.Code, e.Detail, e.window())
	if e.KeyID != "" {
		text += " (key " + e.KeyID + ")"
	}
	return text
}

// Is reports whether target is the error's code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap returns the findings of an invalid license, or nil.
func (e *Error) Unwrap() error { return e.Err }

// refuse makes an error. The format takes figures and our own words only,
// never what came with the document.
func refuse(code Code, format string, figures ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, figures...)}
}

// about names the key that the refusal is about.
func (e *Error) about(keyID string) *Error {
	e.KeyID = keyID
	return e
}

// outside adds the instant and the window that it is outside of.
func (e *Error) outside(at, notBefore, notAfter time.Time) *Error {
	e.At, e.NotBefore, e.NotAfter = at.UTC(), notBefore.UTC(), notAfter.UTC()
	return e
}

// window says in words what the instant is not in.
func (e *Error) window() string {
	format := func(at time.Time) string { return at.Format(time.RFC3339Nano) }
	switch {
	case e.At.IsZero() && e.NotBefore.IsZero() && e.NotAfter.IsZero():
		return ""
	case e.NotAfter.IsZero():
		return fmt.Sprintf(": %s is before %s", format(e.At), format(e.NotBefore))
	}
	return fmt.Sprintf(": %s is not from %s to before %s", format(e.At), format(e.NotBefore), format(e.NotAfter))
}

// refuseInvalid makes the error of a license that breaks the rules.
func refuseInvalid(detail string, findings error) *Error {
	noun, count := "findings", len(license.FindingsOf(findings))
	if count == 1 {
		noun = "finding"
	}
	refusal := refuse(CodeInvalid, "%s: %d %s", detail, count, noun)
	refusal.Err = findings
	return refusal
}

// order is the order in which codes are looked for.
var order = []Code{
	CodeTooLarge, CodeNotADocument, CodeMalformedToken, CodeUnsupportedAlgorithm, CodeUnsupportedType,
	CodeUnknownKey, CodeKeyRevoked, CodeBadSignature, CodeOwnerNotGranted, CodeKeyExpired, CodeInvalid,
}
