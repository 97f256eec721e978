package benchmarks

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// side answers a batch of questions, the given number of them from the given
// place on, and returns how many answers were yes, so that no answer can be
// left out as unused.
type side struct {
	answer func(from, to int) int
	batch  int
}

// batch is how many questions a quick side answers in a round: enough that
// reading the clock does not count.
const batch = 1 << 12

// times is what a number of rounds took, in nanoseconds for each answer.
type times struct{ ours, peers []float64 }

// both compares two sides in one goroutine and in parallel.
func both(b *testing.B, name string, ours, peer side, unit string, ratio func(ours, peer float64) float64) {
	b.Helper()
	b.Run(name+"/sequential", func(b *testing.B) { compare(b, false, ours, peer, unit, ratio) })
	b.Run(name+"/parallel", func(b *testing.B) { compare(b, true, ours, peer, unit, ratio) })
}

// compare runs rounds on both sides, in one goroutine or in as many as there
// are processors, and reports the medians and what ratio makes of them.
func compare(b *testing.B, parallel bool, ours, peer side, unit string, ratio func(ours, peer float64) float64) {
	b.Helper()
	var all times
	b.ResetTimer()
	if parallel {
		var lock sync.Mutex
		b.RunParallel(func(pb *testing.PB) {
			t := rounds(pb.Next, ours, peer)
			lock.Lock()
			defer lock.Unlock()
			all.ours, all.peers = append(all.ours, t.ours...), append(all.peers, t.peers...)
		})
	} else {
		all = rounds(b.Loop, ours, peer)
	}
	b.StopTimer()
	mine, theirs := median(all.ours), median(all.peers)
	b.ReportMetric(0, "ns/op") // hidden, since a round is not the operation of interest
	b.ReportMetric(mine, "ns/check")
	b.ReportMetric(theirs, "ns/peer")
	b.ReportMetric(ratio(mine, theirs), unit)
}

// rounds asks the sides about different holders in each round, and the second
// not about those that the first has just brought into a cache.
func rounds(next func() bool, ours, peer side) times {
	var t times
	for at := 0; next(); at += batch {
		t.ours = append(t.ours, ours.time(at))
		t.peers = append(t.peers, peer.time(at+questions/2))
	}
	return t
}

// sink keeps the answers.
var sink atomic.Int64

func (s side) time(from int) float64 {
	from %= questions
	start := time.Now()
	sink.Store(int64(s.answer(from, from+s.batch)))
	return float64(time.Since(start).Nanoseconds()) / float64(s.batch)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func multiple(ours, peer float64) float64 { return ours / peer }

func faster(ours, peer float64) float64 { return peer / ours }
