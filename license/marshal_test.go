package license_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
)

// everything is a document with every member.
const everything = `{"owner":{"name":"acme","description":"A"},"licensee":{"company":"Example Ltd","serial":"SN-1"},` +
	`"number":9007199254740991,"issuedAt":"2026-01-01T00:00:00.000000001Z","validFrom":"2026-01-02T00:00:00Z",` +
	`"nextCheck":"2026-01-03T00:00:00Z","warnFrom":"2026-01-04T00:00:00Z","maintenanceUntil":"2026-01-05T00:00:00Z",` +
	`"expires":"2026-01-06T00:00:00Z","graceUntil":"2026-01-07T00:00:00Z","version":"1","product":"p","deployment":"d",` +
	`"shopURL":"https://shop.example/","modules":[{"name":"crm","description":"C","tooltip":"T","version":"2","kind":"user",` +
	`"quantity":1,"overdraft":2,"unrestricted":true,"hidden":true,"bundle":true,"includes":["web"],"requires":["acme.base"],` +
	`"replaces":["old"],"assignableTo":["internal"],"sortOrder":-1,"info":{"a":"b"}},` +
	`{"name":"web","kind":"user","quantity":1},{"name":"base","kind":"site","quantity":1}],"critical":["owner"]}`

func TestMarshalWritesTheDocument(t *testing.T) {
	l, err := license.Parse([]byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != everything {
		t.Errorf("%s\nwant %s", got, everything)
	}
}

// TestParsedWithoutModules: an empty list is read as one, which marshals as [].
func TestParsedWithoutModules(t *testing.T) {
	l, err := license.Parse([]byte(`{"owner":{"name":"acme"},"licensee":{"company":"C","serial":"S"},"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if l.Modules == nil || len(l.Modules) != 0 {
		t.Errorf("the modules are %#v, want an empty list", l.Modules)
	}
}

// TestMarshalWritesUTC: instants that a program put together have its zone, and
// the document has none of it.
func TestMarshalWritesUTC(t *testing.T) {
	here := time.FixedZone("here", 3600)
	at := func(day int) *time.Time {
		instant := time.Date(2026, time.January, day, 1, 0, 0, 0, here)
		return &instant
	}
	got, err := json.Marshal(license.License{
		Number: 1, IssuedAt: *at(1),
		ValidFrom: at(2), NextCheck: at(3), WarnFrom: at(4), MaintenanceUntil: at(5), Expires: at(6), GraceUntil: at(7),
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"owner":{"name":""},"licensee":{"company":"","serial":""},"number":1,"issuedAt":"2026-01-01T00:00:00Z",` +
		`"validFrom":"2026-01-02T00:00:00Z","nextCheck":"2026-01-03T00:00:00Z","warnFrom":"2026-01-04T00:00:00Z",` +
		`"maintenanceUntil":"2026-01-05T00:00:00Z","expires":"2026-01-06T00:00:00Z","graceUntil":"2026-01-07T00:00:00Z","modules":[]}`
	if string(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestParsedLicense(t *testing.T) {
	l, err := license.Parse([]byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) *time.Time {
		instant := time.Date(2026, time.January, n, 0, 0, 0, 0, time.UTC)
		return &instant
	}
	want := &license.License{
		Owner:    license.Owner{Name: "acme", Description: "A"},
		Licensee: license.Licensee{Company: "Example Ltd", Serial: "SN-1"},
		Number:   license.MaxNumber, IssuedAt: day(1).Add(1),
		ValidFrom: day(2), NextCheck: day(3), WarnFrom: day(4), MaintenanceUntil: day(5), Expires: day(6), GraceUntil: day(7),
		Version: "1", Product: "p", Deployment: "d", ShopURL: "https://shop.example/",
		Modules: []license.Module{
			{
				Name: "crm", Description: "C", Tooltip: "T", Version: "2", Kind: license.User, Quantity: 1, Overdraft: 2,
				Unrestricted: true, Hidden: true, Bundle: true, Includes: []string{"web"}, Requires: []string{"acme.base"},
				Replaces: []string{"old"}, AssignableTo: []string{"internal"}, SortOrder: -1, Info: map[string]string{"a": "b"},
			},
			{Name: "web", Kind: license.User, Quantity: 1},
			{Name: "base", Kind: license.Site, Quantity: 1},
		},
		Critical: []string{"owner"},
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseFoldsNames(t *testing.T) {
	l, err := license.Parse([]byte(`{"owner":{"name":"ACME"},"licensee":{"company":" Example Ltd ","serial":"sN-1"},"number":1,` +
		`"issuedAt":"2026-01-01T01:00:00+01:00","modules":[{"name":"A","kind":"user","quantity":1,"bundle":true,"includes":["B"],` +
		`"requires":["B","Acme.B","Other.C"],"replaces":["D"],"assignableTo":["Internal"]},{"name":"b","kind":"user","quantity":1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: " Example Ltd ", Serial: "sN-1"},
		Number:   1,
		IssuedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Modules: []license.Module{
			{
				Name: "a", Kind: license.User, Quantity: 1, Bundle: true, Includes: []string{"b"},
				Requires: []string{"b", "acme.b", "other.c"}, Replaces: []string{"d"}, AssignableTo: []string{"Internal"},
			},
			{Name: "b", Kind: license.User, Quantity: 1},
		},
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if l.IssuedAt.Location() != time.UTC {
		t.Errorf("the instant is in %v", l.IssuedAt.Location())
	}
}

func TestMarshalOfAlmostNothing(t *testing.T) {
	got, err := json.Marshal(license.License{})
	const want = `{"owner":{"name":""},"licensee":{"company":"","serial":""},"number":0,"issuedAt":"0001-01-01T00:00:00Z","modules":[]}`
	if err != nil || string(got) != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
}

func TestMarshalInstants(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"},
		{"2026-01-01T00:00:00.100Z", "2026-01-01T00:00:00.1Z"},
		{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
	} {
		raw := []byte(head + `],"nextCheck":"` + test.text + `"}`)
		l, err := license.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(l)
		if err != nil {
			t.Fatalf("%s: %v", test.text, err)
		}
		var got struct{ NextCheck string }
		if err := json.Unmarshal(written, &got); err != nil {
			t.Fatal(err)
		}
		if got.NextCheck != test.want {
			t.Errorf("%s is written as %s, want %s", test.text, got.NextCheck, test.want)
		}
		again, err := license.Parse(written)
		if err != nil || !again.NextCheck.Equal(*l.NextCheck) {
			t.Errorf("%s is read again as %v, %v", test.want, again, err)
		}
	}
}

func TestMarshalLeavesTheLicense(t *testing.T) {
	zone := time.FixedZone("", 3600)
	expires := time.Date(2027, 1, 1, 0, 0, 0, 0, zone)
	l := license.License{Expires: &expires}
	if _, err := json.Marshal(l); err != nil {
		t.Fatal(err)
	}
	if l.Expires.Location() != zone || l.Modules != nil {
		t.Error("writing a license changes it")
	}
}

func TestMarshalRefusesFarInstants(t *testing.T) {
	for _, year := range []int{-1, 10_001} {
		if got, err := json.Marshal(license.License{IssuedAt: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
			t.Errorf("the year %d is written: %s", year, got)
		}
	}
}

func TestUnmarshalIsParse(t *testing.T) {
	var list []license.License
	if err := json.Unmarshal([]byte(`[`+everything+`]`), &list); err != nil {
		t.Fatal(err)
	}
	want, _ := license.Parse([]byte(everything))
	if diff := cmp.Diff([]license.License{*want}, list); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	kept := license.License{Number: 7}
	err := json.Unmarshal([]byte(`{"Number":1}`), &kept)
	var findings *multierror.Error
	if !errors.As(err, &findings) || len(findings.Errors) != 6 {
		t.Errorf("%v, want 6 findings", err)
	}
	if kept.Number != 7 {
		t.Error("a license is changed by a document that is refused")
	}
}
