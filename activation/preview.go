package activation

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// Preview is a pending offer with what its activation would do, as an
// administrator looks at it. It is read-only.
type Preview struct {
	Owner string `json:"owner"`
	// Offer names the offer, for an [Approval]. It is the digest of its envelope.
	Offer Digest `json:"offer"`
	// Seen stands for what the plan was made of: the active licenses, what is
	// selected, and what that takes with it. It goes back with an [Approval].
	Seen string `json:"seen"`
	// Plan is as of now, with what was asked for, or else with what is kept with
	// the offer.
	Plan *planner.Plan `json:"plan,omitzero"`
	// Upcoming is the plan as it will be at the license's validFrom, with the
	// same selection, if nothing but that is in its way; otherwise nil.
	Upcoming *planner.Plan `json:"upcoming,omitzero"`
	// Schedule is what is to be done with the activation, nil for nothing, and
	// Misfit why that can't be done any more, empty if it can.
	Schedule *Schedule `json:"schedule,omitzero"`
	Misfit   string    `json:"misfit,omitzero"`
	// Dropped is what was selected by [Actor.Select] and does not fit any more. The
	// plan is without it.
	Dropped planner.Selection `json:"dropped,omitzero"`
	// Solved is for [Tenant.Status] and [Tenant.Pending], whose Plan is without what
	// was selected by [Actor.Select]: that solves all blockers, so that somebody can
	// activate the offer.
	Solved bool `json:"solved,omitzero"`
	// Waiting is why the offer was not activated by itself. It is empty for one
	// that will be at the next check, or once what was asked for is carried out.
	Waiting Waiting `json:"waiting,omitzero"`
	// License is the license that is offered. It has been verified.
	License *license.License `json:"license,omitzero"`
	// Source says where it came from, By who loaded it, if somebody did, and
	// At when.
	Source string    `json:"source"`
	By     string    `json:"by,omitzero"`
	At     time.Time `json:"at,omitzero"`
	// Withdrawn is since when the source has something else, zero if it has not.
	Withdrawn time.Time `json:"withdrawn,omitzero"`
}

// Approve returns what asks for the activation of the offer as it was looked at,
// with the releases and switches that it was planned with.
func (p *Preview) Approve() Approval {
	return Approval{Offer: p.Offer, Seen: p.Seen, Selection: p.Decisive().Selection()}
}

// Decisive returns the plan that says what there is to solve: Upcoming where there
// is one, otherwise Plan.
func (p *Preview) Decisive() *planner.Plan { return decisive(p.Plan, p.Upcoming) }

func decisive(plan, upcoming *planner.Plan) *planner.Plan {
	if upcoming != nil {
		return upcoming
	}
	return plan
}

// Plan returns the pending offer of an owner that is to be decided about first,
// with what its activation would do. Without a selection, that is with what
// [Actor.Select] or [Actor.Schedule] has kept with the offer, as far as it fits.
// With one, it is with exactly that, and a zero [planner.Selection] leaves out
// what is kept. Several are taken together. It is planned afresh every time.
// [Tenant.PlanOffer] plans another one of those that wait. See
// docs/spec/planning.md, Pending and Selected.
//
// The error matches [ErrNoOffer] if none is pending, and [ErrRejected] if the
// license is not acceptable any more; it is a [*signed.Error] if the license is
// not authentic any more, and one of [planner.New] if the selection is wrong.
func (t *Tenant) Plan(ctx context.Context, owner string, selected ...planner.Selection) (*Preview, error) {
	owner = folded(owner)
	return run(ctx, t.operation(OperationPlan, owner), func(ctx context.Context, o *operation) (*Preview, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (*Preview, error) {
			_, preview, err := s.acceptable(ctx, owner, selected...)
			return preview, err
		})
	})
}

func together(selected []planner.Selection) planner.Selection {
	var all planner.Selection
	for _, s := range selected {
		all = all.And(s)
	}
	return all
}

// acceptable returns the pending offer of an owner that is to be decided about
// first, planned with selections or with what is kept, or why it is none any more.
func (s *situation) acceptable(ctx context.Context, owner string, selected ...planner.Selection) (*offer, *Preview, error) {
	pending, err := s.first(ctx, s.owner(owner))
	if err != nil {
		return nil, nil, err
	}
	preview, err := s.acceptableOffer(ctx, pending, selected...)
	return pending, preview, err
}

// acceptableOffer plans an offer that waits, or says why it is none any more.
func (s *situation) acceptableOffer(ctx context.Context, pending *offer, selected ...planner.Selection) (*Preview, error) {
	plan := s.planKept
	if len(selected) > 0 {
		plan = func(ctx context.Context, offered *offer) (*planned, error) {
			return s.planWith(ctx, offered, together(selected))
		}
	}
	p, err := plan(ctx, pending)
	switch {
	case err != nil:
		return nil, err
	case p.plan.Status == planner.Current:
		return nil, fmt.Errorf("%w: it is active already", ErrNoOffer)
	case !p.plan.MayWait():
		return nil, &NotActivatedError{Reason: ErrRejected, Fresh: s.presentPlanned(p)}
	}
	return s.presentPlanned(p), nil
}

// Pending returns the pending offers of all owners, ordered by owner, those of an
// owner with the one to decide about first, without those that are not acceptable
// any more.
func (t *Tenant) Pending(ctx context.Context) ([]*Preview, error) {
	return run(ctx, t.operation(OperationPending, ""), func(ctx context.Context, o *operation) ([]*Preview, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) ([]*Preview, error) {
			var previews []*Preview
			for _, owner := range s.owners {
				waiting, err := s.waiting(ctx, owner)
				if err != nil {
					return nil, err
				}
				previews = append(previews, waiting...)
			}
			return previews, nil
		})
	})
}

// waiting returns the offers of an owner that wait and still are some, the one to
// decide about first.
func (s *situation) waiting(ctx context.Context, owner OwnerRecord) ([]*Preview, error) {
	var previews []*Preview
	for _, pending := range inOrder(owner.Pending, s.now) {
		opened, err := s.reopen(ctx, owner.Owner, pending)
		if err != nil {
			if err := unlessGone(err); err != nil {
				return nil, err
			}
			continue
		}
		p, err := s.consider(ctx, opened)
		if err != nil {
			return nil, err
		}
		if !p.plan.MayWait() {
			continue
		}
		preview := s.presentPlanned(p)
		if preview.Waiting == WaitingBlocked && !pending.Selected.Empty() {
			selected, err := s.planKept(ctx, opened)
			if err != nil {
				return nil, err
			}
			preview.Solved = selected.plan.Status == planner.Ready
		}
		previews = append(previews, preview)
	}
	return previews, nil
}

// presentPlanned shows an offer as it was planned.
func (s *situation) presentPlanned(p *planned) *Preview {
	preview := &Preview{
		Owner: p.plan.Owner, Offer: p.stored.Digest,
		Seen: s.seenLicenses() + seenCascade(p.decisive()) + seenSelection(p.decisive()),
		Plan: p.plan, Upcoming: p.upcoming, Schedule: p.stored.Schedule, Dropped: p.dropped,
		Waiting: s.waitsFor(s.owner(p.plan.Owner), p), License: p.opened.License,
		Source: p.stored.Source, By: p.stored.By, At: p.stored.At.UTC(), Withdrawn: p.stored.Withdrawn.UTC(),
	}
	if p.misfit != nil {
		preview.Misfit = p.misfit.Error()
	}
	return preview
}

// seenLicenses stands for the active licenses, those of the offer's owner and
// of others alike: by their documents, so that a copy which is only signed
// anew is no change.
func (s *situation) seenLicenses() string {
	digest := sha256.New()
	for _, l := range s.licenses.Licenses() {
		document := sha256.Sum256(s.opened[l.Owner.Name].Document)
		digest.Write(document[:])
	}
	return encodeSeen(digest.Sum(nil))
}

// seenCascade stands for what the releases and switches of a plan take with them.
func seenCascade(p *planner.Plan) string {
	var b strings.Builder
	for _, r := range p.Releases {
		if r.Cause == planner.ReleaseCascade {
			b.WriteString(r.Holder + "\x00" + r.Module + "\x00")
		}
	}
	digest := sha256.Sum256([]byte(b.String()))
	return encodeSeen(digest[:])
}

// seenSelection stands for what is released and switched by request.
func seenSelection(p *planner.Plan) string {
	digest := sha256.New()
	selected := p.Selection()
	for _, a := range selected.Releases {
		_, _ = fmt.Fprintf(digest, "%q %q\n", a.Holder, a.Module) // a hash never fails
	}
	for _, w := range selected.Switches {
		_, _ = fmt.Fprintf(digest, "%q %q %q\n", w.Holder, w.From, w.To)
	}
	return encodeSeen(digest.Sum(nil))
}

func encodeSeen(digest []byte) string { return base64.RawURLEncoding.EncodeToString(digest) }
