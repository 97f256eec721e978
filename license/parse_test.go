package license_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
)

// TestParseFinerPoints has what the cases of testdata/documents leave open.
func TestParseFinerPoints(t *testing.T) {
	modules := func(list string) string { return head + list + "]}" }
	const p = `{"name":"p","kind":"user","quantity":1,"bundle":true`
	for _, test := range []struct {
		name, document string
		want           [][]string
	}{
		{
			"includes of nothing but a malformed element, without bundle", modules(`{"name":"a","kind":"user","quantity":1,"includes":[1]}`),
			[][]string{{"includes-without-bundle", "/modules/0/includes"}, {"malformed", "/modules/0/includes/0"}},
		},
		{
			"includes twice, without bundle", modules(`{"name":"a","kind":"user","quantity":1,"includes":["x"],"includes":["y"]}`),
			[][]string{{"duplicate-member", "/modules/0/includes"}},
		},
		{
			"Bundle is no bundle", modules(`{"name":"a","kind":"user","quantity":1,"Bundle":true,"includes":["x"]}`),
			[][]string{{"member-case", "/modules/0/Bundle"}, {"includes-without-bundle", "/modules/0/includes"}, {"unknown-module", "/modules/0/includes/0"}},
		},
		{
			"bundle malformed: the module may be included", modules(`{"name":"a","kind":"user","quantity":1,"bundle":1},` + p + `,"includes":["a"]}`),
			[][]string{{"malformed", "/modules/0/bundle"}},
		},
		{
			"kind malformed: a bundle is not includable all the same", modules(`{"name":"a","kind":1,"quantity":1,"bundle":true},` + p + `,"includes":["a"]}`),
			[][]string{{"malformed", "/modules/0/kind"}, {"not-includable", "/modules/1/includes/0"}},
		},
		{
			"a later module of a name requires the first, not itself", modules(`{"name":"a","kind":"user","quantity":1},{"name":"a","kind":"user","quantity":1,"requires":["a"]}`),
			[][]string{{"duplicate-module", "/modules/1/name"}},
		},
		{
			"a later bundle of a name is not the one that is required",
			modules(p + `},{"name":"a","kind":"user","quantity":1,"requires":["p"]},` + p + `,"includes":["a"]}`),
			[][]string{{"bundle-incomplete", "/modules/2/includes/0"}, {"duplicate-module", "/modules/2/name"}},
		},
		{
			"what is included requires the bundle itself", modules(`{"name":"a","kind":"user","quantity":1,"requires":["p"]},` + p + `,"includes":["a"]}`), nil,
		},
		{
			"incomplete each time it is included", modules(`{"name":"a","kind":"user","quantity":1,"requires":["b"]},{"name":"b","kind":"user","quantity":1},` + p + `,"includes":["a","a"]}`),
			[][]string{{"bundle-incomplete", "/modules/2/includes/0"}, {"bundle-incomplete", "/modules/2/includes/1"}},
		},
		{
			"a complete bundle after one that is not",
			modules(`{"name":"a","kind":"user","quantity":1,"requires":["b"]},{"name":"b","kind":"user","quantity":1},` + p +
				`,"includes":["a"]},{"name":"q","kind":"user","quantity":1,"bundle":true,"includes":["a","b"]}`),
			[][]string{{"bundle-incomplete", "/modules/2/includes/0"}},
		},
		{
			"values of info that occur twice", modules(`{"name":"a","kind":"user","quantity":1,"info":{"x":1,"y":1,"x":2}}`),
			[][]string{{"duplicate-member", "/modules/0/info/x"}, {"malformed", "/modules/0/info/y"}},
		},
		{
			"an empty text in critical beside a malformed one", head + `],"critical":["",1]}`,
			[][]string{{"unsupported", "/critical/0"}, {"malformed", "/critical/1"}},
		},
		{
			"names in another case than known ones of their object only", `{"NAME":0,` + modules(`{"name":"a","kind":"user","quantity":1,"KIND":0,"Owner":0,"K\u0131nd":0}`)[1:],
			[][]string{{"member-case", "/modules/0/KIND"}},
		},
		{
			"both signs that fold to ASCII", modules(`{"name":"a","kind":"user","quantity":1,"\u212aind":0,"\u017fortorder":0,"a\u017f\u017fignableTo":0}`),
			[][]string{{"member-case", "/modules/0/aſſignableTo"}, {"member-case", "/modules/0/ſortorder"}, {"member-case", "/modules/0/\u212aind"}},
		},
		{
			"an owner that is malformed requires nothing of itself",
			`{"owner":{"name":"a","name":"a"},"licensee":{"company":"c","serial":"s"},"number":1,"issuedAt":"2026-01-01T00:00:00Z",` +
				`"modules":[{"name":"a","kind":"user","quantity":1,"requires":["a.x","a.a","x"]}]}`,
			[][]string{{"unknown-module", "/modules/0/requires/2"}, {"duplicate-member", "/owner/name"}},
		},
		{"depth 10,000", head + `],"deep":` + strings.Repeat("[", license.MaxDepth-1) + strings.Repeat("]", license.MaxDepth-1) + "}", nil},
		{
			"depth 10,001", head + `],"deep":` + strings.Repeat("[", license.MaxDepth) + strings.Repeat("]", license.MaxDepth) + "}",
			[][]string{{"syntax", ""}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := license.Parse([]byte(test.document))
			if diff := cmp.Diff(append([][]string{}, test.want...), found(err)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseReportsTheFirstThousand(t *testing.T) {
	for _, n := range []int{license.MaxFindings - 1, license.MaxFindings, license.MaxFindings + 1, 2 * license.MaxFindings} {
		var want [][]string
		for i := range min(n, license.MaxFindings) {
			want = append(want, []string{"malformed", fmt.Sprintf("/modules/%d", i)})
		}
		_, err := license.Parse([]byte(head + strings.Repeat("1,", n-1) + "1]}"))
		if diff := cmp.Diff(want, found(err)); diff != "" {
			t.Errorf("of %d findings (-want +got):\n%s", n, diff)
		}
	}
}

// TestParseReportsTheFirstThousandOfEachRule has more findings of one code
// than are reported, and no others before them.
func TestParseReportsTheFirstThousandOfEachRule(t *testing.T) {
	const n = license.MaxFindings + 10
	repeat := func(module string) string {
		return head + strings.TrimSuffix(strings.Repeat(module+",", n), ",") + "]}"
	}
	list := func(before, element, after string) string {
		return head + before + "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]" + after
	}
	const b = `{"name":"b","kind":"user","quantity":1},{"name":"a","kind":"user","quantity":1,"requires":["b"]},`
	for _, test := range []struct {
		code, document, first, last string
	}{
		{"unsupported", list(`],"critical":`, `"x"`, "}"), "/critical/0", "/critical/999"},
		{"duplicate-module", repeat(`{"name":"a","kind":"user","quantity":1}`), "/modules/1/name", "/modules/1000/name"},
		{"unknown-module", list(`{"name":"a","kind":"user","quantity":1,"requires":`, `"x"`, "}]}"), "/modules/0/requires/0", "/modules/0/requires/999"},
		{"not-includable", list(`{"name":"p","kind":"user","quantity":1,"bundle":true,"includes":`, `"p"`, "}]}"), "/modules/0/includes/0", "/modules/0/includes/999"},
		{"bundle-incomplete", list(b+`{"name":"p","kind":"user","quantity":1,"bundle":true,"includes":`, `"a"`, "}]}"), "/modules/2/includes/0", "/modules/2/includes/999"},
		{"requires-cycle", chain(n, "m%d", "m0"), "/modules/0/requires", "/modules/999/requires"},
		{"replaces-present", list(`{"name":"a","kind":"user","quantity":1,"replaces":`, `"a"`, "}]}"), "/modules/0/replaces/0", "/modules/0/replaces/500"},
		{"replaces-twice", list(`{"name":"a","kind":"user","quantity":1,"replaces":`, `"x"`, "}]}"), "/modules/0/replaces/1", "/modules/0/replaces/1000"},
	} {
		t.Run(test.code, func(t *testing.T) {
			_, err := license.Parse([]byte(test.document))
			got := found(err)
			if len(got) != license.MaxFindings {
				t.Fatalf("%d findings, want %d", len(got), license.MaxFindings)
			}
			first, last := got[0], got[len(got)-1]
			if first[0] != test.code || first[1] != test.first || last[1] != test.last {
				t.Errorf("from %v to %v, want %s from %s to %s", first, last, test.code, test.first, test.last)
			}
		})
	}
}

// TestParseReportsTheFirstOfNames has names out of order, so that some of the
// first findings come late in the text.
func TestParseReportsTheFirstOfNames(t *testing.T) {
	const n = 5003
	var members []string
	var want [][]string
	for i := range n { // 7919 and n are prime: each number comes once
		members = append(members, fmt.Sprintf(`"x%04d":1`, i*7919%n))
		if i < license.MaxFindings {
			want = append(want, []string{"malformed", fmt.Sprintf("/modules/0/info/x%04d", i)})
		}
	}
	_, err := license.Parse([]byte(head + `{"name":"a","kind":"site","quantity":1,"info":{` + strings.Join(members, ",") + "}}]}"))
	if diff := cmp.Diff(want, found(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestParseReadsDuplicatesPastTheLimit: a name that occurs twice is void, even
// where there are too many findings before it for that to be reported.
func TestParseReadsDuplicatesPastTheLimit(t *testing.T) {
	const n = license.MaxFindings
	module := `{"name":"a","kind":"site","quantity":1,"requires":["b"]},`
	twice := strings.TrimSuffix(strings.Repeat(`{"name":"c","kind":"site","quantity":1,"x":1,"x":1},`, n), ",")
	last := `,{"name":"b","name":"b","kind":"site","quantity":1}`
	_, err := license.Parse([]byte(head + module + twice + last + "]}"))
	got := found(err)
	if len(got) != n || !cmp.Equal(got[0], []string{"unknown-module", "/modules/0/requires/0"}) {
		t.Errorf("%d findings, first %v", len(got), got[0])
	}
}

// maxPointerBytes is what docs/spec/domain.md says of all pointers together.
const maxPointerBytes = 32 << 20

func TestParseBoundsPointers(t *testing.T) {
	name := strings.Repeat("~", license.MaxDocumentSize/2)
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, `"%d":1,"%[1]d":1,`, i)
	}
	_, err := license.Parse([]byte(head + `],"` + name + `":{` + b.String() + `"":1}}`))
	got := found(err)
	// Each pointer takes 1 MiB and a little.
	if want := maxPointerBytes/(2*len(name)) - 1; len(got) != want {
		t.Errorf("%d findings, want %d", len(got), want)
	}
	for i, f := range got {
		if !strings.HasSuffix(f[1], fmt.Sprintf("~0/%d", i)) {
			t.Errorf("finding %d is at …%s", i, f[1][len(f[1])-10:])
		}
	}
}
