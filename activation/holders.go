package activation

import (
	"context"
	"fmt"
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// minFetch is how many holders are asked for at least, so that a page of
// which only few holders are concerned does not take many round trips.
const minFetch = 100

// BlockerHolders returns a page of the holders whom a blocker of the plan
// concerns, as they are today: at most limit of those whose id is greater than
// after, in bytewise order. An empty after begins, the last id of a page goes
// on, and a page shorter than limit is the last. For an over-allocated module
// these are all who would occupy it, of whom an administrator chooses. See
// docs/spec/planning.md, Blockers.
//
// Errors are those of the list. A limit below 1 is refused.
func (p *Plan) BlockerHolders(ctx context.Context, b Blocker, list HolderLister, after string, limit int) ([]seat.Holder, error) {
	if limit < 1 {
		return nil, fmt.Errorf("%w: a page of %d holders", ErrInput, limit)
	}
	modules := p.assignedNames(b)
	if len(modules) == 0 {
		return nil, nil
	}
	var page []seat.Holder
	for {
		fetch := max(limit, minFetch)
		holders, err := list.HoldersWith(ctx, modules, after, fetch)
		if err != nil {
			return nil, fmt.Errorf("activation: list the holders of %s: %w", b.Module, err)
		}
		for _, h := range holders {
			after = h.ID
			if p.concerns(b, h) {
				if page = append(page, h); len(page) == limit {
					return page, nil
				}
			}
		}
		if len(holders) < fetch {
			return page, nil
		}
	}
}

// assignedNames returns the names, as they are assigned today, by which
// holders may come to be concerned.
func (p *Plan) assignedNames(b Blocker) []string {
	if p.move == nil {
		return nil
	}
	e := p.move.after.Module(b.Module)
	if e == nil {
		return []string{b.Module} // removed: only direct assignments count
	}
	var names []string
	for _, giver := range givers(e) {
		names = append(names, giver.Name)
		for removed, successor := range p.move.removed {
			if successor == giver {
				names = append(names, removed)
			}
		}
	}
	slices.Sort(names)
	return names
}

func (p *Plan) concerns(b Blocker, h seat.Holder) bool {
	h.Assigned = p.outcome(h).after
	return b.concerns(p.move.after.Module(b.Module), h, seat.Occupy(p.move.after, h.Assigned))
}

// concerns reports whether a blocker is about a holder as it is in the end. The
// entry is that of the blocker's module in W, nil if it is removed.
func (b *Blocker) concerns(e *license.Entry, h seat.Holder, occupied seat.Occupancy) bool {
	if e == nil {
		return slices.Contains(h.Assigned, b.Module)
	}
	if !occupied.Has(e) {
		return false
	}
	switch b.Kind {
	case MissingPrerequisite:
		return slices.ContainsFunc(e.Requires, func(r license.Requirement) bool {
			return r.Name == b.Requires && !occupied.Meets(r)
		})
	case NotAssignable:
		return !seat.Fits(e.Module, h.Kind, h.Type)
	default:
		return true
	}
}

func (p *Plan) outcome(h seat.Holder) outcome {
	return p.move.apply(nameset.Of(h.Assigned), p.move.requested[h.ID])
}

// Apply returns what the activation makes of a holder, its releases included,
// and what begins or ends for it, ordered by module. A plan that is rejected
// or current changes nobody. Apply also answers for a blocked plan: that is
// what blocks it.
func (p *Plan) Apply(h seat.Holder) (seat.Holder, []seat.Change) {
	if p.move == nil {
		return h, nil
	}
	o := p.outcome(h)
	var changes []seat.Change
	for _, module := range nameset.Of(h.Assigned) {
		change := seat.Change{Assignment: seat.Assignment{Holder: h.ID, Module: module}}
		switch target := p.move.target(module); {
		case slices.Contains(o.requested, module):
			change.Cause = seat.Released
		case slices.Contains(o.cascaded, module):
			change.Cause = seat.Cascaded
		case target == "":
			change.Cause = seat.Obsolete
		case target != module:
			change.Cause, change.To = seat.Moved, target
		default:
			continue
		}
		changes = append(changes, change)
	}
	h.Assigned = o.after
	return h, changes
}
