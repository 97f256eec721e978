package planner_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestOverAllocatedLimits goes to both sides of the capacity.
func TestOverAllocatedLimits(t *testing.T) {
	web := license.Module{Name: "web", Kind: license.User, Quantity: 9}
	change := func(f func(*license.Module)) []license.Module {
		m := web
		f(&m)
		return []license.Module{m}
	}
	for _, test := range []struct {
		name       string
		offered    []license.Module
		inUse      int64
		available  int64
		mustRemove int64 // 0: nothing blocks
	}{
		{name: "one below", offered: change(func(m *license.Module) { m.Quantity = 3 }), inUse: 2},
		{name: "full", offered: change(func(m *license.Module) { m.Quantity = 3 }), inUse: 3},
		{name: "one above", offered: change(func(m *license.Module) { m.Quantity = 3 }), inUse: 4, available: 3, mustRemove: 1},
		{name: "overdraft full", offered: change(func(m *license.Module) { m.Quantity, m.Overdraft = 2, 1 }), inUse: 3},
		{name: "overdraft, one above", offered: change(func(m *license.Module) { m.Quantity, m.Overdraft = 2, 1 }), inUse: 4, available: 3, mustRemove: 1},
		{name: "unrestricted", offered: change(func(m *license.Module) { m.Quantity, m.Unrestricted = 3, true }), inUse: 4},
		{name: "hidden", offered: change(func(m *license.Module) { m.Quantity, m.Hidden = 3, true }), inUse: 5, available: 3, mustRemove: 2},
		{name: "on for everybody", offered: change(func(m *license.Module) { m.Quantity, m.Kind = 3, license.Site }), inUse: 4},
		{name: "removed, not in use", inUse: 0},
		{name: "removed, in use", inUse: 1, mustRemove: 1},
		{name: "replaced and full", offered: []license.Module{{Name: "new", Kind: license.User, Quantity: 3, Replaces: []string{"web"}}}, inUse: 3},
		{name: "a million", offered: change(func(m *license.Module) { m.Quantity = 999_999 }), inUse: 1_000_000, available: 999_999, mustRemove: 1},
		{
			name:      "more than 32 bits",
			offered:   change(func(m *license.Module) { m.Quantity, m.Overdraft = license.MaxSeats, license.MaxSeats }),
			available: 2 * license.MaxSeats, inUse: 2*license.MaxSeats + 1, mustRemove: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := mustPlan(t, planner.Input{
				Active: (*license.Set)(nil).With(renewal(5, modules(web))), Offered: renewal(6, modules(test.offered...)), Now: planned,
				Census: seat.Census{{Kind: license.User, Assigned: []string{"vendor.web"}, Count: test.inUse}},
			})
			want, status := []planner.Blocker{}, planner.Ready
			if test.mustRemove > 0 {
				status = planner.Blocked
				want = append(want, planner.Blocker{
					Kind: planner.OverAllocated, Module: "vendor.web", InUse: test.inUse, Available: test.available,
					MustRemove: test.mustRemove, Through: []string{"vendor.web"}, Affected: test.inUse,
				})
			}
			if diff := gocmp.Diff(want, p.Blockers, exported); diff != "" || p.Status != status {
				t.Errorf("%s, blockers (-want +got):\n%s", p.Status, diff)
			}
		})
	}
}

// A site module needs no seats: assignments of one that goes block nothing.
func TestRemovedSiteModuleBlocksNothing(t *testing.T) {
	p := mustPlan(t, planner.Input{
		Active:  (*license.Set)(nil).With(renewal(5, modules(license.Module{Name: "web", Kind: license.Site, Quantity: 1}))),
		Offered: renewal(6, modules()), Now: planned,
		Census: seat.Census{{Kind: license.User, Assigned: []string{"vendor.web"}, Count: 3}},
	})
	want := []planner.ModuleChange{{Module: "vendor.web", Change: license.Removed, Total: 1, Added: -1}}
	if diff := gocmp.Diff(want, p.Changes); diff != "" || p.Status != planner.Ready {
		t.Errorf("%s with blockers %v, changes (-want +got):\n%s", p.Status, p.Blockers, diff)
	}
}

// TestBlockersOrder: by kind, sort order, name, what is required.
func TestBlockersOrder(t *testing.T) {
	m := func(name string, sortOrder int, quantity int64, types []string, requires ...string) license.Module {
		return license.Module{Name: name, Kind: license.User, Quantity: quantity, SortOrder: sortOrder, AssignableTo: types, Requires: requires}
	}
	active := renewal(5, modules(m("removed-late", 9, 9, nil), m("removed", 1, 9, nil), m("b", 9, 9, nil)))
	offered := renewal(6, modules(
		m("b", 1, 1, []string{"x"}), m("a", 1, 1, []string{"x"}, "partner.z", "partner.a"), m("first", -1, 2, []string{"y", "x"}, "b"),
	))
	all := []string{"vendor.first", "vendor.a", "vendor.b", "vendor.removed", "vendor.removed-late"}
	p := mustPlan(t, planner.Input{
		Active: (*license.Set)(nil).With(active), Offered: offered, Now: planned,
		Census: seat.Census{
			{Kind: license.User, Type: "guest", Assigned: all, Count: 2},
			{Kind: license.User, Type: "guest", Assigned: []string{"vendor.first"}, Count: 1},
		},
	})
	type row struct {
		Kind             planner.BlockerKind
		Module, Requires string
		Affected         int64
	}
	want := []row{
		{"over-allocated", "vendor.first", "", 3},
		{"over-allocated", "vendor.a", "", 2},
		{"over-allocated", "vendor.b", "", 2},
		{"over-allocated", "vendor.removed", "", 2},
		{"over-allocated", "vendor.removed-late", "", 2},
		{"missing-prerequisite", "vendor.first", "vendor.b", 1},
		{"missing-prerequisite", "vendor.a", "partner.a", 2},
		{"missing-prerequisite", "vendor.a", "partner.z", 2},
		{"not-assignable", "vendor.first", "", 3},
		{"not-assignable", "vendor.a", "", 2},
		{"not-assignable", "vendor.b", "", 2},
	}
	var got []row
	for _, b := range p.Blockers {
		got = append(got, row{b.Kind, b.Module, b.Requires, b.Affected})
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
}

func TestBlockerJSON(t *testing.T) {
	for _, test := range []struct {
		name    string
		blocker planner.Blocker
		want    string
	}{
		{
			"over-allocated",
			planner.Blocker{Kind: planner.OverAllocated, Module: "v.web", InUse: 3, Available: 0, MustRemove: 3, Through: []string{"v.suite", "v.web"}, Affected: 3},
			`{"kind":"over-allocated","module":"v.web","inUse":3,"available":0,"mustRemove":3,"through":["v.suite","v.web"]}`,
		},
		{
			"over-allocated, of nothing",
			planner.Blocker{Kind: planner.OverAllocated, Module: "v.web", Holders: []string{"u1"}},
			`{"kind":"over-allocated","module":"v.web","inUse":0,"available":0,"mustRemove":0,"through":[]}`,
		},
		{
			"missing-prerequisite",
			planner.Blocker{Kind: planner.MissingPrerequisite, Module: "v.web", Requires: "v.user", Affected: 2, Holders: []string{"u1", "u2"}},
			`{"kind":"missing-prerequisite","module":"v.web","requires":"v.user","holders":["u1","u2"]}`,
		},
		{
			"missing-prerequisite, holders not looked up",
			planner.Blocker{Kind: planner.MissingPrerequisite, Module: "v.web", Requires: "v.user", Affected: 2},
			`{"kind":"missing-prerequisite","module":"v.web","requires":"v.user","affected":2}`,
		},
		{
			"not-assignable",
			planner.Blocker{Kind: planner.NotAssignable, Module: "v.web", Affected: 1, Holders: []string{"u1"}},
			`{"kind":"not-assignable","module":"v.web","holders":["u1"]}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(test.blocker)
			if err != nil || string(got) != test.want {
				t.Errorf("marshals to %s, error %v\nwant %s", got, err, test.want)
			}
		})
	}
}

// TestBlockerJSONKeepsIDs: it is the caller's encoder that escapes for HTML or
// does not.
func TestBlockerJSONKeepsIDs(t *testing.T) {
	blocker := planner.Blocker{Kind: planner.NotAssignable, Module: "v.web", Holders: []string{"<a>&b"}}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	for _, test := range []struct {
		escaped bool
		want    string
	}{
		{true, `{"kind":"not-assignable","module":"v.web","holders":["\u003ca\u003e\u0026b"]}` + "\n"},
		{false, `{"kind":"not-assignable","module":"v.web","holders":["<a>&b"]}` + "\n"},
	} {
		text.Reset()
		encoder.SetEscapeHTML(test.escaped)
		if err := encoder.Encode(blocker); err != nil || text.String() != test.want {
			t.Errorf("escaped %t: encodes to %s, error %v\nwant %s", test.escaped, text.String(), err, test.want)
		}
	}
}

// What is listed is what holders are today, under the names they have today.
func TestAffectedAsTheyAreToday(t *testing.T) {
	active := renewal(5, modules(
		license.Module{Name: "old", Kind: license.User, Quantity: 9}, license.Module{Name: "gone", Kind: license.User, Quantity: 9}))
	offered := renewal(6, modules(
		license.Module{Name: "new", Kind: license.User, Quantity: 9, Replaces: []string{"old"}, Bundle: true, Includes: []string{"part"}},
		license.Module{Name: "part", Kind: license.User, Quantity: 1}))
	holders := []seat.Holder{
		{ID: "c", Kind: license.User, Assigned: []string{"vendor.old"}},
		{ID: "a", Kind: license.User, Assigned: []string{"vendor.gone", "vendor.old"}},
		{ID: "b", Kind: license.User, Assigned: []string{"vendor.gone"}},
		{ID: "d", Kind: license.User, Assigned: []string{"vendor.gone", "vendor.old"}},
	}
	p := mustPlan(t, planner.Input{
		Active: (*license.Set)(nil).With(active), Offered: offered, Now: planned,
		Census: seat.NewCensus(slices.Values(holders)), Holders: holders,
		Selection: planner.Selection{Releases: []seat.Assignment{{Holder: "d", Module: "vendor.old"}, {Holder: "b", Module: "vendor.gone"}}},
	})
	byID := slices.SortedFunc(slices.Values(holders), func(a, b seat.Holder) int { return cmp.Compare(a.ID, b.ID) })
	want := map[string][]seat.Holder{
		"vendor.part": {byID[0], byID[2]}, // d releases it
		"vendor.gone": {byID[0], byID[3]}, // b releases it
	}
	named := map[string][]string{
		"vendor.part": {"vendor.new", "vendor.old", "vendor.part"},
		"vendor.gone": {"vendor.gone"},
	}
	for _, b := range p.Blockers {
		if diff := gocmp.Diff(want[b.Module], affected(t, p, b, holders)); diff != "" {
			t.Errorf("holders of %s (-want +got):\n%s", b.Module, diff)
		}
		if diff := gocmp.Diff(named[b.Module], p.AssignedNames(b)); diff != "" {
			t.Errorf("names of %s (-want +got):\n%s", b.Module, diff)
		}
		delete(want, b.Module)
	}
	if len(want) > 0 {
		t.Errorf("no blocker for %v", want)
	}
}
