package license_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
)

// issued returns a license as far as a set looks at one.
func issued(owner string, modules ...license.Module) *license.License {
	return &license.License{Owner: license.Owner{Name: owner}, Number: 1, Modules: modules}
}

func names(entries []*license.Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, e.Name)
	}
	return list
}

// required shows the requirements of a module: the name, and "-" before it
// where no license has it.
func required(e *license.Entry) []string {
	var list []string
	for _, r := range e.Requires {
		switch {
		case r.Entry == nil:
			list = append(list, "-"+r.Name)
		case r.Entry.Name == r.Name:
			list = append(list, r.Name)
		default:
			list = append(list, "not "+r.Name+" but "+r.Entry.Name)
		}
	}
	return list
}

func mustSet(t *testing.T, licenses ...*license.License) *license.Set {
	t.Helper()
	s, err := license.NewSet(licenses...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// suite is a set of two owners with every kind of link.
func suite(t *testing.T) *license.Set {
	t.Helper()
	return mustSet(t,
		issued("vendor",
			license.Module{Name: "web", Kind: license.User, Requires: []string{"user", "vendor.user"}},
			license.Module{Name: "sales", Kind: license.User, Bundle: true, Includes: []string{"web", "user", "web", "gone"}},
			license.Module{Name: "user", Kind: license.User, Replaces: []string{"seat", "web"}},
			license.Module{Name: "core", Kind: license.User, Bundle: true, Includes: []string{"user"}},
			license.Module{Name: "plain", Kind: license.User, Includes: []string{"user"}},
		),
		issued("partner",
			license.Module{Name: "chat", Kind: license.User, Requires: []string{"vendor.web", "vendor.seat", "vendor.user", "other.x", "vendor.lost"}},
		),
	)
}

func TestNewSetErrors(t *testing.T) {
	for _, test := range []struct {
		name     string
		licenses []*license.License
		want     string
		is       error
	}{
		{
			name:     "two of one owner, not side by side",
			licenses: []*license.License{issued("vendor"), issued("partner"), issued("vendor")},
			want:     "license: two licenses of one owner: vendor",
			is:       license.ErrDuplicateOwner,
		},
		{
			name:     "nil among others",
			licenses: []*license.License{issued("vendor"), nil},
			want:     "license: a license of the set is nil",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := license.NewSet(test.licenses...)
			if s != nil || err == nil || err.Error() != test.want {
				t.Errorf("NewSet = %v, %v, want nil, %s", s, err, test.want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("errors.Is(%v, %v) = false", err, test.is)
			}
		})
	}
}

func TestSetOrder(t *testing.T) {
	given := []*license.License{issued("b", license.Module{Name: "z"}, license.Module{Name: "a"}), issued("a", license.Module{Name: "m"})}
	s := mustSet(t, given...)

	var owners []string
	for _, l := range s.Licenses() {
		owners = append(owners, l.Owner.Name)
	}
	if diff := cmp.Diff([]string{"a", "b"}, owners); diff != "" {
		t.Errorf("licenses by owner (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a.m", "b.a", "b.z"}, names(s.Entries())); diff != "" {
		t.Errorf("entries by full name (-want +got):\n%s", diff)
	}
	for i, e := range s.Entries() {
		if e.Index != i {
			t.Errorf("%s has index %d, want %d", e.Name, e.Index, i)
		}
	}
	if given[0].Owner.Name != "b" {
		t.Error("NewSet reordered the slice of its caller")
	}
	s.Licenses()[0] = nil
	if s.License("a") == nil {
		t.Error("the slice that Licenses returned is the set's own")
	}
}

func TestSetLookups(t *testing.T) {
	s := suite(t)
	for _, test := range []struct {
		fullName, module, resolved string
	}{
		{fullName: "vendor.web", module: "vendor.web", resolved: "vendor.web"}, // there, though "user" says that it replaces it
		{fullName: "vendor.seat", module: "", resolved: "vendor.user"},
		{fullName: "partner.seat", module: "", resolved: ""},
		{fullName: "vendor.lost", module: "", resolved: ""},
		{fullName: "web", module: "", resolved: ""},
		{fullName: "", module: "", resolved: ""},
	} {
		t.Run(test.fullName, func(t *testing.T) {
			if got := nameOf(s.Module(test.fullName)); got != test.module {
				t.Errorf("Module = %q, want %q", got, test.module)
			}
			if got := nameOf(s.Resolve(test.fullName)); got != test.resolved {
				t.Errorf("Resolve = %q, want %q", got, test.resolved)
			}
		})
	}
	for _, owner := range []string{"vendor", "partner"} {
		if l := s.License(owner); l == nil || l.Owner.Name != owner {
			t.Errorf("License(%q) = %v", owner, l)
		}
	}
	for _, owner := range []string{"", "other", "vendor.web", "zebra"} {
		if l := s.License(owner); l != nil {
			t.Errorf("License(%q) = %v, want nil", owner, l)
		}
	}
}

func nameOf(e *license.Entry) string {
	if e == nil {
		return ""
	}
	return e.Name
}

func TestSetLinks(t *testing.T) {
	s := suite(t)
	for _, test := range []struct {
		name                                       string
		includes, includedBy, requires, requiredBy []string
	}{
		{
			name:       "vendor.user",
			includedBy: []string{"vendor.core", "vendor.sales"}, // not "plain", since that is no bundle
			requiredBy: []string{"partner.chat", "vendor.web"},
		},
		{
			name:       "vendor.web",
			includedBy: []string{"vendor.sales"},
			requires:   []string{"vendor.user"},
			requiredBy: []string{"partner.chat"},
		},
		{name: "vendor.sales", includes: []string{"vendor.user", "vendor.web"}},
		{name: "vendor.core", includes: []string{"vendor.user"}},
		{name: "vendor.plain"},
		{
			name:     "partner.chat", // "seat" and "user" are one requirement
			requires: []string{"-other.x", "-vendor.lost", "vendor.user", "vendor.web"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := s.Module(test.name)
			for _, list := range []struct {
				of        string
				want, got []string
			}{
				{"Includes", test.includes, names(e.Includes)},
				{"IncludedBy", test.includedBy, names(e.IncludedBy)},
				{"Requires", test.requires, required(e)},
				{"RequiredBy", test.requiredBy, names(e.RequiredBy)},
			} {
				if diff := cmp.Diff(list.want, list.got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", list.of, diff)
				}
			}
			if owner, module := license.SplitName(test.name); e.License != s.License(owner) || e.Module.Name != module {
				t.Errorf("the entry stands for %s of %s", e.Module.Name, e.License.Owner.Name)
			}
		})
	}
}

func TestSetFirstModuleHasTheName(t *testing.T) {
	s := mustSet(t, issued("vendor",
		license.Module{Name: "web", Quantity: 1},
		license.Module{Name: "web", Quantity: 2, Replaces: []string{"old"}},
	))
	if got := len(s.Entries()); got != 1 {
		t.Errorf("%d entries, want 1", got)
	}
	if got := s.Module("vendor.web").Module.Quantity; got != 1 {
		t.Errorf("the module has quantity %d, want 1: that of the first", got)
	}
	if e := s.Resolve("vendor.old"); e != nil {
		t.Errorf("what the second one replaces resolves to %s", e.Name)
	}
}

func TestSetWithAndWithout(t *testing.T) {
	base := mustSet(t, issued("m", license.Module{Name: "old"}), issued("z", license.Module{Name: "x"}))
	for _, test := range []struct {
		name string
		set  *license.Set
		want []string
	}{
		{"replace", base.With(issued("m", license.Module{Name: "new"})), []string{"m.new", "z.x"}},
		{"insert before", base.With(issued("a", license.Module{Name: "b"})), []string{"a.b", "m.old", "z.x"}},
		{"insert behind", base.With(issued("zz", license.Module{Name: "b"})), []string{"m.old", "z.x", "zz.b"}},
		{"nil", base.With(nil), []string{"m.old", "z.x"}},
		{"remove", base.Without("m"), []string{"z.x"}},
		{"remove nothing", base.Without("q"), []string{"m.old", "z.x"}},
		{"with, from nil", (*license.Set)(nil).With(issued("a", license.Module{Name: "b"})), []string{"a.b"}},
		{"without, from nil", (*license.Set)(nil).Without("a"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, names(test.set.Entries())); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"m.old", "z.x"}, names(base.Entries())); diff != "" {
				t.Errorf("the receiver changed (-want +got):\n%s", diff)
			}
			if got := len(base.Licenses()); got != 2 {
				t.Errorf("the receiver has %d licenses, want 2", got)
			}
		})
	}
}

// Links of one set must not show up in another that has the same licenses.
func TestSetWithLinksAnew(t *testing.T) {
	add := issued("partner", license.Module{Name: "chat", Requires: []string{"vendor.web"}})
	alone := mustSet(t, add)
	both := alone.With(issued("vendor", license.Module{Name: "web"}))
	if diff := cmp.Diff([]string{"-vendor.web"}, required(alone.Module("partner.chat"))); diff != "" {
		t.Errorf("alone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"vendor.web"}, required(both.Module("partner.chat"))); diff != "" {
		t.Errorf("with what it requires (-want +got):\n%s", diff)
	}
	if got := names(both.Without("partner").Module("vendor.web").RequiredBy); got != nil {
		t.Errorf("required by %v after the partner's license went", got)
	}
}

func TestNilSetIsEmpty(t *testing.T) {
	var s *license.Set
	if s.Licenses() != nil || s.License("a") != nil || s.Entries() != nil || s.Module("a.b") != nil || s.Resolve("a.b") != nil {
		t.Error("a nil set has something")
	}
	if empty := mustSet(t); len(empty.Licenses()) != 0 || len(empty.Entries()) != 0 || empty.License("a") != nil {
		t.Error("a set of nothing has something")
	}
}

func TestNames(t *testing.T) {
	for _, test := range []struct{ owner, module, full, splitOwner, splitModule string }{
		{"vendor", "web", "vendor.web", "vendor", "web"},
		{"vendor", "partner.web", "partner.web", "partner", "web"},
		{"", "web", ".web", "", "web"},
	} {
		full := license.FullName(test.owner, test.module)
		if full != test.full {
			t.Errorf("FullName(%q, %q) = %q, want %q", test.owner, test.module, full, test.full)
		}
		if owner, module := license.SplitName(full); owner != test.splitOwner || module != test.splitModule {
			t.Errorf("SplitName(%q) = %q, %q, want %q, %q", full, owner, module, test.splitOwner, test.splitModule)
		}
	}
	if owner, module := license.SplitName("web"); owner != "" || module != "web" {
		t.Errorf(`SplitName("web") = %q, %q, want "", "web"`, owner, module)
	}
}

func TestModule(t *testing.T) {
	for _, test := range []struct {
		name     string
		module   license.Module
		capacity int64
		allows   map[string]bool
	}{
		{"plain", license.Module{Quantity: 3}, 3, map[string]bool{"": true, "internal": true}},
		{"overdraft", license.Module{Quantity: 3, Overdraft: 2}, 5, nil},
		{"the largest", license.Module{Quantity: license.MaxSeats, Overdraft: license.MaxSeats}, 2 * license.MaxSeats, nil},
		{
			"for some types",
			license.Module{Quantity: 1, AssignableTo: []string{"internal", "agent"}},
			1,
			map[string]bool{"": false, "internal": true, "agent": true, "Internal": false, "guest": false},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.module.Capacity(); got != test.capacity {
				t.Errorf("Capacity = %d, want %d", got, test.capacity)
			}
			for holderType, want := range test.allows {
				if got := test.module.AllowsType(holderType); got != want {
					t.Errorf("AllowsType(%q) = %t, want %t", holderType, got, want)
				}
			}
		})
	}
	for kind, want := range map[license.Kind]bool{license.Site: false, license.User: true, license.Satellite: true, "": false} {
		if got := kind.Assignable(); got != want {
			t.Errorf("Kind(%q).Assignable() = %t, want %t", kind, got, want)
		}
	}
}

// TestWithOrdersLicenses: wherever a license comes in, they stay in the order of
// their owners.
func TestWithOrdersLicenses(t *testing.T) {
	base, err := license.NewSet(issued("m"), issued("t"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		owner string
		want  []string
	}{
		{"a", []string{"a", "m", "t"}},
		{"m", []string{"m", "t"}},
		{"p", []string{"m", "p", "t"}},
		{"z", []string{"m", "t", "z"}},
	} {
		var owners []string
		for _, l := range base.With(issued(test.owner)).Licenses() {
			owners = append(owners, l.Owner.Name)
		}
		if diff := cmp.Diff(test.want, owners); diff != "" {
			t.Errorf("with %s (-want +got):\n%s", test.owner, diff)
		}
	}
}
