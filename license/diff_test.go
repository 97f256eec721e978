package license_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
)

var diffInstant = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// documentChanges changes one member of a document each, by its JSON name.
var documentChanges = map[string]func(*license.License){
	"owner":            func(l *license.License) { l.Owner.Description = "Vendor" },
	"licensee":         func(l *license.License) { l.Licensee.Company = "Other AS" },
	"number":           func(l *license.License) { l.Number++ },
	"issuedAt":         func(l *license.License) { l.IssuedAt = diffInstant.Add(time.Nanosecond) },
	"validFrom":        func(l *license.License) { l.ValidFrom = &diffInstant },
	"nextCheck":        func(l *license.License) { l.NextCheck = &diffInstant },
	"warnFrom":         func(l *license.License) { l.WarnFrom = &diffInstant },
	"maintenanceUntil": func(l *license.License) { l.MaintenanceUntil = &diffInstant },
	"expires":          func(l *license.License) { l.Expires = &diffInstant },
	"graceUntil":       func(l *license.License) { l.GraceUntil = &diffInstant },
	"version":          func(l *license.License) { l.Version = "11" },
	"product":          func(l *license.License) { l.Product = "crm" },
	"deployment":       func(l *license.License) { l.Deployment = "onsite" },
	"shopURL":          func(l *license.License) { l.ShopURL = "https://shop.example.com/" },
	"critical":         func(l *license.License) { l.Critical = []string{"modules"} },
}

// moduleChanges changes one member of a module each, by its JSON name.
var moduleChanges = map[string]func(*license.Module){
	"description":  func(m *license.Module) { m.Description = "Web" },
	"tooltip":      func(m *license.Module) { m.Tooltip = "For browsers" },
	"version":      func(m *license.Module) { m.Version = "2" },
	"kind":         func(m *license.Module) { m.Kind = license.Satellite },
	"quantity":     func(m *license.Module) { m.Quantity++ },
	"overdraft":    func(m *license.Module) { m.Overdraft = 1 },
	"unrestricted": func(m *license.Module) { m.Unrestricted = true },
	"hidden":       func(m *license.Module) { m.Hidden = true },
	"bundle":       func(m *license.Module) { m.Bundle = true },
	"includes":     func(m *license.Module) { m.Includes = []string{"user"} },
	"requires":     func(m *license.Module) { m.Requires = []string{"user"} },
	"replaces":     func(m *license.Module) { m.Replaces = []string{"old"} },
	"assignableTo": func(m *license.Module) { m.AssignableTo = []string{"internal"} },
	"sortOrder":    func(m *license.Module) { m.SortOrder = -1 },
	"info":         func(m *license.Module) { m.Info = map[string]string{"k": ""} },
}

// diffBase returns the same license at every call, sharing no memory.
func diffBase() *license.License {
	return &license.License{
		Owner:    license.Owner{Name: "vendor"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "1234567890"},
		Number:   4,
		IssuedAt: diffInstant,
		Modules: []license.Module{
			{Name: "user", Kind: license.User, Quantity: 10},
			{Name: "web", Kind: license.User, Quantity: 5},
		},
	}
}

// jsonNames returns the names of the members of a struct, so that a member
// that is added to the format can't be forgotten by Diff.
func jsonNames(t *testing.T, value any) []string {
	t.Helper()
	var list []string
	for i := range reflect.TypeOf(value).NumField() {
		name, _, _ := strings.Cut(reflect.TypeOf(value).Field(i).Tag.Get("json"), ",")
		if name == "" {
			t.Errorf("field %s has no JSON name", reflect.TypeOf(value).Field(i).Name)
		}
		list = append(list, name)
	}
	return list
}

func TestDiffReportsEachMemberOfDocument(t *testing.T) {
	for _, name := range jsonNames(t, license.License{}) {
		if name == "modules" {
			continue // modules are reported one by one
		}
		t.Run(name, func(t *testing.T) {
			change := documentChanges[name]
			if change == nil {
				t.Fatalf("no row changes %q", name)
			}
			after := diffBase()
			change(after)
			want := license.Difference{Fields: []string{name}}
			if diff := cmp.Diff(want, license.Diff(diffBase(), after)); diff != "" {
				t.Errorf("from absent (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, license.Diff(after, diffBase())); diff != "" {
				t.Errorf("to absent (-want +got):\n%s", diff)
			}
			again := diffBase()
			change(again)
			if d := license.Diff(after, again); !d.Empty() {
				t.Errorf("two that are changed alike differ: %+v", d)
			}
		})
	}
	for _, part := range []struct {
		of     string
		change func(*license.License)
	}{
		{"owner", func(l *license.License) { l.Owner.Description = "x" }},
		{"licensee", func(l *license.License) { l.Licensee.Serial = "1234567891" }},
	} {
		after := diffBase()
		part.change(after)
		if diff := cmp.Diff(license.Difference{Fields: []string{part.of}}, license.Diff(diffBase(), after)); diff != "" {
			t.Errorf("part of %s (-want +got):\n%s", part.of, diff)
		}
	}
}

func TestDiffReportsEachMemberOfModule(t *testing.T) {
	for _, name := range jsonNames(t, license.Module{}) {
		if name == "name" {
			continue // modules are told apart by their names
		}
		t.Run(name, func(t *testing.T) {
			change := moduleChanges[name]
			if change == nil {
				t.Fatalf("no row changes %q", name)
			}
			before, after := diffBase(), diffBase()
			change(&after.Modules[1])
			want := license.Difference{Modules: []license.ModuleDifference{{
				Name: "vendor.web", Change: license.Altered, Fields: []string{name},
				Before: &before.Modules[1], After: &after.Modules[1],
			}}}
			if diff := cmp.Diff(want, license.Diff(before, after)); diff != "" {
				t.Errorf("Diff (-want +got):\n%s", diff)
			}
			again := diffBase()
			change(&again.Modules[1])
			if d := license.Diff(after, again); !d.Empty() {
				t.Errorf("two that are changed alike differ: %+v", d)
			}
		})
	}
}

func TestDiffListsAllFieldsInOrder(t *testing.T) {
	after := diffBase()
	var document, module []string
	for name, change := range documentChanges {
		change(after)
		document = append(document, name)
	}
	for name, change := range moduleChanges {
		change(&after.Modules[0])
		module = append(module, name)
	}
	slices.Sort(document)
	slices.Sort(module)
	d := license.Diff(diffBase(), after)
	if diff := cmp.Diff(document, d.Fields); diff != "" {
		t.Errorf("of the document (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(module, d.Modules[0].Fields); diff != "" {
		t.Errorf("of the module (-want +got):\n%s", diff)
	}
}

// What is told apart below is all that the text of a document may do without
// a change of content.
func TestDiffSameContent(t *testing.T) {
	oslo := time.FixedZone("", 2*60*60)
	abroad := diffInstant.In(oslo)
	for _, test := range []struct {
		name          string
		before, after func(*license.License)
	}{
		{"the same", func(*license.License) {}, func(*license.License) {}},
		{
			"white space around company and serial",
			func(*license.License) {},
			func(l *license.License) {
				l.Licensee = license.Licensee{Company: "\tExample AS\n", Serial: " 1234567890 "}
			},
		},
		{
			"instants in another zone",
			func(l *license.License) {
				l.ValidFrom, l.NextCheck, l.WarnFrom = &diffInstant, &diffInstant, &diffInstant
				l.MaintenanceUntil, l.Expires, l.GraceUntil = &diffInstant, &diffInstant, &diffInstant
			},
			func(l *license.License) {
				l.IssuedAt = abroad
				l.ValidFrom, l.NextCheck, l.WarnFrom = &abroad, &abroad, &abroad
				l.MaintenanceUntil, l.Expires, l.GraceUntil = &abroad, &abroad, &abroad
			},
		},
		{
			"lists in another order, with repetitions",
			func(l *license.License) {
				l.Critical = []string{"a", "b"}
				l.Modules[0] = license.Module{Name: "user", Includes: []string{"a", "b"}, Requires: []string{"a", "b"}, Replaces: []string{"c", "d"}, AssignableTo: []string{"e", "f"}}
			},
			func(l *license.License) {
				l.Critical = []string{"b", "a", "b"}
				l.Modules[0] = license.Module{Name: "user", Includes: []string{"b", "a", "a"}, Requires: []string{"b", "a", "b"}, Replaces: []string{"d", "c", "c"}, AssignableTo: []string{"f", "e", "e"}}
			},
		},
		{
			"modules in another order",
			func(*license.License) {},
			func(l *license.License) { slices.Reverse(l.Modules) },
		},
		{
			"requirements with and without the owner",
			func(l *license.License) { l.Modules[1].Requires = []string{"user", "vendor.user", "partner.x"} },
			func(l *license.License) { l.Modules[1].Requires = []string{"partner.x", "vendor.user"} },
		},
		{
			"empty lists and maps instead of none",
			func(*license.License) {},
			func(l *license.License) {
				l.Critical = []string{}
				m := &l.Modules[0]
				m.Includes, m.Requires, m.Replaces, m.AssignableTo, m.Info = []string{}, []string{}, []string{}, []string{}, map[string]string{}
			},
		},
		{
			"a second module of the same name, which means nothing",
			func(*license.License) {},
			func(l *license.License) { l.Modules = append(l.Modules, license.Module{Name: "web", Quantity: 99}) },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := diffBase(), diffBase()
			test.before(before)
			test.after(after)
			if d := license.Diff(before, after); !d.Empty() {
				t.Errorf("Diff = %+v, want nothing", d)
			}
			if d := license.Diff(after, before); !d.Empty() {
				t.Errorf("Diff the other way round = %+v, want nothing", d)
			}
		})
	}
}

func TestDiffOtherContent(t *testing.T) {
	firstInstant := time.Time{}
	for _, test := range []struct {
		name          string
		before, after func(*license.License)
		document      []string
		module        []string // the fields of module "user" that differ
	}{
		{
			name:     "the instant zero is not an absent one",
			before:   func(*license.License) {},
			after:    func(l *license.License) { l.Expires = &firstInstant },
			document: []string{"expires"},
		},
		{
			name:     "white space inside of a text",
			before:   func(*license.License) {},
			after:    func(l *license.License) { l.Licensee.Company = "Example  AS" },
			document: []string{"licensee"},
		},
		{
			name:     "case of a text",
			before:   func(*license.License) {},
			after:    func(l *license.License) { l.Licensee.Company = "EXAMPLE AS" },
			document: []string{"licensee"},
		},
		{
			name:     "other texts are not trimmed",
			before:   func(l *license.License) { l.Product = "crm" },
			after:    func(l *license.License) { l.Product = "crm " },
			document: []string{"product"},
		},
		{
			name:   "one more in a list",
			before: func(l *license.License) { l.Modules[0].Includes = []string{"a", "b"} },
			after:  func(l *license.License) { l.Modules[0].Includes = []string{"a", "b", "c"} },
			module: []string{"includes"},
		},
		{
			name:   "as many in a list, one another",
			before: func(l *license.License) { l.Modules[0].Replaces = []string{"a", "b"} },
			after:  func(l *license.License) { l.Modules[0].Replaces = []string{"a", "c"} },
			module: []string{"replaces"},
		},
		{
			name:   "a requirement of another owner",
			before: func(l *license.License) { l.Modules[0].Requires = []string{"web"} },
			after:  func(l *license.License) { l.Modules[0].Requires = []string{"partner.web"} },
			module: []string{"requires"},
		},
		{
			name:   "a value in info",
			before: func(l *license.License) { l.Modules[0].Info = map[string]string{"k": "v"} },
			after:  func(l *license.License) { l.Modules[0].Info = map[string]string{"k": "w"} },
			module: []string{"info"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := diffBase(), diffBase()
			test.before(before)
			test.after(after)
			want := license.Difference{Fields: test.document}
			if test.module != nil {
				want.Modules = []license.ModuleDifference{{
					Name: "vendor.user", Change: license.Altered, Fields: test.module,
					Before: &before.Modules[0], After: &after.Modules[0],
				}}
			}
			got := license.Diff(before, after)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Diff (-want +got):\n%s", diff)
			}
			if got.Empty() {
				t.Error("the difference is empty")
			}
		})
	}
}

func TestDiffOfModules(t *testing.T) {
	module := func(name string, sortOrder int) license.Module {
		return license.Module{Name: name, SortOrder: sortOrder}
	}
	before := issued("vendor", module("gone-late", 9), module("same", 1), module("b", 1), module("gone", 2), module("moved", 1))
	after := issued("vendor", module("same", 1), module("b", 2), module("new", -3), module("a", 2), module("moved", 5))
	type row struct {
		Name   string
		Change license.ChangeKind
		Fields []string
		Of     *license.Module // the module that Module returns
	}
	for _, test := range []struct {
		name          string
		before, after *license.License
		fields        []string
		want          []row
	}{
		{
			name: "by sort order, of the later license if it has the module, then name", before: before, after: after,
			want: []row{
				{"vendor.new", license.Added, nil, &after.Modules[2]},
				{"vendor.a", license.Added, nil, &after.Modules[3]},
				{"vendor.b", license.Altered, []string{"sortOrder"}, &after.Modules[1]},
				{"vendor.gone", license.Removed, nil, &before.Modules[3]},
				{"vendor.moved", license.Altered, []string{"sortOrder"}, &after.Modules[4]},
				{"vendor.gone-late", license.Removed, nil, &before.Modules[0]},
			},
		},
		{
			name: "from nothing", before: nil, after: issued("vendor", after.Modules[0]), fields: []string{"number", "owner"},
			want: []row{{"vendor.same", license.Added, nil, &after.Modules[0]}},
		},
		{
			name: "to nothing", before: issued("vendor", after.Modules[0]), after: nil, fields: []string{"number", "owner"},
			want: []row{{"vendor.same", license.Removed, nil, &after.Modules[0]}},
		},
		{name: "nothing at all", before: nil, after: nil},
		{
			name: "modules of another owner are others", before: issued("a", module("same", 1)), after: issued("b", module("same", 1)), fields: []string{"owner"},
			want: []row{{"a.same", license.Removed, nil, &after.Modules[0]}, {"b.same", license.Added, nil, &after.Modules[0]}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := license.Diff(test.before, test.after)
			var got []row
			for _, m := range d.Modules {
				got = append(got, row{m.Name, m.Change, m.Fields, m.Module()})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("modules (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.fields, d.Fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if d.Empty() != (len(test.want) == 0 && test.fields == nil) {
				t.Errorf("Empty = %t", d.Empty())
			}
		})
	}
}

// TestSetDiff: in sets of several licenses, one owner's differ as by themselves.
func TestSetDiff(t *testing.T) {
	before, after := diffBase(), diffBase()
	after.Number++
	after.Modules = append(slices.Clone(after.Modules[1:]), license.Module{Name: "new", Kind: license.User, Quantity: 1})
	after.Modules[0].Quantity += 7
	other := diffBase()
	other.Owner.Name = before.Owner.Name + "-other"
	with := (*license.Set)(nil).With(other).With(before)
	tests := []struct {
		name      string
		set, next *license.Set
		owner     string
		want      license.Difference
	}{
		{"altered", with, with.With(after), before.Owner.Name, license.Diff(before, after)},
		{"alone", (*license.Set)(nil).With(before), (*license.Set)(nil).With(after), before.Owner.Name, license.Diff(before, after)},
		{"added", nil, with, before.Owner.Name, license.Diff(nil, before)},
		{"removed", with, with.Without(before.Owner.Name), before.Owner.Name, license.Diff(before, nil)},
		{"another owner", with, with.With(after), other.Owner.Name, license.Difference{}},
		{"neither", nil, nil, "acme", license.Difference{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.set.Diff(test.next, test.owner)); diff != "" {
				t.Errorf("difference (-want +got):\n%s", diff)
			}
		})
	}
	if len(tests[0].want.Modules) < 3 {
		t.Errorf("%d modules differ, want one removed, one altered and one added at least", len(tests[0].want.Modules))
	}
}
