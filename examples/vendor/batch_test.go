package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
)

const rows = `licensee.serial,licensee.company,number,modules.web.quantity,graceUntil
5001,"Straße & ""Söhne""",1,21,2027-07-01T00:00:00Z
5002,007,1,5,
`

// licenseIn returns the license in a file of the feed, as a host opens it.
func (v vendor) licenseIn(name string) *license.License {
	v.t.Helper()
	l, err := license.Parse([]byte(v.mustRun("verify", "-trust", "trust.json", name)))
	if err != nil {
		v.t.Fatal(err)
	}
	return l
}

var issueRows = []string{"issue", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "-ledger", "ledger.jsonl", "-rows"}

// TestIssueRows: a license for each row, with values of the kinds that the
// template has, and an empty cell leaves a member out.
func TestIssueRows(t *testing.T) {
	for name, text := range map[string]string{
		"rows.csv": rows,
		"rows.jsonl": `{"licensee.serial": "5001", "licensee.company": "Straße & \"Söhne\"", "modules.web.quantity": 21}` + "\n\n" +
			`{"licensee.serial": "5002", "licensee.company": "007", "modules.web.quantity": 5, "graceUntil": null}` + "\n",
	} {
		v := department(t)
		v.write("template.json", licenseFor("", 1, nil))
		v.write(name, text)
		stdout, stderr, status := v.run("", append(issueRows, name, "template.json")...)
		if status != exitOK || stdout != "" || stderr != "1 of 2 licenses written\n2 of 2 licenses written\n" {
			t.Fatalf("%s: status %d, %q, %q", name, status, stdout, stderr)
		}
		first, second := v.licenseIn("feed/acme/5001.license.json"), v.licenseIn("feed/acme/5002.license.json")
		if got := fmt.Sprint(first.Licensee, first.Modules[0].Quantity, first.GraceUntil != nil); got != `{Straße & "Söhne" 5001} 21 true` {
			t.Errorf("%s: the first license is of %s", name, got)
		}
		if got := fmt.Sprint(second.Licensee, second.Modules[0].Quantity, second.GraceUntil != nil); got != "{007 5002} 5 false" {
			t.Errorf("%s: the second license is of %s", name, got)
		}
		v.mustRun("check", "-trust", "trust.json", "-dir", "feed", "-ledger", "ledger.jsonl")
	}
}

// TestSlipsOfRows: all rows are checked before the first license is written.
func TestSlipsOfRows(t *testing.T) {
	for _, test := range []struct {
		name, rows string
		want       []string // how the lines begin
	}{
		{"a column that is misspelled", strings.Replace(rows, "graceUntil", "gracUntil", 1), []string{
			"line 2: vendor: gracUntil: the template has no such member", "line 4: vendor: gracUntil: ",
		}},
		{"a module that is not in the template", strings.Replace(rows, "web", "wap", 1), []string{"line 2: vendor: modules.wap.quantity: ", "line 3: "}},
		{"a quantity that is none", strings.Replace(rows, ",21,", ",many,", 1), []string{"line 2: vendor: modules.web.quantity: the value is not of the kind"}},
		{"a column twice", strings.Replace(rows, "graceUntil", "number", 1), []string{`vendor: rows.csv: two columns are called "number"`}},
		{"a cell too many", strings.Replace(rows, ",21,", ",21,,", 1), []string{"vendor: rows.csv: record on line 2: wrong number of fields"}},
		{"a blank serial", strings.Replace(rows, "5002", "", 1), []string{"line 3: required /licensee/serial: "}},
		{"a serial twice", strings.Replace(rows, "5002", "5001", 1), []string{"line 3: double: "}},
		{"a number that is in the feed", strings.Replace(rows, "5002", "4711", 1), []string{"line 3: number-not-above /number: "}},
		{"an end in the past", "graceUntil,expires,warnFrom,licensee.serial\n,2026-05-31T00:00:00Z,,5001\n", []string{"line 2: ended /expires: "}},
		{"a line that is no object", "{}\n[]\n", []string{"vendor: rows.csv: line 2 is no object"}},
		{"nothing", "", []string{"vendor: rows.csv: the first line has no names"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := department(t)
			v.write("template.json", licenseFor("", 1, nil))
			if strings.HasPrefix(test.name, "a column that") {
				test.rows = strings.Replace(test.rows, `"Straße & ""Söhne"""`, "\"Straße\nSöhne\"", 1) // a row of two lines
			}
			v.write("rows.csv", test.rows)
			before := v.files()
			stdout, stderr, status := v.run("", append(issueRows, "rows.csv", "template.json")...)
			if diff := cmp.Diff(before, v.files()); status != exitFailed || stdout != "" || diff != "" {
				t.Errorf("status %d, %q, and it was written:\n%s", status, stdout, diff)
			}
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			for i, want := range test.want {
				if len(lines) != len(test.want) || !strings.HasPrefix(lines[i], want) {
					t.Fatalf("it says %q, want lines that begin with %q", lines, test.want)
				}
			}
		})
	}
}

func TestTemplateThatLosesSomething(t *testing.T) {
	v := department(t)
	v.write("template.json", strings.Replace(licenseFor("", 1, nil), `"number": 1`, `"number": 1, "number": 2`, 1))
	v.write("rows.csv", rows)
	_, stderr, status := v.run("", append(issueRows, "rows.csv", "template.json")...)
	if status != exitFailed || !strings.HasPrefix(stderr, "the template: duplicate-member /number: ") {
		t.Errorf("status %d, %q", status, stderr)
	}
}

var renewAll = []string{"renew", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "-ledger", "ledger.jsonl"}

// TestRenew: the next licenses have the next number and moved dates, are shown,
// and are issued when the one question is answered.
func TestRenew(t *testing.T) {
	v := department(t)
	v.write("4712.json", licenseFor("4712", 3, map[string]string{
		"validFrom": `"2026-06-01T02:00:00+02:00"`, "nextCheck": "", "warnFrom": "", "graceUntil": "",
		"expires": `"2027-01-31T12:00:00Z"`, "issuedBy": `"eva"`,
	}))
	v.issue("-allow", "issuedBy", "4712.json")
	before := v.files()
	want := "acme/4711 7 → 8, expires 2027-06-01T00:00:00Z → 2027-07-01T00:00:00Z, graceUntil 2027-07-01T00:00:00Z → 2027-08-01T00:00:00Z, " +
		"nextCheck 2026-07-01T00:00:00Z → 2026-08-01T00:00:00Z, warnFrom 2027-05-01T00:00:00Z → 2027-06-01T00:00:00Z\n" +
		"acme/4712 3 → 4, expires 2027-01-31T12:00:00Z → 2027-02-28T12:00:00Z, validFrom 2026-06-01T02:00:00+02:00 → 2026-07-01T02:00:00+02:00\n"
	aMonth := append(slices.Clone(renewAll), "-months", "1", "-allow", "issuedBy")
	stdout, stderr, status := v.run("no\n", aMonth...)
	if !strings.HasSuffix(stderr, "Licenses to issue: 2. Go on? [y/N]\nvendor: nothing was written\n") || status != exitFailed || stdout != want {
		t.Fatalf("status %d, %q\n%s", status, stderr, cmp.Diff(want, stdout))
	}
	if diff := cmp.Diff(before, v.files()); diff != "" {
		t.Fatalf("written without a yes:\n%s", diff)
	}
	if stdout, stderr, status = v.run("y\n", aMonth...); status != exitOK || stdout != want {
		t.Fatalf("status %d, %q\n%s", status, stderr, cmp.Diff(want, stdout))
	}
	if l := v.licenseIn("feed/acme/4712.license.json"); l.Number != 4 || !l.IssuedAt.Equal(present) || l.Modules[0].Quantity != 21 {
		t.Errorf("the next license is %+v", l)
	}
	if document := v.mustRun("verify", "-trust", "trust.json", "feed/acme/4712.license.json"); !strings.Contains(document, `"issuedBy": "eva"`) {
		t.Errorf("what was allowed is lost in %s", document)
	}
	v.mustRun("check", "-trust", "trust.json", "-dir", "feed", "-ledger", "ledger.jsonl")
}

// TestRenewSome: by owner and end; who is served a status is left alone.
func TestRenewSome(t *testing.T) {
	v := department(t)
	for serial, change := range map[string]map[string]string{
		"4712": {"expires": `"2026-12-01T00:00:00Z"`, "warnFrom": ""},
		"4713": {"expires": "", "warnFrom": "", "graceUntil": ""},
		"4714": {"expires": `"2026-11-01T00:00:00Z"`, "warnFrom": ""},
		"4715": {"expires": `"2026-11-01T00:00:00Z"`, "warnFrom": "", "owner": `{"name": "beta"}`},
	} {
		v.write("license.json", licenseFor(serial, 1, change))
		v.mustRun("issue", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "license.json")
	}
	v.write("feed/acme/4714.status.json", `{"status":"problem"}`)
	v.mustRun(append(renewAll, "-yes", "-owner", "acme", "-ending-before", "2027-01-01T00:00:00Z")...)
	got := map[string]int64{}
	for _, name := range []string{"acme/4711", "acme/4712", "acme/4713", "acme/4714", "beta/4715"} {
		got[name] = v.licenseIn("feed/" + name + ".license.json").Number
	}
	want := map[string]int64{"acme/4711": 7, "acme/4712": 2, "acme/4713": 1, "acme/4714": 1, "beta/4715": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

// TestRenewAfterALeak: licenses of a key that is revoked are signed anew by the
// next one, and nothing else changes.
func TestRenewAfterALeak(t *testing.T) {
	v := department(t)
	v.write("trusted-before.json", string(v.read("trust.json")))
	v.mustRun("keygen", "-out", "next")
	v.mustRun("trust", "-owner", "acme", "-grant", "next.pub.jwk", "-revoke", v.thumbprint("root.pub.jwk"), "-out", "trust.json")
	again := []string{"renew", "-key", "next.jwk", "-trust", "trust.json", "-feed", "feed", "-ledger", "ledger.jsonl", "-months", "0", "-yes"}
	if _, stderr, status := v.run("", again...); status != exitFailed || !strings.HasPrefix(stderr, "feed/acme/4711.license.json: key-revoked: ") {
		t.Errorf("by the new trust: status %d, %q", status, stderr)
	}
	if printed := v.mustRun(append(again, "-from-trust", "trusted-before.json")...); printed != "acme/4711 7 → 8\n" {
		t.Errorf("it prints %q", printed)
	}
	if l := v.licenseIn("feed/acme/4711.license.json"); l.Number != 8 {
		t.Errorf("the number is %d", l.Number)
	}
}

func TestRenewWarnsOfALapse(t *testing.T) {
	v := department(t)
	v.write("license.json", licenseFor("4712", 1, map[string]string{
		"validFrom": `"2026-06-01T00:00:00Z"`, "expires": `"2026-12-01T00:00:00Z"`, "warnFrom": "", "graceUntil": `"2027-05-31T00:00:00Z"`,
	}))
	v.issue("license.json")
	if err := os.Remove(v.path("feed/acme/4711.license.json")); err != nil {
		t.Fatal(err)
	}
	_, stderr, _ := v.run("", append(renewAll, "-yes")...)
	if !strings.HasPrefix(stderr, "warning: feed/acme/4712.license.json: lapse /validFrom: ") {
		t.Errorf("renewed by 12 months: %q", stderr)
	}
}
