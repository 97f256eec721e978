package seat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// should is a user, what is assigned to it, and what it should have.
func should(id string, has []string, wants ...string) seat.Wanted {
	return seat.Wanted{Holder: user(id, has...), Wants: wants}
}

func TestSync(t *testing.T) {
	// Two plans with a module that both include, an add-on that requires it, and
	// another one that requires what only the first plan has.
	plans := []license.Module{
		module("basic", 2, includes("web")), module("pro", 1, includes("web", "mail")), module("web", 9, hidden), module("mail", 2, hidden),
		module("addon", 1, requires("web")), module("sync", 9, requires("mail")), module("travel", 1, ofKind(license.Site)),
		module("guests", 9, forTypes("guest")), module("plain", 1),
	}
	const basic, pro, web, mail, addon, plain = "vendor.basic", "vendor.pro", "vendor.web", "vendor.mail", "vendor.addon", "vendor.plain"
	has := func(modules ...string) []string { return modules }
	for _, test := range []struct {
		name   string
		wanted []seat.Wanted
		// lines of what is begun and ended, and of what is not met with its rule
		changes, unmet []string
	}{
		{name: "nobody"},
		{name: "all is as it should be", wanted: []seat.Wanted{should("a", has(pro), pro)}},
		{
			name:    "given and given back, in whatever order they come",
			wanted:  []seat.Wanted{should("a", nil, plain), should("b", has(plain))},
			changes: []string{"assigned a vendor.plain", "released b vendor.plain"},
		},
		{
			name:    "the first get the seats",
			wanted:  []seat.Wanted{should("c", nil, pro), should("a", nil, pro), should("b", nil, basic)},
			changes: []string{"assigned c vendor.pro", "assigned b vendor.basic"}, unmet: []string{"a vendor.pro: no-free-seat"},
		},
		{
			name:    "who has a seat and should have it keeps it, whoever comes first",
			wanted:  []seat.Wanted{should("a", nil, pro), should("b", has(pro), pro)},
			changes: nil, unmet: []string{"a vendor.pro: no-free-seat"},
		},
		{
			name:    "one plan for another",
			wanted:  []seat.Wanted{should("a", has(basic), pro)},
			changes: []string{"released a vendor.basic", "assigned a vendor.pro"},
		},
		{
			name:    "the example of docs/spec/sync.md",
			wanted:  []seat.Wanted{should("cleo", nil, basic), should("ann", has(basic), basic), should("bob", has(basic), pro)},
			changes: []string{"assigned cleo vendor.basic", "released bob vendor.basic", "assigned bob vendor.pro"},
		},
		{
			name:    "a plan is kept until there is a seat of the other one",
			wanted:  []seat.Wanted{should("a", has(basic), pro), should("b", has(pro), pro)},
			changes: nil, unmet: []string{"a vendor.pro: no-free-seat instead of vendor.basic"},
		},
		{
			name: "a seat that a change of plans gives back is the first one's who waits",
			wanted: []seat.Wanted{
				should("waits", nil, addon, plain), should("first", nil, pro), should("moves", has(pro), basic), should("later", nil, pro),
			},
			changes: []string{"assigned waits vendor.plain", "assigned first vendor.pro", "assigned moves vendor.basic", "released moves vendor.pro"},
			unmet:   []string{"waits vendor.addon: prerequisite", "later vendor.pro: no-free-seat"},
		},
		{
			name: "a seat goes to who waits before the one who gives it back gets more",
			wanted: []seat.Wanted{
				should("full", has(plain), plain), should("other", has(mail), mail), should("waits", nil, mail),
				should("moves", has(pro), basic, plain, mail),
			},
			changes: []string{"assigned waits vendor.mail", "assigned moves vendor.basic", "released moves vendor.pro"},
			unmet:   []string{"moves vendor.plain: no-free-seat", "moves vendor.mail: no-free-seat"},
		},
		{
			name:    "a plan is kept where the name of the other one is mistyped",
			wanted:  []seat.Wanted{should("a", has(pro), "vendor.prro"), should("b", has(basic), "other.pro")},
			changes: []string{"released b vendor.basic"},
			unmet:   []string{"a vendor.prro: not-licensed instead of vendor.pro", "b other.pro: not-licensed"},
		},
		{
			name:    "of two plans the first is given",
			wanted:  []seat.Wanted{should("a", nil, basic, pro)},
			changes: []string{"assigned a vendor.basic"}, unmet: []string{"a vendor.pro: other-bundle"},
		},
		{
			name:    "what requires and what is required, in any order",
			wanted:  []seat.Wanted{should("a", nil, addon, basic)},
			changes: []string{"assigned a vendor.addon", "assigned a vendor.basic"},
		},
		{
			name:    "what is required goes once a plan has it",
			wanted:  []seat.Wanted{should("a", has(addon, web), addon, basic)},
			changes: []string{"assigned a vendor.basic", "released a vendor.web"},
		},
		{
			name:    "what is required stays until a plan has it",
			wanted:  []seat.Wanted{should("b", has(pro), pro), should("a", has(addon, web), addon, pro)},
			changes: nil, unmet: []string{"a vendor.pro: no-free-seat"},
		},
		{
			name:    "what is required and not wished takes along what is",
			wanted:  []seat.Wanted{should("a", has(addon, web), addon)},
			changes: []string{"cascade a vendor.addon", "released a vendor.web"}, unmet: []string{"a vendor.addon: prerequisite"},
		},
		{
			name:    "another plan takes along what requires the first",
			wanted:  []seat.Wanted{should("a", has(pro, "vendor.sync"), basic, "vendor.sync")},
			changes: []string{"assigned a vendor.basic", "released a vendor.pro", "cascade a vendor.sync"}, unmet: []string{"a vendor.sync: prerequisite"},
		},
		{
			name:   "what is on for everybody, of another type, and wished twice",
			wanted: []seat.Wanted{should("a", nil, "vendor.travel", "vendor.guests", "vendor.guests")},
			unmet:  []string{"a vendor.guests: not-assignable"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var holders []seat.Holder
			for _, w := range test.wanted {
				holders = append(holders, w.Holder)
			}
			before := copyHolders(holders)
			plan := seat.Sync(stateOf(mustSet(t, issued("vendor", plans...)), holders), test.wanted)
			var changes, unmet []string
			for _, c := range plan.Changes {
				changes = append(changes, string(c.Cause)+" "+c.Holder+" "+c.Module)
			}
			for _, u := range plan.Unmet {
				line := u.Holder + " " + u.Module + ": " + u.Rule()
				if u.From != "" {
					line += " instead of " + u.From
				}
				if test.wanted[u.Index].ID != u.Holder {
					t.Errorf("%s has the index %d", line, u.Index)
				}
				unmet = append(unmet, line)
			}
			if diff := cmp.Diff(test.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.unmet, unmet); diff != "" {
				t.Errorf("unmet (-want +got):\n%s", diff)
			}
			spoil(plan.Decision)
			for _, step := range plan.Steps {
				spoil(seat.Decision{Holders: []seat.Holder{step}})
			}
			if diff := cmp.Diff(before, holders); diff != "" {
				t.Errorf("the holders of the caller changed (-before +after):\n%s", diff)
			}
		})
	}
}

// TestSyncTogether: what two licenses require of each other can only be given at
// once.
func TestSyncTogether(t *testing.T) {
	licenses := mustSet(t, issued("vendor", module("a", 2, requires("partner.b"))), issued("partner", module("b", 1, requires("vendor.a"))))
	wanted := []seat.Wanted{should("x", nil, "vendor.a", "partner.b"), should("y", nil, "vendor.a", "partner.b")}
	plan := seat.Sync(stateOf(licenses, []seat.Holder{wanted[0].Holder, wanted[1].Holder}), wanted)
	if len(plan.Changes) != 2 || plan.Changes[0].Holder != "x" || len(plan.Steps) != 1 {
		t.Errorf("x gets both at once, and y none: %+v", plan)
	}
	if len(plan.Unmet) != 2 || plan.Unmet[0].Rule() != "prerequisite" || plan.Unmet[1].Rule() != "prerequisite" {
		t.Errorf("y lacks both: %+v", plan.Unmet)
	}
}
