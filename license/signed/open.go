package signed

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/instant"
	"github.com/seatwright/seatwright/license"
)

// Opened is the result of opening an envelope: an authentic and valid license,
// with what a host keeps of it. It shares no memory with the envelope.
type Opened struct {
	// License is the license that was signed.
	License *license.License
	// Document is the license document, exactly the signed bytes.
	Document []byte
	// Digest is the SHA-256 of the envelope's bytes as they came.
	Digest [sha256.Size]byte
	// KeyID is the id of the key that signed the license.
	KeyID string
	// Grant lets that key sign for the license's owner. It is nil if the key
	// itself is trusted for that.
	Grant *Grant
	// Message and MessageURL are the envelope's message, cleaned: text of at
	// most [MaxMessageLength] characters and an https URL, either of which
	// may be empty. They are not signed. Show them, but decide nothing by
	// them, and do not show them if the envelope came from a file.
	Message    string
	MessageURL string
}

// Open verifies an envelope at the instant now and reads its license. Use it
// for an envelope that has just arrived, and [Trust.Reopen] for one that is
// stored. Open neither changes nor keeps the envelope.
//
// The license's signature must verify
//   - under a trusted key that may sign for the license's owner, or
//   - under a key that a grant of the envelope names for that owner. The grant
//     must verify under a trusted key that may grant for that owner. Its window
//     must hold the license's issuedAt and now, which may be up to
//     [ClockTolerance] before it.
//
// Any of the grants may do. Grants whose grantor the host does not know are
// skipped. None of the keys involved may be revoked.
//
// The error is an [*Error] with the first [Code] that applies. If the license
// could be authentic in more than one way, the code is that of the way that got
// furthest. Nothing of a payload is read before its signature has been
// verified.
//
// See docs/spec/format.md, Trust.
func (t *Trust) Open(envelope []byte, now time.Time) (*Opened, error) {
	return t.open(envelope, &now)
}

// Reopen verifies and reads an envelope that was opened before and has been
// stored since. It differs from [Trust.Open] in one rule: a grant's window need
// only hold the license's issuedAt, not the present. So an active license
// outlives the grant that it was issued under. A key that has been revoked
// since is [CodeKeyRevoked] here too.
func (t *Trust) Reopen(envelope []byte) (*Opened, error) {
	return t.open(envelope, nil)
}

// open is Open or, if now is nil, Reopen.
func (t *Trust) open(data []byte, now *time.Time) (*Opened, error) {
	if t == nil {
		t = &Trust{}
	}
	envelope, err := parseEnvelope(data)
	if err != nil {
		return nil, err
	}
	key, ways, err := t.waysTo(envelope)
	if err != nil {
		return nil, err
	}
	keyID := envelope.license.header.KeyID
	document, ok := envelope.license.verify(key)
	if !ok {
		return nil, refuse(CodeBadSignature, "the license's signature does not verify").about(keyID)
	}
	parsed, invalid := license.Parse(document)
	claims, ok := readClaims(document, parsed, invalid)
	if !ok {
		return nil, refuseInvalid("the license is authentic, but not valid", invalid)
	}
	way, refusal := choose(ways, claims, now)
	if refusal != nil {
		return nil, refusal.about(keyID)
	}
	if invalid != nil {
		return nil, refuseInvalid("the license is authentic, but not valid", invalid)
	}
	return &Opened{
		License:    parsed,
		Document:   document,
		Digest:     sha256.Sum256(data),
		KeyID:      keyID,
		Grant:      way.grant,
		Message:    envelope.message.Text,
		MessageURL: envelope.message.URL,
	}, nil
}

// way is one way in which the license may be authentic: a trusted key signed
// it, or a trusted key's grant lets its signer sign.
type way struct {
	trusted *trustedKey
	grant   *Grant // nil where the trusted key has signed the license itself
}

// waysTo returns the key that verifies the license, and the ways that lead to
// that key, at least one. The error is that of the way that got furthest.
func (t *Trust) waysTo(envelope *envelope) (ed25519.PublicKey, []way, error) {
	keyID := envelope.license.header.KeyID
	granted, refusal, err := t.grantsTo(keyID, envelope.grants)
	if err != nil {
		return nil, nil, err
	}
	if t.revoked[keyID] {
		return nil, nil, refuse(CodeKeyRevoked, "the license's key is revoked").about(keyID)
	}
	if trusted := t.keys[keyID]; trusted != nil {
		return trusted.key, append([]way{{trusted: trusted}}, granted...), nil
	}
	if len(granted) > 0 {
		return granted[0].grant.Key, granted, nil
	}
	return nil, nil, refusal
}

// grantsTo verifies the grants and returns those that name the key. The second
// result is the reason if there is none. The error is for an authentic grant
// that is malformed.
func (t *Trust) grantsTo(keyID string, grants []*token) ([]way, *Error, error) {
	var ways []way
	refusal := refuse(CodeUnknownKey, "the license's key is neither trusted nor granted")
	for i, grant := range grants {
		grantor, payload, problem := t.verifyGrant(i+1, grant)
		if problem != nil {
			refusal = further(refusal, problem)
			continue
		}
		parsed, ok := parseGrant(payload, grantor.id)
		if !ok {
			return nil, nil, refuse(CodeMalformedToken, "%s is authentic, but does not say what a grant must", tokenName(i+1)).about(grantor.id)
		}
		if thumbprint(parsed.Key) == keyID {
			ways = append(ways, way{trusted: grantor, grant: parsed})
		}
	}
	return ways, refusal, nil
}

// verifyGrant returns the payload of a grant, and the trusted key that signed
// it.
func (t *Trust) verifyGrant(place int, grant *token) (*trustedKey, []byte, *Error) {
	keyID := grant.header.KeyID
	if t.revoked[keyID] {
		return nil, nil, refuse(CodeKeyRevoked, "the key of %s is revoked", tokenName(place)).about(keyID)
	}
	grantor := t.keys[keyID]
	if grantor == nil {
		return nil, nil, refuse(CodeUnknownKey, "the license's key is not trusted, nor is the key of %s", tokenName(place))
	}
	payload, ok := grant.verify(grantor.key)
	if !ok {
		return nil, nil, refuse(CodeBadSignature, "the signature of %s does not verify", tokenName(place)).about(keyID)
	}
	return grantor, payload, nil
}

// choose returns the first way in which the license is authentic, or the
// refusal of the way that got furthest.
func choose(ways []way, claims claims, now *time.Time) (way, *Error) {
	var refusal *Error
	for _, way := range ways {
		problem := way.refuses(claims, now)
		if problem == nil {
			return way, nil
		}
		refusal = further(refusal, problem)
	}
	return way{}, refusal
}

// refuses tells why the way does not lead to this license.
func (w way) refuses(claims claims, now *time.Time) *Error {
	if !w.trusted.maySign(claims.owner) {
		return refuse(CodeOwnerNotGranted, "the license's key may not sign for its owner")
	}
	if w.grant == nil {
		return nil
	}
	if !w.trusted.mayGrant || w.grant.Owner != claims.owner {
		return refuse(CodeOwnerNotGranted, "the license's key was not granted its owner by a key that may")
	}
	if claims.issuedAt != nil && !w.grant.holds(*claims.issuedAt, 0) {
		return refuse(CodeKeyExpired, "the license was issued outside the window for which its key was granted").
			outside(*claims.issuedAt, w.grant.NotBefore, w.grant.NotAfter)
	}
	if now != nil && !w.grant.holds(*now, ClockTolerance) {
		return refuse(CodeKeyExpired, "the window for which the license's key was granted does not hold the present").
			outside(*now, w.grant.NotBefore, w.grant.NotAfter)
	}
	return nil
}

// further returns the refusal whose code is checked later. Of two with the same
// code it returns the first; a refusal wins over nil.
func further(a, b *Error) *Error {
	if a == nil || slices.Index(order, b.Code) > slices.Index(order, a.Code) {
		return b
	}
	return a
}

// claims are what a document says about its own authenticity. The instant is
// nil if that member is malformed.
type claims struct {
	owner    string
	issuedAt *time.Time
}

// readClaims returns the claims of a document whose signature holds. It reads
// them from an invalid document too, because owner and time are judged before
// validity. It reports false if the owner is unreadable.
func readClaims(document []byte, parsed *license.License, invalid error) (claims, bool) {
	if invalid == nil {
		return claims{owner: parsed.Owner.Name, issuedAt: &parsed.IssuedAt}, true
	}
	for _, finding := range license.FindingsOf(invalid) {
		switch finding.Pointer {
		case "", "/owner", "/owner/name":
			return claims{}, false
		}
	}
	// A map, because the members of a struct would match in any case.
	var members, owner map[string]json.RawMessage
	var name string
	if json.Unmarshal(document, &members) != nil ||
		json.Unmarshal(members["owner"], &owner) != nil ||
		json.Unmarshal(owner["name"], &name) != nil {
		return claims{}, false
	}
	name, ok := license.FoldName(name)
	var text string
	if json.Unmarshal(members["issuedAt"], &text) != nil {
		return claims{owner: name}, ok
	}
	issuedAt, readable := instant.Parse(text)
	if !readable {
		return claims{owner: name}, ok
	}
	return claims{owner: name, issuedAt: &issuedAt}, ok
}
