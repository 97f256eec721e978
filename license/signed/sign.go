package signed

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"

	"github.com/seatwright/seatwright/license"
)

// Sign checks a license document, signs it with the key, and returns the
// envelope. The document is signed byte for byte as it is given, white space
// and unknown members included. The grants are what [Grant.Sign] returned;
// they travel along.
//
// The error is an [*Error] with the code [CodeInvalid] and the findings for a
// document that license.Parse refuses; with [CodeMalformedToken],
// [CodeUnsupportedAlgorithm] or [CodeUnsupportedType] for what is no grant; with
// [CodeNotADocument] for more than [MaxGrants] of them, and with [CodeTooLarge] for an
// envelope that nobody would read. It is another one for a key that is not
// whole. Whether a host will accept the envelope depends on its [Trust]: Sign
// does not look at what the grants say.
func Sign(document []byte, key ed25519.PrivateKey, grants ...string) ([]byte, error) {
	if _, err := license.Parse(document); err != nil {
		return nil, refuseInvalid("the license is not signed", err)
	}
	token, err := signToken(document, licenseType, key)
	if err != nil {
		return nil, err
	}
	envelope, err := json.Marshal(envelopeJSON{License: &token, Keys: grants})
	if err != nil {
		return nil, fmt.Errorf("signed: write an envelope: %w", err)
	}
	if _, err := parseEnvelope(envelope); err != nil {
		return nil, err
	}
	return envelope, nil
}
