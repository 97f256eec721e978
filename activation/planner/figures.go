package planner

import (
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// figures is what is counted once, and what changes, blockers and warnings
// read.
type figures struct {
	*transition
	groups []group
	// inUse is today's, by the index of the active licenses' entries; newInUse
	// is that under W, by the index of W's.
	inUse, newInUse []int64
	// direct counts the assignments of modules that are removed without a
	// successor, as they are after.
	direct map[string]int64
	// moved and obsolete count assignments by the name that is assigned today.
	moved, obsolete map[string]int64
	// unmet counts, for each requirement of W's entries, the holders who occupy
	// the module and lack what it requires. Those of an entry begin at its place
	// in requirements.
	unmet        []int64
	requirements []int
	// assigned is what is assigned to somebody after, by the index of W's entries.
	assigned bitset
	// misfits counts the holders who occupy a module of O and may not have it,
	// by the index of W's entries.
	misfits []int64
	// active is the entries of a group's assignments among the active licenses.
	active []*license.Entry
	// demanding is W's modules that need an assignment and require something.
	demanding occupancy.Set
}

func count(t *transition, groups []group) (*figures, error) {
	f := &figures{
		transition: t,
		groups:     groups,
		inUse:      make([]int64, len(t.before.Entries())),
		newInUse:   make([]int64, len(t.after.Entries())),
		direct:     make(map[string]int64),
		moved:      make(map[string]int64),
		obsolete:   make(map[string]int64),
		misfits:    make([]int64, len(t.after.Entries())),
		assigned:   newBitset(len(t.after.Entries())),
		demanding:  occupancy.None(t.after),
	}
	f.requirements = make([]int, len(t.after.Entries()))
	all := 0
	for i, e := range t.after.Entries() {
		f.requirements[i] = all
		all += len(e.Requires)
		if len(e.Requires) > 0 && e.Module.Kind.Assignable() {
			f.demanding.Add(i)
		}
	}
	f.unmet = make([]int64, all)
	was, is := occupancy.None(t.before), occupancy.None(t.after)
	for i := range groups {
		f.countBefore(&groups[i], was)
		f.countAfter(&groups[i], is)
		if !t.effort.spend(len(groups[i].Assigned) + is.Len()) {
			return nil, t.effort.err
		}
	}
	return f, nil
}

func (f *figures) countBefore(g *group, occupied occupancy.Set) {
	occupied.Clear()
	f.active = f.active[:0]
	for _, module := range g.Assigned {
		e := f.before.Module(module)
		f.active = append(f.active, e)
		occupied.Occupy(e)
	}
	for e := range occupied.All() {
		f.inUse[e.Index] += g.Count
	}
	for _, module := range g.kept {
		switch target := f.target(module); target {
		case module:
		case "":
			f.obsolete[module] += g.Count
		default:
			f.moved[module] += g.Count
		}
	}
}

func (f *figures) countAfter(g *group, occupied occupancy.Set) {
	occupied.Clear()
	for i, module := range g.after {
		e := f.entry(module, i)
		if e != nil {
			f.assigned.set(e.Index)
			occupied.Occupy(e)
		} else if _, removed := f.removed[module]; removed { // removed without a successor, which would be here in its place
			f.direct[module] += g.Count
		}
	}
	for e := range occupied.All() {
		f.newInUse[e.Index] += g.Count
		if e.Module.Kind.Assignable() && f.isMisfit(e, g.Kind, g.Type) {
			f.misfits[e.Index] += g.Count
		}
	}
	for e := range occupied.Both(f.demanding) {
		if f.needs.Met(e, occupied) {
			continue
		}
		owned := f.owned(e)
		for i, r := range e.Requires {
			if !occupied.Meets(r) && (owned || f.touches(e, r)) {
				f.unmet[f.requirements[e.Index]+i] += g.Count
			}
		}
	}
}

// entry returns the module of a name under W. It is mostly the twin of the one at
// the same place among a group's assignments today, which costs less than a
// look-up by name.
func (f *figures) entry(module string, place int) *license.Entry {
	if place < len(f.active) {
		if e := f.active[place]; e != nil && e.Name == module {
			return f.twins[e.Index]
		}
	}
	return f.after.Module(module)
}

// isMisfit reports whether holders of a kind and type may not have a module,
// and that is a matter of the offered license.
func (t *transition) isMisfit(e *license.Entry, kind license.Kind, holderType string) bool {
	return t.owned(e) && !seat.Fits(e, kind, holderType)
}

// isUnmet reports whether a holder who occupies a module lacks what it
// requires, and that is a matter of the offered license.
func (t *transition) isUnmet(e *license.Entry, r license.Requirement, occupied occupancy.Set) bool {
	return !occupied.Meets(r) && t.touches(e, r)
}

// owned reports whether a module is one of the offered license.
func (t *transition) owned(e *license.Entry) bool { return e.License.Owner.Name == t.owner }

// touches reports whether a requirement is one that the offered license
// touches. A name in "requires" stands for a module of its own owner, also
// when it is resolved.
func (t *transition) touches(e *license.Entry, r license.Requirement) bool {
	owner, _ := license.SplitName(r.Name)
	return t.owned(e) || owner == t.owner
}
