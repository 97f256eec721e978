package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInspectKnowsWhatAFileIs: of keys it shows the ids, and nothing that is
// secret.
func TestInspectKnowsWhatAFileIs(t *testing.T) {
	v := department(t)
	root, partner := v.thumbprint("root.pub.jwk"), v.thumbprint("partner.pub.jwk")
	certificate, err := json.Marshal(map[string]string{
		"enc": base64.StdEncoding.EncodeToString([]byte(`{"meta":{"issued":"2026-01-01T00:00:00Z"}}`)), "sig": "", "alg": "base64+ed25519",
	})
	if err != nil {
		t.Fatal(err)
	}
	v.write("keygen.lic", "-----BEGIN LICENSE FILE-----\n"+base64.StdEncoding.EncodeToString(certificate)+"\n-----END LICENSE FILE-----\n")
	v.write("set.jwks", `{"keys":[`+string(v.read("root.pub.jwk"))+`,`+string(v.read("partner.pub.jwk"))+`]}`)
	v.mustRun("trust", "-revoke", partner, "-out", "trust.json")
	for file, want := range map[string][]string{
		"root.jwk":                    {"private key " + root + "\n"},
		"root.pub.jwk":                {"public key " + root + "\n"},
		"set.jwks":                    {"public key " + root + "\npublic key " + partner + "\n"},
		"trust.json":                  {"trusted key " + root + " may sign for acme, beta, and grant\nrevoked key " + partner + "\n"},
		"grant":                       {"UNVERIFIED: ", `says that key "` + root + `" signed it`, `"owner": "acme"`, "for the key " + partner},
		"keygen.lic":                  {"UNVERIFIED: ", "license file of Keygen", `"issued": "2026-01-01T00:00:00Z"`},
		"feed/acme/4711.license.json": {"UNVERIFIED: ", "digest of the license: ", `"number": 7`},
	} {
		said := v.mustRun("inspect", file)
		for _, want := range want {
			if !strings.Contains(said, want) {
				t.Errorf("inspect %s prints %q, which lacks %q", file, said, want)
			}
		}
	}
	var key struct{ D string }
	if err := json.Unmarshal(v.read("root.jwk"), &key); err != nil || strings.Contains(v.mustRun("inspect", "root.jwk"), key.D) {
		t.Errorf("inspect shows the private key (%v)", err)
	}
}

// TestGrantOfAKeyThatMayNotGrant: it is refused where it is made.
func TestGrantOfAKeyThatMayNotGrant(t *testing.T) {
	v := department(t)
	v.mustRun("trust", "-owner", "acme", "stranger.pub.jwk", "-out", "trust.json")
	for key, want := range map[string]string{"partner.jwk": "unknown-key: ", "stranger.jwk": "owner-not-granted: "} {
		before := v.files()
		_, stderr, status := v.run("", "grant", "-key", key, "-owner", "acme", "-for", "partner.pub.jwk",
			"-from", "2026-01-01T00:00:00Z", "-to", "2028-01-01T00:00:00Z", "-trust", "trust.json", "-out", "chained")
		if status != exitFailed || !strings.HasPrefix(stderr, want) {
			t.Errorf("a grant by %s: status %d, %q; want %q", key, status, stderr, want)
		}
		if diff := cmp.Diff(before, v.files()); diff != "" {
			t.Errorf("a grant by %s was written:\n%s", key, diff)
		}
	}
}

// TestRegrant: a license outlives the grant that it was issued under, without
// being signed anew.
func TestRegrant(t *testing.T) {
	v := department(t)
	grant := func(name, from, to string) {
		v.mustRun("grant", "-key", "root.jwk", "-owner", "acme", "-for", "partner.pub.jwk", "-from", from, "-to", to, "-force", "-out", name)
	}
	grant("short", "2026-01-01T00:00:00Z", "2026-06-02T00:00:00Z")
	grant("after", "2026-06-02T00:00:00Z", "2028-01-01T00:00:00Z")
	grant("other", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z")
	v.write("license.json", licenseFor("4712", 1, nil))
	v.mustRun("issue", "-key", "partner.jwk", "-grant", "short", "-trust", "trust.json", "-feed", "feed", "-ledger", "ledger.jsonl", "license.json")
	const envelope = "feed/acme/4712.license.json"
	later := []string{"verify", "-trust", "trust.json", "-now", "2027-12-31T00:00:00Z", envelope}
	if _, stderr, _ := v.run("", later...); !strings.HasPrefix(stderr, "key-expired: ") {
		t.Fatalf("under the short grant: %q", stderr)
	}
	regrant := []string{"regrant", "-trust", "trust.json", "-in-place", envelope, "-grant"}
	for name, want := range map[string]string{
		"after":    envelope + ": key-expired: ",     // the window does not hold issuedAt
		"root.jwk": envelope + ": malformed-token: ", // a key is no token
	} {
		before := v.files()
		if _, stderr, status := v.run("", append(regrant, name)...); status != exitFailed || !strings.HasPrefix(stderr, want) {
			t.Errorf("with the grant %s: status %d, %q; want %q", name, status, stderr, want)
		}
		if diff := cmp.Diff(before, v.files()); diff != "" {
			t.Errorf("with the grant %s it was written:\n%s", name, diff)
		}
	}
	v.mustRun(append(regrant, "other")...)
	v.mustRun(append(regrant, "other")...)
	if got := v.mustRun(later...); got != string(v.read("license.json")) {
		t.Errorf("the license is now %q", got)
	}
	if said := v.mustRun("inspect", envelope); strings.Contains(said, "grant 3") {
		t.Errorf("a grant was added twice: %s", said)
	}
	v.mustRun("check", "-trust", "trust.json", "-dir", "feed", "-ledger", "ledger.jsonl")
	printed := v.mustRun("regrant", "-trust", "trust.json", "-grant", "other", envelope)
	if printed != string(v.read(envelope)) {
		t.Errorf("printed %q", printed)
	}
}
