package license_test

import (
	"fmt"

	"github.com/seatwright/seatwright/license"
)

// A vendor's screen shows what the next license changes.
func ExampleDiff() {
	before := &license.License{Owner: license.Owner{Name: "acme"}, Modules: []license.Module{
		{Name: "web", Kind: license.User, Quantity: 20},
		{Name: "fax", Kind: license.Site, Quantity: 1},
	}}
	after := &license.License{Owner: license.Owner{Name: "acme"}, Modules: []license.Module{
		{Name: "web", Kind: license.User, Quantity: 25},
	}}
	for _, m := range license.Diff(before, after).Modules {
		fmt.Println(m.Name, m.Change, m.Fields)
	}
	// Output:
	// acme.fax removed []
	// acme.web altered [quantity]
}
