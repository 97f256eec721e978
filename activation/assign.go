package activation

import (
	"context"

	"github.com/seatwright/seatwright/seat"
)

// Assign gives modules to holders, all of them or none, by the rules of
// [seat.Assign]. Use it where an administrator gives a module to somebody who is
// there, and [Actor.Admit] where a user is created or changed. The error is a
// [*seat.RefusedError] with every reason and its figures. Holders are those that
// the tenant knows; [Actor.Admit] makes them known in the same transaction. Modules
// that are assigned already stay. See docs/spec/domain.md, Holders, assignments,
// seats.
func (a *Actor) Assign(ctx context.Context, assignments ...seat.Assignment) (seat.Decision, error) {
	return decided(ctx, a.operation(OperationAssign, ""), holdersOf(assignments), func(s seat.Situation, known []seat.Holder) (seat.Decision, error) {
		return seat.Assign(s, known, assignments...)
	})
}

// Release takes modules from holders, with what requires them. The decision lists
// all that ended. It is never refused: it succeeds where nothing is assigned. To
// show beforehand what goes as well, call it on [Actor.DryRun]. To change from one
// bundle to another call [Actor.Switch], which does not lose the seat in between.
// See docs/spec/domain.md, Holders, assignments, seats.
func (a *Actor) Release(ctx context.Context, assignments ...seat.Assignment) (seat.Decision, error) {
	return decided(ctx, a.operation(OperationRelease, ""), holdersOf(assignments), func(s seat.Situation, known []seat.Holder) (seat.Decision, error) {
		return seat.Release(s.Licenses, known, assignments...), nil
	})
}

// Switch swaps assignments, all of them or none, by the rules of [seat.Switch]:
// what is given back can be taken in the same call. The error is a
// [*seat.RefusedError].
func (a *Actor) Switch(ctx context.Context, swaps ...seat.Swap) (seat.Decision, error) {
	ids := make([]string, 0, 2*len(swaps))
	for _, swap := range swaps {
		ids = append(ids, swap.Holder, swap.Holder) // twice, since one assignment ends and one begins
	}
	return decided(ctx, a.operation(OperationSwitch, ""), ids, func(s seat.Situation, known []seat.Holder) (seat.Decision, error) {
		return seat.Switch(s, known, swaps...)
	})
}

// Retire releases holders from everything. Call it when a user is deactivated or
// deleted, in the same transaction ([Tenant.In]). The decision says what they held,
// to be assigned anew if they return; they stay known.
func (a *Actor) Retire(ctx context.Context, holders ...string) (seat.Decision, error) {
	return decided(ctx, a.operation(OperationRetire, ""), holders, func(_ seat.Situation, known []seat.Holder) (seat.Decision, error) {
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
	ctx context.Context, o *operation, ids []string,
	rule func(seat.Situation, []seat.Holder) (seat.Decision, error),
) (seat.Decision, error) {
	return run(ctx, o, func(ctx context.Context, o *operation) (seat.Decision, error) {
		if len(ids) == 0 {
			return seat.Decision{}, nil
		}
		o.holders = ids
		return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (seat.Decision, error) {
			known, err := x.known(ctx, ids)
			if err != nil {
				return seat.Decision{}, err
			}
			state, err := x.state(ctx)
			if err != nil {
				return seat.Decision{}, err
			}
			decision, err := rule(state, known)
			if err != nil {
				return seat.Decision{}, err
			}
			if o.name == OperationRetire {
				x.leave(ids...)
			}
			return decision, x.carryOut(ctx, decision)
		})
	})
}
