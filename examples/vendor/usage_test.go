package main

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// reported is a report of a customer's installation, whose key is written too.
func (v vendor) reported() string {
	v.t.Helper()
	v.mustRun("keygen", "-out", "other")
	v.mustRun("keygen", "-out", "installation")
	key, err := signed.ParsePrivateKey(v.read("installation.jwk"))
	if err != nil {
		v.t.Fatal(err)
	}
	report, err := quarter().Sign("acme", key)
	if err != nil {
		v.t.Fatal(err)
	}
	v.write("usage.jws", report+"\n")
	return report
}

func quarter() *activation.Usage {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return &activation.Usage{
		Tenant: "tenant-42", From: from, To: from.AddDate(0, 3, -1), Days: 90, At: from.AddDate(0, 3, 0),
		Owners: []activation.OwnerUsage{{
			Owner: "acme", Licensee: license.Licensee{Company: "Example AS", Serial: "4711"}, Number: 7,
			Modules: []activation.ModuleUsage{{
				Module: "acme.web", Days: 88, Peak: 23, PeakDay: from, SeatDays: 1826, Average: 20.75, Capacity: 25,
				Overdraft: 3, OverdraftPeak: 2, OverdraftSeatDays: 5,
			}},
		}},
	}
}

func TestUsageVerify(t *testing.T) {
	v := newVendor(t)
	v.reported()
	const want = `{"tenant":"tenant-42","from":"2026-01-01T00:00:00Z","to":"2026-03-31T00:00:00Z","days":90,"at":"2026-04-01T00:00:00Z",` +
		`"owners":[{"owner":"acme","licensee":{"company":"Example AS","serial":"4711"},"number":7,"modules":[{"module":"acme.web","days":88,` +
		`"peak":23,"peakDay":"2026-01-01T00:00:00Z","seatDays":1826,"average":20.75,"capacity":25,"full":0,` +
		`"overdraft":3,"overdraftPeak":2,"overdraftSeatDays":5,"wished":0,"wishedPeak":0}]}]}` + "\n"
	if diff := cmp.Diff(want, v.mustRun("usage", "verify", "-key", "installation.pub.jwk", "usage.jws")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	rows := strings.Split(v.mustRun("usage", "verify", "-csv", "usage.jws", "-key", "installation.pub.jwk"), "\n")
	if diff := cmp.Diff("tenant-42,acme,4711,acme.web,false,2026-01-01,2026-03-31,90,88,23,2026-01-01,1826,20.75,25,0,3,2,5,0,0", rows[1]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUsageRefused(t *testing.T) {
	v := newVendor(t)
	report := v.reported()
	key, err := signed.ParsePrivateKey(v.read("installation.jwk"))
	if err != nil {
		t.Fatal(err)
	}
	v.write("changed.jws", strings.Replace(report, ".ey", ".ez", 1))
	v.write("text.jws", signReport(t, `"all is well"`, key))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-key", "other.pub.jwk", "usage.jws"}, "unknown-key: "},
		{[]string{"-key", "installation.pub.jwk", "changed.jws"}, "bad-signature: "},
		{[]string{"-key", "installation.pub.jwk", "installation.pub.jwk"}, "malformed-token: "},
		{[]string{"-key", "installation.pub.jwk", "text.jws"}, "vendor: text.jws: the report is authentic, but is none of usage"},
		{[]string{"-key", "installation.jwk", "usage.jws"}, "vendor: installation.jwk: "},
		{[]string{"-key", "installation.pub.jwk", "none.jws"}, "vendor: open none.jws"},
		{[]string{"-key", "none.jwk", "usage.jws"}, "vendor: open none.jwk"},
	} {
		stdout, stderr, status := v.run("", append([]string{"usage", "verify"}, test.args...)...)
		if status != exitFailed || stdout != "" || !strings.HasPrefix(stderr, test.want) {
			t.Errorf("%v: status %d, %q, %q; want %q", test.args, status, stdout, stderr, test.want)
		}
	}
}

func signReport(t *testing.T, document string, key ed25519.PrivateKey) string {
	t.Helper()
	report, err := signed.SignReport([]byte(document), key)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
