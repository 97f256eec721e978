package activation

import (
	"context"
	"fmt"
	"slices"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/seat"
)

// MaxSelected is how many assignments may be selected for an offer, and how many
// may be scheduled with it.
const MaxSelected = 20_000

// SelectionSizeError says that more is selected for an offer than can be kept.
type SelectionSizeError struct {
	// Selected is how many assignments it would be, Max how many may be.
	Selected int `json:"selected"`
	Max      int `json:"max"`
}

func (e *SelectionSizeError) Error() string {
	return fmt.Sprintf("%s would be selected, and at most %d may be", errtext.Count(int64(e.Selected), "assignment"), e.Max)
}

// Select changes what is selected for an offer that waits: what administrators
// have ticked in a dialog, before they activate it. A choice that is added takes
// the place of the one for the same assignment, and nothing is selected any more
// for assignments that are dropped. All else is left alone, so that two
// administrators who select at once don't undo each other's work. The selection is
// kept with the offer and forgotten with it. Nothing of it happens by itself:
// [Actor.Activate] carries it out, and [Actor.Schedule] approves it for an offer
// that begins later. A schedule becomes such a selection again. See
// docs/spec/planning.md, Selected.
//
// The preview is the offer with all that is selected, as [Tenant.Plan] shows it.
// Its Dropped has earlier choices that do not fit any more; they are forgotten. The
// error is one of [planner.New] if something that is added does not fit;
// [planner.Selection.Fit] says what. It is a [*SelectionSizeError] if there is too
// much, and otherwise one of [Tenant.Plan]. Nothing has changed then.
func (a *Actor) Select(
	ctx context.Context, offer Digest, add planner.Selection, drop ...seat.Assignment,
) (*Preview, error) {
	return run(ctx, a.operation(OperationSelect, ""), func(ctx context.Context, o *operation) (*Preview, error) {
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Preview, error) {
			return x.selectMore(ctx, offer, add, drop)
		})
	})
}

// Unselect forgets all that is kept with an offer, also that it is scheduled. If
// nothing is, it succeeds and changes nothing.
func (a *Actor) Unselect(ctx context.Context, offer Digest) error {
	return do(ctx, a.operation(OperationSelect, ""), func(ctx context.Context, o *operation) error {
		_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
			if owner, i := x.find(offer); i >= 0 {
				x.op.owner = owner.Owner
				return struct{}{}, x.putKept(ctx, offer, planner.Selection{}, nil)
			}
			return struct{}{}, nil
		})
		return err
	})
}

func (x *transaction) selectMore(ctx context.Context, digest Digest, add planner.Selection, drop []seat.Assignment) (*Preview, error) {
	offered, err := x.openWaiting(ctx, x.op, digest)
	if err != nil {
		return nil, err
	}
	if schedule := offered.stored.Schedule; schedule != nil {
		offered.stored.Schedule, offered.stored.Selected = nil, schedule.Selection
	}
	offered.stored.Selected = offered.stored.Selected.With(planner.Selection{}, drop...)
	before, err := x.acceptableOffer(ctx, offered)
	if err != nil {
		return nil, err
	}
	all := before.Decisive().Selection().With(add)
	preview, err := x.acceptableOffer(ctx, offered, all)
	if err != nil {
		return nil, err
	}
	preview.Dropped = before.Dropped
	return preview, x.putKept(ctx, digest, all, nil)
}

// putKept stores what is selected for an offer that waits, or scheduled with it.
func (x *transaction) putKept(ctx context.Context, offer Digest, selected planner.Selection, schedule *Schedule) error {
	all := selected
	if schedule != nil {
		all = schedule.Selection
	}
	if n := len(all.Releases) + len(all.Switches); n > MaxSelected {
		return &SelectionSizeError{Selected: n, Max: MaxSelected}
	}
	owner, i := x.find(offer)
	owner.Pending = slices.Clone(owner.Pending)
	owner.Pending[i].Selected, owner.Pending[i].Schedule = selected, schedule
	return x.putOwner(ctx, owner)
}
