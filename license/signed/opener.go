package signed

import (
	"errors"
	"slices"
	"time"
)

// Opener is what verifies what came as a license, and reads it. A [*Trust] is
// one for the envelopes of this package, and package license/keygen has another;
// [AnyOf] makes one of several.
//
// Both methods return either what was opened or an error, which is an [*Error]
// for all that the bytes may be. The same bytes give the same license whenever
// they are opened, since only the bytes are stored. Methods neither change nor
// keep what they are given, read no clock, and may be called by any number of
// goroutines.
type Opener interface {
	// Open verifies at the instant now what has just come.
	Open(envelope []byte, now time.Time) (*Opened, error)
	// Reopen verifies what was stored after it had been opened: windows need
	// not hold the present any more.
	Reopen(envelope []byte) (*Opened, error)
}

var _ Opener = (*Trust)(nil)

// AnyOf returns an opener that asks the others, in their order, and returns what
// the first one opens. If none does, its error is that of the one that got
// furthest. Without openers, or with nil ones alone, nothing can be opened.
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

// Revokes reports whether one of the openers revokes a key, as [Trust.Revokes].
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

// rank says how far an opener got. A code that is not of this package comes
// after a signature has been verified and before what it signs is judged, such
// as that of an encrypted file without its key.
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
