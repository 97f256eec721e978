package license_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
)

func TestUnknownMembers(t *testing.T) {
	document := func(more, ofOwner, ofLicensee, ofModule string) string {
		return fmt.Sprintf(`{"owner":{"name":"acme"%s},"licensee":{"company":"Example","serial":"1"%s},"number":1,
			"issuedAt":"2026-01-01T00:00:00Z","modules":[{"name":"a","kind":"site","quantity":1},
			{"name":"b","kind":"user","quantity":1,"info":{"any":"thing"}%s}]%s}`, ofOwner, ofLicensee, ofModule, more)
	}
	for _, test := range []struct {
		name, document string
		want           []string
	}{
		{"none", document("", "", "", ""), nil},
		{"of the document", document(`,"expiry":"2027-01-01T00:00:00Z"`, "", "", ""), []string{"/expiry"}},
		{
			"everywhere, in the order of pointers", document(`,"z":1,"a/b":{"c":1}`, `,"mail":""`, `,"contact":[]`, `,"seats":3`),
			[]string{"/a~1b", "/licensee/contact", "/modules/1/seats", "/owner/mail", "/z"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			unknown, err := license.UnknownMembers([]byte(test.document))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.want, unknown))
		})
	}
}

func TestUnknownMembersOfAnInvalidDocument(t *testing.T) {
	_, err := license.UnknownMembers([]byte(`{"expiry":1}`))
	require.NotEmpty(t, license.FindingsOf(err))
}

// TestUnknownMembersAreLimited: by number, and by the length of their pointers.
func TestUnknownMembersAreLimited(t *testing.T) {
	var many strings.Builder
	for i := range 2 * license.MaxFindings {
		fmt.Fprintf(&many, `,"u%d":1`, i)
	}
	unknown, err := license.UnknownMembers([]byte(`{"owner":{"name":"acme"},"licensee":{"company":"Example","serial":"1"},"number":1,
		"issuedAt":"2026-01-01T00:00:00Z","modules":[]` + many.String() + `}`))
	require.NoError(t, err)
	require.Len(t, unknown, license.MaxFindings)
}
