package signed

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
)

// reportType is the type of what a host says to a vendor. No report passes for
// a license or a grant, and none of them for a report.
const reportType = "seatwright-report+jws"

var errNoReport = errors.New("signed: a report is JSON of at most 1 MiB")

// SignReport signs what an installation tells a vendor, such as how many seats
// were used, with a key of the host's. It returns a compact JWS of the document,
// byte for byte. The vendor has been given the public key beforehand, and reads
// the report with [OpenReport].
//
// The key is one as for [Sign]. There is an error for a key that is not whole,
// for a signer that fails, and for a document that is not JSON or that nobody
// would read. See docs/spec/format.md, Reports.
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

// OpenReport verifies a report, a compact JWS as [SignReport] returns it, under
// one of the keys, and returns its document. Its content is the sender's word;
// the signature says whose.
//
// The error is an [*Error] with a code for the form of tokens, with
// [CodeUnknownKey] or with [CodeBadSignature].
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

// parseAlone reads the form of a token that stands alone. Its size is looked at
// before anything else is.
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
