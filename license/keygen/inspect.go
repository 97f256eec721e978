package keygen

// Unverified is what a file says, whoever made it. Nothing of it may be decided
// by: anybody can write anything into it.
type Unverified struct {
	// Kind is "license" or "machine".
	Kind string
	// Algorithm is how the payload is encoded or encrypted, and signed.
	Algorithm string
	// Payload is the payload, in whatever bytes. It is nil where it is encrypted
	// or not in base64.
	Payload []byte
}

// Inspect takes a file apart without verifying anything, for a person who wants
// to know why it is refused. Hosts have no use for it: see [Open].
//
// The error is an [*signed.Error] with the code [signed.CodeTooLarge],
// [signed.CodeNotADocument] or [signed.CodeUnsupportedAlgorithm].
func Inspect(file []byte) (*Unverified, error) {
	parsed, err := parseCertificate(file)
	if err != nil {
		return nil, err
	}
	encoding := plainEncoding
	if parsed.encrypted {
		encoding = encryptedEncoding
	}
	said := &Unverified{Kind: string(parsed.kind), Algorithm: encoding + "+" + string(parsed.scheme)}
	if !parsed.encrypted {
		if payload, err := decodeBase64(parsed.encoded); err == nil {
			said.Payload = payload
		}
	}
	return said, nil
}
