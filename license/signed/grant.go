package signed

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/instant"
	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license"
)

// ClockTolerance is how far a host's clock may be behind the beginning of a
// window: the window of a grant, or of another issuer's file. Ends are exact.
const ClockTolerance = 5 * time.Minute

// Grant lets another key sign licenses of one owner for a time. A vendor uses
// it to let a partner issue licenses, or to keep the trusted key offline. The
// key that signs the grant must be trusted by the host and allowed to grant for
// that owner. A granted key cannot grant further keys. See docs/spec/format.md,
// Trust.
type Grant struct {
	// Owner is the name of the owner whose licenses the key may sign.
	Owner string
	// Key is the public key that may sign them.
	Key ed25519.PublicKey
	// NotBefore and NotAfter are the window: NotBefore is in it, NotAfter is
	// not. A host's clock may be behind NotBefore by [ClockTolerance].
	NotBefore, NotAfter time.Time
	// IssuedAt is when the grant was made. It is informative and decides
	// nothing.
	IssuedAt time.Time
	// Grantor is the id of the key that signed the grant. [Trust.Open] and
	// [Trust.OpenGrant] set it; [Grant.Sign] ignores it.
	Grantor string
}

// grantJSON is the payload of a grant.
type grantJSON struct {
	Owner     string     `json:"owner"`
	Key       *publicJWK `json:"key"`
	NotBefore string     `json:"notBefore"`
	NotAfter  string     `json:"notAfter"`
	IssuedAt  string     `json:"issuedAt"`
}

// publicJWK is a public key with just the members that a grant has.
type publicJWK struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	X     string `json:"x"`
}

// Sign signs the grant with the grantor's key and returns a compact JWS, which
// an issuer passes to [Sign]. The grantor is an [ed25519.PrivateKey] or another
// signer, see Sign. Whether a host honors the grant depends on its [Trust].
//
// The error lists everything that is wrong with the grant: the owner's name,
// the key, an instant that is not set or outside the years 0 to 9999, an empty
// window.
func (g Grant) Sign(grantor crypto.Signer) (string, error) {
	owner, problems := g.check()
	if err := problems.ErrorOrNil(); err != nil {
		return "", err
	}
	payload, err := json.Marshal(grantJSON{
		Owner:     owner,
		Key:       &publicJWK{Type: keyType, Curve: curve, X: base64url.EncodeToString(g.Key)},
		NotBefore: g.NotBefore.UTC().Format(time.RFC3339Nano),
		NotAfter:  g.NotAfter.UTC().Format(time.RFC3339Nano),
		IssuedAt:  g.IssuedAt.UTC().Format(time.RFC3339Nano),
	})
	if err != nil {
		return "", fmt.Errorf("signed: write a grant: %w", err)
	}
	return signToken(payload, grantType, grantor)
}

// check returns the owner's name in lower case, and everything that is wrong.
func (g Grant) check() (owner string, problems *multierror.Error) {
	problems = newProblems()
	owner, ok := license.FoldName(g.Owner)
	if !ok {
		problems = multierror.Append(problems, errOwnerName)
	}
	if err := checkPublicKey(g.Key); err != nil {
		problems = multierror.Append(problems, err)
	}
	for _, field := range []struct {
		name string
		at   time.Time
	}{{"NotBefore", g.NotBefore}, {"NotAfter", g.NotAfter}, {"IssuedAt", g.IssuedAt}} {
		if year := field.at.UTC().Year(); field.at.IsZero() || year < 0 || year > 9999 {
			problems = multierror.Append(problems,
				fmt.Errorf("%s is not set, or outside the years 0 to 9999", field.name))
		}
	}
	if !g.NotBefore.Before(g.NotAfter) {
		problems = multierror.Append(problems,
			errors.New("the window is empty: NotBefore is not before NotAfter"))
	}
	return owner, problems
}

// OpenGrant verifies a grant, a compact JWS from [Grant.Sign], and returns it
// with its Grantor set. It is for issuers, to find out whether hosts with this
// trust will honor the grant. It does not check the window. Hosts need not call
// it: [Trust.Open] verifies the grants that it uses.
//
// The error is an [*Error]: a code for the form of tokens, [CodeUnknownKey] or
// [CodeBadSignature]. It is [CodeKeyRevoked] if the grantor's or the granted
// key is revoked, and [CodeOwnerNotGranted] if the grantor may not grant for
// that owner.
func (t *Trust) OpenGrant(compact string) (*Grant, error) {
	if t == nil {
		t = &Trust{}
	}
	parsed, err := parseGrantToken(compact)
	if err != nil {
		return nil, err
	}
	grantor, payload, refusal := t.verifyGrant(1, parsed)
	if refusal != nil {
		return nil, refusal
	}
	grant, ok := parseGrant(payload, grantor.id)
	switch {
	case !ok:
		return nil, refuse(CodeMalformedToken, "the grant is authentic, but does not say what a grant must").about(grantor.id)
	case t.revoked[Thumbprint(grant.Key)]:
		return nil, refuse(CodeKeyRevoked, "the granted key is revoked").about(thumbprint(grant.Key))
	case !grantor.mayGrant || !grantor.maySign(grant.Owner):
		return nil, refuse(CodeOwnerNotGranted, "the grant's key may not grant for its owner").about(grantor.id)
	}
	return grant, nil
}

// parseGrantToken reads the form of a single grant.
func parseGrantToken(compact string) (*token, error) {
	return parseAlone("grant", grantType, compact)
}

// parseGrant reads the payload of a grant, whose signature has been verified.
func parseGrant(payload []byte, grantor string) (*Grant, bool) {
	var wire grantJSON
	if err := strictjson.Unmarshal(payload, &wire); err != nil || wire.Key == nil {
		return nil, false
	}
	// A missing member is empty, and an empty one is refused below.
	owner, ok := license.FoldName(wire.Owner)
	if !ok || wire.Key.Type != keyType || wire.Key.Curve != curve {
		return nil, false
	}
	key, err := decodeBase64url(wire.Key.X)
	// Bytes that are no point of the curve pass: no signature verifies under
	// them.
	if err != nil || len(key) != ed25519.PublicKeySize || thumbprint(key) == "" {
		return nil, false
	}
	grant := &Grant{Owner: owner, Key: key, Grantor: grantor}
	for _, field := range []struct {
		text string
		at   *time.Time
	}{{wire.NotBefore, &grant.NotBefore}, {wire.NotAfter, &grant.NotAfter}, {wire.IssuedAt, &grant.IssuedAt}} {
		if *field.at, ok = instant.Parse(field.text); !ok {
			return nil, false
		}
	}
	return grant, true
}

// holds reports whether the instant is in the grant's window, or no more than
// the tolerance before it.
func (g *Grant) holds(instant time.Time, tolerance time.Duration) bool {
	return !instant.Before(g.NotBefore.Add(-tolerance)) && instant.Before(g.NotAfter)
}
