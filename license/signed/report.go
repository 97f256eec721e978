package signed

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
)

// reportType is the type of a report from a host to a vendor. Since types
// differ, a report never passes for a license or a grant, nor the other way
// round.
const reportType = "seatwright-report+jws"

var errNoReport = errors.New("signed: a report is JSON of at most 1 MiB")

// SignReport signs what an installation reports to a vendor, such as how many
// seats were used, with a key of the host's. It returns a compact JWS of the
// document, byte for byte. The vendor must have the public key from an earlier
// exchange, and reads the report with [OpenReport].
//
// The key is one as for [Sign]. SignReport returns an error for a key that is
// not whole, a signer that fails, and a document that is not JSON or too large
// to be read. See docs/spec/format.md, Reports.
func SignReport(document []byte, key crypto.Signer) (string, error) {
	if !json.Valid(document) {
		return "", errNoReport
	}
	token, err := signToken(document, reportType, key)
	if err == nil && len(token) > MaxEnvelopeSize {
		return "", errNoReport
	}
	return token, err
}

// OpenReport verifies a report, a compact JWS from [SignReport], under one of
// the keys, and returns its document. It is for vendors. The signature proves
// who sent the report, not that its content is true.
//
// The error is an [*Error]: a code for the form of tokens, [CodeUnknownKey] or
// [CodeBadSignature].
func OpenReport(compact string, keys ...ed25519.PublicKey) ([]byte, error) {
	parsed, err := parseAlone("report", reportType, compact)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if Thumbprint(key) != parsed.header.KeyID {
			continue
		}
		document, ok := parsed.verify(key)
		if !ok {
			return nil, refuse(CodeBadSignature, "the report's signature does not verify").about(parsed.header.KeyID)
		}
		return document, nil
	}
	return nil, refuse(CodeUnknownKey, "the report is signed with a key that is not among those given").about(parsed.header.KeyID)
}

// parseAlone reads the form of a single token. It checks the size first.
func parseAlone(name, typ, compact string) (*token, error) {
	if len(compact) > MaxEnvelopeSize {
		return nil, refuse(CodeTooLarge, "%d bytes, at most %d are read", len(compact), MaxEnvelopeSize)
	}
	parsed, problem := parseToken(compact)
	switch {
	case problem != "":
		return nil, refuse(CodeMalformedToken, "the %s %s", name, problem)
	case parsed.header.Algorithm != algorithm:
		return nil, refuse(CodeUnsupportedAlgorithm, "the %s is not signed with EdDSA", name)
	case parsed.header.Type != typ:
		return nil, refuse(CodeUnsupportedType, "the %s is not of the type %s", name, typ)
	}
	return parsed, nil
}
