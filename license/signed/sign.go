package signed

import (
	"crypto"

	"github.com/seatwright/seatwright/license"
)

// Sign checks a license document, signs it with the key, and returns the
// envelope. It signs the document byte for byte as it is, white space and
// unknown members included. The grants, from [Grant.Sign], go into the
// envelope. Sign is for issuers; package license/issuing checks more before it
// signs.
//
// The key is an [ed25519.PrivateKey] or another [crypto.Signer] of such a key:
// a hardware module, a key service or an agent. Public must return an
// ed25519.PublicKey. The signer's Sign method gets the whole message and
// [crypto.Hash](0). Sign verifies the signature before it uses it.
//
// The error is an [*Error] for a wrong argument:
//
//   - [CodeInvalid], with the findings, if license.Parse refuses the
//     document;
//   - [CodeMalformedToken], [CodeUnsupportedAlgorithm] or
//     [CodeUnsupportedType] if a text is no grant;
//   - [CodeNotADocument] for more than [MaxGrants] grants;
//   - [CodeTooLarge] if the envelope is too large to be read.
//
// It is another error for a key that is not whole, and for a signer that fails.
// Sign does not read what the grants say: whether a host accepts the envelope
// depends on its [Trust].
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
