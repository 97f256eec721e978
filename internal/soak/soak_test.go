package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/pgtest"
)

// TestMain makes a process that was started by [TestSoak] a worker.
func TestMain(m *testing.M) {
	if text := os.Getenv(variable); text != "" {
		os.Exit(work(text))
	}
	os.Exit(pgtest.Main(m))
}

// TestSoak is a soak in small. It ends when so much has happened that every
// claim but that on growth has been put to the test.
func TestSoak(t *testing.T) {
	o, err := soak(t.Context(), pgtest.DSN(t), settings{
		Town: town{Tenants: 6, Workers: 2}, Seed: 1, Faults: 0.2, Speed: 600,
		Pace: pace{
			Users: 20 * time.Millisecond, Administrators: 40 * time.Millisecond, Checks: 50 * time.Millisecond,
			Samples: 500 * time.Millisecond, Patience: time.Second,
		},
		Kill: time.Second, Observe: 5 * time.Millisecond,
		Enough: func(p progress) bool {
			return p.Kills >= 3 && p.Activated >= 10 && p.Looks >= 200 &&
				p.Faults[timeOut] > 0 && p.Faults[status5] > 0 && p.Faults[tampered] > 0
		},
		Limit: 5 * time.Minute, // enough for a machine that is busy
	})
	require.NoError(t, err)
	var report bytes.Buffer
	require.NoError(t, o.report(&report))
	for _, c := range o.claims() {
		require.True(t, c.Holds, "%s\n%s", c.Text, &report)
	}
	t.Log(report.String())
}
