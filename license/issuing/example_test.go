package issuing_test

import (
	"crypto/ed25519"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/issuing"
)

// A slip of the hand is refused before anything is signed.
func ExampleIssuer_Issue() {
	issuer := issuing.Issuer{Key: ed25519.NewKeyFromSeed([]byte("the root key of the tests, 32 by"))}
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	_, err := issuer.Issue(issuing.Draft{Document: []byte(`{
		"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
		"number": 7, "issuedAt": "2026-06-01T00:00:00Z", "expires": "2025-06-01T00:00:00Z",
		"modules": [{"name": "web", "kind": "user", "quantity": 3, "overdraught": 1}]}`)}, day)
	for _, finding := range license.FindingsOf(err) {
		fmt.Println(finding.Code, finding.Pointer)
	}

	issued, err := issuer.Issue(issuing.Draft{Document: []byte(`{
		"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
		"number": 7, "issuedAt": "2026-06-01T00:00:00Z", "expires": "2027-06-01T00:00:00Z",
		"modules": [{"name": "web", "kind": "user", "quantity": 3, "overdraft": 1}]}`)}, day)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("issued number", issued.License.Number, "for", issued.License.Licensee.Company)
	// Output:
	// unknown-member /modules/0/overdraught
	// ended /expires
	// issued number 7 for Example AS
}
