package activation

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

const (
	defaultMaxAge = 10 * time.Second
	// retryAfterFailure is how long a store that could not be read is left
	// alone, so that not every request waits for it.
	retryAfterFailure = time.Second
)

// Entitlements is a snapshot of who may use what in a tenant: an immutable
// value that answers without a lock, an allocation or I/O, from any number of
// goroutines. Take one from [Tenant.Entitlements] for each request or session;
// that costs next to nothing while nothing has changed. See
// docs/spec/domain.md, Entitlement.
type Entitlements struct {
	// A call that takes the snapshot reads these, so they are side by side.
	seats      *seat.Entitlements
	generation int64     // of the tenant when the reading began; each write raises it
	asked      time.Time // when the store was last asked, by the engine's clock
	again      time.Time // when to ask it again, by the same clock
	at         time.Time // the effective instant that seats answer for
	newest     time.Time

	licenses *license.Set
	engine   *Engine
	read     time.Time // when the reading began, by the engine's clock
	err      error
	revision Revision
	opened   []*signed.Opened // by owner
}

// Check answers for a holder and a module, by id and full name. An unknown
// holder holds nothing; site modules need no assignment.
func (e *Entitlements) Check(holder, module string) seat.Entitlement {
	return e.seats.Check(holder, module)
}

// For returns what a holder may use, to be kept in a session or the context of
// a request.
func (e *Entitlements) For(holder string) seat.Grants { return e.seats.For(holder) }

// Module returns who may use a module, for a handler that asks about one
// module and many holders.
func (e *Entitlements) Module(module string) seat.ModuleGrants { return e.seats.Module(module) }

// Age returns for how long at most the snapshot may have missed what other
// processes write: the time since the reading of the store began. It is never
// below zero. It grows while the snapshot is kept. One that [Tenant.Entitlements]
// returns is older than [WithSnapshotMaxAge] while the store can't be reached, or
// while another goroutine reads it anew.
func (e *Entitlements) Age() time.Duration { return max(0, e.engine.clock().Sub(e.read)) }

// Err returns why the store could not be read when it last should have been, nil
// if it could. The snapshot keeps answering.
func (e *Entitlements) Err() error { return e.err }

// Entitlements returns the current snapshot of the tenant. It is refreshed when
// the tenant's revision has changed: at once after an operation of this engine,
// or when the store tells [Engine.Run]. It is refreshed after
// [WithSnapshotMaxAge] at the latest, which is when a changed license row is
// noticed too. Only what has changed is read, where the store can say what that
// is. When a license begins, expires or ends, the next snapshot is made in
// memory.
//
// One goroutine refreshes; others get the last snapshot meanwhile, unless an
// operation of this engine has written since: what it has written before the
// call is in the snapshot. If the store can't be read, the last snapshot is
// returned, and its Err says why; the error is not nil only if there is none yet.
func (t *Tenant) Entitlements(ctx context.Context) (*Entitlements, error) {
	e := t.engine
	cell := e.snapshots.cell(t.id)
	current, now := cell.current.Load(), e.clock() // in this order, so that now is not before the reading
	if cell.fresh(current, now) {
		return e.atInstant(cell, current, now), nil
	}
	release, err := cell.acquire(ctx, cell.includesWrites(current))
	switch {
	case err != nil && current == nil:
		return nil, err
	case err != nil || release == nil:
		return e.atInstant(cell, current, now), nil
	}
	defer release()
	defer e.snapshots.forgetUnread(cell) // before release lets another goroutine in
	if current, now = cell.current.Load(), e.clock(); cell.fresh(current, now) {
		return e.atInstant(cell, current, now), nil // another goroutine has refreshed it
	}
	return t.refresh(ctx, cell, current)
}

// atInstant returns the snapshot, or another one of the same seats once a
// license has come to another state, or a wrong clock was set right.
func (e *Engine) atInstant(cell *snapshot, current *Entitlements, clock time.Time) *Entitlements {
	now := effective(clock, current.newest)
	until, ends := current.seats.Until()
	// A clock that was wrong is set back by more than clocks usually are.
	back := now.Before(current.at.Add(-clockTolerance))
	if !back && (!ends || now.Before(until)) {
		return current
	}
	next := *current
	next.at, next.seats = now, current.seats.At(current.licenses, now)
	cell.current.CompareAndSwap(current, &next)
	return &next
}

// refresh reads what has changed, and keeps the last snapshot if it can't.
func (t *Tenant) refresh(ctx context.Context, cell *snapshot, last *Entitlements) (*Entitlements, error) {
	e := t.engine
	// Before reading: what is written meanwhile may not be in the snapshot.
	generation, began := cell.generation.Load(), e.clock()
	next, err := run(ctx, e.Tenant(t.id).operation(OperationRefresh, ""), func(ctx context.Context, o *operation) (*Entitlements, error) {
		return look(ctx, o, verifyRecent, func(ctx context.Context, s *situation) (*Entitlements, error) {
			next, err := s.entitlements(ctx, last)
			if err == nil && e.observer != nil && (last == nil || last.revision != next.revision) {
				census, err := s.count(ctx)
				o.seats, o.revision = samples(s.licenses, census, time.Time{}), next.revision.Number
				return next, err
			}
			return next, err
		})
	})
	now := e.clock()
	switch {
	case err == nil:
		next.read, next.again = began, began.Add(e.maxAge)
	case last == nil:
		return nil, err
	case ctx.Err() != nil: // the caller has given up; the store may be fine
		return e.atInstant(cell, last, now), nil //nolint:nilerr // the last snapshot still answers
	default:
		e.logger.LogAttrs(ctx, slog.LevelWarn, "license: the store can't be read, the last snapshot goes on",
			slog.String("tenant", t.id), loggedError(err))
		kept := *last
		kept.err, kept.again = err, now.Add(min(e.maxAge, retryAfterFailure))
		next = &kept
	}
	next.generation, next.asked = generation, now
	cell.current.Store(next)
	e.snapshots.keep(cell, next)
	return e.atInstant(cell, next, now), nil
}

// entitlements makes the snapshot of the situation, from the last one where
// that is cheaper.
func (s *situation) entitlements(ctx context.Context, last *Entitlements) (*Entitlements, error) {
	next := &Entitlements{engine: s.engine, at: s.now, licenses: s.licenses, revision: s.record.Revision, newest: s.record.Newest}
	for _, owner := range s.owners {
		if opened := s.opened[owner.Owner]; opened != nil {
			next.opened = append(next.opened, opened)
		}
	}
	base, err := s.changed(ctx, last)
	if err != nil {
		return nil, err
	}
	switch {
	case base == nil:
		next.seats, err = s.allHolders(ctx)
	case slices.EqualFunc(next.opened, last.opened, func(a, b *signed.Opened) bool { return a.Digest == b.Digest }):
		next.at, next.seats, next.licenses = last.at, base, last.licenses
	default:
		next.seats = base.At(s.licenses, s.now)
	}
	return next, err
}

// changed returns the last snapshot with the holders who have changed since, nil
// if all have to be read.
func (s *situation) changed(ctx context.Context, last *Entitlements) (*seat.Entitlements, error) {
	if last == nil {
		return nil, nil //nolint:nilnil // there is no snapshot to change: all holders are read
	}
	if s.record.Revision == last.revision {
		return last.seats, nil
	}
	changes, ok := s.Reader.(ChangeReader)
	if !ok {
		return nil, nil //nolint:nilnil // the store lists no changes: all holders are read
	}
	changed, gone, known, err := changes.ChangedHolders(ctx, last.revision)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the changed holders: %w", err)
	case !known:
		return nil, nil //nolint:nilnil // the store no longer knows the changes: all holders are read
	}
	return last.seats.With(changed, gone...), nil
}

func (s *situation) allHolders(ctx context.Context) (*seat.Entitlements, error) {
	var err error
	var holders iter.Seq[seat.Holder] = func(yield func(seat.Holder) bool) {
		visit := func(h seat.Holder) { yield(h) } // the snapshot never stops early
		if all, ok := s.Reader.(SnapshotReader); ok {
			err = all.EachHolder(ctx, visit)
			return
		}
		err = eachHolder(ctx, s, nil, func(page []seat.Holder) error {
			for _, h := range page {
				visit(h)
			}
			return nil
		})
	}
	snapshot := seat.NewEntitlements(s.licenses, s.now, holders)
	if err != nil {
		return nil, fmt.Errorf("read the holders: %w", err)
	}
	return snapshot, nil
}

// includesWrites reports whether the reading for a snapshot began late enough
// to see what this engine has written so far.
func (s *snapshot) includesWrites(e *Entitlements) bool {
	return e != nil && e.generation >= s.generation.Load()
}

// fresh reports whether a snapshot need not be read again. How old it is can't
// be said by a clock that was set back.
func (s *snapshot) fresh(e *Entitlements, now time.Time) bool {
	return s.includesWrites(e) && !now.Before(e.asked) && now.Before(e.again)
}

// acquire waits for the right to refresh, or, if there is a snapshot to go on
// with, does not wait and returns nil where another goroutine has it.
func (s *snapshot) acquire(ctx context.Context, optional bool) (release func(), err error) {
	release = func() { s.refresh <- struct{}{} }
	if optional {
		select {
		case <-s.refresh:
			return release, nil
		default:
			return nil, nil //nolint:nilnil // another goroutine refreshes, which is no error
		}
	}
	select {
	case <-s.refresh:
		return release, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
