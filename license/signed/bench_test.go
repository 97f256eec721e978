package signed_test

import (
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// BenchmarkOpen opens a license of 100 modules, and reports how many times as
// long it takes as what it cannot do without: one bare Ed25519 verification of
// the token, and decoding the document with encoding/json. The goal is at most
// 2.5.
func BenchmarkOpen(b *testing.B) {
	type plain license.License // without the methods of License, which parse strictly
	envelope, err := signed.Sign([]byte(documentOf(100)), acme)
	if err != nil {
		b.Fatal(err)
	}
	inspected, err := signed.Inspect(envelope)
	if err != nil {
		b.Fatal(err)
	}
	var wire struct{ License string }
	if err := json.Unmarshal(envelope, &wire); err != nil {
		b.Fatal(err)
	}
	end := strings.LastIndexByte(wire.License, '.')
	input, signature := []byte(wire.License[:end]), []byte(decode(b, wire.License[end+1:]))
	trust := newTrust(b)
	key := public(acme)

	b.SetBytes(int64(len(envelope)))
	b.ReportAllocs()
	var opening, bare []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := trust.Open(envelope, now); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		var decoded plain
		if !ed25519.Verify(key, input, signature) || json.Unmarshal(inspected.Payload, &decoded) != nil {
			b.Fatal("the peer fails")
		}
		opening, bare = append(opening, middle.Sub(start)), append(bare, time.Since(middle))
	}
	b.ReportMetric(float64(median(opening))/float64(median(bare)), "x-bare")
	b.ReportMetric(float64(median(opening).Microseconds()), "µs/open")
}

// median leaves out what other programs on the machine cost.
func median(durations []time.Duration) time.Duration {
	slices.Sort(durations)
	return durations[len(durations)/2]
}
