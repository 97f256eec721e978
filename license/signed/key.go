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

// Thumbprint returns the id of a key: its RFC 7638 thumbprint, SHA-256 in
// base64url, 43 characters. Tokens and revocation lists refer to keys by it. It
// returns the empty string if the key is not a usable Ed25519 public key.
func Thumbprint(key ed25519.PublicKey) string {
	if checkPublicKey(key) != nil {
		return ""
	}
	return thumbprint(key)
}

// thumbprint is Thumbprint for 32 bytes that may or may not be a point of the
// curve. It is empty for points of low order, as in go-jose.
func thumbprint(key ed25519.PublicKey) string {
	jwk := jose.JSONWebKey{Key: key}
	digest, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64url.EncodeToString(digest)
}

// ParsePublicKeys reads Ed25519 public keys from a JWK, a JWK Set, or PEM
// blocks with a SubjectPublicKeyInfo ("PUBLIC KEY"). It returns at least one
// key, or an error. A host usually reads a whole [Trust] with [ParseTrust]; use
// ParsePublicKeys to build one with [NewTrust], or for the keys of
// [OpenReport].
//
// It is strict, because an overlooked key means that a license is refused
// later. It refuses other kinds of keys, private keys, members that RFC 7517
// does not name for them, text around PEM blocks, and more than
// [MaxKeyFileSize] bytes. A "kid" must be the key's thumbprint. One leading
// UTF-8 byte order mark is allowed.
//
// The error tells where the mistakes are, by RFC 6901 pointer or number of the
// PEM block. It never shows a value.
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
// "d", or one PEM block in PKCS #8 ("PRIVATE KEY") as "openssl genpkey
// -algorithm ed25519" writes it. It does not read encrypted keys. It is as
// strict as [ParsePublicKeys] and has the same kind of errors. Hosts have no
// private key.
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

// MarshalKey writes a public or private key as a JWK, with its thumbprint as
// "kid". It returns an error if the key is not whole. For several public keys,
// write a JWK Set: put {"keys":[…]} around them.
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

// halves returns the public half of a whole key, and the private half if it has
// one.
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

// checkPublicKey refuses bytes that are no Ed25519 public key: those that
// nobody can sign for, and points of low order, which anybody can sign for.
func checkPublicKey(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return errPublicKey
	}
	return checkPoint(key)
}

// checkPrivateKey refuses a key whose public half belongs to another private
// half: signatures made with such a key reveal the private half.
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
