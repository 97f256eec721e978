package signed

// Unverified is what a token says, whoever made it. Nothing of it may be
// decided by: anybody can write anything into it.
type Unverified struct {
	// Header is the token's header, JSON.
	Header []byte
	// KeyID is the id that the header names as that of the signing key.
	KeyID string
	// Payload is the license document or the grant, in whatever bytes.
	Payload []byte
	// Grants are the grants of the envelope, in their order.
	Grants []*Unverified
	// Message and MessageURL are the envelope's message, cleaned as those of
	// [Opened] are.
	Message    string
	MessageURL string
}

// Inspect takes an envelope apart without verifying anything, for a person
// who wants to know why it is refused. Hosts have no use for it: see
// [Trust.Open].
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

// InspectGrant takes a grant that stands alone apart, as [Inspect] does with an
// envelope.
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
