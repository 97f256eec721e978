package planner_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func modules(list ...license.Module) func(*license.License) {
	return func(l *license.License) { l.Modules = list }
}

// TestWarnings has each of them alone, and what is just not one.
func TestWarnings(t *testing.T) {
	const tick = time.Nanosecond
	end := planned.Add(time.Hour)
	user := func(change func(*license.Module)) license.Module {
		m := license.Module{Name: "web", Kind: license.User, Quantity: 5}
		change(&m)
		return m
	}
	plain := user(func(*license.Module) {})
	bundle := func(includes ...string) license.Module {
		return license.Module{Name: "suite", Kind: license.User, Quantity: 5, Bundle: true, Includes: includes}
	}
	part := license.Module{Name: "part", Kind: license.User, Quantity: 5}
	for _, test := range []struct {
		name   string
		before func(*license.License)
		after  func(*license.License)
		others []*license.License
		inUse  int64 // seats of web in use
		want   []planner.Warning
	}{
		{name: "none", before: modules(plain), after: modules(plain)},

		{
			name: "another content of a bundle", before: modules(bundle("web"), plain, part), after: modules(bundle("part"), plain, part),
			want: []planner.Warning{"bundle-content-changed"},
		},
		{name: "the same content in another order", before: modules(bundle("web", "part"), plain, part), after: modules(bundle("part", "web"), plain, part)},
		{
			name: "what was no bundle", after: modules(bundle("web"), plain),
			before: modules(license.Module{Name: "suite", Kind: license.User, Quantity: 5}, plain),
		},
		{
			name: "what is no bundle any more", before: modules(bundle("web"), plain),
			after: modules(license.Module{Name: "suite", Kind: license.User, Quantity: 5}, plain),
		},
		{name: "a new bundle", before: modules(plain), after: modules(bundle("web"), plain)},

		{name: "earlier by a tick", before: expires(end), after: expires(end.Add(-tick)), want: []planner.Warning{"expires-sooner"}},
		{name: "as before", before: expires(end), after: expires(end.In(time.FixedZone("", 3600)))},
		{name: "later by a tick", before: expires(end), after: expires(end.Add(tick))},
		{name: "ends, and did not", before: modules(plain), after: expires(end), want: []planner.Warning{"expires-sooner"}},
		{name: "ends no more", before: expires(end), after: modules(plain)},
		{
			name: "a grace that ends earlier is none", before: func(l *license.License) { expires(end)(l); graceUntil(end.Add(2 * tick))(l) },
			after: func(l *license.License) { expires(end)(l); graceUntil(end.Add(tick))(l) },
		},

		{
			name: "in grace", before: expires(planned), after: func(l *license.License) { expires(planned)(l); graceUntil(end)(l) },
			want: []planner.Warning{"in-grace"},
		},
		{
			name: "a tick before the grace", before: expires(planned.Add(tick)),
			after: func(l *license.License) { expires(planned.Add(tick))(l); graceUntil(end)(l) },
		},
		{
			name: "reminding of the end is no warning here", before: expires(end),
			after: func(l *license.License) { expires(end)(l); l.WarnFrom = &planned },
		},

		{
			name: "one in overdraft", before: modules(plain), after: modules(user(func(m *license.Module) { m.Overdraft = 2 })), inUse: 6,
			want: []planner.Warning{"in-overdraft"},
		},
		{
			name: "to the end of the overdraft", before: modules(plain), after: modules(user(func(m *license.Module) { m.Overdraft = 2 })), inUse: 7,
			want: []planner.Warning{"in-overdraft"},
		},
		{name: "not yet in overdraft", before: modules(plain), after: modules(user(func(m *license.Module) { m.Overdraft = 2 })), inUse: 5},
		{name: "past the overdraft, which blocks", before: modules(plain), after: modules(user(func(m *license.Module) { m.Overdraft = 2 })), inUse: 8},
		{
			name: "unrestricted", before: modules(plain), inUse: 6,
			after: modules(user(func(m *license.Module) { m.Overdraft, m.Unrestricted = 2, true })),
		},
		{
			name: "a module that does not differ", inUse: 6, want: []planner.Warning{"in-overdraft"},
			before: modules(user(func(m *license.Module) { m.Overdraft = 2 })), after: modules(user(func(m *license.Module) { m.Overdraft = 2 })),
		},

		{name: "a module less", before: modules(plain, part), after: modules(plain), want: []planner.Warning{"module-removed"}},
		{
			name: "a site module less", before: modules(plain, license.Module{Name: "x", Kind: license.Site, Quantity: 1}), after: modules(plain),
			want: []planner.Warning{"module-removed"},
		},
		{
			name: "a module that another replaces", before: modules(plain, part),
			after: modules(user(func(m *license.Module) { m.Replaces = []string{"part"} })),
		},
		{name: "a module more", before: modules(plain), after: modules(plain, part)},

		{
			name: "requires what nobody has", before: modules(plain), after: modules(user(func(m *license.Module) { m.Requires = []string{"partner.gone"} })),
			want: []planner.Warning{"prerequisite-not-licensed"},
		},
		{
			name: "a site module requires what nobody has", before: modules(plain),
			after: modules(plain, license.Module{Name: "x", Kind: license.Site, Quantity: 1, Requires: []string{"partner.gone"}}),
			want:  []planner.Warning{"prerequisite-not-licensed"},
		},
		{
			name: "requires what another owner has", before: modules(plain), after: modules(user(func(m *license.Module) { m.Requires = []string{"partner.gone"} })),
			others: []*license.License{{Owner: license.Owner{Name: "partner"}, Modules: []license.Module{{Name: "gone", Kind: license.User}}}},
		},
		{
			name: "requires what another owner's module replaces", before: modules(plain), after: modules(user(func(m *license.Module) { m.Requires = []string{"partner.gone"} })),
			others: []*license.License{{Owner: license.Owner{Name: "partner"}, Modules: []license.Module{{Name: "new", Kind: license.User, Replaces: []string{"gone"}}}}},
		},
		{
			name: "another owner's module requires what nobody has", before: modules(plain), after: modules(plain),
			others: []*license.License{{Owner: license.Owner{Name: "partner"}, Modules: []license.Module{{Name: "x", Kind: license.User, Requires: []string{"vendor.gone"}}}}},
		},

		{
			name: "one seat less", before: modules(plain), after: modules(user(func(m *license.Module) { m.Quantity = 4 })),
			want: []planner.Warning{"quantity-reduced"},
		},
		{
			name: "one seat less, though the overdraft makes up for it", before: modules(plain),
			after: modules(user(func(m *license.Module) { m.Quantity, m.Overdraft = 4, 9 })), want: []planner.Warning{"quantity-reduced"},
		},
		{name: "one seat more", before: modules(plain), after: modules(user(func(m *license.Module) { m.Quantity = 6 }))},
		{name: "less overdraft", before: modules(user(func(m *license.Module) { m.Overdraft = 2 })), after: modules(plain)},
		{
			name: "one seat less of what is unrestricted now", before: modules(plain),
			after: modules(user(func(m *license.Module) { m.Quantity, m.Unrestricted = 4, true })),
		},
		{
			name: "one seat less of what was unrestricted", before: modules(user(func(m *license.Module) { m.Unrestricted = true })),
			after: modules(user(func(m *license.Module) { m.Quantity = 4 })),
		},
		{
			name: "one seat less of what is for the site now", before: modules(plain),
			after: modules(user(func(m *license.Module) { m.Quantity, m.Kind = 4, license.Site })),
		},
		{
			name: "one seat less of what was for the site", before: modules(user(func(m *license.Module) { m.Kind = license.Site })),
			after: modules(user(func(m *license.Module) { m.Quantity = 4 })),
		},

		{
			name:   "all that can come together, alphabetically",
			before: modules(bundle("web"), plain, part), inUse: 4,
			after: func(l *license.License) {
				modules(bundle(), user(func(m *license.Module) { m.Quantity, m.Overdraft, m.Requires = 3, 1, []string{"partner.gone"} }))(l)
				expires(planned)(l)
				graceUntil(end)(l)
			},
			want: []planner.Warning{
				"bundle-content-changed", "expires-sooner", "in-grace", "in-overdraft", "module-removed", "prerequisite-not-licensed", "quantity-reduced",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := license.NewSet(append(test.others, renewal(5, test.before))...)
			if err != nil {
				t.Fatal(err)
			}
			p := mustPlan(t, planner.Input{
				Active: set, Offered: renewal(6, test.after), Now: planned,
				Census: seat.Census{{Kind: license.User, Assigned: []string{"vendor.web"}, Count: test.inUse}},
			})
			if diff := cmp.Diff(append([]planner.Warning{}, test.want...), p.Warnings); diff != "" {
				t.Errorf("warnings of a plan that is %s (-want +got):\n%s", p.Status, diff)
			}
		})
	}
}

// A first license ends sooner than nothing did.
func TestWarningsOfFirstLicense(t *testing.T) {
	p := mustPlan(t, planner.Input{Offered: renewal(1, expires(planned.Add(time.Hour))), Now: planned})
	if len(p.Warnings) != 0 || p.Status != planner.Ready {
		t.Errorf("a first license is %s with %v, want ready without warnings", p.Status, p.Warnings)
	}
}

// What a warning is about has a name, unless it is hidden or the whole license.
func TestWarningModules(t *testing.T) {
	web := license.Module{Name: "web", Kind: license.User, Quantity: 5}
	part := func(name string, hidden bool) license.Module {
		return license.Module{Name: name, Kind: license.User, Quantity: 5, Hidden: hidden, Requires: []string{"partner.gone"}}
	}
	fewer := web
	fewer.Quantity, fewer.Overdraft = 3, 1
	set, err := license.NewSet(renewal(5, modules(web, part("gone", false), part("secret", true))))
	if err != nil {
		t.Fatal(err)
	}
	p := mustPlan(t, planner.Input{
		Active: set, Now: planned,
		Offered: renewal(6, func(l *license.License) {
			modules(fewer, part("addon", false), part("aside", true))(l)
			expires(planned.Add(time.Hour))(l)
		}),
		Census: seat.Census{{Kind: license.User, Assigned: []string{"vendor.web"}, Count: 4}},
	})
	got := make(map[planner.Warning][]string)
	for _, w := range p.Warnings {
		got[w] = p.WarningModules(w)
	}
	want := map[planner.Warning][]string{
		"expires-sooner": nil, "in-overdraft": {"vendor.web"}, "module-removed": {"vendor.gone"},
		"prerequisite-not-licensed": {"vendor.addon"}, "quantity-reduced": {"vendor.web"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("modules of warnings (-want +got):\n%s", diff)
	}
	if got := p.WarningModules(planner.WarningInGrace); got != nil {
		t.Errorf("a warning that the plan doesn't have is about %v", got)
	}
	if got := new(planner.Plan).WarningModules(planner.WarningInOverdraft); got != nil {
		t.Errorf("a warning of no plan is about %v", got)
	}
}
