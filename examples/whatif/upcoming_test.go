package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestReports prints the plans of scenarios that were made after public bug
// reports.
func TestReports(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		want   []string
	}{
		"renewal-not-yet-valid": {exitRejected, []string{
			"It is valid only from 2027-01-01", "From 2027-01-01T00:00:00Z on, it is BLOCKED", "would have 2 seats in use, and the license has 1", "Held by ann, bob.",
		}},
		"same-number-more-seats": {exitRejected, []string{"License 1 is active already, with another content."}},
		"type-changed-blocks-upgrade": {exitBlocked, []string{
			"is for users of type internal, and 1 holder would have it who can't", "Held by ann.",
		}},
		"unicode-company-decomposed": {exitRejected, []string{"which looks alike and differs in letters that are composed in one and not in the other."}},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			file := filepath.Join("testdata", "reports", name+".scenario.json")
			status := run([]string{file}, strings.NewReader(""), &stdout, &stderr, os.Getenv)
			assert.Equal(t, test.status, status, stderr.String())
			for _, part := range test.want {
				assert.Contains(t, stdout.String(), part)
			}
		})
	}
}

// TestUpcomingSwitches: what is switched is said of a license that begins later,
// too.
func TestUpcomingSwitches(t *testing.T) {
	const modules = `"modules": [{"name": "large", "kind": "user", "quantity": 2, "bundle": true}, {"name": "small", "kind": "user", "quantity": 2, "bundle": true}]`
	const acme = `"owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"}, "issuedAt": "2026-01-01T00:00:00Z"`
	got := whatif(t, `{"name": "A renewal that moves somebody, loaded early", "now": "2026-12-20T10:00:00Z",
		"active": [{`+acme+`, "number": 1, `+modules+`}],
		"offered": {`+acme+`, "number": 2, "validFrom": "2027-01-01T00:00:00Z", `+modules+`},
		"holders": [{"id": "ann", "assigned": ["acme.large"]}],
		"switch": [{"holder": "ann", "from": "acme.large", "to": "acme.small"}]}`, "-")
	assert.Equal(t, exitRejected, got.status, got.stderr)
	assert.Contains(t, got.stdout, "From 2027-01-01T00:00:00Z on, it is READY\n")
	assert.Contains(t, got.stdout, "\nWhat is switched with the activation\n  acme.large to acme.small for ann, as requested\n")
}
