package keygen

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license/signed"
)

// kind is what a file is about. It is also a prefix of the signed bytes, so
// that a file of one kind cannot pass for the other.
type kind string

const (
	licenseFile kind = "license"
	machineFile kind = "machine"
)

// The encodings of a payload, as an algorithm names them before the plus sign.
const (
	plainEncoding     = "base64"
	encryptedEncoding = "aes-256-gcm"
)

// The sizes of AES-256-GCM as Keygen uses it, in bytes.
const (
	nonceSize = 12
	tagSize   = 16
)

// base64std is the encoding of files: padded, canonical.
var base64std = base64.StdEncoding.Strict()

// certificate is a file, taken apart. Nothing in it is verified.
type certificate struct {
	kind      kind
	encrypted bool
	scheme    scheme
	encoded   string // the payload, as it was signed
	signature []byte
}

// parseCertificate takes a file apart.
func parseCertificate(file []byte) (*certificate, error) {
	if len(file) > MaxFileSize {
		return nil, refuse(signed.CodeTooLarge, "%d bytes, at most %d are read", len(file), MaxFileSize)
	}
	kind, body, ok := unframe(string(bytes.TrimSpace(strictjson.TrimMark(file))))
	if !ok {
		return nil, refuse(signed.CodeNotADocument, "not a license file or machine file of Keygen")
	}
	data, err := decodeBase64(strings.Join(strings.Fields(body), ""))
	if err != nil {
		return nil, refuse(signed.CodeNotADocument, "the %s file is not in base64", kind)
	}
	var wire struct {
		Encoded   *string `json:"enc"`
		Signature *string `json:"sig"`
		Algorithm *string `json:"alg"`
	}
	if err := strictjson.Unmarshal(data, &wire); err != nil ||
		wire.Encoded == nil || wire.Signature == nil || wire.Algorithm == nil {
		return nil, refuse(signed.CodeNotADocument, "the %s file is not a JSON object of exactly enc, sig and alg", kind)
	}
	encoding, name, _ := strings.Cut(*wire.Algorithm, "+")
	scheme := scheme(name)
	if encoding != plainEncoding && encoding != encryptedEncoding || !slices.Contains(schemes, scheme) {
		return nil, refuse(signed.CodeUnsupportedAlgorithm,
			"the %s file's algorithm is not %s or %s with ed25519, rsa-sha256, rsa-pss-sha256 or ecdsa-p256",
			kind, plainEncoding, encryptedEncoding)
	}
	// A malformed signature fails to verify later.
	signature, _ := decodeBase64(*wire.Signature)
	return &certificate{
		kind: kind, encrypted: encoding == encryptedEncoding, scheme: scheme,
		encoded: *wire.Encoded, signature: signature,
	}, nil
}

// unframe recognizes the kind of the file, and returns the text between its
// first and last line.
func unframe(text string) (kind, string, bool) {
	for _, kind := range []kind{licenseFile, machineFile} {
		name := strings.ToUpper(string(kind)) + " FILE-----"
		if body, ok := strings.CutPrefix(text, "-----BEGIN "+name); ok {
			body, ok = strings.CutSuffix(body, "-----END "+name)
			return kind, body, ok
		}
	}
	return "", "", false
}

// decodeBase64 refuses line ends, which the encoding would ignore.
func decodeBase64(text string) ([]byte, error) {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return base64std.DecodeString(text)
}

// verify returns the key under which the signature holds. A key counts only for
// the schemes of its own kind.
func (c *certificate) verify(keys []crypto.PublicKey) (crypto.PublicKey, error) {
	keys = slices.DeleteFunc(slices.Clone(keys), func(key crypto.PublicKey) bool { return !c.scheme.takes(key) })
	if len(keys) == 0 {
		return nil, refuse(signed.CodeUnknownKey, "the %s file is signed with %s, and no key for that is trusted", c.kind, c.scheme)
	}
	message := []byte(string(c.kind) + "/" + c.encoded)
	for _, key := range keys {
		if c.scheme.verify(key, message, c.signature) {
			return key, nil
		}
	}
	return nil, refuse(signed.CodeBadSignature, "the file's signature does not verify")
}

// payload returns the payload in clear text. The signature has been verified.
func (c *certificate) payload(options Options) ([]byte, error) {
	if c.encrypted {
		return c.decrypt(options)
	}
	payload, err := decodeBase64(c.encoded)
	if err != nil {
		return nil, refuse(signed.CodeInvalid, "the %s file is authentic, but its payload is not in base64", c.kind)
	}
	return payload, nil
}

func (c *certificate) decrypt(options Options) ([]byte, error) {
	secret := options.LicenseKey
	if secret == "" {
		return nil, refuse(CodeEncrypted, "the %s file is encrypted, and there is no license key", c.kind)
	}
	if c.kind == machineFile {
		if options.Fingerprint == "" {
			return nil, refuse(CodeEncrypted, "the machine file is encrypted, and there is no fingerprint")
		}
		secret += options.Fingerprint
	}
	ciphertext, nonce, ok := c.splitCiphertext()
	if !ok {
		return nil, refuse(signed.CodeInvalid,
			"the %s file is authentic, but not ciphertext, nonce and tag in base64", c.kind)
	}
	key := sha256.Sum256([]byte(secret))
	payload, err := unseal(key, nonce, ciphertext)
	if err != nil {
		return nil, refuse(CodeEncrypted, "the %s file is encrypted with another key", c.kind)
	}
	return payload, nil
}

// splitCiphertext returns the nonce, and the ciphertext followed by its tag, as
// Go expects it.
func (c *certificate) splitCiphertext() (ciphertext, nonce []byte, ok bool) {
	parts := strings.Split(c.encoded, ".")
	if len(parts) != 3 {
		return nil, nil, false
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = decodeBase64(part); err != nil {
			return nil, nil, false
		}
	}
	if len(decoded[1]) != nonceSize || len(decoded[2]) != tagSize {
		return nil, nil, false
	}
	return append(decoded[0], decoded[2]...), decoded[1], true
}

func unseal(key [sha256.Size]byte, nonce, ciphertext []byte) ([]byte, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, nonce, ciphertext, nil)
}
