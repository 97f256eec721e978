package signed

import (
	"fmt"

	"github.com/seatwright/seatwright/internal/mistaken"
	"github.com/seatwright/seatwright/internal/strictjson"
)

// The limits of what is read.
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

// envelope is what came, with its tokens taken apart. Nothing of it is
// verified.
type envelope struct {
	license *token
	grants  []*token
	message messageJSON
}

// parseEnvelope takes an envelope apart. Its errors are those that need no
// key: too-large to unsupported-type.
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

// splitEnvelope reads the envelope and the form of its tokens.
func splitEnvelope(data []byte) (*envelope, error) {
	if len(data) > MaxEnvelopeSize {
		return nil, refuse(CodeTooLarge, "%d bytes, at most %d are read", len(data), MaxEnvelopeSize)
	}
	var wire envelopeJSON
	if err := strictjson.Unmarshal(strictjson.TrimMark(data), &wire); err != nil {
		return nil, refuseAs(data, "not one JSON object with the members license, keys and message")
	}
	if wire.License == nil {
		return nil, refuseAs(data, "the member license is missing")
	}
	if len(wire.Keys) > MaxGrants {
		return nil, refuse(CodeNotADocument, "%d grants, at most %d are read", len(wire.Keys), MaxGrants)
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

// refuseAs refuses what is no envelope: as what it is, where that can be told.
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
