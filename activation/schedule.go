package activation

import (
	"context"
	"log/slog"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
)

// Schedule approves an offer that begins later, with releases and switches that
// are carried out with its activation, at its validFrom, by itself. An approval
// without any is one of what [Actor.Select] has kept. The schedule is kept with
// the offer and forgotten with it, shown in its [Preview], and replaced by the
// next Schedule; [Actor.Select] and [Actor.Unselect] take it back. If it does not
// fit any more when the offer begins, the offer waits for somebody, with
// [WaitingSchedule]. It may leave blockers; then the offer waits for those. See
// docs/spec/planning.md, Schedule.
//
// The preview is the offer with what is scheduled. The error is a
// [*NotActivatedError] that matches [ErrStale] if the licenses or the cascade
// are not what was seen, and [ErrRejected] if the offer does not wait for its
// validFrom alone. It is a [*SelectionSizeError] if there is too much, [ErrNoOffer] if no such offer is pending, a
// [*signed.Error] if the offer is not authentic any more, and one of
// [planner.New] if the selection is wrong. Nothing has changed then.
func (a *Actor) Schedule(ctx context.Context, approval Approval) (*Preview, error) {
	return run(ctx, a.operation(OperationSchedule, ""), func(ctx context.Context, o *operation) (*Preview, error) {
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Preview, error) {
			return x.schedule(ctx, approval)
		})
	})
}

func (x *transaction) schedule(ctx context.Context, approval Approval) (*Preview, error) {
	offered, err := x.openWaiting(ctx, x.op, approval.Offer)
	if err != nil {
		return nil, err
	}
	p, err := x.planApproved(ctx, offered, approval)
	if err != nil {
		if strings.HasPrefix(approval.Seen, x.seenLicenses()) {
			return nil, err
		}
		return nil, x.stale(ctx, offered)
	}
	switch fresh := x.presentPlanned(p); {
	case p.upcoming == nil || p.upcoming.Status == planner.Rejected || p.upcoming.Status == planner.Current:
		return nil, &NotActivatedError{Reason: ErrRejected, Fresh: fresh}
	case !approval.saw(fresh):
		return nil, &NotActivatedError{Reason: ErrStale, Fresh: fresh}
	}
	selected := p.upcoming.Selection()
	p.stored.Schedule = &Schedule{Selection: selected, By: x.op.by, At: x.now, Cascade: seenCascade(p.upcoming)}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "scheduled", slog.String("by", x.op.by), slog.Int64("number", p.plan.To),
			slog.Time("begins", p.stored.Begins), slog.Int("releases", len(selected.Releases)),
			slog.Int("switches", len(selected.Switches)))
	})
	return x.presentPlanned(p), x.putKept(ctx, approval.Offer, planner.Selection{}, p.stored.Schedule)
}
