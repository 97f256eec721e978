package signed

import (
	"crypto/ed25519"
	"errors"
	"slices"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// jwk is an Ed25519 key as a JWK. Owners and Grant are members of a [Trust]
// file only.
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

// parseJWKs reads a JWK or a JWK Set.
func parseJWKs(data []byte) ([]jwk, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if strictjson.Unmarshal(data, &set) == nil && set.Keys != nil {
		return set.Keys, nil
	}
	var one jwk
	if err := strictjson.Unmarshal(data, &one); err != nil {
		return nil, errors.New("signed: not PEM, and not a JWK or JWK Set of Ed25519 keys without further members")
	}
	return []jwk{one}, nil
}

// public returns the public key of a JWK that has no private one.
func (k jwk) public() (ed25519.PublicKey, error) {
	if k.D != "" {
		return nil, errIsPrivate
	}
	if len(k.Operations) > 0 && !slices.Contains(k.Operations, "verify") {
		return nil, errors.New(`"key_ops" does not allow to verify`)
	}
	return k.publicHalf()
}

// private returns the private key of a JWK.
func (k jwk) private() (ed25519.PrivateKey, error) {
	if k.D == "" {
		return nil, errIsPublic
	}
	if len(k.Operations) > 0 && !slices.Contains(k.Operations, "sign") {
		return nil, errors.New(`"key_ops" does not allow to sign`)
	}
	public, err := k.publicHalf()
	if err != nil {
		return nil, err
	}
	seed, err := decodeBase64url(k.D)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errPrivateKey
	}
	key := ed25519.NewKeyFromSeed(seed)
	if !public.Equal(key.Public()) {
		return nil, errPrivateKey
	}
	return key, nil
}

func (k jwk) publicHalf() (ed25519.PublicKey, error) {
	if k.Type != keyType || k.Curve != curve {
		return nil, errPublicKey
	}
	if k.Use != "" && k.Use != "sig" {
		return nil, errors.New(`"use" is not "sig"`)
	}
	if k.Algorithm != "" && k.Algorithm != algorithm && k.Algorithm != curve {
		return nil, errors.New(`"alg" is not "EdDSA"`)
	}
	key, err := decodeBase64url(k.X)
	if err != nil {
		return nil, errPublicKey
	}
	if err := checkPublicKey(key); err != nil {
		return nil, err
	}
	if k.KeyID != "" && k.KeyID != Thumbprint(key) {
		return nil, errors.New(`"kid" is not the key's RFC 7638 thumbprint`)
	}
	return key, nil
}
