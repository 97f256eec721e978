package signed

import (
	"errors"
	"slices"
	"time"
)

// Opener verifies and reads licenses. A [*Trust] is an Opener for the envelopes
// of this package, and package license/keygen has one for files of Keygen.
// Implement it to accept the licenses of another issuer. [AnyOf] combines
// several.
//
// Both methods return either an Opened or an error, never both. For any bytes
// that they refuse the error is an [*Error]. Since only the bytes are stored,
// the same bytes must give the same license each time. Methods neither change
// nor keep their arguments, read no clock, and are safe for concurrent use.
type Opener interface {
	// Open verifies a license that has just arrived, at the instant now.
	Open(envelope []byte, now time.Time) (*Opened, error)
	// Reopen verifies a license that was opened before and has been stored
	// since. The present need not be in its windows any more.
	Reopen(envelope []byte) (*Opened, error)
}

var _ Opener = (*Trust)(nil)

// AnyOf returns an opener that asks the openers in order, and returns the
// license of the first one that opens it. If none does, the error is that of
// the opener that got furthest. Use it in a host that has licenses of several
// issuers, or that changes from one format to another. Nil openers are ignored;
// without any opener, nothing opens.
func AnyOf(openers ...Opener) Opener {
	return anyOf(slices.DeleteFunc(slices.Clone(openers), func(o Opener) bool { return o == nil }))
}

type anyOf []Opener

func (a anyOf) Open(envelope []byte, now time.Time) (*Opened, error) {
	return a.first(func(o Opener) (*Opened, error) { return o.Open(envelope, now) })
}

func (a anyOf) Reopen(envelope []byte) (*Opened, error) {
	return a.first(func(o Opener) (*Opened, error) { return o.Reopen(envelope) })
}

// Revokes reports whether any of the openers revokes a key, see
// [Trust.Revokes].
func (a anyOf) Revokes(id string) bool {
	return slices.ContainsFunc(a, func(o Opener) bool {
		revoker, ok := o.(interface{ Revokes(id string) bool })
		return ok && revoker.Revokes(id)
	})
}

func (a anyOf) first(open func(Opener) (*Opened, error)) (*Opened, error) {
	var refusal error = refuse(CodeUnknownKey, "nobody is trusted")
	for i, o := range a {
		opened, err := open(o)
		if err == nil {
			return opened, nil
		}
		if i == 0 || rank(err) > rank(refusal) {
			refusal = err
		}
	}
	return nil, refusal
}

// rank tells how far an opener got. A code of another package, such as that of
// an encrypted file without its key, ranks after the check of the signature and
// before the judgment of the license.
func rank(err error) int {
	var refused *Error
	if !errors.As(err, &refused) {
		return -1
	}
	if i := slices.Index(order, refused.Code); i >= 0 {
		return 2 * i
	}
	return 2*slices.Index(order, CodeBadSignature) + 1
}
