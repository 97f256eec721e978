package activation

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/seatwright/seatwright/source"
)

const (
	// perSource is for how many tenants a source is asked at once, of what is due.
	perSource = 8
	// pausesAfter is how often in a row a source can't be reached before it is
	// left alone.
	pausesAfter = 5
	// firstPause is for how long, to be doubled each time, up to longestPause.
	firstPause   = time.Minute
	longestPause = 15 * time.Minute
)

// gate is how a process asks a source for what is due: for so many tenants at
// once. When the source could not be reached several times in a row, it is
// asked for nobody in a pause, and then for one tenant, as a probe. The result
// of the probe ends the pause or begins a longer one. See docs/spec/feed.md,
// Many tenants.
type gate struct {
	mu       sync.Mutex
	asking   int
	failures int           // in a row
	pause    time.Duration // the length of the last one, 0 if the source can be reached
	until    time.Time     // when it ends
}

// entry says whether a source may be asked.
type entry int

const (
	entered entry = iota
	full          // as many ask as may ask at once
	paused        // nobody asks until the pause ends
)

// enter asks to ask; who has entered leaves.
func (g *gate) enter(now time.Time) entry {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case now.Before(g.until):
		return paused
	case g.asking >= perSource, g.pause > 0 && g.asking > 0:
		return full
	}
	g.asking++
	return entered
}

// turn waits a second, no longer, for a turn. It reports whether it has entered.
func (g *gate) turn(ctx context.Context, clock func() time.Time) bool {
	for range 20 {
		if is := g.enter(clock()); is != full {
			return is == entered
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return false
		}
	}
	return false
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asking--
}

// pausedUntil is the end of a pause, zero if there is none.
func (g *gate) pausedUntil(now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !now.Before(g.until) {
		return time.Time{}
	}
	return g.until.UTC()
}

// answered notes whether a source could be reached. It reports whether a pause
// begins or is over.
func (g *gate) answered(now time.Time, reached bool) (until time.Time, turned bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if reached {
		turned = g.pause > 0
		g.failures, g.pause, g.until = 0, 0, time.Time{}
		return g.until, turned
	}
	g.failures++
	if g.failures < pausesAfter || now.Before(g.until) {
		return g.until, false
	}
	g.pause = min(max(2*g.pause, firstPause), longestPause)
	g.until = now.Add(g.pause)
	return g.until, true
}

// heard tells the gate of a source what became of asking it, and log and observer
// if it is left alone from now on, or no more.
func (o *operation) heard(ctx context.Context, owner string, outcome source.Outcome) {
	reached := outcome.Kind != source.KindProblem || outcome.Problem.Reason != source.ReasonUnavailable
	until, turned := o.engine.gates[owner].answered(o.engine.clock(), reached)
	if !turned {
		return
	}
	result := OutcomeDone
	if reached {
		o.log(ctx, slog.LevelInfo, "the source can be reached again")
	} else {
		result = OutcomeProblem
		o.log(ctx, slog.LevelWarn, "the source can't be reached and is left alone",
			slog.Time("until", until.UTC()), slog.String("problem", outcome.Problem.String()))
	}
	if observer := o.engine.observer; observer != nil {
		observer.Observe(ctx, Observation{Operation: OperationPause, Tenant: o.id, Owner: owner, Outcome: result})
	}
}
