package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// document is what an owner writes: its bytes are signed as they are, odd
// spacing and unknown members included.
const document = `{ "owner": {"name": "acme"}, "licensee": {"company": "Example AS", "serial": "4711"},
  "number": 7, "issuedAt": "2026-03-01T00:00:00Z", "x-note": "kept",
  "modules": [ {"name": "web", "kind": "user", "quantity": 21} ] }
`

var present = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// vendor runs the commands in a folder of its own.
type vendor struct {
	t   *testing.T
	dir string
}

func newVendor(t *testing.T) vendor {
	t.Helper()
	v := vendor{t, t.TempDir()}
	t.Chdir(v.dir)
	return v
}

func (v vendor) path(name string) string { return filepath.Join(v.dir, name) }

func (v vendor) read(name string) []byte {
	v.t.Helper()
	data, err := os.ReadFile(v.path(name))
	if err != nil {
		v.t.Fatal(err)
	}
	return data
}

func (v vendor) write(name, text string) {
	v.t.Helper()
	if err := os.WriteFile(v.path(name), []byte(text), 0o600); err != nil {
		v.t.Fatal(err)
	}
}

// run returns what a command prints and its exit status.
func (v vendor) run(stdin string, args ...string) (stdout, stderr string, status int) {
	var out, err bytes.Buffer
	p := program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &err, now: func() time.Time { return present }, user: "eva"}
	status = p.run(v.t.Context(), args)
	return out.String(), err.String(), status
}

func (v vendor) mustRun(args ...string) string {
	v.t.Helper()
	stdout, stderr, status := v.run("", args...)
	if status != exitOK || withoutWarnings(stderr) != "" {
		v.t.Fatalf("vendor %s: status %d\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

// withoutWarnings returns what a command tells that is no warning and no
// progress.
func withoutWarnings(stderr string) string {
	var left strings.Builder
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "warning: ") && !strings.Contains(line, " licenses written") {
			left.WriteString(line)
		}
	}
	return left.String()
}

// trust writes trust.json with the keys of public JWK files, for acme.
func (v vendor) trust(mayGrant bool, files ...string) {
	v.t.Helper()
	v.mustRun(append([]string{"trust", "-owner", "acme", fmt.Sprintf("-grant=%t", mayGrant), "-out", "trust.json"}, files...)...)
}

func TestKeygenWritesPrivateKeysForTheOwnerAlone(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	for name, want := range map[string]os.FileMode{"key.jwk": 0o600, "key.pub.jwk": 0o644} {
		info, err := os.Stat(v.path(name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), want)
		}
	}
	if entries, err := os.ReadDir(v.dir); err != nil || len(entries) != 2 {
		t.Errorf("keygen left %v (%v), want two files", entries, err)
	}
	if bytes.Contains(v.read("key.pub.jwk"), []byte(`"d"`)) {
		t.Error("the public file holds the private half")
	}
}

func TestNothingIsOverwrittenWithoutForce(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	before := v.read("key.jwk")
	if err := os.Remove(v.path("key.pub.jwk")); err != nil {
		t.Fatal(err)
	}
	_, stderr, status := v.run("", "keygen", "-out", "key")
	if status != exitFailed || stderr != "vendor: key.jwk is there already; -force overwrites it\n" {
		t.Errorf("keygen over a key: status %d, %q", status, stderr)
	}
	if !bytes.Equal(before, v.read("key.jwk")) {
		t.Error("the private key was overwritten")
	}
	if _, err := os.Stat(v.path("key.pub.jwk")); err == nil {
		t.Error("one of two files was written")
	}
	v.mustRun("keygen", "-out", "key", "-force")
	if bytes.Equal(before, v.read("key.jwk")) {
		t.Error("-force did not overwrite the private key")
	}
}

func TestIssueThenVerify(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	v.trust(false, "key.pub.jwk")
	v.write("license.json", document)
	envelope := v.mustRun("issue", "-allow", "x-note", "-key", "key.jwk", "license.json")
	v.write("envelope.json", envelope)
	if diff := cmp.Diff(document, v.mustRun("verify", "-trust", "trust.json", "envelope.json")); diff != "" {
		t.Errorf("verify does not print the document as signed (-signed +printed):\n%s", diff)
	}
	stdout, stderr, status := v.run(envelope, "verify", "-trust", "trust.json", "-")
	if status != exitOK || stdout != document {
		t.Errorf("verify of standard input: status %d, %q", status, stderr)
	}
	stdout, stderr, status = v.run(document, "issue", "-allow", "x-note", "-key", "key.jwk", "-")
	if status != exitOK || stdout != envelope {
		t.Errorf("issue of standard input: status %d, %q", status, stderr)
	}
}

func TestGrant(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "root")
	v.mustRun("keygen", "-out", "partner")
	v.mustRun("grant", "-key", "root.jwk", "-owner", "acme", "-for", "partner.pub.jwk",
		"-from", "2026-01-01T00:00:00Z", "-to", "2026-07-01T00:00:00Z", "-out", "grant")
	v.write("license.json", document)
	v.mustRun("issue", "-allow", "x-note", "-key", "partner.jwk", "-grant", "grant", "-out", "envelope.json", "license.json")
	v.trust(true, "root.pub.jwk")
	verify := []string{"verify", "-trust", "trust.json"}

	v.mustRun(append(verify, "envelope.json")...)
	v.mustRun(append(verify, "-now", "2026-06-30T23:59:59Z", "envelope.json")...)
	_, stderr, status := v.run("", append(verify, "-now", "2026-07-01T00:00:00Z", "envelope.json")...)
	if status != exitFailed || !strings.HasPrefix(stderr, "key-expired: ") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("verify after the window: status %d, %q", status, stderr)
	}
	v.mustRun(append(verify, "-now", "2026-07-01T00:00:00Z", "-stored", "envelope.json")...)
}

func TestKeysInPEM(t *testing.T) {
	v := newVendor(t)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	v.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	if der, err = x509.MarshalPKIXPublicKey(public); err != nil {
		t.Fatal(err)
	}
	v.write("key.pub.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	v.write("license.json", document)
	v.mustRun("issue", "-allow", "x-note", "-key", "key.pem", "license.json")
	v.mustRun("keygen", "-out", "root")
	v.mustRun("grant", "-key", "root.jwk", "-owner", "acme", "-for", "key.pub.pem",
		"-from", "2026-01-01T00:00:00Z", "-to", "2026-07-01T00:00:00Z")
}

func TestFailuresBeginWithTheirCode(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	v.mustRun("keygen", "-out", "other")
	v.write("license.json", document)
	v.mustRun("issue", "-allow", "x-note", "-key", "key.jwk", "-out", "envelope.json", "license.json")
	v.write("bad.json", `{"owner":{"name":"acme"},"number":0,"issuedAt":"2026-01-01T00:00:00Z","modules":[]}`)
	v.write("text", "license")
	long := strings.Repeat("long", 100)
	v.write("odd.json", `{"licensee":{"company":"Example AS","serial":"4711"},"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[],
		"a\nb":1,"a\nb":2,"`+long+`":1,"`+long+`":2}`)
	v.write("tampered.json", strings.Replace(string(v.read("envelope.json")), "ey", "eY", 1))
	v.trust(false, "other.pub.jwk")
	for _, test := range []struct {
		name string
		args []string
		want []string // how the lines begin
	}{
		{"unknown key", []string{"verify", "-trust", "trust.json", "envelope.json"}, []string{"unknown-key: "}},
		{"tampered", []string{"verify", "-trust", "trust.json", "tampered.json"}, []string{"malformed-token: "}},
		{"no envelope", []string{"verify", "-trust", "trust.json", "license.json"}, []string{"not-a-document: "}},
		{"inspect no envelope", []string{"inspect", "license.json"}, []string{"not-a-document: "}},
		{"invalid license", []string{"issue", "-allow", "x-note", "-key", "key.jwk", "bad.json"}, []string{"required /licensee: ", "malformed /number: "}},
		{"no license", []string{"issue", "-allow", "x-note", "-key", "key.jwk", "key.jwk"}, []string{"required /issuedAt: ", "required /licensee: ", "required /modules: ", "required /number: ", "required /owner: "}},
		{"no JSON", []string{"issue", "-allow", "x-note", "-key", "key.jwk", "text"}, []string{"syntax : "}},
		{"odd names", []string{"issue", "-allow", "x-note", "-key", "key.jwk", "odd.json"}, []string{`duplicate-member /a\u000ab: `, "duplicate-member /" + strings.Repeat("long", 100) + ": ", "required /owner: "}},
		{"public key signs", []string{"issue", "-allow", "x-note", "-key", "key.pub.jwk", "license.json"}, []string{"vendor: key.pub.jwk: "}},
		{"missing file", []string{"inspect", "missing.json"}, []string{"vendor: open missing.json: "}},
		{"folder", []string{"inspect", "."}, []string{"vendor: read .: "}},
		{"no folder to serve", []string{"serve", "-dir", "missing", "-addr", "127.0.0.1:0"}, []string{"vendor: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := v.run("", test.args...)
			if status != exitFailed || stdout != "" {
				t.Errorf("status %d, standard output %q; want %d and nothing", status, stdout, exitFailed)
			}
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			if len(lines) != len(test.want) {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), len(test.want), stderr)
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, test.want[i]) {
					t.Errorf("line %d is %q, want one that begins with %q", i+1, line, test.want[i])
				}
			}
		})
	}
}

func TestWrongUse(t *testing.T) {
	v := newVendor(t)
	for _, args := range [][]string{
		{},
		{"sign"},
		{"keygen"},
		{"keygen", "-out", "key", "more"},
		{"keygen", "-bits", "4096"},
		{"issue", "license.json"},
		{"issue", "-key", "key.jwk"},
		{"grant", "-key", "k", "-owner", "acme", "-for", "p", "-from", "today", "-to", "2026-07-01T00:00:00Z"},
		{"verify", "-trust", "t", "-now", "noon", "e"},
		{"serve", "-dir", "."},
		{"issue", "-key", "k", "-feed", "feed", "-out", "f", "license.json"},
		{"issue", "-key", "k", "-rows", "rows.csv", "license.json"},
		{"issue", "-key", "k", "-feed", "feed", "-after", "e", "-rows", "rows.csv", "license.json"},
		{"renew", "-key", "k", "-trust", "t"},
		{"renew", "-key", "k", "-trust", "t", "-feed", "feed", "-months", "-1"},
		{"regrant", "-trust", "t", "-grant", "g"},
		{"regrant", "-trust", "t", "-grant", "g", "e", "f"},
		{"regrant", "-trust", "t", "-grant", "g", "-in-place", "-out", "f", "e"},
		{"check", "-trust", "t", "-dir", "feed", "-at", "soon"},
		{"token", "-tokens", "t", "-owner", "acme"},
		{"serve", "-dir", ".", "-addr", "127.0.0.1:0", "-token", "t", "-tokens", "f"},
		{"preview", "license.json"},
		{"usage"},
		{"usage", "sign"},
		{"usage", "verify", "usage.jws"},
		{"ledger"},
		{"trust"},
		{"trust", "-owner", "acme"},
		{"trust", "key.pub.jwk"},
		{"trust", "-owner", "acme", "-revoke", "kid"},
	} {
		stdout, stderr, status := v.run("", args...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, "usage:") {
			t.Errorf("vendor %q: status %d, %q, %q; want %d and the usage", args, status, stdout, stderr, exitUsage)
		}
	}
	if entries, err := os.ReadDir(v.dir); err != nil || len(entries) > 0 {
		t.Errorf("wrong use left %v (%v)", entries, err)
	}
}

func TestInspectMarksAsUnverified(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	v.write("license.json", strings.Replace(document, "kept", "\u009b2JEvil", 1)) // as it is, not escaped
	v.mustRun("issue", "-allow", "x-note", "-key", "key.jwk", "-out", "envelope.json", "license.json")
	said := v.mustRun("inspect", "envelope.json")
	if !strings.HasPrefix(said, "UNVERIFIED: ") || !strings.Contains(said, `"number": 7`) {
		t.Errorf("inspect prints %q", said)
	}
	if strings.Contains(said, "\u009b") || !strings.Contains(said, "2JEvil") {
		t.Error("inspect lets a document act on the terminal")
	}
}

func TestServe(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	if err := os.MkdirAll(v.path("feed/acme"), 0o700); err != nil {
		t.Fatal(err)
	}
	v.write("license.json", document)
	v.mustRun("issue", "-allow", "x-note", "-key", "key.jwk", "-out", "feed/acme/4711.license.json", "license.json")

	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int)
	go func() {
		p := program{stdin: strings.NewReader(""), stdout: in, stderr: io.Discard, now: time.Now}
		ended <- p.run(ctx, []string{"serve", "-dir", "feed", "-addr", "127.0.0.1:0", "-token", "secret"})
	}()
	var base string
	if _, err := fmt.Fscanf(out, "serving feed on %s\n", &base); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, base+"/licenses/acme/4711", "secret"); status != http.StatusOK || !bytes.Equal(body, v.read("feed/acme/4711.license.json")) {
		t.Errorf("with the token: status %d, %d bytes", status, len(body))
	}
	if status, _ := get(t, base+"/licenses/acme/4711", "wrong"); status != http.StatusUnauthorized {
		t.Errorf("with a wrong token: status %d, want %d", status, http.StatusUnauthorized)
	}
	stop()
	if status := <-ended; status != exitOK {
		t.Errorf("serve ended with %d, want %d", status, exitOK)
	}
}

// TestReadmeCommands runs what the README says, up to the server, which
// TestServe runs.
func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("license.json")
	if err != nil {
		t.Fatal(err)
	}
	v := newVendor(t)
	if err := os.MkdirAll("examples/vendor", 0o700); err != nil {
		t.Fatal(err)
	}
	v.write("examples/vendor/license.json", string(example))
	ran := 0
	for line := range strings.Lines(string(readme)) {
		if folder, ok := strings.CutPrefix(line, "mkdir -p "); ok {
			if err := os.MkdirAll(strings.TrimSpace(folder), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if command, ok := strings.CutPrefix(line, "go run ./examples/vendor "); ok && !strings.Contains(command, "serve") {
			v.mustRun(strings.Fields(command)...)
			ran++
		}
	}
	if ran != 2 {
		t.Fatalf("%d commands were run, want 2", ran)
	}
	v.trust(false, "acme.pub.jwk")
	if diff := cmp.Diff(string(example), v.mustRun("verify", "-trust", "trust.json", "feed/acme/4711.license.json")); diff != "" {
		t.Errorf("the feed has another license than was issued (-issued +served):\n%s", diff)
	}
}

func get(t *testing.T, url, token string) (status int, body []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}
