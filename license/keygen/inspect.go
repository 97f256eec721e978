package keygen

// Unverified is what a file says, whoever made it. Show it to people, but
// decide nothing by it: anybody can write anything into a file.
type Unverified struct {
	// Kind is "license" or "machine".
	Kind string
	// Algorithm names how the payload is encoded or encrypted, and how it is
	// signed.
	Algorithm string
	// Payload is the payload. Its bytes may be anything. It is nil if it is
	// encrypted or not in base64.
	Payload []byte
}

// Inspect takes a file apart without verifying anything. Use it in a tool for
// people who want to know why a file is refused. A host uses [Trust] or [Open].
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
