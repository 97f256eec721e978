package keygen_test

import (
	"fmt"
	"log"
	"time"

	"github.com/seatwright/seatwright/license/keygen"
	"github.com/seatwright/seatwright/license/signed"
)

// A host reads a file of Keygen.
func ExampleOpen() {
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
	// Output:
	// Example Ltd 2027-01-01
	// site feature-a 1
	// site two-factor-auth 1
	// user user 5
}

// A host takes envelopes of a vendor and files of Keygen alike.
func ExampleTrust() {
	vendors, err := signed.NewTrust(signed.TrustedKey{Key: vendorKey, Owners: []string{"vendor"}})
	if err != nil {
		log.Fatal(err)
	}
	account, err := keygen.NewTrust(options())
	if err != nil {
		log.Fatal(err)
	}
	trust := signed.AnyOf(vendors, account)
	opened, err := trust.Open([]byte(plain("LICENSE", licensePayload())), now)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.License.Owner.Name, opened.License.Number)
	// Output: acme 1772366400250
}
