package activation

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// clockTolerance is how far a clock may go back, as clocks that are set right
// do, before the newest instant that was recorded counts instead.
const clockTolerance = 5 * time.Minute

// recordAfter is how long an instant that was recorded is good enough for what
// concerns seats alone. By so much more may a clock go back unnoticed.
const recordAfter = time.Minute

// effective returns the instant by which everything is decided. See
// docs/spec/domain.md, Where a license stands in time.
func effective(clock, newest time.Time) time.Time {
	clock = clock.UTC()
	if least := newest.Add(-clockTolerance).UTC(); !newest.IsZero() && least.After(clock) {
		return least
	}
	return clock
}

// orZero returns an instant that need not be there, zero if it is not.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

// ResetClock forgets an instant in the future that was recorded while the clock was
// wrong, but nothing before the newest issuedAt of the licenses that were
// activated. It is for an administrator who has set the clock right; the reset is
// written to the history. Checks that were planned by the wrong clock are due at
// once: those of an owner who was asked then, and those that are further away than
// any wait from now on. The result says what it was set to, or why it could not be
// set to the clock.
func (a *Actor) ResetClock(ctx context.Context) (ClockReset, error) {
	return run(ctx, a.operation(OperationResetClock, ""), func(ctx context.Context, o *operation) (ClockReset, error) {
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (ClockReset, error) {
			return x.resetClock(ctx)
		})
	})
}

// ClockReset is what [Actor.ResetClock] did.
type ClockReset struct {
	// Clock is the clock, and Was and Is the newest recorded instant, before and
	// after. They are the same if there was nothing to reset.
	Clock time.Time `json:"clock,omitzero"`
	Was   time.Time `json:"was,omitzero"`
	Is    time.Time `json:"is,omitzero"`
	// HeldByLicense says that Is could not be set back to the clock, since a
	// license was activated that was issued then. The clock is behind, or its
	// issuer's was ahead.
	HeldByLicense bool `json:"heldByLicense,omitzero"`
}

// latestCheck is when a check of an owner's source is at the latest that is
// planned now. A check that is planned for later was planned by a clock that
// was ahead.
func (x *transaction) latestCheck(owner string) time.Time {
	c := checked{now: x.now}
	if opened := x.opened[owner]; opened != nil {
		c.active = opened.License
	}
	return c.next()
}

func (x *transaction) resetClock(ctx context.Context) (ClockReset, error) {
	clock := x.engine.clock().UTC()
	newest, was := clock, x.record.Newest.UTC()
	reset := ClockReset{Clock: clock, Was: was, Is: was}
	if x.record.NewestIssued.After(newest) {
		newest = x.record.NewestIssued.UTC()
		reset.HeldByLicense = was.After(clock)
	}
	if !was.After(newest) {
		return reset, nil
	}
	reset.Is = newest
	x.record.Newest, x.record.LeasedUntil, x.record.LeasedBy = newest, time.Time{}, ""
	x.now = effective(clock, newest)
	if x.record.Sampled.After(x.now) {
		x.record.Sampled = time.Time{}
	}
	for _, owner := range x.owners {
		next := owner.Check.Next
		ahead := owner.Check.LastTry.After(x.now) || next.After(x.latestCheck(owner.Owner))
		if ahead && !next.IsZero() {
			owner.Check.Next = x.now
		}
		if owner.Settled.After(x.now) {
			owner.Settled = x.now // an offer that begins between the two has not begun yet
		}
		if err := x.putOwner(ctx, owner); err != nil {
			return ClockReset{}, err
		}
	}
	x.checked = true
	if _, err := x.w.AppendHistory(ctx, HistoryEntry{At: x.now, Kind: HistoryClockReset, By: x.op.by}); err != nil {
		return ClockReset{}, fmt.Errorf("record the reset: %w", err)
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelWarn, "recorded instant reset", slog.Time("was", was), slog.Time("is", newest))
	})
	return reset, nil
}
