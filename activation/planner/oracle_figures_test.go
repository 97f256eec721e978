package planner_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// names lists the modules of C and O once.
func (r *oracle) names() []string {
	all := maps.Clone(r.inC)
	maps.Copy(all, r.inO)
	return slices.Sorted(maps.Keys(all))
}

// latest gives a module as it is in O; a removed one as it is in C.
func (r *oracle) latest(name string) *license.Module {
	if m := r.inO[name]; m != nil {
		return m
	}
	return r.inC[name]
}

func assignable(m *license.Module) bool { return m != nil && m.Kind != license.Site }

func (r *oracle) changes(fates []fate) []planner.ModuleChange {
	list := []planner.ModuleChange{}
	for _, name := range r.names() {
		c, o := r.inC[name], r.inO[name]
		change := planner.ModuleChange{Module: name, Hidden: r.latest(name).Hidden, ReplacedBy: r.successor(name)}
		switch {
		case c == nil:
			change.Change = "added"
		case o == nil:
			change.Change = "removed"
		default:
			change.Change, change.Fields = "altered", differingMembers(r.owner, c, o)
			if len(change.Fields) == 0 {
				continue
			}
		}
		if c != nil {
			change.Total = c.Quantity
		}
		if o != nil {
			change.NewTotal = o.Quantity
		}
		change.Added = change.NewTotal - change.Total
		if assignable(r.latest(name)) {
			r.addSeats(&change, c, o, fates)
		}
		change.Obsolete = number(fates, func(f fate) bool { return f.kept[name] && r.becomes(name) == "" })
		if y := r.successor(name); y != "" && r.becomes(name) != "" {
			change.Moved = number(fates, func(f fate) bool { return f.kept[name] })
		}
		list = append(list, change)
	}
	slices.SortStableFunc(list, func(a, b planner.ModuleChange) int {
		return r.latest(a.Module).SortOrder - r.latest(b.Module).SortOrder
	})
	return list
}

func (r *oracle) addSeats(change *planner.ModuleChange, c, o *license.Module, fates []fate) {
	inUse, newInUse := int64(0), r.newInUse(change.Module, fates)
	if assignable(c) {
		inUse = number(fates, func(f fate) bool { return occupied(r.inC, f.today)[change.Module] })
		if !c.Unrestricted {
			free := c.Quantity + c.Overdraft - inUse
			change.Free = &free
		}
	}
	switch {
	case o == nil:
		newFree := -newInUse
		change.NewFree = &newFree
	case !o.Unrestricted:
		newFree := o.Quantity + o.Overdraft - newInUse
		change.NewFree = &newFree
	}
	change.InUse, change.NewInUse = &inUse, &newInUse
}

func (r *oracle) blockers(fates []fate) []planner.Blocker {
	list := []planner.Blocker{}
	for _, blockers := range [][]planner.Blocker{r.overAllocated(fates), r.missing(fates), r.misfits(fates)} {
		slices.SortFunc(blockers, func(a, b planner.Blocker) int {
			return cmp.Or(r.sortOrder(a.Module)-r.sortOrder(b.Module), strings.Compare(a.Module, b.Module), strings.Compare(a.Requires, b.Requires))
		})
		list = append(list, blockers...)
	}
	return list
}

func (r *oracle) sortOrder(name string) int {
	if m := r.inW[name]; m != nil {
		return m.SortOrder
	}
	return r.inC[name].SortOrder
}

// overAllocated fills in the holders of these, too, for the comparison with
// what BlockerHolders lists.
func (r *oracle) overAllocated(fates []fate) []planner.Blocker {
	var list []planner.Blocker
	for _, name := range r.names() {
		o, capacity := r.inO[name], int64(0)
		if o != nil {
			capacity = o.Quantity + o.Overdraft
		}
		inUse := r.newInUse(name, fates)
		if !assignable(r.latest(name)) || o != nil && o.Unrestricted || inUse <= capacity {
			continue
		}
		through, holders := make(nameSet), []string{}
		for _, f := range fates {
			concerned := false
			for assigned := range f.after {
				if assigned == name || r.inO[name] != nil && occupied(r.inO, nameSet{assigned: true})[name] {
					through[assigned], concerned = true, true
				}
			}
			if concerned {
				holders = append(holders, f.holder.ID)
			}
		}
		list = append(list, planner.Blocker{
			Kind: "over-allocated", Module: name, InUse: inUse, Available: capacity, MustRemove: inUse - capacity,
			Through: slices.Sorted(maps.Keys(through)), Affected: inUse, Holders: slices.Sorted(slices.Values(holders)),
		})
	}
	return list
}

func (r *oracle) missing(fates []fate) []planner.Blocker {
	var list []planner.Blocker
	for name, m := range r.inW {
		if !assignable(m) {
			continue
		}
		for needed := range r.requirements(name) {
			if ownerOf(name) != r.owner && ownerOf(needed) != r.owner {
				continue
			}
			b := planner.Blocker{Kind: "missing-prerequisite", Module: name, Requires: needed}
			list = appendAffected(list, b, fates, func(f fate) bool {
				return occupied(r.inW, f.after)[name] && !r.there(needed, f.after)
			})
		}
	}
	return list
}

func (r *oracle) misfits(fates []fate) []planner.Blocker {
	var list []planner.Blocker
	for name, m := range r.inO {
		if !assignable(m) {
			continue
		}
		b := planner.Blocker{Kind: "not-assignable", Module: name}
		list = appendAffected(list, b, fates, func(f fate) bool {
			allowed := len(m.AssignableTo) == 0 || slices.Contains(m.AssignableTo, f.holder.Type)
			return occupied(r.inW, f.after)[name] && (f.holder.Kind != m.Kind || !allowed)
		})
	}
	return list
}

// appendAffected appends the blocker if it concerns somebody.
func appendAffected(list []planner.Blocker, b planner.Blocker, fates []fate, concerns func(fate) bool) []planner.Blocker {
	for _, f := range fates {
		if concerns(f) {
			b.Holders = append(b.Holders, f.holder.ID)
		}
	}
	if len(b.Holders) == 0 {
		return list
	}
	slices.Sort(b.Holders)
	b.Affected = int64(len(b.Holders))
	return append(list, b)
}

func (r *oracle) warnings(fates []fate) []planner.Warning {
	found := make(map[planner.Warning]bool)
	if o, c := r.o.Expires, r.c; c != nil && o != nil && (c.Expires == nil || c.Expires.After(*o)) {
		found["expires-sooner"] = true
	}
	if e, g := r.o.Expires, r.o.GraceUntil; e != nil && g != nil && !planned.Before(*e) && planned.Before(*g) {
		found["in-grace"] = true
	}
	found["issued-ahead"] = r.o.IssuedAt.Sub(planned) > 24*time.Hour
	highest := r.highest
	if c := r.c; c != nil && strings.TrimSpace(c.Licensee.Serial) == strings.TrimSpace(r.o.Licensee.Serial) {
		highest = max(highest, c.Number)
	}
	if highest == 0 {
		highest = r.highestRevoked
	}
	found["number-jump"] = highest > 0 && r.o.Number > highest+1_000_000 && r.o.Number != r.o.IssuedAt.UnixMilli()
	for _, name := range r.names() {
		c, o := r.inC[name], r.inO[name]
		switch {
		case o == nil:
			found["module-removed"] = found["module-removed"] || r.successor(name) == ""
		case c != nil:
			if c.Bundle && o.Bundle && !maps.Equal(setOf(c.Includes), setOf(o.Includes)) {
				found["bundle-content-changed"] = true
			}
			if assignable(c) && assignable(o) && !c.Unrestricted && !o.Unrestricted && o.Quantity < c.Quantity {
				found["quantity-reduced"] = true
			}
		}
		if inUse := r.newInUse(name, fates); assignable(o) && !o.Unrestricted && inUse > o.Quantity && inUse <= o.Quantity+o.Overdraft {
			found["in-overdraft"] = true
		}
		if o != nil && slices.ContainsFunc(o.Requires, func(needed string) bool { return r.inW[r.resolve(full(r.owner, needed))] == nil }) {
			found["prerequisite-not-licensed"] = true
		}
	}
	maps.DeleteFunc(found, func(_ planner.Warning, applies bool) bool { return !applies })
	return append([]planner.Warning{}, slices.Sorted(maps.Keys(found))...)
}
