package license_test

import (
	"strings"
	"testing"

	"github.com/seatwright/seatwright/license"
)

func TestFoldName(t *testing.T) {
	longest := strings.Repeat("x", license.MaxNameLength)
	for _, test := range []struct {
		name, want string
		ok         bool
	}{
		{"a", "a", true},
		{"0", "0", true},
		{"azAZ09-", "azaz09-", true},
		{"Acme-CRM-2-", "acme-crm-2-", true},
		{longest, longest, true},
		{strings.ToUpper(longest), longest, true},
		{longest + "x", "", false},
		{"", "", false},
		{"-a", "", false},
		{"a.b", "", false},
		{"a_b", "", false},
		{"a ", "", false},
		{"a`", "", false},
		{"a{", "", false},
		{"a@", "", false},
		{"a[", "", false},
		{"a/", "", false},
		{"a:", "", false},
		{"a,", "", false}, // in ASCII, these last characters are next to allowed ones
		{"é", "", false},
		{"\u212a", "", false},
		{"a\x00", "", false},
	} {
		if got, ok := license.FoldName(test.name); got != test.want || ok != test.ok {
			t.Errorf("FoldName(%q) = %q, %v, want %q, %v", test.name, got, ok, test.want, test.ok)
		}
	}
}
