package activation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// operation is one call of a method of a handle, on its way.
type operation struct {
	*Tenant
	name    Operation
	owner   string
	by      string  // the actor
	acts    bool    // on behalf of somebody
	outcome Outcome // set if it says more than done, refused or failed
	seats   []Sample
	// holders are those whose seats it is about, as [SeatUpdater] wants them.
	// Without any it is about something else.
	holders []string
	// lease is what the worker is called that has claimed the tenant.
	lease string
	// revision is the one that seats are of.
	revision int64
	news     *news           // what a look has found
	refused  *RefusedLicense // what came and was refused
}

// operation begins one that nobody is named for.
func (t *Tenant) operation(name Operation, owner string) *operation {
	return &operation{Tenant: t, name: name, owner: owner, by: byEngine}
}

// operation begins one on behalf of the actor.
func (a *Actor) operation(name Operation, owner string) *operation {
	return &operation{Tenant: &a.tenant, name: name, owner: owner, by: a.by, acts: true}
}

// run runs an operation, names it in its error, and tells log and observer how
// it ended.
func run[T any](ctx context.Context, o *operation, fn func(context.Context, *operation) (T, error)) (T, error) {
	started := o.engine.clock()
	var result T
	err := o.check()
	if err == nil {
		result, err = fn(ctx, o)
	}
	if err != nil {
		var none T
		result, err = none, fmt.Errorf("activation: %s: %w", o.name, err)
	}
	o.ended(ctx, started, err)
	return result, err
}

// do is run for operations without a result.
func do(ctx context.Context, o *operation, fn func(context.Context, *operation) error) error {
	_, err := run(ctx, o, func(ctx context.Context, o *operation) (struct{}, error) {
		return struct{}{}, fn(ctx, o)
	})
	return err
}

// check refuses a tenant or an actor that can be none.
func (o *operation) check() error {
	if err := seat.CheckID(o.id); err != nil {
		return invalid("the tenant: %w", err)
	}
	if err := seat.CheckID(o.by); o.acts && err != nil {
		return invalid("the actor: %w", err)
	}
	return nil
}

func (o *operation) ended(ctx context.Context, started time.Time, err error) {
	if o.dry || (o.bound && err == nil) {
		return
	}
	if o.outcome == "" || err != nil {
		o.outcome = outcomeOf(err)
	}
	if err != nil && o.outcome != OutcomeFailed {
		o.log(ctx, slog.LevelInfo, "refused", slog.String("outcome", string(o.outcome)), slog.String("reason", err.Error()))
	}
	if observer := o.engine.observer; observer != nil {
		observer.Observe(ctx, Observation{
			Operation: o.name, Tenant: o.id, Owner: o.owner, Outcome: o.outcome,
			Duration: o.engine.clock().Sub(started), Err: err, Seats: o.seats, Revision: o.revision, Refused: o.refused,
		})
	}
}

func (o *operation) log(ctx context.Context, level slog.Level, message string, attributes ...slog.Attr) {
	all := []slog.Attr{slog.String("operation", string(o.name)), slog.String("tenant", o.id)}
	if o.owner != "" {
		all = append(all, slog.String("owner", o.owner))
	}
	o.engine.logger.LogAttrs(ctx, level, "license: "+message, logged(append(all, attributes...))...)
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

// update runs fn in a transaction, on a state that it has read. Effects outside
// the store come after the commit, if the engine sees it. Nothing is written
// before fn has decided, so that a refusal leaves a host's transaction usable.
func update[T any](ctx context.Context, o *operation, how verification, fn func(context.Context, *transaction) (T, error)) (T, error) {
	var result T
	var last *transaction
	attempt := func(w Writer) error {
		s, err := o.engine.read(ctx, w, how)
		if err != nil {
			return err
		}
		o.outcome, o.refused = "", nil // an earlier run may have set them
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
	err := o.update(ctx, attempt)
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

// update runs a function in a transaction of the store.
func (o *operation) update(ctx context.Context, fn func(Writer) error) error {
	if seats, ok := o.store.(SeatUpdater); ok && len(o.holders) > 0 {
		return seats.UpdateSeats(ctx, o.id, o.holders, fn)
	}
	return o.store.Update(ctx, o.id, fn)
}
