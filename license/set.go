package license

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrDuplicateOwner says that [NewSet] was given two licenses of one owner.
var ErrDuplicateOwner = errors.New("two licenses of one owner")

// Set is an immutable, indexed collection of licenses, at most one for each
// owner: the active licenses of an installation. A nil *Set is empty. A Set is
// safe for concurrent use.
type Set struct {
	licenses []*License // by owner's name
	entries  []*Entry   // by full name
	// byName has the index of each entry, and successors that of what replaces
	// a module, by its full name. Several sets may share them.
	byName, successors map[string]int
}

// Entry is a module in a [Set], with its links to other modules. It is
// read-only.
type Entry struct {
	// Name is the full name, "owner.module".
	Name string
	// Index is the position of the entry in [Set.Entries]. Use it to keep a
	// table with a row for each module.
	Index int
	// License is the license that has the module.
	License *License
	// Module is the module as licensed.
	Module *Module
	// Includes lists the modules that a bundle includes, ordered by name.
	Includes []*Entry
	// IncludedBy lists the bundles that include the module, ordered by name.
	IncludedBy []*Entry
	// Requires lists what the module requires, resolved and ordered by name.
	// Names that resolve to the same module are one requirement.
	Requires []Requirement
	// RequiredBy lists the modules that require this one, ordered by name.
	RequiredBy []*Entry

	place int // of the module in its license
}

// Requirement is a name in "requires", resolved in a [Set]. If no license has a
// module of that name, the name stands for the module that replaces it, if any.
// See docs/spec/domain.md, Holders, assignments, seats.
type Requirement struct {
	// Name is the full name of the required module.
	Name string
	// Entry is that module, nil if no license of the set has it.
	Entry *Entry
}

// NewSet makes a set of the licenses. It returns an error for a nil license,
// and one that wraps [ErrDuplicateOwner] for two licenses of one owner. A host
// seldom calls it: a tenant of package activation has its set.
func NewSet(licenses ...*License) (*Set, error) {
	if slices.Contains(licenses, nil) {
		return nil, errors.New("license: a license of the set is nil")
	}
	ordered := slices.SortedFunc(slices.Values(licenses), func(a, b *License) int {
		return cmp.Compare(a.Owner.Name, b.Owner.Name)
	})
	for i := 1; i < len(ordered); i++ {
		if owner := ordered[i].Owner.Name; owner == ordered[i-1].Owner.Name {
			return nil, fmt.Errorf("license: %w: %s", ErrDuplicateOwner, owner)
		}
	}
	return newSet(ordered), nil
}

// newSet makes a set of licenses of different owners, ordered by owner.
func newSet(licenses []*License) *Set {
	s := indexed(licenses)
	link(s)
	return s
}

// indexed returns the set without links between its entries.
func indexed(licenses []*License) *Set {
	count, replaced := 0, 0
	for _, l := range licenses {
		count += len(l.Modules)
		for i := range l.Modules {
			replaced += len(l.Modules[i].Replaces)
		}
	}
	s := &Set{
		licenses:   licenses,
		entries:    make([]*Entry, 0, count),
		byName:     make(map[string]int, count),
		successors: make(map[string]int, replaced),
	}
	s.enter()
	return s
}

// enter makes the entries, without their links.
func (s *Set) enter() {
	all := make([]Entry, 0, cap(s.entries))
	for _, l := range s.licenses {
		for i, name := range l.fullNames() {
			all = append(all, Entry{Name: name, License: l, Module: &l.Modules[i], place: i})
			s.entries = append(s.entries, &all[len(all)-1])
		}
	}
	slices.SortFunc(s.entries, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.place, b.place))
	})
	// The first module has the name, as in a document.
	s.entries = slices.CompactFunc(s.entries, func(a, b *Entry) bool { return a.Name == b.Name })
	for i, e := range s.entries {
		e.Index = i
		s.byName[e.Name] = i
	}
	for i := range all {
		e := &all[i]
		if len(e.Module.Replaces) == 0 || s.Module(e.Name) != e {
			continue
		}
		for _, old := range e.Module.Replaces {
			s.successors[FullName(e.License.Owner.Name, old)] = e.Index
		}
	}
}

// Licenses returns the licenses, ordered by owner.
func (s *Set) Licenses() []*License {
	if s == nil {
		return nil
	}
	return slices.Clone(s.licenses)
}

// License returns the license of an owner, or nil.
func (s *Set) License(owner string) *License {
	if s == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(s.licenses, owner, func(l *License, owner string) int {
		return cmp.Compare(l.Owner.Name, owner)
	})
	if !found {
		return nil
	}
	return s.licenses[i]
}

// Entries returns the modules of all licenses, ordered by full name. The
// caller must not change the slice.
func (s *Set) Entries() []*Entry {
	if s == nil {
		return nil
	}
	return s.entries
}

// entriesOf returns the modules of a license of the set, ordered by name.
func (s *Set) entriesOf(l *License) []*Entry {
	switch {
	case l == nil:
		return nil
	case len(s.licenses) == 1:
		return s.entries
	}
	entries := make([]*Entry, 0, len(l.Modules))
	for _, e := range s.entries {
		if e.License == l {
			entries = append(entries, e)
		}
	}
	return entries
}

// Module returns the module with a full name, or nil if no license has it. It
// does not follow replacements: [Set.Resolve] does.
func (s *Set) Module(fullName string) *Entry {
	if s == nil {
		return nil
	}
	if i, found := s.byName[fullName]; found {
		return s.entries[i]
	}
	return nil
}

// Resolve returns the module that a full name in "requires" stands for: the
// module of that name, otherwise the one that replaces it, otherwise nil.
func (s *Set) Resolve(fullName string) *Entry {
	e := s.Module(fullName)
	if e == nil && s != nil {
		if i, replaced := s.successors[fullName]; replaced {
			return s.entries[i]
		}
	}
	return e
}

// With returns a set in which l takes the place of its owner's license. If l is
// nil, the set is the same.
func (s *Set) With(l *License) *Set {
	if l == nil {
		return s
	}
	switch old := s.License(l.Owner.Name); {
	case old == l:
		return s
	case old != nil && linkedAlike(old, l):
		return s.renewed(old, l)
	}
	return newSet(slices.SortedFunc(slices.Values(append(s.others(l.Owner.Name), l)), func(a, b *License) int {
		return cmp.Compare(a.Owner.Name, b.Owner.Name)
	}))
}

// Without returns a set without the license of an owner.
func (s *Set) Without(owner string) *Set { return newSet(s.others(owner)) }

func (s *Set) others(owner string) []*License {
	return slices.DeleteFunc(s.Licenses(), func(l *License) bool { return l.Owner.Name == owner })
}
