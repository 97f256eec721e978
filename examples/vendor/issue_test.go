package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license/issuing"
)

// licenseFor is a document without a slip. What is given replaces members; an
// empty value leaves one out.
func licenseFor(serial string, number int, change map[string]string) string {
	members := map[string]string{
		"owner":      `{"name": "acme"}`,
		"licensee":   fmt.Sprintf(`{"company": "Company %s", "serial": %q}`, serial, serial),
		"number":     fmt.Sprint(number),
		"issuedAt":   `"2026-06-01T00:00:00Z"`,
		"nextCheck":  `"2026-07-01T00:00:00Z"`,
		"warnFrom":   `"2027-05-01T00:00:00Z"`,
		"expires":    `"2027-06-01T00:00:00Z"`,
		"graceUntil": `"2027-07-01T00:00:00Z"`,
		"modules":    `[{"name": "web", "kind": "user", "quantity": 21}]`,
	}
	for name, value := range change {
		members[name] = value
	}
	var lines []string
	for _, name := range []string{
		"owner", "licensee", "number", "issuedAt", "validFrom", "nextCheck", "warnFrom", "expires", "expiry", "graceUntil", "modules", "issuedBy",
	} {
		if members[name] != "" {
			lines = append(lines, fmt.Sprintf("  %q: %s", name, members[name]))
		}
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

// department is a vendor with a root key, a partner's key with a grant, and a
// feed with one license.
func department(t *testing.T) vendor {
	t.Helper()
	v := newVendor(t)
	v.mustRun("keygen", "-out", "root")
	v.mustRun("keygen", "-out", "partner")
	v.mustRun("keygen", "-out", "stranger")
	v.mustRun("trust", "-owner", "acme", "-owner", "beta", "-grant", "root.pub.jwk", "-out", "trust.json")
	v.mustRun("grant", "-key", "root.jwk", "-owner", "acme", "-for", "partner.pub.jwk",
		"-from", "2026-01-01T00:00:00Z", "-to", "2028-01-01T00:00:00Z", "-trust", "trust.json", "-out", "grant")
	v.write("license.json", licenseFor("4711", 7, nil))
	v.issue("license.json")
	return v
}

// issue issues into the feed, and wants no warning.
func (v vendor) issue(args ...string) {
	v.t.Helper()
	args = append([]string{"issue", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "-ledger", "ledger.jsonl"}, args...)
	if _, stderr, status := v.run("", args...); status != exitOK || stderr != "" {
		v.t.Fatalf("vendor %s: status %d\n%s", strings.Join(args, " "), status, stderr)
	}
}

// files returns the names and contents of everything in the vendor's folder.
func (v vendor) files() map[string]string {
	v.t.Helper()
	found := make(map[string]string)
	var walk func(dir string)
	walk = func(dir string) {
		entries, err := os.ReadDir(v.path(dir))
		if err != nil {
			v.t.Fatal(err)
		}
		for _, entry := range entries {
			name := dir + "/" + entry.Name()
			if entry.IsDir() {
				walk(name)
			} else {
				found[name] = string(v.read(name))
			}
		}
	}
	walk(".")
	return found
}

// TestSlipsOfIssue: each slip is refused with its code before anything is
// written, or warned of.
func TestSlipsOfIssue(t *testing.T) {
	type change = map[string]string
	into := []string{"-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "-ledger", "ledger.jsonl"}
	partner := []string{"-key", "partner.jwk", "-trust", "trust.json", "-feed", "feed"}
	for _, test := range []struct {
		name     string
		document string
		args     []string
		want     string // how the only line begins
	}{
		{"a misspelled member", licenseFor("4711", 8, change{"expires": "", "warnFrom": "", "graceUntil": "", "expiry": `"2027-06-01T00:00:00Z"`}), into, "unknown-member /expiry: "},
		{"an end in the past", licenseFor("4711", 8, change{"expires": `"2026-06-01T00:00:00Z"`, "warnFrom": ""}), into, "ended /expires: "},
		{"issued tomorrow and a second", licenseFor("4711", 8, change{"issuedAt": `"2026-06-02T00:00:01Z"`}), into, "issued-ahead /issuedAt: "},
		{"a serial that is a step", licenseFor("..", 8, nil), into[:4], "serial /licensee/serial: "},
		{"a serial that is too long", licenseFor(strings.Repeat("4", 256), 8, nil), into[:4], "malformed /licensee/serial: "},
		{"a serial that is no file", licenseFor("47/11", 8, nil), into, "serial /licensee/serial: "},
		{"the number of the feed", licenseFor("4711", 7, change{"expires": `"2027-05-31T00:00:00Z"`}), append([]string{}, "-key", "root.jwk", "-feed", "feed"), "number-not-above /number: 7 is not above 7, which is in feed/acme/4711.license.json"},
		{"a lower number", licenseFor("4711", 6, nil), into, "number-not-above /number: "},
		{"a lower number than in the ledger", licenseFor("4711", 7, change{"expires": `"2027-05-31T00:00:00Z"`}), append([]string{}, "-key", "root.jwk", "-ledger", "ledger.jsonl"), "number-not-above /number: 7 is not above 7, which is in the ledger"},
		{"a lower number after a file", licenseFor("4711", 5, nil), append([]string{}, "-key", "root.jwk", "-after", "feed/acme/4711.license.json"), "number-not-above /number: "},
		{"a lower number by force", licenseFor("4711", 5, nil), append([]string{}, "-key", "root.jwk", "-force", "-out", "feed/acme/4711.license.json"), "number-not-above /number: "},
		{"over another's license by force", licenseFor("4712", 9, nil), append([]string{}, "-key", "root.jwk", "-force", "-out", "feed/acme/4711.license.json"), "vendor: feed/acme/4711.license.json has a license of another owner or serial"},
		{"after another's license", licenseFor("4712", 9, nil), append([]string{}, "-key", "root.jwk", "-after", "feed/acme/4711.license.json"), "vendor: feed/acme/4711.license.json has a license of another owner or serial"},
		{"a jump", licenseFor("4711", 1000008, nil), into, "number-jump /number: "},
		{"a jump of the first", licenseFor("4712", 20260601, nil), into, "number-jump /number: "},
		{"a partner without a grant", licenseFor("4711", 8, nil), partner, "unknown-key: "},
		{"a partner with another owner's grant", licenseFor("4711", 8, change{"owner": `{"name": "beta"}`}), append(partner, "-grant", "grant"), "owner-not-granted: "},
		{"a partner before the grant", licenseFor("4711", 8, change{"issuedAt": `"2025-12-31T00:00:00Z"`}), append(partner, "-grant", "grant"), "key-expired: "},
		{"a stranger's key", licenseFor("4711", 8, nil), append([]string{}, "-key", "stranger.jwk", "-trust", "trust.json", "-feed", "feed"), "unknown-key: "},
		{"a stranger with the partner's grant", licenseFor("4711", 8, nil), append([]string{}, "-key", "stranger.jwk", "-grant", "grant", "-trust", "trust.json", "-feed", "feed"), "unknown-key: "},
		{"a message in two lines", licenseFor("4711", 8, nil), append([]string{"-message", "a\nb"}, into...), "vendor: signed: a message is one line"},
		{"no end", licenseFor("4711", 8, change{"expires": "", "warnFrom": "", "graceUntil": ""}), into, "warning: no-end /expires: "},
		{"two years", licenseFor("4711", 8, change{"expires": `"2028-06-01T00:00:00Z"`, "graceUntil": ""}), into, "warning: long /expires: "},
		{"asked for late", licenseFor("4711", 8, change{"nextCheck": `"2027-05-01T00:00:01Z"`}), into, "warning: next-check-late /nextCheck: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := department(t)
			v.write("next.json", test.document)
			before := v.files()
			stdout, stderr, status := v.run("", append(append([]string{"issue"}, test.args...), "next.json")...)
			if stdout != "" || !strings.HasPrefix(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
				t.Fatalf("status %d, %q, %q; want a line that begins with %q", status, stdout, stderr, test.want)
			}
			if strings.HasPrefix(test.want, "warning: ") {
				if status != exitOK {
					t.Errorf("status %d, want %d: it is only warned of", status, exitOK)
				}
				return
			}
			if diff := cmp.Diff(before, v.files()); status != exitFailed || diff != "" {
				t.Errorf("status %d, want %d, and nothing written (-before +after):\n%s", status, exitFailed, diff)
			}
		})
	}
}

// TestIssueWhatIsMeant: what looks like a slip can be said to be meant.
func TestIssueWhatIsMeant(t *testing.T) {
	v := department(t)
	v.write("next.json", licenseFor("4711", 2_000_000, map[string]string{"issuedBy": `"eva"`}))
	v.issue("-allow", "issuedBy", "-jump", "next.json")
	if licensed := v.mustRun("verify", "-trust", "trust.json", "feed/acme/4711.license.json"); licensed != string(v.read("next.json")) {
		t.Errorf("the feed has %q", licensed)
	}
	v.write("other.json", "no envelope")
	v.mustRun("issue", "-key", "root.jwk", "-allow", "issuedBy", "-force", "-out", "other.json", "next.json")
	v.mustRun("verify", "-trust", "trust.json", "other.json")
}

// TestIssueTheSameAgain: after a crash between ledger and file, the same license
// is issued again, and recorded once.
func TestIssueTheSameAgain(t *testing.T) {
	v := department(t)
	before := v.files()
	if err := os.Remove(v.path("feed/acme/4711.license.json")); err != nil {
		t.Fatal(err)
	}
	v.issue("license.json")
	v.issue("license.json")
	if diff := cmp.Diff(before, v.files()); diff != "" {
		t.Errorf("issued again (-before +after):\n%s", diff)
	}
}

func TestIssueWithMessage(t *testing.T) {
	v := department(t)
	v.write("next.json", licenseFor("4711", 8, nil))
	v.issue("-message", "Thank you.", "-message-url", "https://acme.example/thanks", "next.json")
	said := v.mustRun("inspect", "feed/acme/4711.license.json")
	if !strings.Contains(said, "message: Thank you. https://acme.example/thanks") {
		t.Errorf("inspect prints %q", said)
	}
}

// TestGrantThatEnds: near its end, hosts might open too late.
func TestGrantThatEnds(t *testing.T) {
	v := department(t)
	for to, want := range map[string]bool{
		present.Add(issuing.GrantMargin).Format(time.RFC3339):               false,
		present.Add(issuing.GrantMargin - time.Second).Format(time.RFC3339): true,
	} {
		v.mustRun("grant", "-key", "root.jwk", "-owner", "acme", "-for", "partner.pub.jwk", "-from", "2026-01-01T00:00:00Z", "-to", to, "-force", "-out", "grant")
		_, stderr, status := v.run("", "issue", "-key", "partner.jwk", "-grant", "grant", "-trust", "trust.json", "license.json")
		if warned := strings.HasPrefix(stderr, "warning: grant-ends: "); status != exitOK || warned != want {
			t.Errorf("a grant until %s: status %d, %q", to, status, stderr)
		}
	}
}

// TestLedger: what was issued is written down, and numbers that are missing or
// stand for two licenses are found.
func TestLedger(t *testing.T) {
	v := department(t)
	want := `{"at":"2026-06-01T00:00:00Z","user":"eva","kid":"`
	if got := string(v.read("ledger.jsonl")); !strings.HasPrefix(got, want) || !strings.Contains(got, `"number":7,"digest":"`) ||
		!strings.HasSuffix(got, `"file":"feed/acme/4711.license.json"}`+"\n") {
		t.Errorf("the ledger has %q", got)
	}
	if printed := v.mustRun("ledger", "ledger.jsonl"); printed != "acme/4711\t1 issued\tlast 7\t2026-06-01T00:00:00Z\tby eva\n" {
		t.Errorf("ledger prints %q", printed)
	}
	line := string(v.read("ledger.jsonl"))
	later := func(number int, digest string) string {
		return strings.Replace(line, `"number":7,"digest":"`, fmt.Sprintf(`"number":%d,"digest":"%s`, number, digest), 1)
	}
	v.write("ledger.jsonl", line+later(10, "")+later(8, "")+later(10, "00"))
	_, stderr, status := v.run("", "ledger", "ledger.jsonl")
	if want := "acme/4711: gap: after number 8 comes 10\nacme/4711: double: number 10 stands for two licenses\n"; status != exitFailed || stderr != want {
		t.Errorf("status %d, %q; want %q", status, stderr, want)
	}
	for _, args := range [][]string{{"ledger", "none.jsonl"}, {"check", "-trust", "trust.json", "-dir", "feed", "-ledger", "none.jsonl"}} {
		if _, stderr, status := v.run("", args...); status != exitFailed || !strings.HasPrefix(stderr, "vendor: open none.jsonl: ") {
			t.Errorf("%v, and the ledger is not there: status %d, %q", args, status, stderr)
		}
	}
	for name, text := range map[string]string{"cut off": strings.TrimSuffix(line, "\n"), "no record": "{}\n", "unknown": `{"nr":1}` + "\n"} {
		v.write("ledger.jsonl", text)
		v.write("next.json", licenseFor("4711", 8, nil))
		if _, stderr, status := v.run("", "issue", "-key", "root.jwk", "-ledger", "ledger.jsonl", "next.json"); status != exitFailed || !strings.HasPrefix(stderr, "vendor: ledger.jsonl: ") {
			t.Errorf("a ledger that is %s: status %d, %q", name, status, stderr)
		}
	}
}

// TestIssueBesideAStatus warns where nobody would be sent the license.
func TestIssueBesideAStatus(t *testing.T) {
	v := department(t)
	v.write("feed/acme/4711.status.json", `{"status":"problem","message":{"text":"An invoice is open."}}`)
	v.write("next.json", licenseFor("4711", 8, nil))
	issue := []string{"issue", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "next.json"}
	_, stderr, status := v.run("", issue...)
	want := "feed/acme/4711.status.json is served instead of the license\n"
	if status != exitOK || !strings.HasSuffix(stderr, want) {
		t.Errorf("status %d, %q; want %q", status, stderr, want)
	}
}

// TestByteOrderMark is what editors put in front of a file, and is neither signed
// nor a mistake.
func TestByteOrderMark(t *testing.T) {
	v := department(t)
	const mark = "\ufeff"
	document := licenseFor("4711", 8, nil)
	v.write("marked.json", mark+document)
	v.write("rows.csv", mark+"licensee.serial\n4800\n")
	issue := []string{"issue", "-key", "root.jwk", "-trust", "trust.json", "-feed", "feed", "marked.json"}
	v.mustRun(issue...)
	if got := v.mustRun("verify", "-trust", "trust.json", "feed/acme/4711.license.json"); got != document {
		t.Errorf("%q was signed", got)
	}
	v.mustRun(append(issue, "-jump", "-rows", "rows.csv")...)
	v.write("scenario.json", mark+`{"name":"n","now":"2026-06-01T00:00:00Z"}`)
	v.mustRun("preview", "marked.json", "scenario.json")
}
