package planner_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestSwitchOptions offers bundles that fit, in the order of display, with how many
// seats are left.
func TestSwitchOptions(t *testing.T) {
	hidden := bundle("hidden", 9, "user")
	hidden.Hidden = true
	database := bundle("database", 9)
	database.Kind = license.Satellite
	inside := bundle("inside", 9, "user")
	inside.AssignableTo = []string{"internal"}
	endless := bundle("endless", 0, "site")
	endless.Unrestricted, endless.SortOrder = true, 1
	site := license.Module{Name: "site", Kind: license.Site, Quantity: 1}
	offered := renewal(6, modules(
		bundle("big", 1, "user", "web"), bundle("small", 4, "user"), bundle("spent", 1, "user"), endless, hidden, database, inside,
		userModule("user", 5), userModule("web", 2), site))
	active := renewal(5, modules(bundle("big", 9, "user", "web"), bundle("small", 9, "user"), bundle("spent", 9, "user"), userModule("user", 9), userModule("web", 9)))
	holders := []seat.Holder{
		{ID: "ann", Kind: license.User, Type: "internal", Assigned: []string{"vendor.big"}},
		{ID: "bob", Kind: license.User, Type: "external", Assigned: []string{"vendor.small"}},
		{ID: "cat", Kind: license.User, Type: "external", Assigned: []string{"vendor.spent"}},
		{ID: "dan", Kind: license.User, Type: "external", Assigned: []string{"vendor.spent", "vendor.web"}},
		{ID: "eve", Kind: license.User, Type: "external", Assigned: []string{"vendor.big", "vendor.small"}},
	}
	input := func(offered *license.License, holders ...seat.Holder) planner.Input {
		return planner.Input{
			Active: (*license.Set)(nil).With(active), Offered: offered, Now: planned,
			Census: seat.NewCensus(slices.Values(holders)), Holders: holders,
		}
	}
	plan := mustPlan(t, input(offered, holders[:4]...))
	option := func(to string, left int64) planner.SwitchOption {
		return planner.SwitchOption{To: "vendor." + to, Left: left}
	}
	noLimit := planner.SwitchOption{To: "vendor.endless", Unrestricted: true}
	for _, c := range []struct {
		name   string
		holder seat.Holder
		from   string
		want   []planner.SwitchOption
	}{
		{"what is not among them", holders[0], "vendor.big", []planner.SwitchOption{option("inside", 9), option("small", 3), option("spent", 0), noLimit}},
		{"a type that is not allowed", holders[1], "vendor.small", []planner.SwitchOption{option("big", 0), option("spent", 0), noLimit}},
		{"more in use than there are", holders[2], "vendor.spent", []planner.SwitchOption{option("big", 0), option("small", 3), noLimit}},
		{"a seat of another bundle", holders[4], "vendor.big", nil},
		{"what is no bundle, of who has one", holders[3], "vendor.web", nil},
		{"what is no bundle", seat.Holder{ID: "fay", Kind: license.User, Type: "external"}, "vendor.web", []planner.SwitchOption{option("big", 0), option("small", 1), option("spent", 0), noLimit}},
		{"a database", seat.Holder{ID: "db", Kind: license.Satellite}, "vendor.web", []planner.SwitchOption{option("database", 9)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, plan.SwitchOptions(c.holder, c.from)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	current := mustPlan(t, input(active, holders[0]))
	if options := current.SwitchOptions(holders[0], "vendor.big"); options != nil {
		t.Errorf("a plan that is %s offers %v", current.Status, options)
	}
}
