package activation

import (
	"time"

	"github.com/seatwright/seatwright/license"
)

const (
	// usualWait is how long after a check that succeeded the next one is.
	usualWait = 24 * time.Hour
	// longestWait is the longest of all, whatever a license asks for.
	longestWait = 30 * 24 * time.Hour
	// firstRetry is how long after a problem the next check is, to be doubled
	// with each further one, up to usualWait.
	firstRetry = 15 * time.Minute
	// spread is by how much of itself a wait may be longer or shorter, so that
	// many tenants do not ask at once.
	spread = 0.1
)

// checked is what the time of the next check depends on.
type checked struct {
	now time.Time
	// active and pending are licenses, nil for none.
	active, pending *license.License
	// failures is how many problems there were in a row, retryAfter how long
	// the source has asked to be left alone.
	failures   int
	retryAfter time.Duration
	// random is from 0 up to but not including 1.
	random float64
}

// next returns when to ask a source again. See docs/spec/feed.md, Client
// behavior, Next check.
func (c checked) next() time.Time {
	wait, longest := usualWait, longestWait
	switch {
	case c.failures > 0:
		wait, longest = min(max(retryWait(c.failures), c.retryAfter), usualWait), usualWait
	case c.active != nil && c.active.NextCheck != nil && c.active.NextCheck.After(c.now):
		wait = min(c.active.NextCheck.Sub(c.now), longestWait)
	}
	next := c.now.Add(min(wait+time.Duration(float64(wait)*spread*(2*c.random-1)), longest))
	if c.pending != nil && c.pending.ValidFrom != nil {
		if from := *c.pending.ValidFrom; from.After(c.now) && from.Before(next) {
			next = from
		}
	}
	return next.UTC()
}

func retryWait(failures int) time.Duration {
	wait := firstRetry
	for range failures - 1 {
		if wait *= 2; wait >= usualWait {
			return usualWait
		}
	}
	return wait
}

// scheduleAfterActivation plans the next check by the license that is active
// now, if its owner has a source and the last check was no problem.
func (x *transaction) scheduleAfterActivation(owner *OwnerRecord, l *license.License) {
	if x.engine.sources[owner.Owner] == nil || (owner.Check.Failures > 0 && !owner.Check.Next.IsZero()) {
		return
	}
	owner.Check.Next = checked{now: x.now, active: l, random: x.engine.random()}.next()
}
