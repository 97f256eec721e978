package signed

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// The names of Ed25519 keys in a JWK, see RFC 8037.
const (
	keyType = "OKP"
	curve   = "Ed25519"
)

// thumbprintSize is the size of an RFC 7638 thumbprint with SHA-256, in bytes.
const thumbprintSize = sha256.Size

var (
	errKeyFileSize = fmt.Errorf("signed: a file of keys has at most %d bytes", MaxKeyFileSize)
	errPublicKey   = errors.New("not an Ed25519 public key of 32 bytes")
	errWeakKey     = errors.New("the public key is a point of low order, for which signatures can be forged")
	errNoPoint     = errors.New("the public key is not the one encoding of a point of the curve")
	errPrivateKey  = errors.New("not an Ed25519 private key of 64 bytes whose two halves belong together")
	errIsPrivate   = errors.New("a private key where a public one belongs")
	errIsPublic    = errors.New("a public key where a private one belongs")
	errMissing     = errors.New("is missing or empty")
)

// Thumbprint returns the id of a key, by which tokens and revocation lists
// name it: its RFC 7638 thumbprint, SHA-256 in base64url, 43 characters. For
// what is no usable Ed25519 public key it returns the empty string.
func Thumbprint(key ed25519.PublicKey) string {
	if checkPublicKey(key) != nil {
		return ""
	}
	return thumbprint(key)
}

// thumbprint is Thumbprint for 32 bytes that are a point, or may be none. It is
// empty for points of low order, as go-jose has it.
func thumbprint(key ed25519.PublicKey) string {
	jwk := jose.JSONWebKey{Key: key}
	digest, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64url.EncodeToString(digest)
}

// ParsePublicKeys reads Ed25519 public keys: a JWK, a JWK Set, or any number
// of PEM blocks with a SubjectPublicKeyInfo ("PUBLIC KEY"). There is at least
// one, else there is an error.
//
// It is strict, because a key that is overlooked is a license refused later:
// keys of other kinds, private keys, members that RFC 7517 does not name for
// them, text around PEM blocks and more than [MaxKeyFileSize] bytes are errors. One
// UTF-8 byte order mark in front is tolerated.
// A "kid" must be the key's thumbprint. The error says where the mistakes are, by
// RFC 6901 pointer or number of the PEM block; it never shows a value.
func ParsePublicKeys(data []byte) ([]ed25519.PublicKey, error) {
	if len(data) > MaxKeyFileSize {
		return nil, errKeyFileSize
	}
	data = strictjson.TrimMark(data)
	if isPEM(data) {
		return parsePublicPEM(data)
	}
	members, isSet, err := parseJWKs(data)
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		return nil, errors.New("signed: /keys: there is no public key")
	}
	keys := make([]ed25519.PublicKey, len(members))
	read := func(i int, member jwk) (err error) {
		if member.Owners != nil || member.Grant {
			return errors.New("owners and grant belong in a file of trusted keys")
		}
		keys[i], err = member.public()
		return err
	}
	if !isSet {
		err = read(0, members[0])
		if err != nil {
			return nil, fmt.Errorf("signed: %w", err)
		}
		return keys, nil
	}
	if err := keysOf(members, read); err != nil {
		return nil, err
	}
	return keys, nil
}

// ParsePrivateKey reads an issuer's Ed25519 private key: a JWK with the member
// "d", or one PEM block in PKCS #8 ("PRIVATE KEY"), as
// "openssl genpkey -algorithm ed25519" writes it. It is as strict as
// [ParsePublicKeys], and its errors are alike; encrypted keys are not read.
func ParsePrivateKey(data []byte) (ed25519.PrivateKey, error) {
	if len(data) > MaxKeyFileSize {
		return nil, errKeyFileSize
	}
	data = strictjson.TrimMark(data)
	if isPEM(data) {
		return parsePrivatePEM(data)
	}
	members, isSet, err := parseJWKs(data)
	if err != nil {
		return nil, err
	}
	if len(members) != 1 {
		return nil, errors.New("signed: /keys: not one private key")
	}
	key, err := members[0].private()
	if err != nil && isSet {
		err = at("/keys/0", err)
	}
	if err != nil {
		return nil, fmt.Errorf("signed: %w", err)
	}
	return key, nil
}

// MarshalKey writes a public or a private key as a JWK, with its thumbprint as
// "kid". It returns an error for what is not a whole key. Several public keys
// are a JWK Set with {"keys":[…]} around them.
func MarshalKey[Key ed25519.PublicKey | ed25519.PrivateKey](key Key) ([]byte, error) {
	public, private, err := halves(key)
	if err != nil {
		return nil, err
	}
	member := publicMember(public)
	if private != nil {
		member.D = base64url.EncodeToString(private.Seed())
	}
	return json.Marshal(member)
}

// halves returns the public half of a key that is whole, and the private one
// if there is one.
func halves[Key ed25519.PublicKey | ed25519.PrivateKey](key Key) (ed25519.PublicKey, ed25519.PrivateKey, error) {
	public := ed25519.PublicKey(key)
	private, isPrivate := any(key).(ed25519.PrivateKey)
	if isPrivate {
		if err := checkPrivateKey(private); err != nil {
			return nil, nil, fmt.Errorf("signed: %w", err)
		}
		public = ed25519.PublicKey(private[ed25519.SeedSize:])
	}
	if err := checkPublicKey(public); err != nil {
		return nil, nil, fmt.Errorf("signed: %w", err)
	}
	return public, private, nil
}

// checkPublicKey refuses what is no Ed25519 public key: 32 bytes that nobody can
// sign for, and points of low order, for which anybody can.
func checkPublicKey(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return errPublicKey
	}
	return checkPoint(key)
}

// checkPrivateKey refuses a key whose public half is not its own: signatures
// under such a key give the private half away.
func checkPrivateKey(key ed25519.PrivateKey) error {
	if len(key) != ed25519.PrivateKeySize || !ed25519.NewKeyFromSeed(key.Seed()).Equal(key) {
		return errPrivateKey
	}
	return nil
}

// signerKey returns the public key of a signer that can sign.
func signerKey(signer crypto.Signer) (ed25519.PublicKey, error) {
	if private, ok := signer.(ed25519.PrivateKey); ok {
		if err := checkPrivateKey(private); err != nil {
			return nil, fmt.Errorf("signed: %w", err)
		}
	}
	if signer == nil {
		return nil, errors.New("signed: there is no signer")
	}
	public, ok := signer.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("signed: the signer's key is not an Ed25519 key")
	}
	if err := checkPublicKey(public); err != nil {
		return nil, fmt.Errorf("signed: the signer's key: %w", err)
	}
	return public, nil
}
