package activation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// operation is one call of a method of a tenant, on its way.
type operation struct {
	*Tenant
	name, owner string
	outcome     string // more than done, refused and failed, where there is more to say
	seats       []Sample
	revision    int64 // that seats are of
}

// run runs an operation, names it in its error, and tells log and observer how
// it ended.
func run[T any](ctx context.Context, t *Tenant, name, owner string, fn func(context.Context, *operation) (T, error)) (T, error) {
	o := &operation{Tenant: t, name: name, owner: owner}
	started := t.engine.clock()
	var result T
	err := seat.CheckID(t.id)
	if err != nil {
		err = fmt.Errorf("the tenant: %w", err)
	} else {
		result, err = fn(ctx, o)
	}
	if err != nil {
		var none T
		result, err = none, fmt.Errorf("activation: %s: %w", name, err)
	}
	o.ended(ctx, started, err)
	return result, err
}

// do is run for operations without a result.
func do(ctx context.Context, t *Tenant, name, owner string, fn func(context.Context, *operation) error) error {
	_, err := run(ctx, t, name, owner, func(ctx context.Context, o *operation) (struct{}, error) {
		return struct{}{}, fn(ctx, o)
	})
	return err
}

func (o *operation) ended(ctx context.Context, started time.Time, err error) {
	if o.dry || (o.bound && err == nil) {
		return
	}
	if o.outcome == "" || err != nil {
		o.outcome = outcomeOf(err)
	}
	if err != nil && o.outcome != "failed" {
		o.log(ctx, slog.LevelInfo, "refused", slog.String("outcome", o.outcome), slog.String("reason", err.Error()))
	}
	if observer := o.engine.observer; observer != nil {
		observer.Observe(ctx, Observation{
			Operation: o.name, Tenant: o.id, Owner: o.owner, Outcome: o.outcome,
			Duration: o.engine.clock().Sub(started), Err: err, Seats: o.seats, Revision: o.revision,
		})
	}
}

// outcomeOf sorts errors for metrics: what a rule refused is no failure.
func outcomeOf(err error) string {
	var refused *seat.RefusedError
	var module *seat.ModuleError
	var stale *StaleError
	var blocked *BlockedError
	var rejected *RejectedError
	var noProposal *NoProposalError
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &stale):
		return "stale"
	case errors.As(err, &blocked):
		return "blocked"
	case errors.As(err, &rejected):
		return "rejected"
	case errors.As(err, &refused), errors.As(err, &module), errors.As(err, &noProposal), errors.Is(err, ErrNoOffer), errors.Is(err, ErrProtected):
		return "refused"
	}
	return "failed"
}

func (o *operation) log(ctx context.Context, level slog.Level, message string, attributes ...slog.Attr) {
	all := []slog.Attr{slog.String("operation", o.name), slog.String("tenant", o.id)}
	if o.owner != "" {
		all = append(all, slog.String("owner", o.owner))
	}
	o.engine.logger.LogAttrs(ctx, level, "license: "+message, append(all, attributes...)...)
}

// view runs fn on one state of the tenant.
func view[T any](ctx context.Context, o *operation, fn func(context.Context, Reader) (T, error)) (T, error) {
	var result T
	err := o.store.View(ctx, o.id, func(r Reader) (err error) {
		result, err = fn(ctx, r)
		return err
	})
	return result, err
}

// look is view with the licenses read and verified.
func look[T any](ctx context.Context, o *operation, how verification, fn func(context.Context, *situation) (T, error)) (T, error) {
	return view(ctx, o, func(ctx context.Context, r Reader) (result T, err error) {
		s, err := o.engine.read(ctx, r, how)
		if err != nil {
			return result, err
		}
		return fn(ctx, s)
	})
}

// update runs fn in a transaction, on a state that it has read. What is to
// happen outside the store happens after the commit, if the engine sees it.
// Nothing is written before fn has decided, so that a refusal leaves a host's
// transaction usable.
func update[T any](ctx context.Context, o *operation, how verification, fn func(context.Context, *transaction) (T, error)) (T, error) {
	var result T
	var last *transaction
	attempt := func(w Writer) error {
		s, err := o.engine.read(ctx, w, how)
		if err != nil {
			return err
		}
		o.outcome = "" // of a run before this one
		last = &transaction{situation: s, op: o, w: w}
		if result, err = fn(ctx, last); err != nil {
			return err
		}
		return last.finish(ctx)
	}
	if o.dry {
		err := o.store.View(ctx, o.id, func(r Reader) error { return attempt(discard{r}) })
		return result, err
	}
	err := o.store.Update(ctx, o.id, attempt)
	if err == nil || errors.Is(err, ErrOutcomeUnknown) {
		o.engine.snapshots.expire(o.id)
	}
	if err == nil && !o.bound {
		if o.seats = last.seats; o.seats != nil {
			o.revision = last.record.Revision.Number
		}
		for _, notice := range last.notices {
			notice(ctx)
		}
	}
	return result, err
}
