package activation

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Assign gives modules to holders, all of them or none, by the rules of
// [seat.Assign]. The error is a [*seat.RefusedError] with every reason and its
// figures. Holders are those that the tenant knows, by [Tenant.UpdateHolders] or
// [Tenant.Fill]. What is assigned already stays. See docs/spec/domain.md,
// Holders, assignments, seats.
func (t *Tenant) Assign(ctx context.Context, by string, assignments ...seat.Assignment) error {
	_, err := decided(ctx, t, "assign", by, holdersOf(assignments), func(s seat.State, known []seat.Holder) (seat.Decision, error) {
		return seat.Assign(s, known, assignments...)
	})
	return err
}

// Release takes modules from holders, with what requires them ([seat.Cascade]).
// The decision lists all that ended. It is never refused: what is not assigned
// need not be released.
func (t *Tenant) Release(ctx context.Context, by string, assignments ...seat.Assignment) (seat.Decision, error) {
	return decided(ctx, t, "release", by, holdersOf(assignments), func(s seat.State, known []seat.Holder) (seat.Decision, error) {
		return seat.Release(s.Licenses, known, assignments...), nil
	})
}

// Switch swaps assignments, all of them or none, by the rules of [seat.Switch]:
// what is given back can be taken in the same call. The error is a
// [*seat.RefusedError].
func (t *Tenant) Switch(ctx context.Context, by string, swaps ...seat.Swap) (seat.Decision, error) {
	ids := make([]string, len(swaps))
	for i, swap := range swaps {
		ids[i] = swap.Holder
	}
	return decided(ctx, t, "switch", by, ids, func(s seat.State, known []seat.Holder) (seat.Decision, error) {
		return seat.Switch(s, known, swaps...)
	})
}

// Retire releases holders from everything, as when users leave. The decision
// says what they held, to be assigned anew if they return; they stay known.
func (t *Tenant) Retire(ctx context.Context, by string, holders ...string) (seat.Decision, error) {
	return decided(ctx, t, "retire", by, holders, func(_ seat.State, known []seat.Holder) (seat.Decision, error) {
		return seat.Retire(known...), nil
	})
}

func holdersOf(assignments []seat.Assignment) []string {
	ids := make([]string, len(assignments))
	for i, a := range assignments {
		ids[i] = a.Holder
	}
	return ids
}

// decided decides about holders by a rule of package seat, and carries it out
// in the transaction that has counted.
func decided(
	ctx context.Context, t *Tenant, name, by string, ids []string,
	rule func(seat.State, []seat.Holder) (seat.Decision, error),
) (seat.Decision, error) {
	return run(ctx, t, name, "", func(ctx context.Context, o *operation) (seat.Decision, error) {
		if len(ids) == 0 {
			return seat.Decision{}, nil
		}
		return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (seat.Decision, error) {
			known, err := x.known(ctx, ids)
			if err != nil {
				return seat.Decision{}, err
			}
			census, err := x.count(ctx)
			if err != nil {
				return seat.Decision{}, err
			}
			decision, err := rule(seat.State{Licenses: x.licenses, Now: x.now, Census: census}, known)
			if err != nil {
				return seat.Decision{}, err
			}
			return decision, x.carryOut(ctx, by, decision)
		})
	})
}

// Fill gives a module to as many of the holders, in their order, as there is
// room for, by the rules of [seat.Fill], and returns who is left over and why.
// That is how a host with users adopts its first license: holders who were not
// known are from now on, and kind and type of those who were are updated; what
// the holders given here have assigned is not looked at.
//
// It returns an error, a [*seat.ModuleError], if the module can't be assigned to
// anybody.
func (t *Tenant) Fill(ctx context.Context, by, module string, holders ...seat.Holder) (seat.Decision, []seat.Refusal, error) {
	type filled struct {
		seat.Decision
		left []seat.Refusal
	}
	result, err := run(ctx, t, "fill", "", func(ctx context.Context, o *operation) (filled, error) {
		if err := checkHolders(holders); err != nil {
			return filled{}, err
		}
		return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (f filled, err error) {
			current, changed, err := x.merge(ctx, holders)
			if err != nil {
				return f, err
			}
			census, err := x.count(ctx)
			if err != nil {
				return f, err
			}
			state := seat.State{Licenses: x.licenses, Now: x.now, Census: census}
			if f.Decision, f.left, err = seat.Fill(state, module, current); err != nil {
				return f, err
			}
			if err := x.putHolders(ctx, changed); err != nil {
				return f, err
			}
			return f, x.carryOut(ctx, by, f.Decision)
		})
	})
	return result.Decision, result.left, err
}

// merge returns holders as the host has them now, with what is assigned to
// them, and those of them who are new or changed.
func (x *transaction) merge(ctx context.Context, holders []seat.Holder) (current, changed []seat.Holder, err error) {
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	known, err := x.known(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[string]seat.Holder, len(known))
	for _, h := range known {
		byID[h.ID] = h
	}
	for _, h := range holders {
		stored, there := byID[h.ID]
		h.Assigned = stored.Assigned
		current = append(current, h)
		if !there || stored.Kind != h.Kind || stored.Type != h.Type {
			changed = append(changed, h)
		}
	}
	return current, changed, nil
}

// checkHolders returns all that is wrong with holders that a host gives.
func checkHolders(holders []seat.Holder) error {
	problems := &multierror.Error{ErrorFormat: listed}
	given := make(map[string]bool, len(holders))
	for i, h := range holders {
		err := seat.CheckID(h.ID)
		switch {
		case err != nil:
		case given[h.ID]:
			err = errors.New("it is given twice")
		case h.Kind != license.User && h.Kind != license.Satellite:
			err = errors.New("it is neither of the kind user nor satellite")
		}
		if err != nil {
			problems = multierror.Append(problems, fmt.Errorf("holder %d: %w", i, err))
		}
		given[h.ID] = true
	}
	return problems.ErrorOrNil()
}
