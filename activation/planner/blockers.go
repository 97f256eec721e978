package planner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// BlockerKind says why a license can't be activated as things are.
type BlockerKind string

// The kinds of blockers, see docs/spec/planning.md, Blockers.
const (
	// OverAllocated means that more seats are in use than the license has.
	OverAllocated BlockerKind = "over-allocated"
	// MissingPrerequisite means that holders would lack what a module that
	// they hold requires.
	MissingPrerequisite BlockerKind = "missing-prerequisite"
	// NotAssignable means that holders of another kind or type hold a module.
	NotAssignable BlockerKind = "not-assignable"
)

// Blocker is one thing that has to be solved before a license can be
// activated. [Plan.Affects] says whom it concerns.
type Blocker struct {
	Kind BlockerKind `json:"kind"`
	// Module is the full name of the module.
	Module string `json:"module"`
	// InUse is the seats in use after the activation, Available the capacity,
	// 0 for a removed module, and MustRemove by how much InUse is more. Only
	// of OverAllocated.
	InUse      int64 `json:"inUse"`
	Available  int64 `json:"available"`
	MustRemove int64 `json:"mustRemove"`
	// Through lists, ordered, the modules by whose assignment seats are
	// occupied after the activation: the module itself, bundles that include
	// it. Only of OverAllocated.
	Through []string `json:"through"`
	// Requires is the full name of what is missing. Only of
	// MissingPrerequisite.
	Requires string `json:"requires"`
	// Affected is the number of holders concerned. [Plan.Affects] says of each
	// holder whether it is one of them, for a list in pages.
	Affected int64 `json:"affected"`
	// Holders lists the ids of the holders concerned, ordered, of
	// MissingPrerequisite and NotAssignable. A plan leaves it nil, because it is
	// made from a census. A caller who has read all holders may fill it; it is then
	// marshaled instead of Affected.
	Holders []string `json:"holders"`

	sortOrder int
}

// String is a sentence for an administrator's log.
func (b Blocker) String() string {
	switch b.Kind {
	case MissingPrerequisite:
		return fmt.Sprintf("%s of %s would lack %s", errtext.Count(b.Affected, "holder"), b.Module, b.Requires)
	case NotAssignable:
		return fmt.Sprintf("%s may not have %s", errtext.Count(b.Affected, "holder"), b.Module)
	default:
		return fmt.Sprintf("%s would have %d of %s in use, release %d",
			b.Module, b.InUse, errtext.Count(b.Available, "seat"), b.MustRemove)
	}
}

// MarshalJSON writes the members that docs/spec/scenario.md names for the kind,
// and where the holders are not listed, how many are affected.
func (b Blocker) MarshalJSON() ([]byte, error) {
	if b.Kind == OverAllocated {
		return marshal(struct {
			Kind       BlockerKind `json:"kind"`
			Module     string      `json:"module"`
			InUse      int64       `json:"inUse"`
			Available  int64       `json:"available"`
			MustRemove int64       `json:"mustRemove"`
			Through    []string    `json:"through"`
		}{b.Kind, b.Module, b.InUse, b.Available, b.MustRemove, notNil(b.Through)})
	}
	if b.Holders != nil {
		b.Affected = 0
	}
	return marshal(struct {
		Kind     BlockerKind `json:"kind"`
		Module   string      `json:"module"`
		Requires string      `json:"requires,omitzero"`
		Affected int64       `json:"affected,omitzero"`
		Holders  []string    `json:"holders,omitzero"`
	}{b.Kind, b.Module, b.Requires, b.Affected, b.Holders})
}

// marshal leaves it to the caller's encoder whether ids are escaped for HTML.
func marshal(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return text.Bytes(), err
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Standing returns what would block any license of an owner that changes
// nothing about it, by kind, sort order and full name: what has come about since
// the active one was activated, such as a holder whose type has changed. It is
// nil if that is nothing, or the owner has no active license.
func Standing(active *license.Set, owner string, census seat.Census) []Blocker {
	c := active.License(owner)
	if c == nil {
		return nil
	}
	t := newTransition(active, c)
	groups, err := t.groups(Input{Census: census})
	if err != nil { // can't happen: nothing is asked for
		return nil
	}
	f, err := count(t, groups)
	if err != nil { // can't happen: no effort is counted
		return nil
	}
	if blockers := f.blockers(); len(blockers) > 0 {
		return blockers
	}
	return nil
}

func (f *figures) blockers() []Blocker {
	blockers := []Blocker{} // never nil: the plan's list is always present
	blockers = append(blockers, f.overAllocated()...)
	blockers = append(blockers, slices.Concat(f.overAllocatedRemoved(), f.missingPrerequisites(), f.notAssignable())...)
	slices.SortFunc(blockers, func(a, b Blocker) int {
		return cmp.Or(
			cmp.Compare(a.Kind.rank(), b.Kind.rank()),
			cmp.Compare(a.sortOrder, b.sortOrder),
			cmp.Compare(a.Module, b.Module),
			cmp.Compare(a.Requires, b.Requires))
	})
	return blockers
}

// rank is the place of the kind in docs/spec/planning.md.
func (k BlockerKind) rank() int {
	return slices.Index([]BlockerKind{OverAllocated, MissingPrerequisite, NotAssignable}, k)
}

func (f *figures) overAllocated() []Blocker {
	var blockers []Blocker
	for _, e := range f.after.Entries() {
		if f.isOver(e) {
			b := overAllocation(e, f.newInUse[e.Index], e.Module.Capacity())
			b.Through = f.through(e)
			blockers = append(blockers, b)
		}
	}
	return blockers
}

// isOver reports whether a module of O has more seats in use than capacity.
func (f *figures) isOver(e *license.Entry) bool {
	return f.isLimited(e) && f.newInUse[e.Index] > e.Module.Capacity()
}

// isLimited reports whether a module is one of O whose seats are counted.
func (t *transition) isLimited(e *license.Entry) bool {
	return t.owned(e) && e.Module.Restricted()
}

func (f *figures) overAllocatedRemoved() []Blocker {
	var blockers []Blocker
	for name, inUse := range f.direct {
		if !f.isOrphan(name) {
			continue
		}
		b := overAllocation(f.before.Module(name), inUse, 0)
		b.Through = []string{name}
		blockers = append(blockers, b)
	}
	return blockers
}

// isOrphan reports whether an assigned module takes seats and is removed
// without a successor, so that nobody may keep it.
func (t *transition) isOrphan(name string) bool {
	successor, removed := t.removed[name]
	return removed && successor == nil && t.before.Module(name).Module.Kind.Assignable()
}

func overAllocation(e *license.Entry, inUse, available int64) Blocker {
	return Blocker{
		Kind: OverAllocated, Module: e.Name, sortOrder: e.Module.SortOrder,
		InUse: inUse, Available: available, MustRemove: inUse - available, Affected: inUse,
	}
}

// through returns which of the modules that give a seat of e are assigned to
// somebody after the activation.
func (f *figures) through(e *license.Entry) []string {
	var names []string
	for _, giver := range givers(e) {
		if f.assigned.has(giver.Index) {
			names = append(names, giver.Name)
		}
	}
	slices.Sort(names)
	return names
}

// givers returns the modules by whose assignment a seat of e is occupied.
func givers(e *license.Entry) []*license.Entry {
	return slices.Concat([]*license.Entry{e}, e.IncludedBy)
}

func (f *figures) missingPrerequisites() []Blocker {
	var blockers []Blocker
	for _, e := range f.after.Entries() {
		for i, r := range e.Requires {
			if holders := f.unmet[f.requirements[e.Index]+i]; holders > 0 {
				blockers = append(blockers, Blocker{
					Kind: MissingPrerequisite, Module: e.Name, sortOrder: e.Module.SortOrder, Requires: r.Name, Affected: holders,
				})
			}
		}
	}
	return blockers
}

func (f *figures) notAssignable() []Blocker {
	var blockers []Blocker
	for i, holders := range f.misfits {
		if e := f.after.Entries()[i]; holders > 0 {
			blockers = append(blockers, Blocker{
				Kind: NotAssignable, Module: e.Name, sortOrder: e.Module.SortOrder, Affected: holders,
			})
		}
	}
	return blockers
}
