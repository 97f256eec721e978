package license_test

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/internal/strictjson"
	"github.com/seatwright/seatwright/license"
)

//go:embed testdata/documents/invalid.jsonl
var invalidCases []byte

//go:embed testdata/documents/valid.jsonl
var validCases []byte

// documentCase is a line of testdata/documents, which its README describes.
type documentCase struct {
	Name           string     `json:"name"`
	Document       *string    `json:"document"`
	DocumentBase64 []byte     `json:"documentBase64"`
	Generate       *recipe    `json:"generate"`
	Findings       [][]string `json:"findings"`
	State          [][]string `json:"state"`
}

type recipe struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// head is the beginning of every document that a recipe makes.
const head = `{"owner":{"name":"acme"},"licensee":{"company":"Example Ltd","serial":"SN-1"},` +
	`"number":1,"issuedAt":"2026-01-01T00:00:00Z","modules":[`

func readCases(tb testing.TB, lines []byte) []documentCase {
	tb.Helper()
	var cases []documentCase
	names := make(map[string]bool)
	for line := range bytes.Lines(lines) {
		var c documentCase
		if err := strictjson.Unmarshal(line, &c); err != nil {
			tb.Fatalf("case %d: %v", len(cases)+1, err)
		}
		if names[c.Name] {
			tb.Fatalf("two cases are named %q", c.Name)
		}
		names[c.Name] = true
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		tb.Fatal("no cases")
	}
	return cases
}

func (c *documentCase) bytes(tb testing.TB) []byte {
	tb.Helper()
	switch {
	case c.Document != nil:
		return []byte(*c.Document)
	case c.Generate != nil:
		return []byte(c.Generate.text(tb))
	}
	return c.DocumentBase64
}

func (r recipe) text(tb testing.TB) string {
	tb.Helper()
	nested := func(opening, inner, closing string) string {
		return head + `],"deep":` + strings.Repeat(opening, r.N) + inner + strings.Repeat(closing, r.N) + `}`
	}
	filled := func(before, filler, after string) string {
		return head + before + strings.Repeat(filler, r.N-len(head)-len(before)-len(after)) + after
	}
	switch r.Kind {
	case "modules":
		return chain(r.N, "", "")
	case "chain":
		return chain(r.N, "m%d", "")
	case "chain-loop":
		return chain(r.N, "m%d", fmt.Sprintf("m%d", r.N-1))
	case "ring":
		return chain(r.N, "m%d", "m0")
	case "padding":
		return filled(`],"padding":"`, "a", `"}`)
	case "spaces":
		return filled("]}", " ", "")
	case "fill":
		return strings.Repeat("x", r.N)
	case "arrays":
		return nested("[", "", "]")
	case "objects":
		return nested(`{"a":`, "1", "}")
	case "unclosed":
		return head + `],"deep":` + strings.Repeat("[", r.N)
	case "duplicates":
		return nested(`{"a":`, `{"b":1,"b":2}`, "}")
	}
	tb.Fatalf("unknown recipe %q", r.Kind)
	return ""
}

// chain returns a document of n modules that require the next one, if next
// says how that is called, and the last one last, if that is not empty.
func chain(n int, next, last string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		requires := last
		if i < n-1 && next != "" {
			requires = fmt.Sprintf(next, i+1)
		}
		fmt.Fprintf(&b, `{"name":"m%d","kind":"site","quantity":1`, i)
		if requires != "" {
			fmt.Fprintf(&b, `,"requires":[%q]`, requires)
		}
		b.WriteByte('}')
	}
	b.WriteString("]}")
	return b.String()
}

// found lists findings as cases do.
func found(err error) [][]string {
	list := [][]string{}
	for _, f := range license.FindingsOf(err) {
		list = append(list, []string{string(f.Code), f.Pointer})
	}
	return list
}

func TestInvalidCases(t *testing.T) {
	for _, c := range readCases(t, invalidCases) {
		t.Run(c.Name, func(t *testing.T) {
			raw := c.bytes(t)
			before := bytes.Clone(raw)
			l, err := license.Parse(raw)
			if l != nil || err == nil {
				t.Fatalf("license %v and error %v, want an error only", l, err)
			}
			if diff := cmp.Diff(c.Findings, found(err)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if !bytes.Equal(raw, before) {
				t.Error("the document was changed")
			}
		})
	}
}

func TestValidCases(t *testing.T) {
	for _, c := range readCases(t, validCases) {
		t.Run(c.Name, func(t *testing.T) {
			raw := c.bytes(t)
			before := bytes.Clone(raw)
			l, err := license.Parse(raw)
			if l == nil || err != nil {
				t.Fatalf("license %v and error %v, want a license only", l, err)
			}
			if !bytes.Equal(raw, before) {
				t.Error("the document was changed")
			}
			checkReadAlike(t, raw, l)
			for _, pair := range c.State {
				now, err := time.Parse(time.RFC3339Nano, pair[0])
				if err != nil {
					t.Fatal(err)
				}
				if got := l.StateAt(now); string(got) != pair[1] {
					t.Errorf("at %s %s, want %s", pair[0], got, pair[1])
				}
			}
		})
	}
}
