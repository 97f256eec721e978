package activation

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
)

// settled is what became of what came and of what waits.
type settled struct {
	*Result
	// refused is the first of what came, if it was rejected and nothing else of
	// it is kept. current says that the active license came.
	refused *RefusedLicense
	current bool
	// waits is what waits, nil if nothing does, and dropped what waited and is
	// rejected by now.
	waits   *Result
	dropped []*planned
}

// settle decides what becomes of the offers that came, if any, and of those that
// wait: activated by itself, pending, or nothing. See docs/spec/planning.md,
// Activation: Automatic activation, Pending.
func (x *transaction) settle(ctx context.Context, name string, came ...*offer) (settled, error) {
	x.tellState(x.owner(name))
	current, came, err := x.withoutCurrent(ctx, name, came)
	if err != nil {
		return settled{}, err
	}
	var done *Result
	var offers []*planned
	for {
		if offers, err = x.candidates(ctx, name, came); err != nil {
			return settled{}, err
		}
		i := slices.IndexFunc(offers, func(p *planned) bool { return x.activatesItself(x.owner(name), p) })
		if i < 0 {
			break
		}
		p := offers[i]
		if done, err = x.activate(ctx, activated{offer: p.offer, plan: p.plan, holders: p.holders, automatic: true}); err != nil {
			return settled{}, err
		}
	}
	kept, err := x.keep(ctx, name, offers, x.now)
	if err != nil {
		return settled{}, err
	}
	result, err := x.result(ctx, name, offers, kept)
	if err != nil {
		return settled{}, err
	}
	all := settled{Result: result, refused: result.Refused, current: current != nil}
	for _, p := range offers {
		if !p.came && p.plan.Status == planner.Rejected && !p.plan.MayWait() {
			all.dropped = append(all.dropped, p)
		}
	}
	if current != nil || slices.ContainsFunc(kept, func(p *planned) bool { return p.came }) {
		all.refused = nil
	}
	switch {
	case done != nil:
		if all.refused != nil && slices.Equal(all.refused.Rejections, []planner.Rejection{planner.RejectionOlder}) {
			all.refused = nil // it is older only than the license that was activated instead
		}
		all.Result, x.op.outcome, x.op.refused = done, OutcomeActivated, all.refused
	case current != nil && len(came) == 0:
		if all.Result = current; result.Waiting != "" {
			all.waits = result
		}
	}
	return all, nil
}

// candidates plans what came and what waits, the highest number first. Those that
// wait and can't be verified are left out.
func (x *transaction) candidates(ctx context.Context, name string, came []*offer) ([]*planned, error) {
	owner := x.owner(name)
	var waiting []*offer
	for _, pending := range owner.Pending {
		opened, err := x.reopen(ctx, name, pending)
		if err == nil {
			waiting = append(waiting, opened)
		} else if err := unlessGone(err); err != nil {
			return nil, err
		}
	}
	var offers []*planned
	plan := func(o *offer, came bool) error {
		p, err := x.consider(ctx, o)
		if err == nil {
			p.came = came
			offers = append(offers, p)
		}
		return err
	}
	for _, o := range came {
		waiting = slices.DeleteFunc(waiting, func(w *offer) bool { return takesOver(o, w) })
		if err := plan(o, true); err != nil {
			return nil, err
		}
	}
	for _, o := range waiting {
		if err := plan(o, false); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(offers, func(a, b *planned) int { return cmp.Compare(b.stored.Number, a.stored.Number) })
	return offers, nil
}

// takesOver makes an offer that came the one that waits, if they are the same
// license, perhaps signed anew: what was decided about it stays.
func takesOver(came, waits *offer) bool {
	difference := license.Diff(waits.opened.License, came.opened.License)
	if !difference.Empty() {
		return false
	}
	stored := waits.stored
	stored.Digest, stored.Envelope = came.stored.Digest, came.stored.Envelope
	switch {
	case came.stored.Offered.IsZero(): // it was loaded, not offered by a source
		stored.By, stored.At, stored.Source = came.stored.By, came.stored.At, came.stored.Source
		stored.Offered, stored.Withdrawn = time.Time{}, time.Time{}
	case stored.Offered.IsZero(): // the waiting one was loaded
		stored.ETag = came.stored.ETag
	default:
		stored.ETag, stored.Offered, stored.Withdrawn = came.stored.ETag, came.stored.Offered, time.Time{}
	}
	came.stored = stored
	return true
}

// place is what one offer of an owner may wait for.
type place struct {
	begins time.Time // zero if it could begin now
	jumps  bool      // the number is so high that it may be a slip
}

// keep stores the offers that wait for somebody to decide, or to begin: of each
// place the one with the highest number, or the later one if it is for another
// serial. The others are forgotten.
func (x *transaction) keep(ctx context.Context, name string, offers []*planned, looked time.Time) ([]*planned, error) {
	owner := x.owner(name)
	var kept []*planned
	for _, p := range offers {
		if !p.plan.MayWait() {
			continue
		}
		i := slices.IndexFunc(kept, func(other *planned) bool { return x.placeOf(other) == x.placeOf(p) })
		switch {
		case i < 0:
			kept = append(kept, p)
		case p.came && !kept[i].came && !license.SameText(p.stored.Licensee.Serial, kept[i].stored.Licensee.Serial):
			kept[i] = p
		}
	}
	slices.SortStableFunc(kept, func(a, b *planned) int { return x.placeOf(a).compare(x.placeOf(b)) })
	kept = kept[:min(len(kept), MaxPending)]
	before := owner.Pending
	owner.Pending, owner.Settled = nil, looked
	for _, p := range kept {
		owner.Pending = append(owner.Pending, p.stored)
	}
	for _, pending := range before {
		if slices.ContainsFunc(owner.Pending, named(pending.Digest)) {
			continue
		}
		stays, err := x.stays(ctx, owner, pending)
		if err != nil {
			return nil, err
		}
		if stays && len(owner.Pending) < MaxPending {
			owner.Pending = append(owner.Pending, pending)
			continue
		}
		x.after(func(ctx context.Context) {
			x.op.log(ctx, slog.LevelInfo, "a pending offer is none any more", slog.Int64("number", pending.Number))
		})
	}
	return kept, x.putOwner(ctx, owner)
}

// stays reports whether an offer that does not wait now is kept all the same: one
// that another instance may open, or that is for a licensee who may be expected
// again.
func (x *transaction) stays(ctx context.Context, owner OwnerRecord, pending StoredLicense) (bool, error) {
	opened, err := x.reopen(ctx, owner.Owner, pending)
	if err != nil {
		return isForeign(err), unlessGone(err)
	}
	if owner.Before == nil {
		return false, nil
	}
	plan, err := x.plan(ctx, opened, planner.Selection{}, nil)
	return err == nil && rejectedFor(plan.Rejections, planner.RejectionWrongCompany, planner.RejectionWrongSerial), err
}

// rejectedFor reports whether a license is rejected for some of these reasons, and
// for nothing else but that it begins later.
func rejectedFor(rejections []planner.Rejection, reasons ...planner.Rejection) bool {
	found := false
	for _, r := range rejections {
		switch {
		case slices.Contains(reasons, r):
			found = true
		case r != planner.RejectionNotYetValid:
			return false
		}
	}
	return found
}

func (x *transaction) placeOf(p *planned) place {
	of := place{jumps: slices.Contains(p.decisive().Warnings, planner.WarningNumberJump)}
	if from, later := p.stored.begins(x.now); later {
		of.begins = from
	}
	return of
}

func (a place) compare(b place) int {
	switch {
	case !a.begins.Equal(b.begins):
		return a.begins.Compare(b.begins)
	case a.jumps == b.jumps:
		return 0
	case a.jumps:
		return 1
	}
	return -1
}

// result says what became of the offer that came, or else of the first of those
// that wait.
func (x *transaction) result(ctx context.Context, name string, offers, kept []*planned) (*Result, error) {
	owner := x.owner(name)
	result := &Result{Owner: owner.Owner, Check: owner.Check}
	i := slices.IndexFunc(offers, func(p *planned) bool { return p.came && p.plan.Status != planner.Current })
	var p *planned
	switch {
	case i >= 0:
		p = offers[i]
	case len(kept) > 0:
		p = kept[0]
	case len(offers) > 0:
		p = offers[0]
	default:
		return result, nil
	}
	result.Offer, result.Plan = p.stored.Digest, p.plan
	if slices.Contains(kept, p) {
		result.Waiting = x.waitsFor(owner, p)
	}
	if !p.came {
		return result, nil
	}
	if len(p.plan.Rejections) > 0 && result.Waiting == "" {
		highest, err := x.highest(ctx, owner, p.stored.Licensee.Serial)
		if err != nil {
			return nil, err
		}
		result.Refused = x.refuseOffer(owner, p.offer, p.plan.Rejections, highest)
	}
	x.tellCame(p, result)
	return result, nil
}

// tellCame says in the log what became of an offer that was not activated.
func (x *transaction) tellCame(p *planned, result *Result) {
	level, message := slog.LevelWarn, "not accepted"
	attributes := []slog.Attr{slog.Int64("number", p.plan.To)}
	x.op.outcome = Outcome(p.plan.Status)
	switch {
	case result.Waiting != "":
		x.op.outcome, level, message = OutcomePending, slog.LevelInfo, "waits for an administrator"
		attributes = append(attributes, slog.String("waiting", string(result.Waiting)))
		attributes = append(attributes, loggedBlockers(p.decisive().Blockers)...)
	case result.Refused != nil:
		x.op.refused = result.Refused
		attributes = append(attributes, slog.String("detail", result.Refused.Detail))
		fallthrough
	default:
		attributes = append(attributes, slog.String("status", string(p.plan.Status)),
			slog.String("reasons", errtext.Codes(p.plan.Rejections)))
	}
	x.after(func(ctx context.Context) { x.op.log(ctx, level, message, attributes...) })
}

// tellState says in the log that a state of the active license has begun since
// what is kept of the owner was last looked at.
func (x *transaction) tellState(owner OwnerRecord) {
	opened := x.opened[owner.Owner]
	if opened == nil || owner.Settled.IsZero() {
		return
	}
	was, is := opened.License.StateAt(owner.Settled), opened.License.StateAt(x.now)
	if was == is {
		return
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelWarn, "a state of the license has begun", slog.String("state", string(is)),
			slog.String("was", string(was)), slog.Int64("number", opened.License.Number))
	})
}

// review looks at what waits after something else has changed, and activates
// nothing.
func (x *transaction) review(ctx context.Context, name string) error {
	if len(x.owner(name).Pending) == 0 {
		return nil
	}
	offers, err := x.candidates(ctx, name, nil)
	if err != nil {
		return err
	}
	_, err = x.keep(ctx, name, offers, x.owner(name).Settled)
	return err
}

// activatesItself reports whether nobody needs to be asked.
func (x *transaction) activatesItself(owner OwnerRecord, p *planned) bool {
	return p.plan.Status == planner.Ready && x.waitsFor(owner, p) == ""
}
