package license_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/seatwright/seatwright/license"
)

// hostile are documents of up to 1 MiB that were made to take much time or
// memory.
func hostile() map[string]string {
	const size = license.MaxDocumentSize
	// fill returns before and after with as many units between, separated by
	// commas, as there is room for.
	fill := func(before, after string, unit func(i int) string) string {
		var b strings.Builder
		b.WriteString(before)
		for i := 0; ; i++ {
			u := unit(i)
			if b.Len()+len(u)+1+len(after) > size {
				break
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(u)
		}
		return b.String() + after
	}
	same := func(unit string) func(int) string { return func(int) string { return unit } }
	numbered := func(format string) func(int) string {
		return func(i int) string { return fmt.Sprintf(format, i) }
	}
	documents := map[string]string{
		"no JSON":                 strings.Repeat("x", size),
		"open arrays":             strings.Repeat("[", size),
		"open objects":            strings.Repeat(`{"":`, size/4),
		"one string":              `{"` + strings.Repeat("x", size-3),
		"escapes":                 `{"a":"` + strings.Repeat(`\u0041`, size/6-4) + `"}`,
		"escapes in a name":       `{"` + strings.Repeat(`\u0041`, size/6-4) + `":1}`,
		"empty modules":           fill(head, "]}", same("{}")),
		"numbers as modules":      fill(head, "]}", same("1")),
		"tiny modules":            fill(head, "]}", same(`{"name":"a"}`)),
		"tiny modules by name":    fill(head, "]}", numbered(`{"name":"%x"}`)),
		"modules with duplicates": fill(head, "]}", same(`{"a":1,"a":1}`)),
		"members in another case": fill(head, "]}", same(`{"Name":1,"NAME":1,"nAME":1}`)),
		"malformed requires":      fill(head+`{"name":"a","requires":[`, "]}]}", same("1")),
		"unknown requires":        fill(head+`{"name":"a","requires":[`, "]}]}", same(`"b"`)),
		"requires itself":         fill(head+`{"name":"a","requires":[`, "]}]}", same(`"a"`)),
		"malformed includes":      fill(head+`{"name":"a","bundle":true,"includes":[`, "]}]}", same(`""`)),
		"malformed critical":      fill(head+`],"critical":[`, "]}", same("1")),
		"unsupported critical":    fill(head+`],"critical":[`, "]}", same(`""`)),
		"malformed info":          fill(head+`{"info":{`, "}}]}", numbered(`"%x":1`)),
		"info":                    fill(head+`{"info":{`, "}}]}", numbered(`"%x":""`)),
		"info of many modules":    fill(head, "]}", same(`{"info":{"":""}}`)),
		"lists of many modules":   fill(head, "]}", same(`{"requires":["a"]}`)),
		"unknown members":         fill(head+`],`, "}", numbered(`"%x":1`)),
		"escaped names":           fill(head+`],`, "}", numbered(`"~%x":1,"~%[1]x":1`)),
		"duplicates":              fill(head+`],`, "}", numbered(`"%x":1,"%[1]x":1`)),
		"objects with duplicates": fill(head+`],`, "}", numbered(`"%x":{"":1,"":1}`)),
		"arrays of duplicates":    fill(head+`],`, "}", numbered(`"%x":[{"":1,"":1}]`)),
		"duplicates at each depth": head + `],"deep":` +
			strings.Repeat(`{"a":1,"a":`, 9998) + "1" + strings.Repeat("}", 9998) + "}",
		"duplicates in duplicates": head + `],"deep":` +
			strings.Repeat(`{"a":{"b":1,"b":2},"a":`, 9998) + "1" + strings.Repeat("}", 9998) + "}",
		"deep arrays": fill(head+`],"deep":[`, "]}", same(
			strings.Repeat("[", 9990)+`{"a":1,"a":1}`+strings.Repeat("]", 9990))),
		"many duplicates at the end of deep arrays": fill(head+`],"deep":`+strings.Repeat("[", 9990),
			strings.Repeat("]", 9990)+"}", same(`{"a":1,"a":1}`)),
		"duplicates below a long name": fill(head+`],"`+strings.Repeat("n", size/2)+`":{`, "}}",
			numbered(`"%x":1,"%[1]x":1`)),
		"duplicates below a long escaped name": fill(head+`],"`+strings.Repeat("~", size/2)+`":{`, "}}",
			numbered(`"%x":1,"%[1]x":1`)),
		"duplicates of long names": fill(head+`],`, "}",
			numbered(`"`+strings.Repeat("n", 1000)+`%x":1,"`+strings.Repeat("n", 1000)+`%[1]x":1`)),
		"copies of a path to many duplicates": copiesOfPaths(),
		"one bundle of many": fill(head+`{"name":"p","kind":"user","bundle":true,"includes":[`, "]}]}",
			same(`"p"`)),
	}
	for name, document := range bundles() {
		documents[name] = document
	}
	return documents
}

// copiesOfPaths is a chain of objects in which each repeats its member with a
// path down to one that has many duplicates.
func copiesOfPaths() string {
	const depth = 400
	var b strings.Builder
	b.WriteString(head + `],"x":`)
	b.WriteString(strings.Repeat(`{"x":`, depth) + "{")
	for i := range 25_000 {
		fmt.Fprintf(&b, `"%x":1,"%[1]x":1,`, i)
	}
	b.WriteString(`"":1}`)
	for level := 1; level <= depth; level++ {
		b.WriteString(`,"x":` + strings.Repeat(`{"x":`, level-1) + `{"p":1,"p":1}` + strings.Repeat("}", level-1) + "}")
	}
	return b.String() + "}"
}

// bundles are documents with many bundles of modules with many requirements.
func bundles() map[string]string {
	all := func(n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"%x"`, i)
		}
		return b.String()
	}
	var wide strings.Builder // many bundles of one module that requires many
	wide.WriteString(head + `{"name":"a","kind":"user","requires":[` + all(15_000) + `]}`)
	for i := range 15_000 {
		fmt.Fprintf(&wide, `,{"name":"%x","kind":"user"}`, i)
	}
	for range 14_000 {
		wide.WriteString(`,{"bundle":true,"includes":["a"]}`)
	}
	wide.WriteString("]}")
	const n = 310
	var square strings.Builder // many complete bundles of modules that require each other
	square.WriteString(head + `{}`)
	list := all(n)
	for i := range n {
		fmt.Fprintf(&square, `,{"name":"%x","kind":"user","requires":[%s]}`, i, list)
		fmt.Fprintf(&square, `,{"bundle":true,"includes":[%s]}`, list)
	}
	square.WriteString("]}")
	return map[string]string{"many bundles": wide.String(), "large bundles": square.String()}
}

// maxParseMemory is what Parse may allocate in all for any document.
const maxParseMemory = 64 << 20

func TestParseBoundsMemory(t *testing.T) {
	for name, document := range hostile() {
		t.Run(name, func(t *testing.T) {
			if len(document) > license.MaxDocumentSize {
				t.Fatalf("%d bytes, that is too large to test anything", len(document))
			}
			raw := []byte(document)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := license.Parse(raw)
			runtime.ReadMemStats(&after)
			used := after.TotalAlloc - before.TotalAlloc
			if used > maxParseMemory {
				t.Errorf("%d bytes were allocated, at most %d may be", used, maxParseMemory)
			}
			size := 0
			for _, f := range license.FindingsOf(err) {
				size += len(f.Pointer)
			}
			if size > maxPointerBytes {
				t.Errorf("%d bytes of pointers, at most %d may be", size, maxPointerBytes)
			}
		})
	}
}

func BenchmarkParseHostile(b *testing.B) {
	for name, document := range hostile() {
		b.Run(name, func(b *testing.B) {
			raw := []byte(document)
			b.ReportAllocs()
			for b.Loop() {
				_, err := license.Parse(raw)
				b.ReportMetric(float64(len(license.FindingsOf(err))), "findings")
			}
		})
	}
}
