package license

import "slices"

// linkedAlike reports whether the modules of two licenses have the same names in
// the same order, and say the same of other modules, as in most renewals.
func linkedAlike(old, l *License) bool {
	return slices.EqualFunc(old.Modules, l.Modules, func(a, b Module) bool {
		return a.Name == b.Name && a.Bundle == b.Bundle &&
			slices.Equal(a.Includes, b.Includes) && slices.Equal(a.Requires, b.Requires) && slices.Equal(a.Replaces, b.Replaces)
	})
}

// renewed returns the set with l in the place of a license that is linked alike.
// It is what newSet would return, without looking up and sorting any name.
func (s *Set) renewed(old, l *License) *Set {
	r := &renewal{
		Set:  &Set{licenses: slices.Clone(s.licenses), byName: s.byName, successors: s.successors},
		twin: make([]Entry, len(s.entries)),
	}
	r.licenses[slices.Index(r.licenses, old)] = l
	r.entries = make([]*Entry, len(s.entries))
	links, requirements := 0, 0
	for i, e := range s.entries {
		r.entries[i] = &r.twin[i]
		links += len(e.Includes) + len(e.IncludedBy) + len(e.RequiredBy)
		requirements += len(e.Requires)
	}
	r.links, r.requirements = make([]*Entry, 0, links), make([]Requirement, 0, requirements)
	for i, e := range s.entries {
		t := &r.twin[i]
		t.Name, t.Index, t.License, t.Module, t.place = e.Name, i, e.License, e.Module, e.place
		if e.License == old {
			t.License, t.Module = l, &l.Modules[e.place]
		}
		t.Includes, t.IncludedBy = r.twins(e.Includes), r.twins(e.IncludedBy)
		t.Requires, t.RequiredBy = r.required(e.Requires), r.twins(e.RequiredBy)
	}
	return r.Set
}

// renewal is a set that is made like another one. Its lists are parts of a few
// large ones.
type renewal struct {
	*Set
	twin         []Entry // of the other set's entries, by index
	links        []*Entry
	requirements []Requirement
}

// twins returns the entries of the new set for those of the other one.
func (r *renewal) twins(entries []*Entry) []*Entry {
	if len(entries) == 0 {
		return nil
	}
	begin := len(r.links)
	for _, e := range entries {
		r.links = append(r.links, &r.twin[e.Index])
	}
	return r.links[begin:len(r.links):len(r.links)]
}

func (r *renewal) required(requirements []Requirement) []Requirement {
	if len(requirements) == 0 {
		return nil
	}
	begin := len(r.requirements)
	for _, other := range requirements {
		if other.Entry != nil {
			other.Entry = &r.twin[other.Entry.Index]
		}
		r.requirements = append(r.requirements, other)
	}
	return r.requirements[begin:len(r.requirements):len(r.requirements)]
}
