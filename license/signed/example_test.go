package signed_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"
)

// The worked example of the package comment.
const (
	exampleKey = `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`

	exampleDocument = `{"owner":{"name":"acme"},"licensee":{"company":"Example Ltd","serial":"SN-1"},"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[]}`

	exampleEnvelope = `{"license":"eyJhbGciOiJFZERTQSIsImtpZCI6ImtQcktfcW14VldhWVZBOXd3QkY2SXVvM3ZWeno3VHhIQ1R3WEJ5Z3JTNGsiLCJ0eXAiOiJzZWF0d3JpZ2h0LWxpY2Vuc2UrandzIn0.eyJvd25lciI6eyJuYW1lIjoiYWNtZSJ9LCJsaWNlbnNlZSI6eyJjb21wYW55IjoiRXhhbXBsZSBMdGQiLCJzZXJpYWwiOiJTTi0xIn0sIm51bWJlciI6MSwiaXNzdWVkQXQiOiIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIm1vZHVsZXMiOltdfQ.yWGU8pImQyB94CyCc7oH28pu4E-30OGlZooZZGEC7DICtr_4EuwIDQL1QRxSzmNBu25HtB9MrI26aAspdp8WCw"}`
)

func ExampleTrust_Open() {
	keys, err := signed.ParsePublicKeys([]byte(exampleKey))
	if err != nil {
		log.Fatal(err)
	}
	trust, err := signed.NewTrust(signed.TrustedKey{Key: keys[0], Owners: []string{"acme"}})
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

	opened, err := trust.Open([]byte(exampleEnvelope), now)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.License.Owner.Name, opened.License.Licensee.Company, opened.License.Number)
	fmt.Println(opened.KeyID)

	// One character of the signature is changed.
	_, err = trust.Open([]byte(strings.Replace(exampleEnvelope, ".yWGU8", ".yWGU9", 1)), now)
	fmt.Println(errors.Is(err, signed.CodeBadSignature))
	// Output:
	// acme Example Ltd 1
	// kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
	// true
}

// An issuer signs a document with a key of its own.
func ExampleSign() {
	// A key for examples, from RFC 8037.
	key, err := signed.ParsePrivateKey([]byte(`{"kty":"OKP","crv":"Ed25519",
		"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
		"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if err != nil {
		log.Fatal(err)
	}
	envelope, err := signed.Sign([]byte(exampleDocument), key)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(envelope) == exampleEnvelope)

	// What is wrong with a document is found before it is signed.
	_, err = signed.Sign([]byte(`{"modules":[]}`), key)
	fmt.Println(errors.Is(err, signed.CodeInvalid))
	// Output:
	// true
	// true
}

// A vendor lets a partner sign licenses of the partner's own, for a year.
func ExampleGrant_Sign() {
	vendor, partner := testKey(1), testKey(2)
	year := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	grant, err := signed.Grant{
		Owner:     "acme",
		Key:       public(partner),
		NotBefore: year,
		NotAfter:  year.AddDate(1, 0, 0),
		IssuedAt:  year,
	}.Sign(vendor)
	if err != nil {
		log.Fatal(err)
	}
	envelope, err := signed.Sign([]byte(exampleDocument), partner, grant)
	if err != nil {
		log.Fatal(err)
	}

	trust, err := signed.NewTrust(signed.TrustedKey{Key: public(vendor), Owners: signed.AnyOwner(), MayGrant: true})
	if err != nil {
		log.Fatal(err)
	}
	opened, err := trust.Open(envelope, year.AddDate(0, 6, 0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.Grant.Owner, opened.Grant.NotAfter.Format(time.DateOnly))

	_, err = trust.Open(envelope, year.AddDate(2, 0, 0))
	fmt.Println(errors.Is(err, signed.CodeKeyExpired))
	// Output:
	// acme 2027-01-01
	// true
}

// A host keeps its trust in a file.
func ExampleParseTrust() {
	trust, err := signed.ParseTrust([]byte(`{
		"keys": [
			{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
			 "owners": ["acme"], "grant": true}
		],
		"revoked": []
	}`))
	if err != nil {
		log.Fatal(err)
	}
	opened, err := trust.Reopen([]byte(exampleEnvelope))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.License.Licensee.Serial)

	trust, err = trust.Revoke(opened.KeyID)
	if err != nil {
		log.Fatal(err)
	}
	_, err = trust.Reopen([]byte(exampleEnvelope))
	fmt.Println(errors.Is(err, signed.CodeKeyRevoked))
	// Output:
	// SN-1
	// true
}

// TestPackageComment: the worked example of the package comment is the one
// that the examples run. There it is broken into lines.
func TestPackageComment(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	joined := regexp.MustCompile(`\n//\s*`).ReplaceAllString(string(source), "")
	for _, text := range []string{exampleKey, exampleDocument, exampleEnvelope} {
		require.Contains(t, joined, text)
	}
}
