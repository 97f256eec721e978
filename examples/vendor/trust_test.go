package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license/signed"
)

func (v vendor) keys(name string) []signed.TrustedKey {
	v.t.Helper()
	trust, err := signed.ParseTrust(v.read(name))
	if err != nil {
		v.t.Fatal(err)
	}
	return trust.Keys()
}

// TestTrustMakesAndExtends: a key that is added takes nothing from those that are
// there.
func TestTrustMakesAndExtends(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "root")
	partner := strings.TrimSpace(v.mustRun("keygen", "-out", "partner"))
	v.mustRun("trust", "-owner", "acme", "-grant", "root.pub.jwk", "-out", "trust.json")
	v.mustRun("trust", "-owner", "beta", "partner.pub.jwk", "root.pub.jwk", "-out", "trust.json")
	v.mustRun("trust", "-revoke", partner, "-out", "trust.json")

	got := map[bool][]string{} // by whether they may grant
	for _, key := range v.keys("trust.json") {
		got[key.MayGrant] = key.Owners
	}
	if diff := cmp.Diff(map[bool][]string{true: {"acme", "beta"}, false: {"beta"}}, got); diff != "" {
		t.Errorf("the owners of the keys (-want +got):\n%s", diff)
	}
	trust, err := signed.ParseTrust(v.read("trust.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{partner}, trust.Revoked()); diff != "" {
		t.Errorf("the revoked keys (-want +got):\n%s", diff)
	}
	if printed := v.mustRun("trust", "-owner", "acme", "root.pub.jwk"); !strings.Contains(printed, `"keys"`) {
		t.Errorf("without -out, trust prints %q", printed)
	}
}

// TestTrustSaysWhereTheMistakeIs: in a file that somebody wrote by hand.
func TestTrustSaysWhereTheMistakeIs(t *testing.T) {
	v := newVendor(t)
	v.mustRun("keygen", "-out", "key")
	v.trust(false, "key.pub.jwk")
	v.write("trust.json", strings.Replace(string(v.read("trust.json")), `"owners"`, `"owner"`, 1))
	_, stderr, status := v.run("", "trust", "-owner", "beta", "key.pub.jwk", "-out", "trust.json")
	if want := "vendor: trust.json: signed: file of trusted keys: /keys/0/owner: is unknown\n"; status != exitFailed || stderr != want {
		t.Errorf("status %d, %q; want %q", status, stderr, want)
	}
	_, stderr, _ = v.run("", "trust", "-owner", "beta", "key.jwk")
	if want := "vendor: key.jwk: signed: /d: a private key where a public one belongs\n"; stderr != want {
		t.Errorf("a private key: %q, want %q", stderr, want)
	}
}
