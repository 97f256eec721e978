package signed

import (
	"encoding/json"
	"fmt"

	"github.com/seatwright/seatwright/internal/mistaken"
	"github.com/seatwright/seatwright/internal/strictjson"
)

// The limits of what this package reads.
const (
	// MaxEnvelopeSize is the size of the largest envelope, in bytes.
	MaxEnvelopeSize = 1 << 20
	// MaxGrants is the number of grants that an envelope may carry.
	MaxGrants = 16
	// MaxKeyFileSize is the size of the largest file of keys, in bytes.
	MaxKeyFileSize = 1 << 20
)

// The types of tokens, as their headers name them.
const (
	licenseType = "seatwright-license+jws"
	grantType   = "seatwright-key+jws"
)

// envelopeJSON is the envelope as it is written.
type envelopeJSON struct {
	License *string      `json:"license"`
	Keys    []string     `json:"keys,omitempty"`
	Message *messageJSON `json:"message,omitempty"`
}

// Envelope is an envelope taken apart, to be put together again. An issuer uses
// it to add a later grant or a message to a license without signing it again.
// Nothing in it is verified: a host uses [Trust.Open] instead.
type Envelope struct {
	// License is the license as a compact JWS.
	License string
	// Grants are the grants, each a compact JWS, at most [MaxGrants].
	Grants []string
	// Message and MessageURL are the message to the administrator. The text
	// is one line of at most [MaxMessageLength] characters, the URL an https
	// URL. Either may be empty.
	Message    string
	MessageURL string
}

// ParseEnvelope takes an envelope apart without verifying it. The message is
// returned as it is written there, not cleaned. The errors are those of
// [Inspect].
func ParseEnvelope(data []byte) (*Envelope, error) {
	if _, err := splitEnvelope(data); err != nil {
		return nil, err
	}
	wire, err := readEnvelope(data)
	if err != nil {
		return nil, err
	}
	parsed := &Envelope{License: *wire.License, Grants: wire.Keys}
	if wire.Message != nil {
		parsed.Message, parsed.MessageURL = wire.Message.Text, wire.Message.URL
	}
	return parsed, nil
}

// Marshal writes the envelope. It does not check whether the license is
// authentic. It returns an [*Error] for an envelope that no host would read,
// and a plain error for a message that a host would change before showing it.
func (e Envelope) Marshal() ([]byte, error) {
	wire := envelopeJSON{License: &e.License, Keys: e.Grants}
	if e.Message != "" || e.MessageURL != "" {
		wire.Message = &messageJSON{Text: e.Message, URL: e.MessageURL}
		if wire.Message.cleaned() != *wire.Message {
			return nil, fmt.Errorf("signed: a message is one line of at most %d printable characters, its link an absolute https URL", MaxMessageLength)
		}
	}
	data, err := json.Marshal(wire)
	if err != nil {
		return nil, fmt.Errorf("signed: write an envelope: %w", err)
	}
	if _, err := parseEnvelope(data); err != nil {
		return nil, err
	}
	return data, nil
}

// envelope is a received envelope with its tokens taken apart. Nothing in it is
// verified.
type envelope struct {
	license *token
	grants  []*token
	message messageJSON
}

// parseEnvelope takes an envelope apart. Its errors are those that need no key:
// too-large to unsupported-type.
func parseEnvelope(data []byte) (*envelope, error) {
	envelope, err := splitEnvelope(data)
	if err != nil {
		return nil, err
	}
	tokens := append([]*token{envelope.license}, envelope.grants...)
	for i, t := range tokens {
		if t.header.Algorithm != algorithm {
			return nil, refuse(CodeUnsupportedAlgorithm, "%s is not signed with EdDSA", tokenName(i))
		}
	}
	for i, t := range tokens {
		if t.header.Type != typeOf(i) {
			return nil, refuse(CodeUnsupportedType, "%s is not of the type %s", tokenName(i), typeOf(i))
		}
	}
	return envelope, nil
}

// readEnvelope reads the envelope but not its tokens.
func readEnvelope(data []byte) (*envelopeJSON, error) {
	if len(data) > MaxEnvelopeSize {
		return nil, refuse(CodeTooLarge, "%d bytes, at most %d are read", len(data), MaxEnvelopeSize)
	}
	wire := &envelopeJSON{}
	if err := strictjson.Unmarshal(strictjson.TrimMark(data), wire); err != nil {
		return nil, refuseAs(data, "not one JSON object with the members license, keys and message")
	}
	if wire.License == nil {
		return nil, refuseAs(data, "the member license is missing")
	}
	if len(wire.Keys) > MaxGrants {
		return nil, refuse(CodeNotADocument, "%d grants, at most %d are read", len(wire.Keys), MaxGrants)
	}
	return wire, nil
}

// splitEnvelope reads the envelope, and checks the form of its tokens.
func splitEnvelope(data []byte) (*envelope, error) {
	wire, err := readEnvelope(data)
	if err != nil {
		return nil, err
	}
	envelope := &envelope{}
	for i, compact := range append([]string{*wire.License}, wire.Keys...) {
		t, problem := parseToken(compact)
		if problem != "" {
			return nil, refuse(CodeMalformedToken, "%s %s", tokenName(i), problem)
		}
		if i == 0 {
			envelope.license = t
		} else {
			envelope.grants = append(envelope.grants, t)
		}
	}
	if wire.Message != nil {
		envelope.message = wire.Message.cleaned()
	}
	return envelope, nil
}

// refuseAs refuses bytes that are no envelope. It names what they are, if that
// is recognizable.
func refuseAs(data []byte, otherwise string) *Error {
	if name := mistaken.Name(data); name != "" {
		return refuse(CodeNotADocument, "this is %s", name)
	}
	return refuse(CodeNotADocument, "%s", otherwise)
}

// tokenName names a token for an error: 0 is the license, others are grants,
// counted from 1.
func tokenName(i int) string {
	if i == 0 {
		return "the license"
	}
	return fmt.Sprintf("grant %d", i)
}

func typeOf(i int) string {
	if i == 0 {
		return licenseType
	}
	return grantType
}
