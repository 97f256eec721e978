package strictjson_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// duplicatesOf scans a text and lists its duplicates.
func duplicatesOf(text string, limit int) ([]string, *strictjson.Error) {
	tree := strictjson.Tree{Limit: limit}
	if err := strictjson.Scan(text, &tree, 3); err != nil {
		return nil, err
	}
	var pointers []string
	for pointer := range tree.All() {
		pointers = append(pointers, pointer)
	}
	return pointers, nil
}

func TestScanSyntax(t *testing.T) {
	for _, test := range []struct{ text, problem string }{
		{``, "ends too early"},
		{` `, "ends too early"},
		{"\ufeff{}", "is not valid JSON at byte 0"},
		{`nul`, "is not valid JSON at byte 0"},
		{`truer`, "is followed by something at byte 4"},
		{`{} {}`, "is followed by something at byte 3"},
		{"{}\x00", "is followed by something at byte 2"},
		{"\x00", "is not valid JSON at byte 0"},
		{`{`, "ends too early"},
		{`{"a"`, "ends too early"},
		{`{"a":`, "ends too early"},
		{`{"a":1`, "ends too early"},
		{`{"a":1,`, "ends too early"},
		{`{"a":1,}`, "is not valid JSON at byte 7"},
		{`{"a" 1}`, "is not valid JSON at byte 5"},
		{`{a:1}`, "is not valid JSON at byte 1"},
		{`{"a":1]`, "is not valid JSON at byte 6"},
		{`{"a":1 "b":2}`, "is not valid JSON at byte 7"},
		{`[1}`, "is not valid JSON at byte 2"},
		{`[1,]`, "is not valid JSON at byte 3"},
		{`[`, "ends too early"},
		{`"`, "ends too early"},
		{`"a`, "ends too early"},
		{`"\`, "is not valid JSON at byte 1"},
		{`"\x"`, "is not valid JSON at byte 1"},
		{`"\u12`, "is not valid JSON at byte 1"},
		{`"\u12g4"`, "is not valid JSON at byte 1"},
		{"\"\n\"", "is not valid JSON at byte 1"},
		{`"\ud800"`, "is not valid JSON at byte 1"},
		{`"\udc00"`, "is not valid JSON at byte 1"},
		{`"\ud800\ud800\udc00"`, "is not valid JSON at byte 1"},
		{`"\ud800x"`, "is not valid JSON at byte 1"},
		{"\"\xff\"", "is not valid UTF-8"},
		{"\"\xed\xa0\x80\"", "is not valid UTF-8"},
		{`-`, "ends too early"},
		{`-x`, "is not valid JSON at byte 1"},
		{`01`, "is followed by something at byte 1"},
		{`1.`, "ends too early"},
		{`1.e`, "is not valid JSON at byte 2"},
		{`1e+`, "ends too early"},
		{`+1`, "is not valid JSON at byte 0"},
		{strings.Repeat("[", strictjson.MaxDepth+1), "is nested deeper than 10000"},
	} {
		_, err := duplicatesOf(test.text, 1)
		if err == nil || err.Problem != test.problem || err.Pointer != "" {
			t.Errorf("%.20q: %v, want %q", test.text, err, test.problem)
		}
	}
}

func TestScanDepth(t *testing.T) {
	for _, brackets := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
		text := func(n int) string {
			return strings.Repeat(brackets[0], n-1) + "[]" + strings.Repeat(brackets[1], n-1)
		}
		if _, err := duplicatesOf(text(strictjson.MaxDepth), 1); err != nil {
			t.Errorf("depth %d of %s: %v", strictjson.MaxDepth, brackets[0], err)
		}
		if _, err := duplicatesOf(text(strictjson.MaxDepth+1), 1); err == nil {
			t.Errorf("depth %d of %s passes", strictjson.MaxDepth+1, brackets[0])
		}
	}
}

func TestScanDuplicates(t *testing.T) {
	many := func(n int) string { // members, all of different names
		var b strings.Builder
		for i := range n {
			b.WriteString(`"` + strings.Repeat("x", i) + `":0,`)
		}
		return b.String()
	}
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"none", `{"a":{"a":[{"a":1},{"a":1}]},"b":1}`, nil},
		{"two", `{"a":1,"a":1}`, []string{"/a"}},
		{"three", `{"a":1,"a":1,"a":1}`, []string{"/a"}},
		{"by an escape", `{"a":1,"\u0061":1}`, []string{"/a"}},
		{"a pair of surrogates", `{"😀":1,"\ud83d\ude00":1}`, []string{"/😀"}},
		{"names with each escape", `{"\"\\\/\b\f\n\r\t\u00e5":1,"\"\\/\b\f\n\r\tå":1}`, []string{"/\"\\~1\b\f\n\r\tå"}},
		{"a tilde and a slash", `{"~/":1,"~/":1}`, []string{"/~0~1"}},
		{"in copies", `{"a":{"b":1,"b":1},"a":{"b":1,"b":1,"c":1,"c":1}}`, []string{"/a", "/a/b", "/a/c"}},
		{"an array beside an object", `{"a":[{"x":1,"x":1}],"a":{"0":{"x":1,"x":1}}}`, []string{"/a", "/a/0/x"}},
		{"indices and names", `{"b":1,"b":1,"10":1,"10":1,"9":1,"9":1,"01":1,"01":1,"a":1,"a":1}`, []string{"/9", "/10", "/01", "/a", "/b"}},
		{
			"long indices", `{"20000000000":1,"20000000000":1,"x":1,"x":1,"9999999999":1,"9999999999":1,"0":1,"0":1,"10000000000":1,"10000000000":1}`,
			[]string{"/0", "/9999999999", "/10000000000", "/20000000000", "/x"},
		},
		{"a pointer before those it begins", `{"a":{"b":1,"b":1},"a":1,"a-":1,"a-":1}`, []string{"/a", "/a/b", "/a-"}},
		{"an object with many members", `{` + many(40) + `"xxx":1}`, []string{"/xxx"}},
		{"the last of a few members", `{` + many(16) + `"":1}`, []string{"/"}},
		{"a member after many", `{` + many(17) + `"a":1,"a":2}`, []string{"/a"}},
		{"after an object with many members", `[{` + many(30) + `"a":{}},{"x":1,"x":1}]`, []string{"/1/x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := duplicatesOf(test.text, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("duplicates (-want +got):\n%s", diff)
			}
		})
	}
}

// TestScanLimit has more duplicates than are listed, in nested arrays.
func TestScanLimit(t *testing.T) {
	twice := `{"a":1,"a":2}`
	text := `[[` + strings.Repeat(twice+",", 5) + twice + `],` + twice + `,{"x":[` + twice + `,` + twice + `]},` + twice + `]`
	all := []string{"/0/0/a", "/0/1/a", "/0/2/a", "/0/3/a", "/0/4/a", "/0/5/a", "/1/a", "/2/x/0/a", "/2/x/1/a", "/3/a"}
	for limit := 1; limit <= len(all)+1; limit++ {
		got, err := duplicatesOf(text, limit)
		if err != nil {
			t.Fatal(err)
		}
		want := all[:min(limit, len(all))]
		if diff := cmp.Diff(want, got[:min(limit, len(got))]); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e+3,true,false,null,"\u00e5\ud83d\ude00\n"],"a":{"":{}}}`, `[`, `"\ud800"`, `{"a":1,}`, "\ufeff1", `{"a":{"0":1,"0":1},"a":[]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pointers, err := duplicatesOf(text, 1000)
		valid := json.Valid([]byte(text)) && utf8.ValidString(text)
		if err == nil && !valid {
			t.Errorf("%q passes", text)
		}
		if err != nil && valid && !strings.Contains(text, `\u`) {
			t.Errorf("%q: %v, and encoding/json reads it", text, err)
		}
		if err != nil {
			return
		}
		for i, pointer := range pointers {
			if !utf8.ValidString(pointer) || slices.Contains(pointers[:i], pointer) {
				t.Errorf("pointer %q", pointer)
			}
		}
		var got, want any
		if walk(t, strictjson.NewCursor(text), &got); len(pointers) > 0 {
			return // a reader may take any of the values
		}
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			return // a number that no float64 holds
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cursor (-encoding/json +got):\n%s", diff)
		}
	})
}

// walk reads a value with a cursor as encoding/json does.
func walk(t *testing.T, c *strictjson.Cursor, value *any) {
	t.Helper()
	skipped := *c
	skipped.Skip()
	raw := *c
	switch c.Kind() {
	case strictjson.Object:
		object := map[string]any{}
		c.Open()
		for name, ok := c.Member(); ok; name, ok = c.Member() {
			var member any
			walk(t, c, &member)
			object[name] = member
		}
		*value = object
	case strictjson.Array:
		array := []any{}
		for c.Open(); c.Element(); {
			var element any
			walk(t, c, &element)
			array = append(array, element)
		}
		*value = array
	case strictjson.String:
		*value = c.Text()
	default:
		// What no float64 holds is left out, here as there.
		_ = json.Unmarshal([]byte(c.Raw()), value)
	}
	if *c != skipped {
		t.Errorf("Skip does not end where the value %q does", raw.Raw())
	}
}
