package license_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
)

// document is a valid document, with a part replaced.
func document(old, replacement string) string {
	const valid = `{"owner":{"name":"acme"},"licensee":{"company":"Example Ltd","serial":"SN-1"},` +
		`"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[{"name":"a","kind":"user","quantity":1},` +
		`{"name":"b","kind":"user","quantity":1}]}`
	if !strings.Contains(valid, old) {
		panic("the document has no " + old)
	}
	return strings.Replace(valid, old, replacement, 1)
}

// TestFindingMessages asserts the text of each code once.
func TestFindingMessages(t *testing.T) {
	for _, test := range []struct{ document, want string }{
		{strings.Repeat(" ", license.MaxDocumentSize+1), "too-large: the document is larger than 1048576 bytes"},
		{`{"a":}`, "syntax: the document is not valid JSON at byte 5"},
		{`{`, "syntax: the document ends too early"},
		{`{}{}`, "syntax: the document is followed by something at byte 2"},
		{"{\"\xff\":0}", "syntax: the document is not valid UTF-8"},
		{strings.Repeat("[", license.MaxDepth+1), "syntax: the document is nested deeper than 10000"},
		{`[]`, "syntax: the document is not a JSON object"},
		{document(`"number":1`, `"number":1,"x":1,"x":1`), "duplicate-member /x: the member occurs twice in one object"},
		{document(`"number":1`, `"number":1,"Number":1`), "member-case /Number: the name differs from a known one in case only"},
		{document(`"number":1,`, ``), "required /number: the member is missing"},
		{document(`"number":1`, `"number":1,"critical":["x"]`), "unsupported /critical/0: the document relies on a member that is not known here"},
		{chain(license.MaxModules+1, "", ""), "too-many-modules /modules: there are more than 5000 modules"},
		{document(`"name":"b"`, `"name":"a"`), "duplicate-module /modules/1/name: an earlier module has the same name"},
		{document(`"user"`, `"site","bundle":true`), "bundle-on-site /modules/0/bundle: a site module cannot be a bundle"},
		{document(`"user"`, `"user","includes":["b"]`), "includes-without-bundle /modules/0/includes: only a bundle can include modules"},
		{document(`"user"`, `"user","requires":["c"]`), "unknown-module /modules/0/requires/0: the document has no module of this name"},
		{document(`"user"`, `"satellite","bundle":true,"includes":["b"]`), "not-includable /modules/0/includes/0: a bundle can include modules of its own kind that are no bundles"},
		{document(`"user"`, `"user","requires":["a"]`), "requires-cycle /modules/0/requires: the module requires itself, directly or through others"},
		{
			document(`{"name":"b","kind":"user","quantity":1}`, `{"name":"b","kind":"user","quantity":1,"requires":["a"]},{"name":"p","kind":"user","quantity":1,"bundle":true,"includes":["b"]}`),
			"bundle-incomplete /modules/2/includes/0: the included module requires one that the bundle does not include",
		},
		{document(`"user"`, `"user","replaces":["b"]`), "replaces-present /modules/0/replaces/0: a module that is replaced cannot be in the document"},
		{document(`"user"`, `"user","replaces":["c","c"]`), "replaces-twice /modules/0/replaces/1: an earlier entry replaces the same module"},
		{document(`"number":1`, `"number":1,"warnFrom":"2026-01-01T00:00:00Z"`), "order /warnFrom: the instant is out of order with the end of the license"},
	} {
		_, err := license.Parse([]byte(test.document))
		found := license.FindingsOf(err)
		if len(found) != 1 || found[0].Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}

// TestMalformedMessages asserts what is said of each value that is read.
func TestMalformedMessages(t *testing.T) {
	const (
		text      = "a string"
		name      = "a name: a to z, 0 to 9 and hyphens, no hyphen first, at most 63"
		reference = "the name of a module, alone or after that of its owner and a dot"
		instant   = "an instant like 2006-01-02T15:04:05Z"
		seats     = "an integer from 1 to 2147483647"
		truth     = "true or false"
		company   = "a string that is not blank, without control characters inside"
	)
	optional := func(member string) string { return document(`"number":1`, `"number":1,`+member) }
	module := func(member string) string { return document(`"kind":"user"`, `"kind":"user",`+member) }
	for _, test := range []struct{ document, pointer, form string }{
		{document(`{"name":"acme"}`, `1`), "/owner", "an object"},
		{document(`"acme"`, `1`), "/owner/name", name},
		{document(`"acme"`, `"acme","description":1`), "/owner/description", text},
		{document(`{"company":"Example Ltd","serial":"SN-1"}`, `1`), "/licensee", "an object"},
		{document(`"Example Ltd"`, `" "`), "/licensee/company", company},
		{document(`"SN-1"`, `1`), "/licensee/serial", company + ", of at most 255 bytes"},
		{document(`"number":1`, `"number":0`), "/number", "an integer from 1 to 9007199254740991"},
		{document(`"2026-01-01T00:00:00Z"`, `1`), "/issuedAt", instant},
		{optional(`"validFrom":1`), "/validFrom", instant},
		{optional(`"nextCheck":1`), "/nextCheck", instant},
		{optional(`"warnFrom":1`), "/warnFrom", instant},
		{optional(`"maintenanceUntil":"x"`), "/maintenanceUntil", instant},
		{optional(`"expires":1`), "/expires", instant},
		{optional(`"graceUntil":1`), "/graceUntil", instant},
		{optional(`"version":1`), "/version", text},
		{optional(`"product":1`), "/product", text},
		{optional(`"deployment":1`), "/deployment", text},
		{optional(`"shopURL":1`), "/shopURL", "an absolute https URL by RFC 3986, with a host and without user information"},
		{optional(`"critical":1`), "/critical", "an array"},
		{optional(`"critical":[1]`), "/critical/0", text},
		{`{"modules":1,` + document(`,"modules":[{"name":"a","kind":"user","quantity":1},{"name":"b","kind":"user","quantity":1}]`, ``)[1:], "/modules", "an array"},
		{document(`"modules":[`, `"modules":[1,`), "/modules/0", "an object"},
		{document(`"name":"a"`, `"name":1`), "/modules/0/name", name},
		{module(`"description":1`), "/modules/0/description", text},
		{module(`"tooltip":1`), "/modules/0/tooltip", text},
		{module(`"version":1`), "/modules/0/version", text},
		{document(`"kind":"user"`, `"kind":"x"`), "/modules/0/kind", "site, user or satellite"},
		{document(`"quantity":1`, `"quantity":0`), "/modules/0/quantity", seats},
		{module(`"overdraft":-1`), "/modules/0/overdraft", "an integer from 0 to 2147483647"},
		{module(`"unrestricted":1`), "/modules/0/unrestricted", truth},
		{module(`"hidden":1`), "/modules/0/hidden", truth},
		{module(`"bundle":1`), "/modules/0/bundle", truth},
		{module(`"includes":1`), "/modules/0/includes", "an array"},
		{module(`"bundle":true,"includes":[1]`), "/modules/0/includes/0", name},
		{module(`"requires":1`), "/modules/0/requires", "an array"},
		{module(`"requires":[1]`), "/modules/0/requires/0", reference},
		{module(`"replaces":1`), "/modules/0/replaces", "an array"},
		{module(`"replaces":[1]`), "/modules/0/replaces/0", name},
		{module(`"assignableTo":1`), "/modules/0/assignableTo", "an array"},
		{module(`"assignableTo":[1]`), "/modules/0/assignableTo/0", text},
		{module(`"sortOrder":0.5`), "/modules/0/sortOrder", "an integer from -2147483648 to 2147483647"},
		{module(`"info":1`), "/modules/0/info", "an object"},
		{module(`"info":{"a/b":1}`), "/modules/0/info/a~1b", text},
	} {
		_, err := license.Parse([]byte(test.document))
		want := []*license.Finding{{
			Code: license.CodeMalformed, Pointer: test.pointer, Detail: "the value must be " + test.form,
		}}
		if diff := cmp.Diff(want, license.FindingsOf(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.pointer, diff)
		}
	}
}

func TestErrorText(t *testing.T) {
	long := strings.Repeat("x", 500)
	for _, test := range []struct{ document, want string }{
		{`{`, "license: 1 finding: syntax: the document ends too early"},
		{
			document(`"number":1`, `"number":0,"Number":1`),
			"license: 2 findings: member-case /Number: the name differs from a known one in case only; " +
				"malformed /number: the value must be an integer from 1 to 9007199254740991",
		},
		{
			document(`"name":"a","kind":"user","quantity":1},{"name":"b","kind":"user","quantity":1}`, `},{},{}`),
			"license: 9 findings: required /modules/0/kind: the member is missing; required /modules/0/name: the member is missing; " +
				"required /modules/0/quantity: the member is missing; required /modules/1/kind: the member is missing; " +
				"required /modules/1/name: the member is missing; and 4 more",
		},
		{
			document(`"number":1`, `"number":1,"`+long+`":1,"`+long+`":1,"\n":1,"\n":1`),
			`license: 2 findings: duplicate-member /\n: the member occurs twice in one object; ` +
				"duplicate-member /" + long[:79] + "…" + long[:40] + ": the member occurs twice in one object",
		},
	} {
		_, err := license.Parse([]byte(test.document))
		if err == nil || err.Error() != test.want {
			t.Errorf("%v\nwant %s", err, test.want)
		}
	}
}

func TestFindingsOf(t *testing.T) {
	_, err := license.Parse([]byte(`{}`))
	want := []*license.Finding{
		{Code: "required", Pointer: "/issuedAt", Detail: "the member is missing"},
		{Code: "required", Pointer: "/licensee", Detail: "the member is missing"},
		{Code: "required", Pointer: "/modules", Detail: "the member is missing"},
		{Code: "required", Pointer: "/number", Detail: "the member is missing"},
		{Code: "required", Pointer: "/owner", Detail: "the member is missing"},
	}
	var gathered *multierror.Error
	if !errors.As(err, &gathered) {
		t.Fatalf("%T is no multierror", err)
	}
	for name, err := range map[string]error{
		"plain":               err,
		"wrapped":             fmt.Errorf("reading the file: %w", err),
		"joined":              errors.Join(io.EOF, err),
		"among other errors":  &multierror.Error{Errors: append([]error{io.EOF}, gathered.Errors...)},
		"findings wrapped":    &multierror.Error{Errors: []error{err}},
		"one of many tenants": &multierror.Error{Errors: []error{io.EOF, fmt.Errorf("tenant: %w", err)}},
	} {
		if diff := cmp.Diff(want, license.FindingsOf(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, err := range []error{nil, io.EOF, (*multierror.Error)(nil), &multierror.Error{Errors: []error{io.EOF}}} {
		if found := license.FindingsOf(err); found != nil {
			t.Errorf("%v has %d findings", err, len(found))
		}
	}
	var first *license.Finding
	if !errors.As(err, &first) || first != license.FindingsOf(err)[0] {
		t.Errorf("errors.As finds %v first", first)
	}
}
