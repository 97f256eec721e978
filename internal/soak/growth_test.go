package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGrowth(t *testing.T) {
	grown := func(goroutines int, heap uint64) (samples []sample) {
		for i := range enoughSamples {
			s := sample{Goroutines: 40, Heap: 10 << 20}
			if i >= enoughSamples-enoughSamples/4 {
				s = sample{Goroutines: goroutines, Heap: heap}
			}
			if i%10 == 0 {
				s = sample{Goroutines: 1000, Heap: 1 << 40} // medians leave this sample out
			}
			samples = append(samples, s)
		}
		return samples
	}
	const heap = 10<<20*growthFactor + moreHeap
	for name, test := range map[string]struct {
		goroutines int
		heap       uint64
		bounded    bool
	}{
		"none":                {40, 10 << 20, true},
		"less":                {1, 1, true},
		"all that may be":     {55, heap, true},
		"one goroutine more":  {56, 10 << 20, false},
		"one byte more":       {40, heap + 1, false},
		"a goroutine a check": {4000, 10 << 20, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := growthOf(grown(test.goroutines, test.heap))
			require.Equal(t, growth{
				Samples: enoughSamples, Goroutines: [4]int{40, 40, 40, test.goroutines}, Heap: [4]uint64{10 << 20, 10 << 20, 10 << 20, test.heap},
			}, g)
			require.True(t, g.judged())
			require.Equal(t, test.bounded, g.bounded())
		})
	}
	require.False(t, growthOf(grown(40, 0)[1:]).judged(), "one sample is missing")
	require.Equal(t, growth{Samples: 3}, growthOf(make([]sample, 3)))
}
