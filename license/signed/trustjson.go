package signed

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// trustJSON is a host's trust in a file: a JWK Set with a revocation list.
type trustJSON struct {
	Keys    []jwk    `json:"keys"`
	Revoked []string `json:"revoked"`
}

// ParseTrust reads a Trust from a file, which is a JWK Set whose keys carry
// two more members, and a list of revoked key ids:
//
//	{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "…",
//	           "owners": ["acme"], "grant": true}],
//	 "revoked": ["…"]}
//
// "owners" lists names, or is ["*"] for any; "grant" lets the key grant, and
// is false when absent. The file is read strictly: members that are unknown,
// occur twice or are spelled in another case are refused, private keys too. It
// has at most [MaxKeyFileSize] bytes. What [NewTrust] and [Trust.Revoke]
// refuse is refused with the same errors; errors never show what is in the
// file.
//
// See docs/spec/vendor.md.
func ParseTrust(data []byte) (*Trust, error) {
	if len(data) > MaxKeyFileSize {
		return nil, errKeyFileSize
	}
	var wire trustJSON
	if err := strictjson.Unmarshal(data, &wire); err != nil {
		return nil, errors.New("signed: not a JSON object of keys and revoked as the specification has it")
	}
	problems := newProblems()
	keys := make([]TrustedKey, 0, len(wire.Keys))
	for i, member := range wire.Keys {
		key, err := member.public()
		if err != nil {
			problems = multierror.Append(problems, fmt.Errorf("trusted key %d: %w", i+1, err))
			continue
		}
		keys = append(keys, TrustedKey{Key: key, Owners: member.Owners, MayGrant: member.Grant})
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	trust, err := NewTrust(keys...)
	if err != nil {
		return nil, err
	}
	return trust.Revoke(wire.Revoked...)
}
