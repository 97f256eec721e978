package main

import (
	"os"
	"strings"
	"testing"

	"github.com/seatwright/seatwright/license/signed"
)

// feedOf is a department with a partner, and two customers of each.
func feedOf(t *testing.T) vendor {
	t.Helper()
	v := department(t)
	v.write("4712.json", licenseFor("4712", 1, nil))
	v.issue("4712.json")
	v.write("4713.json", licenseFor("4713", 1, nil))
	v.issue("-key", "partner.jwk", "-grant", "grant", "4713.json")
	v.write("feed/acme/4714.status.json", `{"status":"problem","message":{"text":"Ask us."}}`)
	return v
}

// TestCheck: what is right is right, and each thing that is not has its code.
func TestCheck(t *testing.T) {
	copied := func(from, to string) func(v vendor) {
		return func(v vendor) { v.write(to, string(v.read(from))) }
	}
	for _, test := range []struct {
		name   string
		change func(v vendor)
		args   []string
		want   string // how the only line begins; empty if nothing is wrong
	}{
		{"nothing", func(vendor) {}, nil, ""},
		{"another's license", copied("feed/acme/4711.license.json", "feed/acme/4712.license.json"), nil, "acme/4712.license.json: misfiled: "},
		{"a name that nobody asks for", copied("feed/acme/4711.license.json", "feed/acme/4711.licence.json"), nil, "acme/4711.licence.json: misplaced: "},
		{"a license at the top", copied("feed/acme/4711.license.json", "feed/4711.license.json"), nil, "4711.license.json: misplaced: "},
		{"a folder of no owner", func(v vendor) { v.mkdir("feed/Acme") }, nil, "Acme: misplaced: "},
		{"a folder for a license", func(v vendor) { v.mkdir("feed/acme/4715.license.json") }, nil, "acme/4715.license.json: misplaced: "},
		{"no envelope", func(v vendor) { v.write("feed/acme/4711.license.json", "{") }, nil, "acme/4711.license.json: not-a-document: "},
		{"a document that is not signed", copied("license.json", "feed/acme/4711.license.json"), nil, "acme/4711.license.json: not-a-document: "},
		{"a status that is none", func(v vendor) { v.write("feed/acme/4714.status.json", `{"status":"problems"}`) }, nil, "acme/4714.status.json: status: "},
		{"a status before a license", func(v vendor) { v.write("feed/acme/4711.status.json", `{"status":"current"}`) }, nil, "acme/4711.status.json: status: it is served instead"},
		{"a key that is revoked", func(v vendor) {
			v.mustRun("trust", "-revoke", v.thumbprint("partner.pub.jwk"), "-out", "trust.json")
		}, nil, "acme/4713.license.json: key-revoked: "},
		{"a license that ends", func(vendor) {}, []string{"-at", "2027-06-01T00:00:00Z"}, "acme/4711.license.json: ends: the license ends on 2027-06-01T00:00:00Z\nacme/4712.license.json: ends: "},
		{"a license that ends in 30 days", func(v vendor) {
			v.write("next.json", licenseFor("4711", 8, map[string]string{"expires": `"2026-07-01T00:00:00Z"`, "warnFrom": ""}))
			v.issue("next.json")
		}, nil, "acme/4711.license.json: ends: "},
		{"a license that does not end", func(vendor) {}, []string{"-at", "2027-05-31T23:59:59Z"}, ""},
		{"an older license", func(v vendor) {
			old := string(v.read("feed/acme/4711.license.json"))
			v.write("next.json", licenseFor("4711", 8, nil))
			v.issue("next.json")
			v.write("feed/acme/4711.license.json", old)
		}, nil, "acme/4711.license.json: stale: number 7 is served, and 8 was issued"},
		{"a license beside the ledger", func(v vendor) {
			v.write("next.json", licenseFor("4711", 8, nil))
			v.mustRun("issue", "-key", "root.jwk", "-feed", "feed", "next.json")
		}, nil, "acme/4711.license.json: not-in-ledger: "},
		{"a license that is lost", func(v vendor) {
			if err := os.Remove(v.path("feed/acme/4711.license.json")); err != nil {
				v.t.Fatal(err)
			}
		}, nil, "acme/4711: missing: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := feedOf(t)
			test.change(v)
			args := append([]string{"check", "-trust", "trust.json", "-dir", "feed", "-ledger", "ledger.jsonl"}, test.args...)
			stdout, stderr, status := v.run("", args...)
			if test.want == "" {
				until := append(test.args, "-at", "2026-07-01T00:00:00Z")[1] // 30 days ahead if it is not given
				if status != exitOK || stderr != "" || stdout != "all is right, now and on "+until+"; licenses: 3, statuses: 1\n" {
					t.Errorf("status %d, %q, %q; want it to be right", status, stdout, stderr)
				}
				return
			}
			if status != exitFailed || stdout != "" || !strings.HasPrefix(stderr, test.want) {
				t.Errorf("status %d, %q, %q; want %q", status, stdout, stderr, test.want)
			}
			if lines, want := strings.Count(stderr, "\n"), max(1, 3*strings.Count(test.want, "\n")); lines != want {
				t.Errorf("%d lines, want %d:\n%s", lines, want, stderr)
			}
		})
	}
}

// TestCheckLooksAhead: a grant that ends makes all of its licenses useless to
// those who fetch them later.
func TestCheckLooksAhead(t *testing.T) {
	v := feedOf(t)
	_, stderr, status := v.run("", "check", "-trust", "trust.json", "-dir", "feed", "-at", "2028-01-01T00:00:00Z")
	want := "acme/4713.license.json: key-expired: on 2028-01-01T00:00:00Z: "
	if status != exitFailed || !strings.Contains(stderr, want) || strings.Count(stderr, "key-expired") != 1 {
		t.Errorf("status %d, %q; want a line with %q", status, stderr, want)
	}
}

// thumbprint returns the id of the key in a file.
func (v vendor) thumbprint(name string) string {
	v.t.Helper()
	keys, err := signed.ParsePublicKeys(v.read(name))
	if err != nil {
		v.t.Fatal(err)
	}
	return signed.Thumbprint(keys[0])
}

func (v vendor) mkdir(name string) {
	v.t.Helper()
	if err := os.Mkdir(v.path(name), 0o700); err != nil {
		v.t.Fatal(err)
	}
}
