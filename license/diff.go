package license

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/seatwright/seatwright/internal/nameset"
)

// ChangeKind says how a module differs between two licenses.
type ChangeKind string

// The changes of a module, see docs/spec/planning.md, Changes.
const (
	// Added: only the later license has the module.
	Added ChangeKind = "added"
	// Removed: only the earlier license has it.
	Removed ChangeKind = "removed"
	// Altered: both have it, and some of its members differ.
	Altered ChangeKind = "altered"
)

// Difference is what differs between two licenses in content: every member
// that docs/spec/domain.md names. Instants compare as instants, modules by
// name, other lists as sets, requirements by full name, the licensee after
// trimming, and what is absent as the zero value.
type Difference struct {
	// Fields names the members of the document, other than modules, that
	// differ, in alphabetical order.
	Fields []string `json:"fields,omitzero"`
	// Modules lists the modules that differ, ordered by sort order (that of
	// the later license; of the earlier for what was removed), then full name.
	Modules []ModuleDifference `json:"modules,omitzero"`
}

// ModuleDifference is one module that differs between two licenses.
type ModuleDifference struct {
	// Name is the full name, "owner.module".
	Name   string     `json:"name"`
	Change ChangeKind `json:"change"`
	// Fields names the members of an altered module that differ, in
	// alphabetical order. It is empty for the other changes.
	Fields []string `json:"fields,omitzero"`
	// Before is the module in the earlier license, nil if it was added.
	Before *Module `json:"before,omitzero"`
	// After is the module in the later license, nil if it was removed.
	After *Module `json:"after,omitzero"`
}

// Module returns the module as it is in the later license, or in the earlier
// one if it was removed.
func (d ModuleDifference) Module() *Module {
	if d.After != nil {
		return d.After
	}
	return d.Before
}

// Empty reports whether the licenses have the same content.
func (d Difference) Empty() bool { return len(d.Fields) == 0 && len(d.Modules) == 0 }

// Diff returns what differs between two licenses. A nil license is one
// without anything: Diff(nil, l) lists all modules of l as added.
func Diff(before, after *License) Difference {
	if before == nil {
		before = &License{}
	}
	if after == nil {
		after = &License{}
	}
	return Difference{Fields: diffDocument(before, after), Modules: diffModules(before, after)}
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

func diffModules(before, after *License) []ModuleDifference {
	old, current := before.index(), after.index()
	diffs := make([]ModuleDifference, 0, len(current.modules))
	var fields fieldList // of all modules, one after another
	for _, b := range old.modules {
		if current.byName[b.name] == nil {
			diffs = append(diffs, ModuleDifference{Name: b.name, Change: Removed, Before: b.Module})
		}
	}
	for _, a := range current.modules {
		b := old.byName[a.name]
		if b == nil {
			diffs = append(diffs, ModuleDifference{Name: a.name, Change: Added, After: a.Module})
			continue
		}
		begin := len(fields)
		fields.addModule(after.Owner.Name, b, a.Module)
		if differ := fields[begin:len(fields):len(fields)]; len(differ) > 0 {
			diffs = append(diffs, ModuleDifference{Name: a.name, Change: Altered, Fields: differ, Before: b, After: a.Module})
		}
	}
	return inOrder(diffs)
}

// inOrder sorts by sort order and name. It moves each difference once.
func inOrder(diffs []ModuleDifference) []ModuleDifference {
	if len(diffs) == 0 {
		return nil
	}
	places := make([]int, len(diffs))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(i, j int) int {
		a, b := &diffs[i], &diffs[j]
		return cmp.Or(cmp.Compare(a.Module().SortOrder, b.Module().SortOrder), cmp.Compare(a.Name, b.Name))
	})
	ordered := make([]ModuleDifference, len(diffs))
	for to, from := range places {
		ordered[to] = diffs[from]
	}
	return ordered
}

type namedModule struct {
	*Module
	name string // in full
}

// moduleIndex has the modules of a license in their order, each name once.
type moduleIndex struct {
	modules []namedModule
	byName  map[string]*Module
}

func (l *License) index() moduleIndex {
	index := moduleIndex{
		modules: make([]namedModule, 0, len(l.Modules)),
		byName:  make(map[string]*Module, len(l.Modules)),
	}
	for i, name := range l.fullNames() {
		if index.byName[name] == nil {
			index.byName[name] = &l.Modules[i]
			index.modules = append(index.modules, namedModule{&l.Modules[i], name})
		}
	}
	return index
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
