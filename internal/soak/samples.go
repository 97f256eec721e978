package main

import (
	"context"
	"maps"
	"runtime"
	"sync"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// sample is what a worker is like at an instant.
type sample struct {
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"` // bytes in use after a collection
	// Counts is how many operations have ended since the process began, by
	// operation and outcome.
	Counts map[string]int `json:"counts"`
	// Before is, in the last sample of a worker that was not killed, how many
	// goroutines there were before it opened anything.
	Before int `json:"before,omitempty"`
}

func sampleNow(c *counts) sample {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return sample{Goroutines: runtime.NumGoroutine(), Heap: memory.HeapAlloc, Counts: c.all()}
}

// lastSample gives what has ended a while to be gone: a pool closes its
// connections behind itself.
func lastSample(ctx context.Context, before int, c *counts) sample {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	every(ctx, 10*time.Millisecond, func() {
		if runtime.NumGoroutine() <= before {
			cancel()
		}
	})
	last := sampleNow(c)
	last.Before = before
	return last
}

// counts is how often an engine did what. It implements [activation.Observer].
type counts struct {
	mu   sync.Mutex
	seen map[string]int
}

func newCounts() *counts { return &counts{seen: make(map[string]int)} }

// Observe implements [activation.Observer]. Operations that the end has
// interrupted do not count.
func (c *counts) Observe(ctx context.Context, o activation.Observation) {
	if o.Err != nil && ctx.Err() != nil {
		return
	}
	c.add(string(o.Operation) + " " + string(o.Outcome))
}

func (c *counts) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[what]++
}

func (c *counts) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.seen)
}
