package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// flawless is the outcome of a soak in which every claim holds.
func flawless() *outcome {
	o := &outcome{
		settings: settings{Town: town{Tenants: 1, Workers: 2}},
		elapsed:  time.Minute,
		seen:     observed{looks: 1},
		kept:     kept{activations: 1, changes: 1},
		left:     []int{0, 0},
		faults:   make(map[faultKind]*tally),
		growth:   growth{enoughSamples, [4]int{40, 40, 40, 40}, [4]uint64{10 << 20, 10 << 20, 10 << 20, 10 << 20}},
	}
	for _, kind := range faultKinds {
		o.faults[kind] = &tally{Made: 1}
	}
	return o
}

func TestClaims(t *testing.T) {
	require.True(t, flawless().holds())
	for claim, spoils := range map[string][]func(*outcome){
		"No seat is oversold": {
			func(o *outcome) { o.seen.wrongCount = 1 },
			func(o *outcome) { o.seen.looks = 0 },
		},
		"No license is lost": {
			func(o *outcome) { o.kept.license = []string{"lost"} },
			func(o *outcome) { o.kept.activations = 0 },
		},
		"No assignment is lost": {
			func(o *outcome) { o.kept.seats = []string{"lost"} },
			func(o *outcome) { o.kept.changes = 0 },
		},
		"Every tenant gets its newest license afterwards": {func(o *outcome) { o.kept.newest = []string{"old"} }},
		"Every fault is seen": {
			func(o *outcome) { o.faults[timeOut].Missing = 1 },
			func(o *outcome) { o.faults[tampered].Made = 0 },
		},
		"Neither goroutines nor memory grow": {
			func(o *outcome) { o.growth.Goroutines[3] = 56 },
			func(o *outcome) { o.growth.Heap[3] = 100 << 20 },
		},
		"No goroutine is left when a worker ends": {
			func(o *outcome) { o.left[1] = 1 },
			func(o *outcome) { o.left = o.left[:1] },
			func(o *outcome) { o.left = nil },
		},
		"No operation fails otherwise": {func(o *outcome) { o.logs.unexpected = []string{"error"} }},
	} {
		for _, spoil := range spoils {
			o := flawless()
			spoil(o)
			require.False(t, o.holds(), claim)
			var report bytes.Buffer
			require.NoError(t, o.report(&report))
			require.Contains(t, report.String(), "| "+claim+" | **no** |")
		}
	}
}
