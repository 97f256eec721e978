package signed

import (
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Code tells why a document is refused. It is an error itself, so that a host
// can test for one with errors.Is(err, signed.CodeKeyRevoked). The codes are
// stable; see docs/spec/format.md, Trust.
//
//nolint:errname // a code first, and an error so that it can be asked for
type Code string

// The codes, in the order in which they are checked. If several reasons apply
// to a document, the first one is reported.
//
//nolint:errname // the codes are the sentinels
const (
	// CodeTooLarge: the envelope has more than [MaxEnvelopeSize] bytes.
	CodeTooLarge Code = "too-large"
	// CodeNotADocument: the bytes are not an envelope, the JSON object of
	// docs/spec/format.md.
	CodeNotADocument Code = "not-a-document"
	// CodeMalformedToken: the license or a grant is not a compact JWS with
	// the three header members, or the content of an authentic grant is
	// malformed.
	CodeMalformedToken Code = "malformed-token"
	// CodeUnsupportedAlgorithm: a token is signed with another algorithm than
	// EdDSA.
	CodeUnsupportedAlgorithm Code = "unsupported-algorithm"
	// CodeUnsupportedType: a token has another type than its place requires.
	CodeUnsupportedType Code = "unsupported-type"
	// CodeUnknownKey: the signing key is neither trusted nor granted.
	CodeUnknownKey Code = "unknown-key"
	// CodeKeyRevoked: the signing key is revoked, or the key that granted it.
	CodeKeyRevoked Code = "key-revoked"
	// CodeBadSignature: a signature does not verify.
	CodeBadSignature Code = "bad-signature"
	// CodeOwnerNotGranted: the key may not sign for the license's owner.
	CodeOwnerNotGranted Code = "owner-not-granted"
	// CodeKeyExpired: the key's grant does not cover this time.
	CodeKeyExpired Code = "key-expired"
	// CodeInvalid: the document is authentic, but breaks the rules of
	// docs/spec/domain.md. The error carries the findings, see
	// [license.FindingsOf].
	CodeInvalid Code = "invalid"
)

// Error returns the code, as the specification spells it.
func (c Code) Error() string { return string(c) }

// Error is the first reason why a document is refused. Its text is safe to log:
// it never contains bytes of a payload, a key or a token, except verified
// instants.
//
// errors.Is(err, code) is true for its Code. For CodeInvalid,
// license.FindingsOf(err) returns what is wrong with the license.
type Error struct {
	// Code is the reason.
	Code Code
	// Detail tells in words what is wrong, and in which token. It is for an
	// administrator's log; the words may change.
	Detail string
	// KeyID is the id of the key that the refusal is about, if the trust or a
	// verified grant names that key. Otherwise it is empty: only [Inspect]
	// shows the id that an unknown key claims.
	KeyID string
	// At, NotBefore and NotAfter are set for CodeKeyExpired, and zero
	// otherwise. At is the instant outside the window: the present, or when
	// the license was issued. NotBefore and NotAfter are that window;
	// NotAfter is zero if it has no end.
	At, NotBefore, NotAfter time.Time
	// Err holds the findings for CodeInvalid, and is nil otherwise.
	Err error
}

// Error returns a sentence with the code, the detail and, where there are any,
// the instants of a window and the key's id. It leaves the findings out,
// because their pointers may contain names that the document made up.
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

// refuse makes an error. The format takes our own words and figures only, never
// anything from the document.
func refuse(code Code, format string, figures ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, figures...)}
}

// about names the key that the refusal is about.
func (e *Error) about(keyID string) *Error {
	e.KeyID = keyID
	return e
}

// outside adds the instant, and the window that it is not in.
func (e *Error) outside(at, notBefore, notAfter time.Time) *Error {
	e.At, e.NotBefore, e.NotAfter = at.UTC(), notBefore.UTC(), notAfter.UTC()
	return e
}

// window describes the window that the instant is not in.
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

// refuseInvalid makes the error for a license that breaks the rules.
func refuseInvalid(detail string, findings error) *Error {
	noun, count := "findings", len(license.FindingsOf(findings))
	if count == 1 {
		noun = "finding"
	}
	refusal := refuse(CodeInvalid, "%s: %d %s", detail, count, noun)
	refusal.Err = findings
	return refusal
}

// order is the order in which codes are checked.
var order = []Code{
	CodeTooLarge, CodeNotADocument, CodeMalformedToken, CodeUnsupportedAlgorithm, CodeUnsupportedType,
	CodeUnknownKey, CodeKeyRevoked, CodeBadSignature, CodeOwnerNotGranted, CodeKeyExpired, CodeInvalid,
}
