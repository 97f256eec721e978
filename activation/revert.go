package activation

import (
	"context"

	"github.com/seatwright/seatwright/activation/planner"
)

// Revert goes back to what was expected of an owner's licenses before another
// serial or company was, as after a serial that was mistyped, as long as no license
// was activated since. It is for a button beside the message that the serial may be
// wrong. It returns what is expected then. If nothing was changed, it succeeds and
// changes nothing. See [Actor.Expect].
func (a *Actor) Revert(ctx context.Context, owner string) (planner.Expected, error) {
	owner = folded(owner)
	return run(ctx, a.operation(OperationRevert, owner), func(ctx context.Context, o *operation) (planner.Expected, error) {
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (planner.Expected, error) {
			record := x.owner(owner)
			was := record.Expected
			if record.Before == nil {
				return was, nil
			}
			record.Expected.Serial, record.Expected.Company = record.Before.Serial, record.Before.Company
			record.Before, record.Check.DismissedETag = nil, ""
			return record.Expected, x.putExpected(ctx, record, was, true)
		})
	})
}
