package source

import (
	"io"

	"github.com/seatwright/seatwright/internal/errtext"
)

// MaxEnvelopeSize is the size of the largest envelope, in bytes. See
// docs/spec/format.md.
const MaxEnvelopeSize = 1 << 20

// TooLargeError says that there is more to read than there may be.
type TooLargeError struct {
	// Limit is how much there may be, in bytes.
	Limit int64 `json:"limit"`
}

// Error returns the message.
func (e *TooLargeError) Error() string {
	return "is larger than " + errtext.Count(e.Limit, "byte")
}

// ReadEnvelope reads all of r, of which no more than [MaxEnvelopeSize] bytes are
// accepted and kept. The error is a [*TooLargeError] when there is more, and
// that of r, with nothing read, when it fails.
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
