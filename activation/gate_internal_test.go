package activation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestGateLimits(t *testing.T) {
	g, now := &gate{}, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	for range perSource {
		assert.Equal(t, entered, g.enter(now))
	}
	assert.Equal(t, full, g.enter(now))
	g.leave()
	assert.Equal(t, entered, g.enter(now))
}

// A gate that is shut lets one through after each pause, and all after it has heard
// an answer.
func TestGatePauses(t *testing.T) {
	g, now := &gate{}, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	fails := func(want bool) {
		t.Helper()
		_, turned := g.answered(now, false)
		assert.Equal(t, want, turned)
	}
	for range pausesAfter - 1 {
		fails(false)
	}
	_, turned := g.answered(now, true)
	assert.False(t, turned, "it was never shut")
	for range pausesAfter - 1 {
		fails(false)
		assert.Equal(t, entered, g.enter(now))
		g.leave()
	}
	fails(true)
	fails(false) // a call that had begun before the pause
	for _, pause := range []time.Duration{1, 2, 4, 8, 15, 15} {
		end := now.Add(pause * time.Minute)
		assert.Equal(t, end, g.pausedUntil(now))
		assert.Equal(t, paused, g.enter(end.Add(-1)))
		now = end
		assert.Zero(t, g.pausedUntil(now))
		assert.Equal(t, entered, g.enter(now))
		assert.Equal(t, full, g.enter(now), "one is a probe")
		fails(true)
		g.leave()
	}
	now = now.Add(longestPause)
	assert.Equal(t, entered, g.enter(now))
	_, turned = g.answered(now, true)
	g.leave()
	assert.True(t, turned)
	assert.Zero(t, g.pausedUntil(now))
	for range perSource {
		assert.Equal(t, entered, g.enter(now))
	}
}
