package signed

import (
	"crypto"

	"github.com/seatwright/seatwright/license"
)

// Sign checks a license document, signs it with the key, and returns the
// envelope. The document is signed byte for byte as it is given, white space
// and unknown members included. The grants are what [Grant.Sign] returned;
// they travel along.
//
// The key is an [ed25519.PrivateKey], or whatever signs with one: a hardware
// module, a key service or an agent, behind a [crypto.Signer] whose Public
// returns an ed25519.PublicKey and whose Sign is called with the whole message
// and [crypto.Hash](0). Sign verifies its signature before it uses it.
//
// The error is an [*Error] for a wrong argument. Its code is [CodeInvalid],
// with the findings, for a document that license.Parse refuses. It is
// [CodeMalformedToken], [CodeUnsupportedAlgorithm] or [CodeUnsupportedType] for
// a text that is no grant, [CodeNotADocument] for more than [MaxGrants] of
// them, and [CodeTooLarge] for an envelope that nobody would read. Another
// error is returned for a key that is not whole, and for a signer that fails.
// Whether a host will accept the envelope depends on its [Trust]: Sign does not
// look at what the grants say.
func Sign(document []byte, key crypto.Signer, grants ...string) ([]byte, error) {
	if _, err := license.Parse(document); err != nil {
		return nil, refuseInvalid("the license is not signed", err)
	}
	token, err := signToken(document, licenseType, key)
	if err != nil {
		return nil, err
	}
	return Envelope{License: token, Grants: grants}.Marshal()
}
