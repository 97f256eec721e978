package license_test

import (
	"fmt"
	"time"

	"github.com/seatwright/seatwright/license"
)

func ExampleParse() {
	l, err := license.Parse([]byte(`{
		"owner":    {"name": "acme"},
		"licensee": {"company": "Example Ltd", "serial": "SN-1"},
		"number":   7,
		"issuedAt": "2026-01-01T00:00:00Z",
		"expires":  "2027-01-01T00:00:00Z",
		"modules":  [{"name": "crm", "kind": "user", "quantity": 20, "overdraft": 1}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	crm := &l.Modules[0]
	fmt.Println(license.FullName(l.Owner.Name, crm.Name), crm.Capacity())
	// Output: acme.crm 21
}

func ExampleFindingsOf() {
	_, err := license.Parse([]byte(`{
		"owner":    {"name": "acme"},
		"licensee": {"company": "Example Ltd"},
		"number":   7,
		"issuedAt": "2026-01-01T00:00:00Z",
		"modules":  [{"name": "crm", "kind": "user", "quantity": 0, "requires": ["pos"]}]
	}`))
	for _, f := range license.FindingsOf(err) {
		fmt.Printf("%s at %s: %s.\n", f.Code, f.Pointer, f.Detail)
	}
	// Output:
	// required at /licensee/serial: the member is missing.
	// malformed at /modules/0/quantity: the value must be an integer from 1 to 2147483647.
	// unknown-module at /modules/0/requires/0: the document has no module of this name.
}

func ExampleLicense_StateAt() {
	expires := time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)
	grace := expires.AddDate(0, 1, 0)
	l := license.License{Expires: &expires, GraceUntil: &grace}
	fmt.Println(l.StateAt(expires.Add(-1)), l.StateAt(expires), l.StateAt(grace))
	// Output: active grace lapsed
}
