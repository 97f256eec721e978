package source

import (
	"io"

	"github.com/seatwright/seatwright/internal/errtext"
)

// MaxEnvelopeSize is the size of the largest accepted envelope, in bytes. See
// docs/spec/format.md.
const MaxEnvelopeSize = 1 << 20

// TooLargeError says that there is more to read than the limit allows.
type TooLargeError struct {
	// Limit is the largest allowed size, in bytes.
	Limit int64 `json:"limit"`
}

// Error returns the message.
func (e *TooLargeError) Error() string {
	return "is larger than " + errtext.Count(e.Limit, "byte")
}

// ReadEnvelope reads all of r, up to [MaxEnvelopeSize] bytes. Use it in a
// source of your own instead of io.ReadAll. If there is more, the error is a
// [*TooLargeError]. If r fails, it is the error of r. In both cases no bytes
// are returned.
func ReadEnvelope(r io.Reader) ([]byte, error) {
	envelope, err := io.ReadAll(io.LimitReader(r, MaxEnvelopeSize+1))
	if err != nil {
		return nil, err
	}
	if len(envelope) > MaxEnvelopeSize {
		return nil, &TooLargeError{Limit: MaxEnvelopeSize}
	}
	return envelope, nil
}
