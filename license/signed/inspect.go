package signed

// Unverified is what a token says, whoever made it. Show it to people, but
// decide nothing by it: anybody can write anything into a token.
type Unverified struct {
	// Header is the token's header, as JSON.
	Header []byte
	// KeyID is the id of the signing key, as the header claims.
	KeyID string
	// Payload is the license document or the grant. Its bytes may be
	// anything.
	Payload []byte
	// Grants are the grants of the envelope, in order.
	Grants []*Unverified
	// Message and MessageURL are the envelope's message, cleaned as in
	// [Opened].
	Message    string
	MessageURL string
}

// Inspect takes an envelope apart without verifying anything. Use it in a tool
// for people who want to know why an envelope is refused. A host that loads
// licenses uses [Trust.Open] instead.
//
// The error is an [*Error] with the code [CodeTooLarge], [CodeNotADocument] or
// [CodeMalformedToken].
func Inspect(envelope []byte) (*Unverified, error) {
	split, err := splitEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	inspected := inspectToken(split.license)
	inspected.Message, inspected.MessageURL = split.message.Text, split.message.URL
	for _, grant := range split.grants {
		inspected.Grants = append(inspected.Grants, inspectToken(grant))
	}
	return inspected, nil
}

// InspectGrant takes a single grant apart, as [Inspect] does with an envelope.
func InspectGrant(compact string) (*Unverified, error) {
	parsed, err := parseGrantToken(compact)
	if err != nil {
		return nil, err
	}
	return inspectToken(parsed), nil
}

func inspectToken(t *token) *Unverified {
	return &Unverified{Header: t.headerJSON, KeyID: t.header.KeyID, Payload: t.unverified}
}
