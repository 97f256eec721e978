package signed

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// algorithm is the one signature algorithm: Ed25519 by RFC 8037.
const algorithm = string(jose.EdDSA)

// base64url is the encoding of tokens and keys: without padding, and without
// bits set after the last byte. The decoder skips line ends, so callers refuse
// those first.
var base64url = base64.RawURLEncoding.Strict()

// header is a token's header: these three members and no others.
type header struct {
	Algorithm string
	Type      string
	KeyID     string
}

// token is a compact JWS of the right form. Its content is unverified; only
// verify returns the payload.
type token struct {
	header     header
	unverified []byte // the payload
	protected  string // the header as encoded
	signature  string // as encoded
	headerJSON []byte
}

// parseToken reads the form of a compact JWS, but not its payload. The text
// tells what is wrong, and is empty for a good token.
func parseToken(compact string) (*token, string) {
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return nil, "does not have the three parts of a compact JWS"
	}
	var decoded [3][]byte
	for i, part := range parts {
		bytes, err := decodeBase64url(part)
		if err != nil {
			return nil, "is not in canonical base64url"
		}
		decoded[i] = bytes
	}
	header, ok := parseHeader(decoded[0])
	if !ok {
		return nil, "does not have a header of exactly alg, typ and kid"
	}
	return &token{
		header:     header,
		unverified: decoded[1],
		protected:  parts[0],
		signature:  parts[2],
		headerJSON: decoded[0],
	}, ""
}

// decodeBase64url accepts only the canonical spelling of the bytes.
func decodeBase64url(text string) ([]byte, error) {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return base64url.DecodeString(text)
}

// parseHeader reads a header strictly, before any JOSE code sees it: that code
// knows many more members, and acts on some.
func parseHeader(data []byte) (header, bool) {
	var members struct {
		Algorithm *string `json:"alg"`
		Type      *string `json:"typ"`
		KeyID     *string `json:"kid"`
	}
	if err := strictjson.Unmarshal(data, &members); err != nil {
		return header{}, false
	}
	if members.Algorithm == nil || members.Type == nil || members.KeyID == nil {
		return header{}, false
	}
	return header{*members.Algorithm, *members.Type, *members.KeyID}, true
}

// verify returns the payload if the signature holds under the key. This is the
// only way to a payload that is acted on.
func (t *token) verify(key ed25519.PublicKey) ([]byte, bool) {
	// The payload is decoded already, so it goes in detached. Since its
	// encoding is canonical, the verified bytes are the ones that came.
	jws, err := jose.ParseDetached(t.protected+".."+t.signature, t.unverified,
		[]jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || jws.DetachedVerify(t.unverified, key) != nil {
		return nil, false
	}
	return t.unverified, true
}

// signToken signs the payload, exactly as given, as a compact JWS.
func signToken(payload []byte, typ string, key crypto.Signer) (string, error) {
	public, err := signerKey(key)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: opaqueSigner{key, public}},
		(&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		return "", fmt.Errorf("signed: sign a token: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signed: sign a token: %w", err)
	}
	return jws.CompactSerialize()
}

// opaqueSigner lets go-jose sign with a key that may be out of reach.
type opaqueSigner struct {
	key    crypto.Signer
	public ed25519.PublicKey
}

var _ jose.OpaqueSigner = opaqueSigner{}

// Public implements [jose.OpaqueSigner].
func (s opaqueSigner) Public() *jose.JSONWebKey {
	return &jose.JSONWebKey{Key: s.public, KeyID: thumbprint(s.public)}
}

// Algs implements [jose.OpaqueSigner].
func (s opaqueSigner) Algs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.EdDSA}
}

// SignPayload implements [jose.OpaqueSigner]. It verifies the signature,
// because a device or a service may return a wrong one.
func (s opaqueSigner) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	signature, err := s.key.Sign(rand.Reader, payload, crypto.Hash(0))
	if err != nil {
		return nil, err
	}
	if !ed25519.Verify(s.public, payload, signature) {
		return nil, errors.New("what the signer returned is no signature of its public key")
	}
	return signature, nil
}
