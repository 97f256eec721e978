package keygen

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license/signed"
)

// The sizes of the RSA keys that are accepted, in bits. Keygen's own have the
// smaller one.
const (
	minRSASize = 2048
	maxRSASize = 8192
)

var errKey = errors.New("not an Ed25519 key of 32 bytes, an RSA key of 2,048 to 8,192 bits, or an ECDSA key on P-256")

// ParsePublicKey reads a public key of a Keygen account as its settings page
// shows it: an Ed25519 key in hexadecimal, or an RSA or ECDSA key in PEM. PEM
// may be encoded in base64 once more. It returns an [ed25519.PublicKey], an
// [*rsa.PublicKey] or an [*ecdsa.PublicKey]. Errors show nothing of the text.
func ParsePublicKey(text []byte) (crypto.PublicKey, error) {
	text = bytes.TrimSpace(strictjson.TrimMark(text))
	if key, err := hex.DecodeString(string(text)); err == nil {
		return checked(ed25519.PublicKey(key))
	}
	if decoded, err := base64.StdEncoding.DecodeString(string(text)); err == nil {
		text = bytes.TrimSpace(decoded)
	}
	block, rest := pem.Decode(text)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 || !bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		return nil, errors.New("keygen: neither 64 hexadecimal digits nor one PEM block")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil || block.Type != "PUBLIC KEY" {
		return nil, errors.New("keygen: the PEM block is not a public key")
	}
	return checked(key)
}

func checked(key crypto.PublicKey) (crypto.PublicKey, error) {
	if err := checkKey(key); err != nil {
		return nil, fmt.Errorf("keygen: %w", err)
	}
	return key, nil
}

// checkKey refuses a key of another kind, or one that is too weak.
func checkKey(key crypto.PublicKey) error {
	ok := false
	switch key := key.(type) {
	case ed25519.PublicKey:
		ok = signed.Thumbprint(key) != ""
	case *rsa.PublicKey:
		ok = key != nil && key.N != nil && key.N.BitLen() >= minRSASize && key.N.BitLen() <= maxRSASize && key.E >= 3
	case *ecdsa.PublicKey:
		if key != nil && key.Curve == elliptic.P256() {
			_, err := key.ECDH() // it fails if the point is not on the curve
			ok = err == nil
		}
	}
	if !ok {
		return errKey
	}
	return nil
}

// keyID returns the RFC 7638 thumbprint of a checked key.
func keyID(key crypto.PublicKey) string {
	jwk := jose.JSONWebKey{Key: key}
	digest, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(digest)
}

// scheme is how a file was signed. It is named as the algorithm names it after
// the plus sign.
type scheme string

// The schemes. See https://keygen.sh/docs/api/cryptography/.
const (
	ed25519Scheme scheme = "ed25519"
	rsaScheme     scheme = "rsa-sha256"
	rsaPSSScheme  scheme = "rsa-pss-sha256"
	ecdsaScheme   scheme = "ecdsa-p256"
)

// schemes lists all schemes.
var schemes = []scheme{ed25519Scheme, rsaScheme, rsaPSSScheme, ecdsaScheme}

// takes reports whether the scheme can use a key.
func (s scheme) takes(key crypto.PublicKey) (ok bool) {
	switch s {
	case ed25519Scheme:
		_, ok = key.(ed25519.PublicKey)
	case rsaScheme, rsaPSSScheme:
		_, ok = key.(*rsa.PublicKey)
	case ecdsaScheme:
		_, ok = key.(*ecdsa.PublicKey)
	}
	return ok
}

// verify reports whether the signature of a message holds under a key that the
// scheme can use. ECDSA signatures are in ASN.1. RSA-PSS signatures have the
// longest possible salt.
func (s scheme) verify(key crypto.PublicKey, message, signature []byte) bool {
	digest := sha256.Sum256(message)
	switch key := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, signature)
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, digest[:], signature)
	case *rsa.PublicKey:
		if s == rsaScheme {
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
		}
		salt := (key.N.BitLen()-1+7)/8 - 2 - len(digest)
		return rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, &rsa.PSSOptions{SaltLength: salt}) == nil
	}
	return false
}
