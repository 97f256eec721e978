package keygen_test

import (
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
)

// A host brings in a Keygen license: it reads the file, and signs what it says
// with a key of its own, which it trusts for that owner only.
func Example() {
	given := options()
	given.LicenseKey = licenseKey
	file, err := keygen.Open([]byte(encrypted("LICENSE", licensePayload(), licenseKey)), now, given)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.License.Licensee.Company, file.License.Expires.Format(time.DateOnly))
	for _, module := range file.License.Modules {
		fmt.Println(module.Kind, module.Name, module.Quantity)
	}

	document, err := json.Marshal(file.License)
	if err != nil {
		log.Fatal(err)
	}
	envelope, err := signed.Sign(document, account) // a key of the host's
	if err != nil {
		log.Fatal(err)
	}
	trust, err := signed.NewTrust(signed.TrustedKey{Key: given.PublicKey, Owners: []string{given.Owner.Name}})
	if err != nil {
		log.Fatal(err)
	}
	opened, err := trust.Open(envelope, now)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.License.Owner.Name, opened.License.Number)
	// Output:
	// Example Ltd 2027-01-01
	// site feature-a 1
	// site two-factor-auth 1
	// user user 5
	// acme 1772366400250
}
