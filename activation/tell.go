package activation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seatwright/seatwright/activation/attention"
)

const (
	// tellTimeout is how long the function of [WithAttention] may take.
	tellTimeout = time.Minute
	// tellAgain is how long after it failed it is called again.
	tellAgain = 15 * time.Minute
	// seatsLater is how long after seats were given or taken they are looked at,
	// so that many changes are one look.
	seatsLater = 15 * time.Minute
)

// WithAttention calls a function for every tenant in which something has begun to
// need attention, or has become more severe, and once more when it is over: what
// a host sends as mails, tickets or webhooks. [Engine.RenewDue], [Engine.Run] and
// [Tenant.RenewDue] call it, when a check was made, at the instants at which a
// license comes to stand elsewhere in time, and within a quarter of an hour after
// seats or licenses have changed. The host writes no poller.
//
// The store keeps what was told, so it is told once, however many processes
// there are and however often they are restarted. If the function returns an
// error, or its process dies before the store knows, it is told again. It may
// take a minute, is called from several goroutines for different tenants, and
// holds no transaction open. Ended items have Code, Owner, Module, Number,
// Severity and Since. See docs/spec/attention.md, Telling.
func WithAttention(tell func(ctx context.Context, tenant string, began, ended []attention.Item) error) Option {
	return func(e *Engine) error {
		if tell == nil {
			return errors.New("WithAttention: the function is nil")
		}
		e.tell = tell
		return nil
	}
}

// news is what a look has found, and what the host is to be told of it.
type news struct{ began, ended, tellBegan, tellEnded []attention.Item }

// look notes what needs attention now, and when to look again. Items that the
// host is to be told of keep the lease, until [operation.tell] has told it.
func (x *transaction) look(ctx context.Context) error {
	status, err := x.status(ctx)
	if err != nil {
		return err
	}
	clock := x.engine.clock()
	items := status.Attention(clock)
	noted := status.notes
	found := &news{}
	found.began, found.ended = noted.see(items, x.now)
	if x.engine.tell != nil {
		found.tellBegan, found.tellEnded = noted.untold(items)
	} else {
		noted.told(nil, found.ended)
	}
	noted.forget()
	x.record.Notes = noted.text()
	x.record.Look = status.nextLook(noted, x.now)
	if len(found.tellBegan)+len(found.tellEnded) > 0 {
		x.record.LeasedUntil, x.record.LeasedBy = x.now.Add(leaseSlack+tellTimeout), x.op.lease
	}
	x.op.news = found
	x.after(func(ctx context.Context) { x.op.report(ctx, found) })
	return nil
}

// nextLook is the earliest instant at which there will be something else to say,
// if nothing happens before.
func (s *TenantStatus) nextLook(noted notes, now time.Time) time.Time {
	turns := s.turns()
	for _, o := range noted.Open {
		if !o.Over && !o.Gone.IsZero() {
			turns = append(turns, o.ends())
		}
	}
	var next earliest
	for _, turn := range turns {
		if turn.After(now) {
			next.consider(turn.UTC())
		}
	}
	return next.at
}

// report tells log and observer what has begun and ended.
func (o *operation) report(ctx context.Context, found *news) {
	for _, item := range found.began {
		level := slog.LevelInfo
		if item.Severity.Above(attention.Info) {
			level = slog.LevelWarn
		}
		o.log(ctx, level, "needs attention", attributesOf(item, slog.String("says", item.String()))...)
	}
	for _, item := range found.ended {
		o.log(ctx, slog.LevelInfo, "needs no attention any more", attributesOf(item)...)
	}
	if observer := o.engine.observer; observer != nil && len(found.began)+len(found.ended) > 0 {
		observer.Observe(ctx, Observation{
			Operation: OperationAttention, Tenant: o.id, Outcome: OutcomeDone, Began: found.began, Ended: found.ended,
		})
	}
}

func attributesOf(item attention.Item, more ...slog.Attr) []slog.Attr {
	attributes := []slog.Attr{slog.String("code", string(item.Code)), slog.String("severity", string(item.Severity))}
	if item.Owner != "" {
		attributes = append(attributes, slog.String("of", item.Owner))
	}
	if item.Module != "" {
		attributes = append(attributes, slog.String("module", item.Module))
	}
	return append(attributes, more...)
}

// tellHost calls the host, with no transaction open, and notes what it knows.
// After an error it is called again in a while.
func (o *operation) tellHost(ctx context.Context) error {
	found := o.news
	if found == nil || len(found.tellBegan)+len(found.tellEnded) == 0 || o.dry {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	failed := o.engine.tell(limited, o.id, found.tellBegan, found.tellEnded)
	if failed != nil {
		failed = fmt.Errorf("tell of what needs attention: %w", failed)
	}
	_, err := update(ctx, o, verifyRecent, func(_ context.Context, x *transaction) (struct{}, error) {
		if x.record.LeasedBy != x.op.lease {
			return struct{}{}, nil // another worker has the lease now
		}
		x.record.LeasedUntil, x.record.LeasedBy, x.checked = time.Time{}, "", true
		if failed == nil {
			noted := readNotes(x.record.Notes)
			noted.told(found.tellBegan, found.tellEnded)
			x.record.Notes = noted.text()
		} else {
			x.lookWithin(tellAgain)
		}
		return struct{}{}, nil
	})
	return errors.Join(failed, err)
}

// lookDue reports whether what needs attention is to be looked at.
func (s *situation) lookDue() bool { return s.reached(s.record.Look) }

// lookWithin has it looked at no later than after a while.
func (x *transaction) lookWithin(wait time.Duration) {
	if at := x.now.Add(wait); x.record.Look.IsZero() || x.record.Look.After(at) {
		x.record.Look, x.checked = at, true
	}
}

// seatsMoved has the seats looked at, if some that were counted may have passed a
// figure that is told of, and a host is told.
func (x *transaction) seatsMoved(changes int) {
	if x.engine.tell == nil {
		return
	}
	inUse := x.census.InUse(x.licenses)
	for _, e := range x.licenses.Entries() {
		if !e.Module.Restricted() {
			continue
		}
		capacity := e.Module.Capacity()
		for _, figure := range []int64{(nearlyFull*capacity + 99) / 100, capacity, e.Module.Quantity + 1} {
			if distance := inUse[e.Index] - figure; max(distance, -distance) <= int64(changes) {
				x.lookWithin(seatsLater)
				return
			}
		}
	}
}
