package license_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license"
)

// plain is a license without its methods, for encoding/json.
type plain license.License

// typical is a license of n modules, as an owner would issue it.
func typical(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"owner":{"name":"superoffice","description":"The vendor"},` +
		`"licensee":{"company":"Example AS","serial":"1234567890"},"number":7,` +
		`"issuedAt":"2026-01-01T00:00:00Z","nextCheck":"2026-02-01T00:00:00Z","warnFrom":"2026-12-01T00:00:00Z",` +
		`"expires":"2027-01-01T00:00:00Z","graceUntil":"2027-02-01T00:00:00+01:00",` +
		`"product":"crm","version":"11","deployment":"onsite","shopURL":"https://shop.example/","modules":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"module-%d","description":"Module number %[1]d","tooltip":"What it is good for",`+
			`"version":"1.0","kind":"user","quantity":%d,"sortOrder":%[1]d,"assignableTo":["internal"]`, i, i+1)
		switch {
		case i%10 == 9:
			fmt.Fprintf(&b, `,"bundle":true,"includes":["module-%d","module-%d"]`, i-9, i-8)
		case i%10 > 0 && i%3 == 0:
			fmt.Fprintf(&b, `,"requires":["module-%d"],"info":{"color":"red"}`, i-i%10)
		}
		b.WriteByte('}')
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// BenchmarkParse reports how long Parse takes as a multiple of what
// encoding/json takes to decode the same document into the same type.
func BenchmarkParse(b *testing.B) {
	raw := typical(100)
	if _, err := license.Parse(raw); err != nil {
		b.Fatal(err)
	}
	var ours, peer time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := license.Parse(raw); err != nil {
			b.Fatal(err)
		}
		parsed := time.Now()
		if err := json.Unmarshal(raw, new(plain)); err != nil {
			b.Fatal(err)
		}
		ours += parsed.Sub(start)
		peer += time.Since(parsed)
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "ns/op")
	b.ReportMetric(float64(peer.Nanoseconds())/float64(b.N), "encoding/json-ns/op")
	b.ReportMetric(float64(ours)/float64(peer), "ratio")
}
