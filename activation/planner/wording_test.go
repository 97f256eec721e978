package planner_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestWording has a case for each of the finer points that the text of
// docs/spec/planning.md spells out.
func TestWording(t *testing.T) {
	site := func(name string, replaces ...string) license.Module {
		return license.Module{Name: name, Kind: license.Site, Quantity: 1, Replaces: replaces}
	}
	base := license.Module{Name: "base", Kind: license.User, Quantity: 9, Replaces: []string{"core", "root"}}
	partner := func(name string, requires ...string) *license.License {
		return &license.License{Owner: license.Owner{Name: name}, Modules: []license.Module{{Name: "x", Kind: license.User, Quantity: 9, Requires: requires}}}
	}
	has := func(names ...string) []seat.Holder {
		return []seat.Holder{{ID: "ann", Kind: license.User, Assigned: names}}
	}
	for _, test := range []struct {
		name    string
		active  []*license.License
		offered []license.Module
		holders []seat.Holder
		want    string // the texts of blockers and changes
	}{
		{
			name:   "names that resolve to the same module are one requirement",
			active: []*license.License{renewal(5, modules()), partner("a", "vendor.core", "vendor.root")}, offered: []license.Module{base}, holders: has("a.x"),
			want: `[{"kind":"missing-prerequisite","module":"a.x","requires":"vendor.base","affected":1}]` +
				`[{"module":"vendor.base","change":"added","hidden":false,"total":0,"newTotal":9,"added":9,"inUse":0,"newInUse":0,"newFree":9}]`,
		},
		{
			name:   "a successor that is a site module",
			active: []*license.License{renewal(5, modules(userModule("web", 3)))}, offered: []license.Module{site("all", "web")}, holders: has("vendor.web"),
			want: `[][{"module":"vendor.all","change":"added","hidden":false,"total":0,"newTotal":1,"added":1},` +
				`{"module":"vendor.web","change":"removed","hidden":false,"total":3,"newTotal":0,"added":-3,"inUse":1,"newInUse":0,"free":2,"newFree":0,` +
				`"obsolete":1,"replacedBy":"vendor.all"}]`,
		},
		{
			name:   "a removed module has a newFree, though it had no limit",
			active: []*license.License{renewal(5, modules(license.Module{Name: "web", Kind: license.User, Quantity: 3, Unrestricted: true}))},
			want:   `[][{"module":"vendor.web","change":"removed","hidden":false,"total":3,"newTotal":0,"added":-3,"inUse":0,"newInUse":0,"newFree":0}]`,
		},
		{
			name:    "full names are ordered as one text",
			active:  []*license.License{renewal(5, modules(site("web"))), partner("a", "vendor.web"), partner("a-b", "vendor.web")},
			offered: []license.Module{site("net")}, holders: has("a.x", "a-b.x"),
			want: `[{"kind":"missing-prerequisite","module":"a-b.x","requires":"vendor.web","affected":1},` +
				`{"kind":"missing-prerequisite","module":"a.x","requires":"vendor.web","affected":1}]` +
				`[{"module":"vendor.net","change":"added","hidden":false,"total":0,"newTotal":1,"added":1},` +
				`{"module":"vendor.web","change":"removed","hidden":false,"total":1,"newTotal":0,"added":-1}]`,
		},
		{
			name:    "an empty value is not no value",
			active:  []*license.License{renewal(5, modules(site("web")))},
			offered: []license.Module{{Name: "web", Kind: license.Site, Quantity: 1, Info: map[string]string{"k": ""}}},
			want:    `[][{"module":"vendor.web","change":"altered","fields":["info"],"hidden":false,"total":1,"newTotal":1,"added":0}]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := license.NewSet(test.active...)
			if err != nil {
				t.Fatal(err)
			}
			p := mustPlan(t, planner.Input{
				Active: set, Offered: renewal(6, modules(test.offered...)), Now: planned, Census: seat.NewCensus(slices.Values(test.holders)),
			})
			got := ""
			for _, list := range []any{p.Blockers, p.Changes} {
				text, err := json.Marshal(list)
				if err != nil {
					t.Fatal(err)
				}
				got += string(text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("blockers and changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWordingOfContent: a grace that ends with the license is not none, so the
// number is used twice; the company may differ as well.
func TestWordingOfContent(t *testing.T) {
	end := planned.Add(time.Hour)
	active := renewal(5, func(l *license.License) { l.Expires = &end })
	offered := renewal(5, func(l *license.License) { l.Expires, l.GraceUntil = &end, &end })
	other := *offered
	other.Licensee.Company = "Other AS"
	other.Deployment = ""
	for _, test := range []struct {
		offered  *license.License
		expected planner.Expected
		want     []planner.Rejection
	}{
		{offered, planner.Expected{}, []planner.Rejection{"number-reused"}},
		{&other, planner.Expected{Deployment: "onsite"}, []planner.Rejection{"number-reused", "wrong-company", "wrong-deployment"}},
	} {
		p := mustPlan(t, planner.Input{Active: (*license.Set)(nil).With(active), Offered: test.offered, Expected: test.expected, Now: planned})
		if diff := cmp.Diff(test.want, p.Rejections); diff != "" {
			t.Errorf("rejections (-want +got):\n%s", diff)
		}
	}
}
