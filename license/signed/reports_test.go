package signed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

const reports = "../testdata/reports"

func report(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(reports, name))
	require.NoError(t, err)
	return data
}

// TestReports opens the files that people have reported, and others of their
// kinds: what is no envelope is called by its name.
func TestReports(t *testing.T) {
	trust, err := signed.ParseTrust(report(t, "trust.json"))
	require.NoError(t, err)
	first := string(report(t, "first.license.json"))
	const prefix = "signed license: not-a-document: "
	for _, test := range []struct {
		name, file string
		want       string // the error; if it ends with …, only its beginning
		finding    string
	}{
		{name: "first"},
		{name: "first.bom"},
		{name: "begins-later"},
		{name: "ended"},
		{name: "other-company"},
		{name: "decomposed-company"},
		{name: "hebrew-company-with-mark"},
		{name: "later-version-critical", want: "signed license: invalid: the license is authentic, but not valid: 1 finding…", finding: "unsupported"},
		{name: "date-only-expiry", want: "signed license: invalid: the license is authentic, but not valid: 1 finding…", finding: "malformed"},
		{name: "first.utf16", want: prefix + "this is a file in UTF-16; save it in UTF-8, or use the file as it came"},
		{name: "first.wrapped76", want: prefix + "this is a license file whose lines were broken, as by a mail program; have it sent as an attachment"},
		{name: "a document", file: string(report(t, "first.document.json")), want: prefix + "this is a license document that nobody has signed; use what its owner has made of it"},
		{name: "keys", file: string(report(t, "trust.json")), want: prefix + "this is a file of keys; use the license that was signed with one of them"},
		{name: "a page", file: "<!doctype html><title>Sign in</title>", want: prefix + "this is a page of HTML, perhaps of a proxy or a sign-in; get the license file once more"},
		{name: "white space", file: " \r\n", want: prefix + "this is an empty file; get the license file once more"},
		{name: "half of it", file: first[:len(first)/2], want: prefix + "this is a file that ends too early; get it once more, as a whole"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := []byte(test.file)
			if test.file == "" {
				file = report(t, test.name+".license.json")
			}
			opened, err := trust.Open(file, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
			if test.want == "" {
				require.NoError(t, err)
				require.Equal(t, "acme", opened.License.Owner.Name)
				return
			}
			begin, cut := strings.CutSuffix(test.want, "…")
			if cut {
				require.ErrorContains(t, err, begin)
			} else {
				require.EqualError(t, err, begin)
			}
			var codes []string
			for _, finding := range license.FindingsOf(err) {
				codes = append(codes, string(finding.Code))
			}
			if diff := cmp.Diff(strings.Fields(test.finding), codes); test.finding != "" && diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestReportedCompany: the two spellings of one company are told apart by name.
func TestReportedCompany(t *testing.T) {
	trust, err := signed.ParseTrust(report(t, "trust.json"))
	require.NoError(t, err)
	company := func(name string) string {
		opened, err := trust.Reopen(report(t, name+".license.json"))
		require.NoError(t, err)
		return opened.License.Licensee.Company
	}
	first := company("first")
	require.Equal(t, []license.Hidden{license.HiddenForm}, license.HiddenDifferences(first, company("decomposed-company")))
	require.Nil(t, license.HiddenDifferences(first, company("other-company")))
	hebrew := company("hebrew-company-with-mark")
	require.Equal(t, []license.Hidden{license.HiddenMark}, license.HiddenDifferences(hebrew, strings.TrimSuffix(hebrew, "\u200f")))
}
