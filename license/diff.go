package license

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/internal/nameset"
)

// ChangeKind says how a module differs between two licenses.
type ChangeKind string

// The kinds of change. See docs/spec/planning.md, Changes.
const (
	// Added: only the later license has the module.
	Added ChangeKind = "added"
	// Removed: only the earlier license has the module.
	Removed ChangeKind = "removed"
	// Altered: both licenses have the module, and some of its members differ.
	Altered ChangeKind = "altered"
)

// Difference lists how the contents of two licenses differ. It covers every
// member that docs/spec/domain.md names, and compares values as they are meant:
//
//   - instants as instants, whatever their time zone;
//   - modules by name, and requirements by full name;
//   - other lists as sets;
//   - the licensee after trimming;
//   - an absent value as the zero value.
type Difference struct {
	// Fields names the members of the document that differ, other than
	// modules, in alphabetical order.
	Fields []string `json:"fields,omitzero"`
	// Modules lists the modules that differ, ordered by sort order and then
	// by full name. The sort order is that of the later license, or of the
	// earlier one for a removed module.
	Modules []ModuleDifference `json:"modules,omitzero"`
}

// ModuleDifference is one module that differs between two licenses.
type ModuleDifference struct {
	// Name is the full name, "owner.module".
	Name   string     `json:"name"`
	Change ChangeKind `json:"change"`
	// Fields names the members of an altered module that differ, in
	// alphabetical order. It is empty for added and removed modules.
	Fields []string `json:"fields,omitzero"`
	// Before is the module in the earlier license, nil if it was added.
	Before *Module `json:"before,omitzero"`
	// After is the module in the later license, nil if it was removed.
	After *Module `json:"after,omitzero"`
}

// Module returns the module from the later license, or from the earlier one if
// the module was removed.
func (d ModuleDifference) Module() *Module {
	if d.After != nil {
		return d.After
	}
	return d.Before
}

// Empty reports whether the licenses have the same content.
func (d Difference) Empty() bool { return len(d.Fields) == 0 && len(d.Modules) == 0 }

// Diff compares two licenses, such as the active one and one that was offered.
// A nil license has no content: Diff(nil, l) lists all modules of l as added.
func Diff(before, after *License) Difference {
	if before == nil {
		before = &License{}
	}
	if after == nil {
		after = &License{}
	}
	return diff(before, after, indexed([]*License{before}).entries, indexed([]*License{after}).entries)
}

// Diff compares the licenses of an owner in two sets, as the function [Diff]
// does. Use it where both sets exist already: their indexes make it cheaper.
func (s *Set) Diff(after *Set, owner string) Difference {
	a, b := s.License(owner), after.License(owner)
	return diff(cmp.Or(a, &License{}), cmp.Or(b, &License{}), s.entriesOf(a), after.entriesOf(b))
}

func diff(before, after *License, old, current []*Entry) Difference {
	return Difference{Fields: diffDocument(before, after), Modules: diffModules(old, current)}
}

// fieldList gathers the names of members that differ.
type fieldList []string

func (f *fieldList) add(name string, same bool) {
	if !same {
		*f = append(*f, name)
	}
}

func diffDocument(a, b *License) []string {
	var f fieldList
	f.add("critical", sameSet(a.Critical, b.Critical))
	f.add("deployment", a.Deployment == b.Deployment)
	f.add("expires", sameInstant(a.Expires, b.Expires))
	f.add("graceUntil", sameInstant(a.GraceUntil, b.GraceUntil))
	f.add("issuedAt", a.IssuedAt.Equal(b.IssuedAt))
	f.add("licensee", a.Licensee.Equal(b.Licensee))
	f.add("maintenanceUntil", sameInstant(a.MaintenanceUntil, b.MaintenanceUntil))
	f.add("nextCheck", sameInstant(a.NextCheck, b.NextCheck))
	f.add("number", a.Number == b.Number)
	f.add("owner", a.Owner == b.Owner)
	f.add("product", a.Product == b.Product)
	f.add("shopURL", a.ShopURL == b.ShopURL)
	f.add("validFrom", sameInstant(a.ValidFrom, b.ValidFrom))
	f.add("version", a.Version == b.Version)
	f.add("warnFrom", sameInstant(a.WarnFrom, b.WarnFrom))
	return f
}

// diffModules walks through two lists together. Both are ordered by name.
func diffModules(old, current []*Entry) []ModuleDifference {
	diffs := make([]ModuleDifference, 0, max(len(old), len(current)))
	fields := make(fieldList, 0, len(current)) // the differing fields of all modules, one after another
	for len(old) > 0 || len(current) > 0 {
		switch first := compareFirst(old, current); {
		case first < 0:
			diffs = append(diffs, ModuleDifference{Name: old[0].Name, Change: Removed, Before: old[0].Module})
			old = old[1:]
		case first > 0:
			diffs = append(diffs, ModuleDifference{Name: current[0].Name, Change: Added, After: current[0].Module})
			current = current[1:]
		default:
			b, a := old[0].Module, current[0]
			begin := len(fields)
			fields.addModule(a.License.Owner.Name, b, a.Module)
			if differ := fields[begin:len(fields):len(fields)]; len(differ) > 0 {
				diffs = append(diffs, ModuleDifference{Name: a.Name, Change: Altered, Fields: differ, Before: b, After: a.Module})
			}
			old, current = old[1:], current[1:]
		}
	}
	return inOrder(diffs)
}

// compareFirst compares the names of the first of two lists. The end of a list
// comes last.
func compareFirst(a, b []*Entry) int {
	switch {
	case len(a) == 0:
		return 1
	case len(b) == 0:
		return -1
	}
	return strings.Compare(a[0].Name, b[0].Name)
}

// inOrder sorts differences, which are ordered by name, by sort order and name.
// It moves each difference once, in place.
func inOrder(diffs []ModuleDifference) []ModuleDifference {
	if len(diffs) == 0 {
		return nil
	}
	type key struct{ sortOrder, place int }
	keys := make([]key, len(diffs))
	for i := range diffs {
		keys[i] = key{diffs[i].Module().SortOrder, i}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.sortOrder, b.sortOrder), cmp.Compare(a.place, b.place))
	})
	for i := range keys {
		// The differences that change places with each other form a ring.
		first, to := diffs[i], i
		for from := keys[to].place; from != i; from = keys[to].place {
			diffs[to], keys[to].place = diffs[from], to
			to = from
		}
		diffs[to], keys[to].place = first, to
	}
	return diffs
}

// addModule gathers the members of a module of an owner that differ.
func (f *fieldList) addModule(owner string, a, b *Module) {
	f.add("assignableTo", sameSet(a.AssignableTo, b.AssignableTo))
	f.add("bundle", a.Bundle == b.Bundle)
	f.add("description", a.Description == b.Description)
	f.add("hidden", a.Hidden == b.Hidden)
	f.add("includes", sameSet(a.Includes, b.Includes))
	f.add("info", maps.Equal(a.Info, b.Info))
	f.add("kind", a.Kind == b.Kind)
	f.add("overdraft", a.Overdraft == b.Overdraft)
	f.add("quantity", a.Quantity == b.Quantity)
	f.add("replaces", sameSet(a.Replaces, b.Replaces))
	f.add("requires", slices.Equal(a.Requires, b.Requires) ||
		sameSet(fullNames(owner, a.Requires), fullNames(owner, b.Requires)))
	f.add("sortOrder", a.SortOrder == b.SortOrder)
	f.add("tooltip", a.Tooltip == b.Tooltip)
	f.add("unrestricted", a.Unrestricted == b.Unrestricted)
	f.add("version", a.Version == b.Version)
}

func fullNames(owner string, modules []string) []string {
	names := make([]string, len(modules))
	for i, m := range modules {
		names[i] = FullName(owner, m)
	}
	return names
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// sameSet compares lists as sets, without allocating for equal lists.
func sameSet(a, b []string) bool {
	if slices.Equal(a, b) {
		return true
	}
	return slices.Equal(nameset.Of(a), nameset.Of(b))
}
