package activation

import (
	"context"

	"github.com/seatwright/seatwright/seat"
)

// Fill gives a module to as many of the holders, in their order, as there is room
// for, by the rules of [seat.Fill]. It returns who is left over and why, with every
// reason; [seat.RefusalsByHolder] sorts these by person. Put those first who must
// not be left over, such as administrators. That is how a host with users adopts
// its first license. Holders who were not known are from now on, and kind and type
// of the others are updated. The Assigned of the holders given here is not looked
// at. Use [Actor.Admit] where all must have a seat or none, and [Actor.Sync] for
// more than one module.
//
// It returns an error, a [*seat.ModuleError], if the module can't be assigned to
// anybody.
func (a *Actor) Fill(ctx context.Context, module string, holders ...seat.Holder) (seat.Decision, []seat.Refusal, error) {
	type filled struct {
		seat.Decision
		left []seat.Refusal
	}
	result, err := run(ctx, a.operation(OperationFill, ""), func(ctx context.Context, o *operation) (filled, error) {
		if err := checkHolders(holders); err != nil {
			return filled{}, err
		}
		o.holders = idsOf(holders)
		return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (f filled, err error) {
			current, changed, err := x.merge(ctx, holders)
			if err != nil {
				return f, err
			}
			state, err := x.state(ctx)
			if err != nil {
				return f, err
			}
			if f.Decision, f.left, err = seat.Fill(state, module, current); err != nil {
				return f, err
			}
			return f, x.carryOut(ctx, f.Decision, changed...)
		})
	})
	return result.Decision, result.left, err
}
