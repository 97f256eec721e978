package license

import (
	"cmp"
	"slices"
	"strings"
)

// linker links the entries of a set to what they include and require. Its lists
// are slices of a few large ones, because there may be thousands.
type linker struct {
	*Set
	key      []byte // of the name that is looked up
	entries  []*Entry
	required []Requirement
}

func link(s *Set) {
	includes, requires := 0, 0
	for _, e := range s.entries {
		includes += len(e.Module.Includes)
		requires += len(e.Module.Requires)
	}
	l := &linker{
		Set: s, entries: make([]*Entry, 0, includes), required: make([]Requirement, 0, requires),
	}
	for _, e := range s.entries {
		l.linkIncludes(e)
		l.linkRequires(e)
	}
	l.linkBack()
}

func (l *linker) linkIncludes(bundle *Entry) {
	if !bundle.Module.Bundle || len(bundle.Module.Includes) == 0 {
		return
	}
	begin := len(l.entries)
	for _, name := range bundle.Module.Includes {
		if e := l.own(bundle.License.Owner.Name, name); e != nil {
			l.entries = append(l.entries, e)
		}
	}
	bundle.Includes = l.entries[begin:len(l.entries):len(l.entries)]
	slices.SortFunc(bundle.Includes, func(a, b *Entry) int { return cmp.Compare(a.Index, b.Index) })
	bundle.Includes = slices.Compact(bundle.Includes)
}

func (l *linker) linkRequires(e *Entry) {
	if len(e.Module.Requires) == 0 {
		return
	}
	begin := len(l.required)
	for _, name := range e.Module.Requires {
		l.required = append(l.required, l.requirement(e.License.Owner.Name, name))
	}
	e.Requires = l.required[begin:len(l.required):len(l.required)]
	slices.SortFunc(e.Requires, func(a, b Requirement) int { return cmp.Compare(a.Name, b.Name) })
	e.Requires = slices.Compact(e.Requires)
}

// requirement resolves what a module of an owner requires.
func (l *linker) requirement(owner, name string) Requirement {
	if !strings.Contains(name, ".") {
		if e := l.own(owner, name); e != nil {
			return Requirement{Name: e.Name, Entry: e}
		}
		name = FullName(owner, name)
	}
	required := l.Resolve(name)
	if required != nil {
		name = required.Name
	}
	return Requirement{Name: name, Entry: required}
}

// own returns the module that an owner's license names without an owner.
func (l *linker) own(owner, name string) *Entry {
	l.key = append(append(append(l.key[:0], owner...), '.'), name...)
	if i, found := l.byName[string(l.key)]; found {
		return l.Set.entries[i]
	}
	return nil
}

// linkBack goes through the entries in order, so that its lists are in order
// too.
func (l *linker) linkBack() {
	var included, required int
	counts := make([]struct{ includedBy, requiredBy int }, len(l.Set.entries))
	for _, e := range l.Set.entries {
		for _, i := range e.Includes {
			counts[i.Index].includedBy++
			included++
		}
		for _, r := range e.Requires {
			if r.Entry != nil {
				counts[r.Entry.Index].requiredBy++
				required++
			}
		}
	}
	all := make([]*Entry, included+required)
	for i, e := range l.Set.entries {
		e.IncludedBy, all = part(all, counts[i].includedBy)
		e.RequiredBy, all = part(all, counts[i].requiredBy)
	}
	for _, e := range l.Set.entries {
		for _, i := range e.Includes {
			i.IncludedBy = append(i.IncludedBy, e)
		}
		for _, r := range e.Requires {
			if r.Entry != nil {
				r.Entry.RequiredBy = append(r.Entry.RequiredBy, e)
			}
		}
	}
}

// part cuts an empty list with room for n off a longer list; nil for n = 0.
func part(all []*Entry, n int) (list, rest []*Entry) {
	if n == 0 {
		return nil, all
	}
	return all[0:0:n], all[n:]
}
