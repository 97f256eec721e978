package license

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/internal/strictjson"
)

func TestDepthsAgree(t *testing.T) {
	if MaxDepth != strictjson.MaxDepth {
		t.Errorf("documents may be %d deep, texts %d", MaxDepth, strictjson.MaxDepth)
	}
}

func TestCodesAreOrdered(t *testing.T) {
	if !slices.IsSorted(codes) {
		t.Errorf("%v are out of order", codes)
	}
	for _, code := range codes {
		if sentences[code] == "" {
			t.Errorf("nothing is said of %s", code)
		}
	}
}

// TestFewerFindingsAreTheFirst: with a limit, Parse reports what comes first
// without one. What it leaves out early must not be missed.
func TestFewerFindingsAreTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := []byte(documents.Draw(t, "document"))
		if !json.Valid(document) {
			t.Fatalf("%s is no JSON", document)
		}
		_, err := parse(document, math.MaxInt32, nil)
		all := FindingsOf(err)
		limit := rapid.IntRange(1, 12).Draw(t, "limit")
		_, err = parse(document, limit, nil)
		want := all[:min(limit, len(all))]
		if diff := cmp.Diff(want, FindingsOf(err)); diff != "" {
			t.Fatalf("%s\n(-the first %d +got):\n%s", document, limit, diff)
		}
	})
}

// documents generates documents with many findings, from few words.
var documents = rapid.Custom(func(t *rapid.T) string {
	members := []string{
		`"owner":` + rapid.SampledFrom([]string{`{"name":"o"}`, `{"name":1}`, `{"name":"o","name":"o"}`, `{"Name":"o"}`}).Draw(t, "owner"),
		`"licensee":{"company":"c","serial":"s"}`, `"number":1`, `"issuedAt":"2026-01-01T00:00:00Z"`,
		`"modules":[` + strings.Join(rapid.SliceOfN(modules, 0, 12).Draw(t, "modules"), ",") + `]`,
		`"critical":[` + strings.Join(rapid.SliceOfN(elements, 0, 8).Draw(t, "critical"), ",") + `]`,
	}
	extra := rapid.SliceOfN(rapid.SampledFrom([]string{
		`"x":[{"a":1,"a":1},{"b":[{"c":1,"c":1},{"c":1,"c":1}],"b":1}]`, `"x":{"0":{"a":1,"a":1}}`, `"modules":[{"a":1,"a":1}]`,
		`"expires":"x"`, `"expires":"2026-01-01T00:00:00Z"`, `"warnFrom":"2027-01-01T00:00:00Z"`, `"Expires":1`, `"EXPIRES":1`,
	}), 0, 5).Draw(t, "extra")
	return "{" + strings.Join(rapid.Permutation(append(members, extra...)).Draw(t, "members"), ",") + "}"
})

var elements = rapid.SampledFrom([]string{`"a"`, `"b"`, `"c"`, `"o.a"`, `"o.b"`, `"p.a"`, `"name"`, `""`, `1`, `{"x":1,"x":1}`})

var modules = rapid.Custom(func(t *rapid.T) string {
	list := func(name string) *rapid.Generator[string] {
		return rapid.Map(rapid.SliceOfN(elements, 0, 4), func(e []string) string {
			return `"` + name + `":[` + strings.Join(e, ",") + `]`
		})
	}
	member := []*rapid.Generator[string]{
		rapid.SampledFrom([]string{
			`"name":"a"`, `"name":"b"`, `"name":"c"`, `"name":1`, `"kind":"user"`, `"kind":"site"`, `"kind":"satellite"`, `"kind":0`,
			`"quantity":1`, `"bundle":true`, `"bundle":false`, `"bundle":1`, `"Kind":"user"`, `"info":{"a":1,"b":"","a":2,"c":0}`, `"info":{"~":0}`, `"z":1`,
		}),
	}
	for i := range reflect.TypeFor[Module]().NumField() {
		if field := reflect.TypeFor[Module]().Field(i); field.Type == reflect.TypeFor[[]string]() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			member = append(member, list(name))
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "shape") == 0 {
		return rapid.SampledFrom([]string{"1", "{}", "[]", "null"}).Draw(t, "module")
	}
	return "{" + strings.Join(rapid.SliceOfN(rapid.OneOf(member...), 0, 9).Draw(t, "members"), ",") + "}"
})
