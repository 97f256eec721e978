package planner

import (
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Affects reports whether a blocker of the plan concerns a holder, as it is
// today. For an over-allocated module these are all who would occupy it, of whom
// an administrator chooses. See docs/spec/planning.md, Blockers.
func (p *Plan) Affects(b Blocker, h seat.Holder) bool {
	if p.move == nil {
		return false
	}
	h.Assigned = p.outcome(h).after
	return b.concerns(p.move.after.Module(b.Module), h, occupancy.Of(p.move.after, h.Assigned))
}

// AssignedNames returns the full names, as they are assigned today, by which a
// holder may come to be concerned by a blocker: whoever has none of them is not.
// A list of holders need not go through others to find those whom
// [Plan.Affects] names.
func (p *Plan) AssignedNames(b Blocker) []string {
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
		for _, s := range p.Switches {
			if s.To == giver.Name {
				names = append(names, s.From)
			}
		}
	}
	return nameset.Of(names)
}

// Free returns how many seats of a module of the offered license are left once the
// plan is carried out, overdraft included; below 0 where there are too few. Unlike
// the figures of [ModuleChange], it is for modules that do not differ as well. It is
// false for what has no limit, for other modules, and for a plan that is rejected
// or current.
func (p *Plan) Free(module string) (seats int64, limited bool) {
	if p.move == nil {
		return 0, false
	}
	e := p.move.after.Module(module)
	if e == nil || !p.move.owned(e) || !e.Module.Restricted() {
		return 0, false
	}
	return e.Module.Capacity() - p.counted.newInUse[e.Index], true
}

// concerns reports whether a blocker is about a holder as it is in the end. The
// entry is that of the blocker's module in W, nil if it is removed.
func (b *Blocker) concerns(e *license.Entry, h seat.Holder, occupied occupancy.Set) bool {
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
		return !seat.Fits(e, h.Kind, h.Type)
	default:
		return true
	}
}

func (p *Plan) outcome(h seat.Holder) outcome {
	return p.move.apply(nameset.Of(h.Assigned), p.move.asked[h.ID])
}

// Apply returns what the activation makes of a holder, its releases and switches
// included, and what ends or becomes another module for it, ordered by module. A
// plan that is rejected or current changes nobody. Apply also answers for a blocked
// plan, so that a page can show what a license would do to somebody before its
// blockers are solved.
func (p *Plan) Apply(h seat.Holder) (seat.Holder, []seat.Change) {
	if p.move == nil {
		return h, nil
	}
	o := p.outcome(h)
	var changes []seat.Change
	for _, module := range nameset.Of(h.Assigned) {
		change := seat.Change{Assignment: seat.Assignment{Holder: h.ID, Module: module}}
		to, switched := o.switched(module)
		switch target := p.move.target(module); {
		case switched:
			change.Cause, change.To = seat.CauseSwitched, to
		case slices.Contains(o.releases, module):
			change.Cause = seat.CauseReleased
		case slices.Contains(o.cascaded, module):
			change.Cause = seat.CauseCascaded
		case target == "":
			change.Cause = seat.CauseObsolete
		case target != module:
			change.Cause, change.To = seat.CauseMoved, target
		default:
			continue
		}
		changes = append(changes, change)
	}
	if h.Assigned = o.after; h.Assigned == nil {
		h.Assigned = []string{} // not nil: the holder is known, and has none
	}
	return h, changes
}
