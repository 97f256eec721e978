package main

import "slices"

// The bounds of growth, from the first quarter of a life to its last: by this
// factor, and by this much besides, which is what a quiet process varies by.
const (
	growthFactor   = 1.25
	moreGoroutines = 5
	moreHeap       = 1 << 20
	// enoughSamples is how many there have to be for a judgement.
	enoughSamples = 200
)

// growth is the medians of each quarter of a life.
type growth struct {
	Samples    int
	Goroutines [4]int
	Heap       [4]uint64
}

func growthOf(samples []sample) growth {
	g := growth{Samples: len(samples)}
	size := len(samples) / len(g.Heap)
	if size == 0 {
		return g
	}
	for i := range g.Heap {
		quarter := samples[i*size : (i+1)*size]
		g.Goroutines[i] = median(quarter, func(s sample) int { return s.Goroutines })
		g.Heap[i] = median(quarter, func(s sample) uint64 { return s.Heap })
	}
	return g
}

func median[T int | uint64](samples []sample, of func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// judged reports whether there are enough samples.
func (g growth) judged() bool { return g.Samples >= enoughSamples }

// bounded reports whether neither has grown by more than the bounds, from the
// first quarter to the last.
func (g growth) bounded() bool {
	return float64(g.Goroutines[3]) <= growthFactor*float64(g.Goroutines[0])+moreGoroutines &&
		float64(g.Heap[3]) <= growthFactor*float64(g.Heap[0])+moreHeap
}
