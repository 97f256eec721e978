package activation

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// settle decides what becomes of an offer that came, and of the one that is
// pending: activated by itself, pending, or nothing. With a nil offer it looks
// at the pending one alone, as at a check that brought nothing new. See
// docs/spec/planning.md, Activation: Automatic activation, Pending.
func (x *transaction) settle(ctx context.Context, name string, came *offer) (*Result, error) {
	if came == nil {
		return x.settlePending(ctx, name)
	}
	owner := x.owner(name)
	if same, err := x.sameContent(ctx, owner, came); err != nil || same {
		return x.keepCurrent(ctx, owner, came, err)
	}
	plan, err := x.plan(ctx, came, nil, nil)
	if err != nil {
		return nil, err
	}
	if x.activatesItself(owner, plan) {
		result, err := x.activate(ctx, activated{offer: came, plan: plan, automatic: true})
		if err != nil {
			return nil, err
		}
		return result, x.review(ctx, name)
	}
	result := &Result{Owner: name, Offer: came.stored.Digest, Plan: plan, Check: owner.Check}
	if plan.MayWait() && (owner.Pending == nil || supersedes(came.stored, *owner.Pending)) {
		return x.keepPending(ctx, owner, came, result)
	}
	x.op.outcome = Outcome(plan.Status)
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelWarn, "not accepted", slog.Int64("number", plan.To),
			slog.String("status", string(plan.Status)), slog.String("reasons", errtext.Codes(plan.Rejections)))
	})
	return result, x.review(ctx, name)
}

// settleCheck settles what a check of the source brought, and what waits. Of two
// numbers of a serial the higher one is looked at first, so that the lower one
// changes nothing on the way to it.
func (x *transaction) settleCheck(ctx context.Context, name string, came *offer) (*Result, error) {
	waits := x.owner(name).Pending
	if came == nil || waits == nil {
		return x.settle(ctx, name, came)
	}
	higher := !supersedes(came.stored, *waits)
	if higher {
		result, err := x.settlePending(ctx, name)
		if err != nil || result.Activated {
			return result, err
		}
	}
	result, err := x.settle(ctx, name, came)
	looked := higher && err == nil && !result.Activated
	if err != nil || looked || result.Waiting != "" || x.owner(name).Pending == nil {
		return result, err
	}
	x.counted = false // what came may have moved assignments
	after, err := x.settlePending(ctx, name)
	if err != nil || after.Activated {
		return after, err
	}
	return result, nil
}

// keepPending stores an offer for an administrator to decide about.
func (x *transaction) keepPending(ctx context.Context, owner OwnerRecord, came *offer, result *Result) (*Result, error) {
	stored := came.stored
	known := owner.Pending != nil && owner.Pending.Digest == stored.Digest
	owner.Pending = &stored
	if !known {
		if err := x.putOwner(ctx, owner); err != nil {
			return nil, err
		}
	}
	x.op.outcome = OutcomePending
	x.after(func(ctx context.Context) {
		attributes := []slog.Attr{slog.Int64("number", result.Plan.To), slog.String("waiting", string(result.Waiting))}
		for _, b := range result.Plan.Blockers {
			attributes = append(attributes, slog.String("blocker", b.String()))
		}
		x.op.log(ctx, slog.LevelInfo, "waits for an administrator", attributes...)
	})
	result.Waiting = x.waitsFor(owner, result.Plan)
	return result, nil
}

// settlePending plans the pending offer afresh.
func (x *transaction) settlePending(ctx context.Context, name string) (*Result, error) {
	owner := x.owner(name)
	result := &Result{Owner: name, Check: owner.Check}
	pending, err := x.pending(ctx, owner)
	if err != nil {
		if err := unlessGone(err); err != nil {
			return nil, err
		}
		return result, x.review(ctx, name)
	}
	plan, err := x.plan(ctx, pending, nil, nil)
	if err != nil {
		return nil, err
	}
	if x.activatesItself(owner, plan) {
		return x.activate(ctx, activated{offer: pending, plan: plan, automatic: true})
	}
	result.Offer, result.Plan = pending.stored.Digest, plan
	if plan.MayWait() {
		result.Waiting = x.waitsFor(owner, plan)
		return result, nil
	}
	return result, x.review(ctx, name)
}

// review forgets the pending offer of an owner if it is none any more.
func (x *transaction) review(ctx context.Context, name string) error {
	owner := x.owner(name)
	if owner.Pending == nil {
		return nil
	}
	preview, err := x.waiting(ctx, owner)
	if err != nil || preview != nil {
		return err
	}
	number := owner.Pending.Number
	owner.Pending = nil
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "a pending offer is none any more", slog.Int64("number", number))
	})
	return x.putOwner(ctx, owner)
}

// activatesItself reports whether nobody needs to be asked.
func (x *transaction) activatesItself(owner OwnerRecord, plan *planner.Plan) bool {
	return plan.Status == planner.Ready && x.waitsFor(owner, plan) == ""
}

// supersedes reports whether an offer takes the place of another one. Numbers
// of different serials are not compared: the later offer counts.
func supersedes(offered, other StoredLicense) bool {
	return !license.SameText(offered.Licensee.Serial, other.Licensee.Serial) || offered.Number >= other.Number
}

// sameContent reports whether an offer is the active license, perhaps signed
// anew. Where the stored envelope no longer verifies, what it says is compared
// all the same: it decides nothing but that nothing changes, and not even that
// for a license older than one that was activated since.
func (x *transaction) sameContent(ctx context.Context, owner OwnerRecord, offered *offer) (bool, error) {
	l := offered.opened.License
	if opened := x.opened[owner.Owner]; opened != nil {
		difference := license.Diff(opened.License, l)
		return difference.Empty(), nil
	}
	if owner.Active == nil || owner.Active.Number != l.Number || !owner.Active.Licensee.Equal(l.Licensee) {
		return false, nil
	}
	if owner.Active.Digest == offered.stored.Digest {
		return true, nil
	}
	highest, err := x.Highest(ctx, owner.Owner, strings.TrimSpace(l.Licensee.Serial))
	if err != nil || l.Number < highest {
		return false, err
	}
	envelope, err := x.Envelope(ctx, owner.Active.Digest)
	if err != nil {
		return false, fmt.Errorf("read the license of %s: %w", owner.Owner, err)
	}
	inspected, err := signed.Inspect(envelope)
	if err != nil {
		return false, nil //nolint:nilerr // what can't be read is not the same
	}
	stored, err := license.Parse(inspected.Payload)
	if err != nil {
		return false, nil //nolint:nilerr // likewise
	}
	difference := license.Diff(stored, l)
	return difference.Empty(), nil
}

// keepCurrent answers for an offer that is the active license. It replaces a
// stored envelope that no longer verifies, and a pending offer of the same
// content is done with.
func (x *transaction) keepCurrent(ctx context.Context, owner OwnerRecord, offered *offer, err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	x.op.outcome = OutcomeCurrent
	heals := x.unverified[owner.Owner] != nil
	if heals {
		active := *owner.Active
		active.Digest, active.Envelope = offered.stored.Digest, offered.stored.Envelope
		owner.Active = &active
		x.adopt(offered.opened)
		x.after(func(ctx context.Context) {
			x.op.log(ctx, slog.LevelInfo, "stored license replaced by a copy that verifies",
				slog.Int64("number", offered.stored.Number))
		})
	}
	answered := owner.Pending != nil && owner.Pending.Digest == offered.stored.Digest
	if answered {
		owner.Pending = nil
	}
	if heals || answered {
		if err := x.putOwner(ctx, owner); err != nil {
			return nil, err
		}
	}
	return &Result{
		Owner: owner.Owner, Offer: owner.Active.Digest, Plan: currentPlan(offered.opened.License), Check: owner.Check,
	}, nil
}

// adopt puts a license into the place of that of its owner.
func (x *transaction) adopt(opened *signed.Opened) {
	x.licenses = x.licenses.With(opened.License)
	x.opened[opened.License.Owner.Name] = opened
	delete(x.unverified, opened.License.Owner.Name)
}
