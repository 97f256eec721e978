package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	licenseType = "seatwright-license+jws"
	grantType   = "seatwright-key+jws"
)

// TestAnotherImplementationVerifies has the tokens that vendor makes verified
// by npm's jose, which shares no code with what made them.
func TestAnotherImplementationVerifies(t *testing.T) {
	jose := newJOSE(t)
	v := newVendor(t)
	v.mustRun("keygen", "-out", "root")
	v.mustRun("keygen", "-out", "partner")
	v.mustRun("grant", "-key", "root.jwk", "-owner", "acme", "-for", "partner.pub.jwk",
		"-from", "2026-01-01T00:00:00Z", "-to", "2027-01-01T00:00:00Z", "-out", "grant")
	v.write("license.json", document)
	v.mustRun("issue", "-allow", "x-note", "-key", "partner.jwk", "-grant", "grant", "-out", "envelope.json", "license.json")

	var envelope struct {
		License string
		Keys    []string
	}
	if err := json.Unmarshal(v.read("envelope.json"), &envelope); err != nil {
		t.Fatal(err)
	}
	payload := jose.run(strings.NewReader(envelope.License), "verify.mjs", v.path("partner.pub.jwk"), licenseType)
	if diff := cmp.Diff(document, string(payload)); diff != "" {
		t.Errorf("what jose verified is not what was issued (-issued +verified):\n%s", diff)
	}
	var grant struct{ Owner string }
	payload = jose.run(strings.NewReader(envelope.Keys[0]), "verify.mjs", v.path("root.pub.jwk"), grantType)
	if err := json.Unmarshal(payload, &grant); err != nil || grant.Owner != "acme" {
		t.Errorf("jose verified a grant for %q (%v), want one for acme", grant.Owner, err)
	}
}

// TestAnotherImplementationSigns has an envelope, with a grant, signed by
// npm's jose and opens it.
func TestAnotherImplementationSigns(t *testing.T) {
	jose := newJOSE(t)
	v := newVendor(t)
	v.mustRun("keygen", "-out", "root")
	v.mustRun("keygen", "-out", "partner")
	var partner struct {
		Type  string `json:"kty"`
		Curve string `json:"crv"`
		X     string `json:"x"`
	}
	if err := json.Unmarshal(v.read("partner.pub.jwk"), &partner); err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(map[string]any{
		"owner": "acme", "key": partner, "issuedAt": "2026-01-01T00:00:00Z",
		"notBefore": "2026-01-01T00:00:00Z", "notAfter": "2027-01-01T00:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := json.Marshal(map[string]any{
		"license": string(jose.run(strings.NewReader(document), "sign.mjs", v.path("partner.jwk"), licenseType)),
		"keys":    []string{string(jose.run(bytes.NewReader(payload), "sign.mjs", v.path("root.jwk"), grantType))},
	})
	if err != nil {
		t.Fatal(err)
	}
	v.write("envelope.json", string(envelope))
	v.trust(true, "root.pub.jwk")
	if diff := cmp.Diff(document, v.mustRun("verify", "-trust", "trust.json", "-now", "2026-06-01T00:00:00Z", "envelope.json")); diff != "" {
		t.Errorf("what was opened is not what jose signed (-signed +opened):\n%s", diff)
	}
}

// jose is npm's jose in a folder of its own.
type jose struct {
	t   *testing.T
	dir string
}

// newJOSE installs the pinned packages. What it needs is there in CI; elsewhere
// the test is skipped without.
func newJOSE(t *testing.T) jose {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("CI") != "" {
		skip = t.Fatalf
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			skip("install %s (Debian: nodejs, npm) to check against another JOSE implementation", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "jose"))); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	install.Dir = dir
	if output, err := install.CombinedOutput(); err != nil {
		t.Logf("npm ci: %v\n%s", err, output)
		skip("connect to the npm registry to check against another JOSE implementation")
	}
	return jose{t, dir}
}

func (j jose) run(stdin io.Reader, script string, args ...string) []byte {
	j.t.Helper()
	command := exec.CommandContext(j.t.Context(), "node", append([]string{script}, args...)...)
	command.Dir, command.Stdin = j.dir, stdin
	output, err := command.Output()
	if err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			j.t.Logf("%s", exit.Stderr)
		}
		j.t.Fatalf("node %s: %v", script, err)
	}
	return output
}
