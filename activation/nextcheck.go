package activation

import (
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

const (
	// usualWait is how long after a check that succeeded the next one is.
	usualWait = 24 * time.Hour
	// longestWait is the longest of all, whatever a license asks for.
	longestWait = 30 * 24 * time.Hour
	// firstRetry is how long after a problem the next check is, to be doubled
	// with each further one, up to usualWait.
	firstRetry = 15 * time.Minute
	// spread is by how much of itself a wait may be shorter, though by no more
	// than maxSpread, so that many tenants do not ask at once.
	spread    = 0.1
	maxSpread = 24 * time.Hour
)

// checked is what the time of the next check depends on.
type checked struct {
	now time.Time
	// active is the active license, nil for none, and begins when the offers
	// begin that wait.
	active *license.License
	begins []time.Time
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
	wait := usualWait
	switch {
	case c.failures > 0:
		wait = min(max(retryWait(c.failures), c.retryAfter), usualWait)
	case c.active != nil && c.active.NextCheck != nil && c.active.NextCheck.After(c.now):
		wait = min(c.active.NextCheck.Sub(c.now), longestWait, c.untilDaily())
	}
	next := c.now.Add(wait - time.Duration(c.random*float64(min(time.Duration(spread*float64(wait)), maxSpread))))
	for _, from := range c.begins {
		if from.After(c.now) && from.Before(next) {
			next = from
		}
	}
	return next.UTC()
}

// untilDaily is the longest wait of a license that ends: to where it is said to
// expire, and from there on a day.
func (c checked) untilDaily() time.Duration {
	if c.active.Expires == nil {
		return longestWait
	}
	return max(warnedFrom(c.active).Sub(c.now), usualWait)
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

func (x *transaction) nextCheck(owner OwnerRecord, outcome source.Outcome) time.Time {
	c := checked{
		now: x.now, begins: beginnings(owner), failures: owner.Check.Failures, retryAfter: outcome.Problem.RetryAfter,
		random: x.engine.random(),
	}
	if opened := x.opened[owner.Owner]; opened != nil {
		c.active = opened.License
	}
	return c.next()
}

func beginnings(owner OwnerRecord) []time.Time {
	var begins []time.Time
	for _, pending := range owner.Pending {
		if !pending.Begins.IsZero() {
			begins = append(begins, pending.Begins)
		}
	}
	return begins
}

// scheduleAfterActivation plans the next check by the license that is active
// now, if its owner has a source and the last check was no problem.
func (x *transaction) scheduleAfterActivation(owner *OwnerRecord, l *license.License) {
	if x.engine.sources[owner.Owner] == nil || (owner.Check.Failures > 0 && !owner.Check.Next.IsZero()) {
		return
	}
	owner.Check.Next = checked{now: x.now, active: l, begins: beginnings(*owner), random: x.engine.random()}.next()
}
