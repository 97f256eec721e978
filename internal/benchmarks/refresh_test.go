package benchmarks

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// large is the size at which refreshing and memory are measured.
const large = 1_000_000

// reassign returns the snapshot after one assignment, the holder and role of
// which depend on i.
func (f *fixture) reassign(e *seat.Entitlements, i int) *seat.Entitlements {
	changed := f.holder(i % len(f.holders))
	changed.Assigned = f.holder((i + 1) % len(f.holders)).Assigned
	return e.With([]seat.Holder{changed})
}

// BenchmarkRefresh makes a snapshot after one assignment. The peer is a copy of
// the plain map, which is what it takes there for readers not to need a lock.
// The goals are less than 1 ms and less than 1 MB.
func BenchmarkRefresh(b *testing.B) {
	f := fixtureOf(b, large)
	start := time.Now()
	clone := maps.Clone(f.maps.holders)
	cloning := float64(time.Since(start))
	runtime.KeepAlive(clone)
	e, i := f.ours, 0
	b.ReportAllocs()
	for b.Loop() {
		e = f.reassign(e, i)
		i++
	}
	b.ReportMetric(faster(float64(b.Elapsed())/float64(b.N), cloning), "x-faster-than-cloning")
}

// BenchmarkTurn makes the snapshot of another instant. What it costs depends on
// the number of roles and modules, not of holders.
func BenchmarkTurn(b *testing.B) {
	f := fixtureOf(b, large)
	b.ReportAllocs()
	for b.Loop() {
		runtime.KeepAlive(f.ours.At(f.licenses, now))
	}
}

// BenchmarkReadersDuringRefresh asks while another goroutine makes one snapshot
// after the other, and while nobody does. A lock would show in the slowest.
func BenchmarkReadersDuringRefresh(b *testing.B) {
	f := fixtureOf(b, large)
	var current atomic.Pointer[seat.Entitlements]
	current.Store(f.ours)
	reader := side{batch: 1 << 8, answer: func(from, to int) int {
		e, yes := current.Load(), 0
		for _, q := range f.questions[from:to] {
			if e.Check(q.holder, q.module).Allowed() {
				yes++
			}
		}
		return yes
	}}
	var done atomic.Bool
	var refresher sync.WaitGroup
	var rest, busy []float64
	b.ResetTimer()
	for i := range b.N {
		rest = append(rest, reader.times(i)...)
	}
	refresher.Go(func() {
		for i := 0; !done.Load(); i++ {
			current.Store(f.reassign(current.Load(), i))
		}
	})
	for i := range b.N {
		busy = append(busy, reader.times(i)...)
	}
	done.Store(true)
	refresher.Wait()
	b.ReportMetric(0, "ns/op") // hidden, since a round is not the operation of interest
	b.ReportMetric(slowest(rest), "p99-ns/check-at-rest")
	b.ReportMetric(slowest(busy), "p99-ns/check")
	b.ReportMetric(slowest(busy)/slowest(rest), "x-at-rest")
}

// times asks a hundred batches.
func (s side) times(round int) []float64 {
	var times []float64
	for i := range 100 {
		times = append(times, s.time((100*round+i)*s.batch))
	}
	return times
}

// slowest returns the 99th percentile.
func slowest(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)*99/100]
}

// BenchmarkMemory makes everything for a million holders, whose ids are there
// already, and compares what is kept of it with the plain map. The goal is 60
// bytes a holder.
func BenchmarkMemory(b *testing.B) {
	f := fixtureOf(b, large)
	var ours, peer float64
	for b.Loop() {
		ours = kept(func() any { return f.entitlements() })
		peer = kept(func() any { return newPlainMaps(f.tenant) })
	}
	b.ReportMetric(ours/large, "B/holder")
	b.ReportMetric(peer/large, "B/holder-in-map")
	b.ReportMetric(ours/peer, "x-map")
}

// kept returns how many bytes of the heap are reachable from what is made.
func kept(build func() any) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	made := build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(made)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc)
}
