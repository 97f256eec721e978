package signed

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// trustJSON is a Trust as a file: a JWK Set with a revocation list.
type trustJSON struct {
	Keys    []jwk    `json:"keys"`
	Revoked []string `json:"revoked,omitempty"`
}

// MarshalJSON writes the Trust as a file for [ParseTrust].
func (t *Trust) MarshalJSON() ([]byte, error) {
	wire := trustJSON{Keys: []jwk{}, Revoked: t.Revoked()}
	for _, key := range t.Keys() {
		member := publicMember(key.Key)
		member.Owners, member.Grant = key.Owners, key.MayGrant
		wire.Keys = append(wire.Keys, member)
	}
	return json.Marshal(wire)
}

// ParseTrust reads a Trust from a file. The file is a JWK Set whose keys have
// two more members, with a list of revoked key ids:
//
//	{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "…",
//	           "owners": ["acme"], "grant": true}],
//	 "revoked": ["…"]}
//
// "owners" lists names, or is ["*"] for any owner. "grant" lets the key grant;
// it is false when absent. The file has at most [MaxKeyFileSize] bytes.
//
// The file is read strictly. ParseTrust refuses unknown members, members that
// occur twice or in another case, private keys, and everything that [NewTrust]
// and [Trust.Revoke] refuse. The error tells where each mistake is, by RFC 6901
// pointer, and never shows a value.
//
// See docs/spec/vendor.md.
func ParseTrust(data []byte) (*Trust, error) {
	if len(data) > MaxKeyFileSize {
		return nil, errKeyFileSize
	}
	var wire trustJSON
	if err := decode(strictjson.TrimMark(data), &wire); err != nil {
		return nil, fmt.Errorf("signed: file of trusted keys: %w", err)
	}
	problems := newProblems()
	if len(wire.Keys) == 0 {
		problems = multierror.Append(problems, at("/keys", errors.New("there is no trusted key")))
	}
	trust := &Trust{keys: make(map[string]*trustedKey), revoked: make(map[string]bool)}
	if err := keysOf(wire.Keys, func(_ int, member jwk) error { return trust.addJWK(member) }); err != nil {
		problems = multierror.Append(problems, err)
	}
	for i, id := range wire.Revoked {
		if err := checkKeyID(id); err != nil {
			problems = multierror.Append(problems, at(fmt.Sprintf("/revoked/%d", i), err))
		}
		trust.revoked[id] = true
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	return trust, nil
}

// addJWK adds a key of a file to a Trust under construction.
func (t *Trust) addJWK(member jwk) error {
	key, err := member.public()
	if err != nil {
		return err
	}
	if len(member.Owners) == 0 {
		return at("/owners", fmt.Errorf("%w: name the owners, or [%q] for any", errMissing, anyOwner))
	}
	err = t.add(TrustedKey{Key: key, Owners: member.Owners, MayGrant: member.Grant})
	if owner := (*ownerError)(nil); errors.As(err, &owner) {
		return at(fmt.Sprintf("/owners/%d", owner.index), owner.err)
	}
	return err
}
