// Package suites has test vectors of others, so that tests of several packages
// can run them. docs/suites.md says where they come from, under which licenses,
// and what is run besides.
package suites

import (
	"compress/gzip"
	"embed"
	"encoding/json"
)

//go:embed wycheproof/*.gz jsontestsuite/*.gz
var files embed.FS

// The suites.
const (
	// Ed25519, ECDSA, RSA, RSAPSS and JWS are of Project Wycheproof: see
	// [Wycheproof].
	Ed25519 = "wycheproof/ed25519_test.json.gz"
	ECDSA   = "wycheproof/ecdsa_secp256r1_sha256_test.json.gz"
	RSA     = "wycheproof/rsa_signature_2048_sha256_test.json.gz"
	RSAPSS  = "wycheproof/rsa_pss_2048_sha256_mgf1_32_test.json.gz"
	JWS     = "wycheproof/json_web_signature_test.json.gz"
	// JSON is the folder test_parsing of JSONTestSuite: an object with the bytes
	// of each file in base64, by its name.
	JSON = "jsontestsuite/test_parsing.json.gz"
)

// Wycheproof is a file of Project Wycheproof, as far as it is needed here.
type Wycheproof struct {
	NumberOfTests int     `json:"numberOfTests"`
	Groups        []Group `json:"testGroups"`
}

// Group has the tests of one key.
type Group struct {
	PublicKeyPEM string `json:"publicKeyPem"`
	Tests        []Test `json:"tests"`
}

// Test is one signature, in hexadecimal, or one token.
type Test struct {
	ID        int             `json:"tcId"`
	Comment   string          `json:"comment"`
	Message   string          `json:"msg"`
	Signature string          `json:"sig"`
	JWS       json.RawMessage `json:"jws"`
	Result    string          `json:"result"` // valid, invalid or acceptable
}

// Read reads a suite into a pointer.
func Read(name string, into any) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	return json.NewDecoder(unpacked).Decode(into)
}
