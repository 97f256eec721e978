package activation

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
)

// Schedule approves an offer that begins later, with releases and switches that
// are carried out with its activation, at its validFrom, by itself. The
// schedule is kept with the offer and forgotten with it, shown in its
// [Preview], and replaced by the next Schedule; [Actor.Unschedule] takes it
// back. If it does not fit any more when the offer begins, the offer waits for
// somebody, with [WaitingSchedule]. It may leave blockers; then the offer waits
// for those. See docs/spec/planning.md, Schedule.
//
// The preview is the offer with what is scheduled. The error is a
// [*NotActivatedError] that matches [ErrStale] if the licenses or the cascade
// are not what was seen, and [ErrRejected] if the offer does not wait for its
// validFrom alone. It is [ErrNoOffer] if no such offer is pending, a
// [*signed.Error] if the offer is not authentic any more, and one of
// [planner.New] if the selection is wrong. Nothing has changed then.
func (a *Actor) Schedule(ctx context.Context, approval Approval) (*Preview, error) {
	return run(ctx, a.operation(OperationSchedule, ""), func(ctx context.Context, o *operation) (*Preview, error) {
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Preview, error) {
			return x.schedule(ctx, approval)
		})
	})
}

// Unschedule takes back what was scheduled with an offer. If nothing is, it
// succeeds and changes nothing.
func (a *Actor) Unschedule(ctx context.Context, offer Digest) error {
	return do(ctx, a.operation(OperationSchedule, ""), func(ctx context.Context, o *operation) error {
		_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
			owner, i := x.find(offer)
			x.op.owner = owner.Owner
			if i < 0 {
				return struct{}{}, nil
			}
			return struct{}{}, x.putSchedule(ctx, owner, i, nil)
		})
		return err
	})
}

func (x *transaction) schedule(ctx context.Context, approval Approval) (*Preview, error) {
	offered, err := x.openWaiting(ctx, x.op, approval.Offer)
	if err != nil {
		return nil, err
	}
	p, err := x.planWith(ctx, offered, approval.Selection)
	if err != nil {
		if strings.HasPrefix(approval.Seen, x.seenLicenses()) {
			return nil, err
		}
		if p, err = x.planWith(ctx, offered, planner.Selection{}); err != nil {
			return nil, err
		}
		return nil, &NotActivatedError{Reason: ErrStale, Fresh: x.presentPlanned(p)}
	}
	switch fresh := x.presentPlanned(p); {
	case p.upcoming == nil || p.upcoming.Status == planner.Rejected || p.upcoming.Status == planner.Current:
		return nil, &NotActivatedError{Reason: ErrRejected, Fresh: fresh}
	case approval.Seen != fresh.Seen:
		return nil, &NotActivatedError{Reason: ErrStale, Fresh: fresh}
	}
	p.stored.Schedule = &Schedule{
		Selection: approval.And(planner.Selection{}), By: x.op.by, At: x.now, Cascade: seenCascade(p.upcoming),
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "scheduled", slog.String("by", x.op.by), slog.Int64("number", p.plan.To),
			slog.Time("begins", p.stored.Begins), slog.Int("releases", len(approval.Releases)),
			slog.Int("switches", len(approval.Switches)))
	})
	owner, i := x.find(approval.Offer)
	return x.presentPlanned(p), x.putSchedule(ctx, owner, i, p.stored.Schedule)
}

// putSchedule stores what is to be done with the offer at a place.
func (x *transaction) putSchedule(ctx context.Context, owner OwnerRecord, i int, schedule *Schedule) error {
	owner.Pending = slices.Clone(owner.Pending)
	owner.Pending[i].Schedule = schedule
	return x.putOwner(ctx, owner)
}
