package activation

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Admit makes holders known, or brings kind and type of those who are up to
// date, and gives them the modules that their Assigned lists, all of them or
// none, by the rules of [seat.Assign]. A host calls it when a user is created,
// changes its type or gets a module. Holders keep the modules that they have
// beyond their Assigned; [Actor.Release] takes them away. Without any module it
// is never refused.
//
// The error is a [*seat.RefusedError] with every reason and its figures; nobody
// is known or changed then. A holder whose modules do not fit it any more keeps
// them until a new license asks: docs/spec/planning.md, Blockers.
//
// All holders are one transaction, so call it with the holders that belong
// together, such as the user that a request creates. [Actor.Import] takes more of
// them than fit into one.
func (a *Actor) Admit(ctx context.Context, holders ...seat.Holder) (seat.Decision, error) {
	return run(ctx, a.operation(OperationAdmit, ""), func(ctx context.Context, o *operation) (seat.Decision, error) {
		return o.admit(ctx, holders)
	})
}

func (o *operation) admit(ctx context.Context, holders []seat.Holder) (seat.Decision, error) {
	if err := checkHolders(holders); err != nil || len(holders) == 0 {
		return seat.Decision{}, err
	}
	wanted := 0
	for _, h := range holders {
		wanted += len(h.Assigned)
	}
	assignments := make([]seat.Assignment, 0, wanted)
	for _, h := range holders {
		for _, module := range h.Assigned {
			assignments = append(assignments, seat.Assignment{Holder: h.ID, Module: module})
		}
	}
	o.holders = idsOf(holders)
	return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (d seat.Decision, err error) {
		current, changed, err := x.merge(ctx, holders)
		if err != nil {
			return d, err
		}
		if len(assignments) > 0 {
			state, err := x.state(ctx)
			if err != nil {
				return d, err
			}
			if d, err = seat.Assign(state, current, assignments...); err != nil {
				return d, err
			}
		}
		return d, x.carryOut(ctx, d, changed...)
	})
}

// merge returns holders as the host has them now, with what is assigned to
// them, and those of them who are new or changed.
func (x *transaction) merge(ctx context.Context, holders []seat.Holder) (current, changed []seat.Holder, err error) {
	known, err := x.known(ctx, idsOf(holders))
	if err != nil {
		return nil, nil, err
	}
	of := byID(known)
	current, changed = make([]seat.Holder, 0, len(holders)), make([]seat.Holder, 0, max(len(holders)-len(known), 0))
	for _, h := range holders {
		stored, there := of[h.ID]
		h.Assigned = stored.Assigned
		current = append(current, h)
		if !there || stored.Kind != h.Kind || stored.Type != h.Type {
			changed = append(changed, h)
		}
	}
	return current, changed, nil
}

func checkKind(h seat.Holder) error {
	if h.Kind != license.User && h.Kind != license.Satellite {
		return errors.New("it is neither of the kind user nor satellite")
	}
	return nil
}

func idsOf(holders []seat.Holder) []string {
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	return ids
}

// checkHolders returns all that is wrong with holders that a host gives.
func checkHolders(holders []seat.Holder) error {
	problems := &multierror.Error{ErrorFormat: errtext.Join}
	given := make(map[string]bool, len(holders))
	for i, h := range holders {
		err := seat.CheckID(h.ID)
		switch {
		case err != nil:
		case given[h.ID]:
			err = errors.New("it is given twice")
		default:
			err = checkKind(h)
		}
		if err != nil {
			problems = multierror.Append(problems, fmt.Errorf("holder %d: %w", i, err))
		}
		given[h.ID] = true
	}
	if err := problems.ErrorOrNil(); err != nil {
		return invalid("%w", err)
	}
	return nil
}
