package seat_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestOccupy(t *testing.T) {
	licenses := mustSet(t,
		issued("vendor", module("user", 1), module("web", 1, hidden), module("suite", 1, includes("user", "web"))),
		issued("partner", module("chat", 1, requires("vendor.web", "vendor.everywhere", "vendor.gone"))))
	for _, test := range []struct {
		name     string
		assigned []string
		want     []string
	}{
		{"nothing", nil, nil},
		{"what no license has", []string{"vendor.gone", "user", ""}, nil},
		{"a plain module", []string{"vendor.web"}, []string{"vendor.web"}},
		{"a bundle", []string{"vendor.suite"}, []string{"vendor.suite", "vendor.user", "vendor.web"}},
		{
			"more than one reason",
			[]string{"vendor.web", "vendor.suite", "partner.chat", "vendor.web"},
			[]string{"partner.chat", "vendor.suite", "vendor.user", "vendor.web"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := occupancy.Of(licenses, test.assigned)
			var got []string
			for e := range o.All() {
				got = append(got, e.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("All (-want +got):\n%s", diff)
			}
			for _, e := range licenses.Entries() {
				if got := o.Has(e); got != slices.Contains(test.want, e.Name) {
					t.Errorf("Has(%s) = %t", e.Name, got)
				}
			}
			if o.Has(nil) {
				t.Error("the module of no license is occupied")
			}
		})
	}
}

// Beyond one word of bits, and an iteration that ends early.
func TestOccupyManyModules(t *testing.T) {
	l := issued("vendor")
	var all []string
	for i := range 200 {
		l.Modules = append(l.Modules, module(fmt.Sprintf("m%03d", i), 1))
		if i%63 == 0 || i%64 == 0 {
			all = append(all, fmt.Sprintf("vendor.m%03d", i))
		}
	}
	o := occupancy.Of(mustSet(t, l), all)
	var got []string
	for e := range o.All() {
		if got = append(got, e.Name); len(got) == len(all)-1 {
			break
		}
	}
	if diff := cmp.Diff(all[:len(all)-1], got); diff != "" {
		t.Errorf("all but the last (-want +got):\n%s", diff)
	}
}

func TestMeets(t *testing.T) {
	licenses := mustSet(t, issued("vendor",
		module("user", 1), module("everywhere", 1, ofKind(license.Site)), module("suite", 1, includes("user")),
		module("asks", 1, requires("user", "everywhere", "partner.gone"))))
	for _, test := range []struct {
		name     string
		assigned []string
		want     map[string]bool
	}{
		{"nothing", nil, map[string]bool{"vendor.user": false, "vendor.everywhere": true, "partner.gone": false}},
		{"itself", []string{"vendor.user"}, map[string]bool{"vendor.user": true, "vendor.everywhere": true, "partner.gone": false}},
		{"through a bundle", []string{"vendor.suite"}, map[string]bool{"vendor.user": true, "vendor.everywhere": true, "partner.gone": false}},
		{"assigned, but not licensed", []string{"partner.gone"}, map[string]bool{"vendor.user": false, "vendor.everywhere": true, "partner.gone": false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := occupancy.Of(licenses, test.assigned)
			got := make(map[string]bool)
			for _, r := range licenses.Module("vendor.asks").Requires {
				got[r.Name] = o.Meets(r)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Meets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInUse(t *testing.T) {
	licenses := mustSet(t, issued("vendor", module("user", 1), module("web", 1), module("suite", 1, includes("user"))))
	census := seat.Census{
		{Kind: license.User, Assigned: []string{"vendor.suite", "vendor.user"}, Count: 1 << 40},
		{Kind: license.User, Type: "guest", Assigned: []string{"vendor.user", "vendor.gone"}, Count: 3},
		{Kind: license.User, Count: 5},
	}
	// in the order of the entries: suite, user, web
	if diff := cmp.Diff([]int64{1 << 40, 1<<40 + 3, 0}, census.InUse(licenses)); diff != "" {
		t.Errorf("InUse (-want +got):\n%s", diff)
	}
	if got := census.InUse(nil); len(got) != 0 {
		t.Errorf("without licenses %v are in use", got)
	}
}

func TestFits(t *testing.T) {
	for _, test := range []struct {
		name   string
		module license.Module
		kind   license.Kind
		typ    string
		want   bool
	}{
		{"kind, any type", module("m", 1), license.User, "", true},
		{"another kind", module("m", 1), license.Satellite, "", false},
		{"kind and type", module("m", 1, forTypes("a", "b")), license.User, "b", true},
		{"another type", module("m", 1, forTypes("a", "b")), license.User, "c", false},
		{"no type", module("m", 1, forTypes("a", "b")), license.User, "", false},
		{"type, but another kind", module("m", 1, forTypes("a"), ofKind(license.Satellite)), license.User, "a", false},
		{"nobody holds a site module", module("m", 1, ofKind(license.Site)), license.User, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := seat.Fits(&license.Entry{Module: &test.module}, test.kind, test.typ); got != test.want {
				t.Errorf("Fits = %t, want %t", got, test.want)
			}
		})
	}
}
