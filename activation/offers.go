package activation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// offer is an envelope that has been verified and might become a tenant's
// license.
type offer struct {
	stored StoredLicense
	opened *signed.Opened
}

// planned is an offer with what its activation would do.
type planned struct {
	*offer
	// plan is as of now, with what was asked for, or else with what is kept.
	plan *planner.Plan
	// upcoming is the plan at the offer's validFrom, nil unless that is all that
	// it waits for.
	upcoming *planner.Plan
	holders  []seat.Holder // whom the releases and switches name
	// misfit is why what is scheduled can't be done any more. The plan is without
	// it then.
	misfit error
	// dropped is what was selected and does not fit any more.
	dropped planner.Selection
	came    bool // it came just now, and did not wait before
}

// errCascade means that scheduled releases and switches would take something else
// with them.
var errCascade = errors.New("the releases and switches take with them what they did not when they were scheduled")

// decisive is the plan that says what there is to solve.
func (p *planned) decisive() *planner.Plan { return decisive(p.plan, p.upcoming) }

// begins reports whether an offer begins later than now, and when.
func (l StoredLicense) begins(now time.Time) (time.Time, bool) {
	return l.Begins, l.Begins.After(now)
}

// inOrder returns the offers that wait, the one to decide about first: those that
// have begun, then the others as they begin.
func inOrder(pending []StoredLicense, now time.Time) []StoredLicense {
	ordered := slices.Clone(pending)
	slices.SortStableFunc(ordered, func(a, b StoredLicense) int {
		from, laterA := a.begins(now)
		other, laterB := b.begins(now)
		switch {
		case laterA && laterB:
			return from.Compare(other)
		case laterA:
			return 1
		case laterB:
			return -1
		}
		return 0
	})
	return ordered
}

// first opens the offer to decide about.
func (s *situation) first(ctx context.Context, owner OwnerRecord) (*offer, error) {
	failed := ErrNoOffer
	for i, pending := range inOrder(owner.Pending, s.now) {
		opened, err := s.reopen(ctx, owner.Owner, pending)
		if err == nil || unlessGone(err) != nil {
			return opened, err
		}
		if i == 0 {
			failed = err
		}
	}
	return nil, failed
}

// reopen verifies an offer that waits, as if it came now.
func (s *situation) reopen(ctx context.Context, owner string, pending StoredLicense) (*offer, error) {
	envelope, err := s.Envelope(ctx, pending.Digest)
	if err != nil {
		return nil, fmt.Errorf("read the offer of %s: %w", owner, err)
	}
	if DigestOf(envelope) != pending.Digest {
		return nil, fmt.Errorf("%w: the envelope is another one", ErrAltered)
	}
	opened, err := s.engine.trust.Open(envelope, s.now)
	if err != nil {
		return nil, err
	}
	if opened.License.Owner.Name != owner {
		return nil, fmt.Errorf("%w: it is one of %s", ErrAltered, opened.License.Owner.Name)
	}
	pending.Begins = beginning(opened)
	return &offer{stored: pending, opened: opened}, nil
}

// beginning is the validFrom of a license, zero if it has none.
func beginning(opened *signed.Opened) time.Time { return orZero(opened.License.ValidFrom).UTC() }

// unlessGone returns nil for errors that say that an offer is none any more.
func unlessGone(err error) error {
	var refused *signed.Error
	if errors.Is(err, ErrNoOffer) || errors.Is(err, ErrAltered) || errors.As(err, &refused) {
		return nil
	}
	return err
}

// isForeign reports whether an offer is one that another program or another trust
// may still open: instances of two versions run side by side during a deployment.
func isForeign(err error) bool {
	return errors.Is(err, signed.CodeUnknownKey) || errors.Is(err, signed.CodeOwnerNotGranted) || errors.Is(err, signed.CodeInvalid)
}

// consider plans an offer as of now, and as of its validFrom if it is only too
// early, with what is scheduled, and without what nobody has approved.
func (s *situation) consider(ctx context.Context, offered *offer) (*planned, error) {
	schedule := offered.stored.Schedule
	if schedule == nil {
		return s.planWith(ctx, offered, planner.Selection{})
	}
	p, err := s.planWith(ctx, offered, schedule.Selection)
	switch _, unfit := schedule.Fit(err); {
	case !unfit.Empty():
	case err != nil || p.decisive().Status == planner.Rejected || p.decisive().Status == planner.Current:
		return p, err
	case seenCascade(p.decisive()) != schedule.Cascade:
		err = errCascade
	default:
		return p, nil
	}
	misfit := err
	if p, err = s.planWith(ctx, offered, planner.Selection{}); err != nil {
		return nil, err
	}
	p.misfit = misfit
	return p, nil
}

// planKept plans an offer with what is kept with it: what is scheduled, or
// otherwise selected.
func (s *situation) planKept(ctx context.Context, offered *offer) (*planned, error) {
	if offered.stored.Schedule != nil {
		return s.consider(ctx, offered)
	}
	return s.planFitting(ctx, offered, offered.stored.Selected)
}

// planFitting plans an offer with what fits of a selection. The seats of the
// others were given back or exchanged meanwhile.
func (s *situation) planFitting(ctx context.Context, offered *offer, selected planner.Selection) (*planned, error) {
	var dropped planner.Selection
	for {
		p, err := s.planWith(ctx, offered, selected)
		fits, unfit := selected.Fit(err)
		if unfit.Empty() {
			if err == nil {
				p.dropped = dropped
			}
			return p, err
		}
		selected, dropped = fits, dropped.And(unfit)
	}
}

// planWith plans an offer with exactly this selection.
func (s *situation) planWith(ctx context.Context, offered *offer, selected planner.Selection) (*planned, error) {
	p := &planned{offer: offered}
	var err error
	if p.holders, err = s.known(ctx, selected.Holders()); err != nil {
		return nil, err
	}
	if p.plan, err = s.plan(ctx, offered, selected, p.holders); err != nil {
		return nil, err
	}
	if p.plan.Status == planner.Rejected && p.plan.MayWait() {
		later := *s
		later.now = *offered.opened.License.ValidFrom
		p.upcoming, err = later.plan(ctx, offered, selected, p.holders)
	}
	return p, err
}
