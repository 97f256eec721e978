package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Digest is the SHA-256 of an envelope's bytes. It names an offer: what is
// activated is never passed around, but read and verified in the transaction
// that activates it. It marshals to text as hexadecimal digits.
type Digest [sha256.Size]byte

// DigestOf returns the digest of an envelope.
func DigestOf(envelope []byte) Digest { return sha256.Sum256(envelope) }

// String returns 64 lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText implements [encoding.TextMarshaler].
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]: exactly 64 hexadecimal
// digits.
func (d *Digest) UnmarshalText(text []byte) error {
	var parsed Digest
	if len(text) != hex.EncodedLen(len(parsed)) {
		return errors.New("activation: a digest has 64 hexadecimal digits")
	}
	if _, err := hex.Decode(parsed[:], text); err != nil {
		return errors.New("activation: a digest has hexadecimal digits only")
	}
	*d = parsed
	return nil
}
