package signed

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// jwk is an Ed25519 key as a JWK. Only a [Trust] file has Owners and Grant.
type jwk struct {
	Type       string   `json:"kty"`
	Curve      string   `json:"crv"`
	KeyID      string   `json:"kid,omitempty"`
	X          string   `json:"x"`
	D          string   `json:"d,omitempty"`
	Use        string   `json:"use,omitempty"`
	Algorithm  string   `json:"alg,omitempty"`
	Operations []string `json:"key_ops,omitempty"`
	Owners     []string `json:"owners,omitempty"`
	Grant      bool     `json:"grant,omitempty"`
}

// parseJWKs reads a JWK, or a JWK Set, and reports which it is.
func parseJWKs(data []byte) (keys []jwk, isSet bool, err error) {
	var members map[string]json.RawMessage
	if err := decode(data, &members); err != nil {
		return nil, false, fmt.Errorf("signed: not PEM, and no JWK or JWK Set: %w", err)
	}
	if members["keys"] == nil {
		var one jwk
		if err := decode(data, &one); err != nil {
			return nil, false, fmt.Errorf("signed: %w", err)
		}
		return []jwk{one}, false, nil
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := decode(data, &set); err != nil {
		return nil, true, fmt.Errorf("signed: %w", err)
	}
	return set.Keys, true, nil
}

// publicMember returns the JWK of a valid public key.
func publicMember(key ed25519.PublicKey) jwk {
	return jwk{Type: keyType, Curve: curve, KeyID: thumbprint(key), X: base64url.EncodeToString(key)}
}

// public returns the public key of a JWK. It refuses one with a private key.
func (k jwk) public() (ed25519.PublicKey, error) {
	if k.D != "" {
		return nil, at("/d", errIsPrivate)
	}
	if len(k.Operations) > 0 && !slices.Contains(k.Operations, "verify") {
		return nil, at("/key_ops", errors.New("does not allow to verify"))
	}
	return k.publicHalf()
}

// private returns the private key of a JWK.
func (k jwk) private() (ed25519.PrivateKey, error) {
	if k.D == "" {
		return nil, at("/d", fmt.Errorf("%w: %w", errMissing, errIsPublic))
	}
	if len(k.Operations) > 0 && !slices.Contains(k.Operations, "sign") {
		return nil, at("/key_ops", errors.New("does not allow to sign"))
	}
	public, err := k.publicHalf()
	if err != nil {
		return nil, err
	}
	seed, err := decodeBase64url(k.D)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, at("/d", errors.New("is not 32 bytes in base64url without padding"))
	}
	key := ed25519.NewKeyFromSeed(seed)
	if !public.Equal(key.Public()) {
		return nil, at("/d", errors.New("is not the private half of x"))
	}
	return key, nil
}

func (k jwk) publicHalf() (ed25519.PublicKey, error) {
	if err := k.checkKind(); err != nil {
		return nil, err
	}
	key, err := decodeBase64url(k.X)
	if err != nil {
		return nil, at("/x", errors.New("is not in base64url without padding"))
	}
	if err := checkPublicKey(key); err != nil {
		return nil, at("/x", err)
	}
	if k.KeyID != "" && k.KeyID != thumbprint(key) {
		return nil, at("/kid", errors.New("is not the key's RFC 7638 thumbprint"))
	}
	return key, nil
}

// checkKind refuses a JWK that is not an Ed25519 signature key.
func (k jwk) checkKind() error {
	for _, member := range []struct {
		pointer, value string
		required       bool
		allowed        []string
	}{
		{"/kty", k.Type, true, []string{keyType}},
		{"/crv", k.Curve, true, []string{curve}},
		{"/x", k.X, true, []string{k.X}},
		{"/use", k.Use, false, []string{"sig"}},
		{"/alg", k.Algorithm, false, []string{algorithm, curve}},
	} {
		if member.value == "" && member.required {
			return at(member.pointer, errMissing)
		}
		if member.value != "" && !slices.Contains(member.allowed, member.value) {
			return at(member.pointer, fmt.Errorf("is not %q", member.allowed[0]))
		}
	}
	return nil
}
