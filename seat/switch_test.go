package seat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestSwitch(t *testing.T) {
	lapsed := issued("lapsed", module("x", 9), module("y", 9))
	lapsed.Expires = &ended
	licenses := mustSet(t, lapsed,
		issued("vendor",
			module("user", 2), module("web", 2), module("extra", 9, requires("web")), module("deep", 9, requires("extra")),
			module("agents-only", 9, forTypes("agent")),
			module("core", 2, includes("user")), module("plus", 2, includes("user", "web")), module("max", 1, includes("user", "web"))),
		issued("partner", module("plan", 9, includes("add-on")), module("add-on", 9, requires("vendor.web"))))
	for _, test := range []struct {
		name    string
		holders []seat.Holder // these are counted, too
		others  []seat.Holder // these are only counted
		swaps   []seat.Swap
		refused []error // the errors of the only swap, or of the last one
		changes []seat.Change
		after   []seat.Holder
	}{
		{
			name:    "between two bundles of one owner",
			holders: users([]string{"vendor.core"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.core", To: "vendor.plus"}},
			changes: []seat.Change{changed("a", "vendor.core", seat.CauseReleased), changed("a", "vendor.plus", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "vendor.plus")},
		},
		{
			name:    "though a module that both include is full",
			holders: users([]string{"vendor.plus"}, "a"), others: users([]string{"vendor.user", "vendor.web"}, "b"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.max"}},
			changes: []seat.Change{changed("a", "vendor.max", seat.CauseAssigned), changed("a", "vendor.plus", seat.CauseReleased)},
			after:   []seat.Holder{user("a", "vendor.max")},
		},
		{
			name:    "though a module that both include is over its capacity",
			holders: users([]string{"vendor.plus"}, "a"), others: users([]string{"vendor.user", "vendor.web"}, "b", "c", "d"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.max"}},
			changes: []seat.Change{changed("a", "vendor.max", seat.CauseAssigned), changed("a", "vendor.plus", seat.CauseReleased)},
			after:   []seat.Holder{user("a", "vendor.max")},
		},
		{
			name:    "the new bundle is full",
			holders: users([]string{"vendor.plus"}, "a"), others: users([]string{"vendor.max"}, "b"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.max"}},
			refused: []error{&seat.NoFreeSeatError{Module: "vendor.max", Capacity: 1, InUse: 1, Wanted: 1}},
		},
		{
			name:    "what the new bundle includes besides is full",
			holders: users([]string{"vendor.core"}, "a"), others: users([]string{"vendor.web"}, "b", "c"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.core", To: "vendor.plus"}},
			refused: []error{&seat.NoFreeSeatError{Module: "vendor.web", Capacity: 2, InUse: 2, Wanted: 1}},
		},
		{
			name:    "two change places where both bundles are full",
			holders: []seat.Holder{user("a", "vendor.max"), user("b", "vendor.plus")}, others: users([]string{"vendor.plus"}, "c"),
			swaps: []seat.Swap{{Holder: "a", From: "vendor.max", To: "vendor.plus"}, {Holder: "b", From: "vendor.plus", To: "vendor.max"}},
			changes: []seat.Change{
				changed("a", "vendor.max", seat.CauseReleased), changed("a", "vendor.plus", seat.CauseAssigned),
				changed("b", "vendor.max", seat.CauseAssigned), changed("b", "vendor.plus", seat.CauseReleased),
			},
			after: []seat.Holder{user("a", "vendor.plus"), user("b", "vendor.max")},
		},
		{
			name:    "one seat is given back, two are wanted: the later is refused",
			holders: []seat.Holder{user("a", "vendor.max"), user("b", "vendor.core"), user("c", "vendor.core")},
			swaps: []seat.Swap{
				{Holder: "a", From: "vendor.max", To: "vendor.core"}, {Holder: "b", From: "vendor.core", To: "vendor.max"}, {Holder: "c", From: "vendor.core", To: "vendor.max"},
			},
			// user stays as it is, over its capacity; max has 1, gives 1, takes 2
			refused: []error{&seat.NoFreeSeatError{Module: "vendor.max", Capacity: 1, InUse: 1, Wanted: 1}},
		},
		{
			name:    "a module over its capacity changes hands, and does not grow",
			holders: []seat.Holder{user("a", "vendor.web"), user("b", "vendor.agents-only")}, others: users([]string{"vendor.web"}, "c", "d"),
			swaps: []seat.Swap{{Holder: "a", From: "vendor.web", To: "vendor.user"}, {Holder: "b", From: "vendor.agents-only", To: "vendor.web"}},
			changes: []seat.Change{
				changed("a", "vendor.user", seat.CauseAssigned), changed("a", "vendor.web", seat.CauseReleased),
				changed("b", "vendor.agents-only", seat.CauseReleased), changed("b", "vendor.web", seat.CauseAssigned),
			},
			after: []seat.Holder{user("a", "vendor.user"), user("b", "vendor.web")},
		},
		{
			name:    "a repeated call changes nothing",
			holders: users([]string{"vendor.plus"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.core", To: "vendor.plus"}},
		},
		{
			name:    "from and to are the same, of a kind that the holder could not be given",
			holders: users([]string{"vendor.agents-only"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.agents-only", To: "vendor.agents-only"}},
		},
		{
			name:    "from and to are the same",
			holders: users([]string{"vendor.plus", "vendor.extra"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.plus"}},
		},
		{
			name:    "to and fro in one call",
			holders: users([]string{"vendor.plus", "vendor.extra"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.core"}, {Holder: "a", From: "vendor.core", To: "vendor.plus"}},
			refused: []error{&seat.OtherBundleError{Module: "vendor.plus", Held: "vendor.core"}},
		},
		{
			name:    "what is not assigned need not be released",
			holders: users(nil, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.core", To: "vendor.plus"}},
			changes: []seat.Change{changed("a", "vendor.plus", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "vendor.plus")},
		},
		{
			name:    "with a cascade over what the new bundle lacks",
			holders: users([]string{"vendor.plus", "vendor.extra", "vendor.deep", "partner.plan"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.core"}},
			changes: []seat.Change{
				changed("a", "partner.plan", seat.CauseCascaded), changed("a", "vendor.core", seat.CauseAssigned), changed("a", "vendor.deep", seat.CauseCascaded),
				changed("a", "vendor.extra", seat.CauseCascaded), changed("a", "vendor.plus", seat.CauseReleased),
			},
			after: []seat.Holder{user("a", "vendor.core")},
		},
		{
			name:    "the new module requires what the old one gave",
			holders: users([]string{"vendor.plus"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.extra"}},
			refused: []error{&seat.PrerequisiteError{Module: "vendor.extra", Requires: "vendor.web", Licensed: true}},
		},
		{
			name:    "the new module requires what cascades",
			holders: users([]string{"vendor.plus", "vendor.extra"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.plus", To: "vendor.deep"}},
			refused: []error{&seat.PrerequisiteError{Module: "vendor.deep", Requires: "vendor.extra", Licensed: true}},
		},
		{
			name:    "the new module is assigned already, and requires the old one",
			holders: users([]string{"vendor.web", "vendor.extra"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.web", To: "vendor.extra"}},
			refused: []error{&seat.PrerequisiteError{Module: "vendor.extra", Requires: "vendor.web", Licensed: true}},
		},
		{
			name:    "a third bundle is in the way",
			holders: users([]string{"vendor.core", "vendor.max"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.core", To: "vendor.plus"}},
			refused: []error{&seat.OtherBundleError{Module: "vendor.plus", Held: "vendor.max"}},
		},
		{
			name:    "for another type",
			holders: users([]string{"vendor.user"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "vendor.user", To: "vendor.agents-only"}},
			refused: []error{&seat.NotAssignableError{
				Module: "vendor.agents-only", Kind: license.User, AssignableTo: []string{"agent"}, HolderKind: license.User, HolderType: "internal",
			}},
		},
		{
			name:    "a lapsed license",
			holders: users([]string{"lapsed.x"}, "a"),
			swaps:   []seat.Swap{{Holder: "a", From: "lapsed.x", To: "lapsed.y"}},
			refused: []error{&seat.ModuleError{Rule: seat.ErrLapsed, Module: "lapsed.y", Since: ended}},
		},
		{
			name:    "unknown holder",
			holders: users(nil, "a"),
			swaps:   []seat.Swap{{Holder: "b", From: "vendor.core", To: "vendor.plus"}},
			refused: []error{&seat.UnknownHolderError{Holder: "b"}},
		},
		{name: "nothing asked for", holders: users([]string{"vendor.extra"}, "a")},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := copyHolders(test.holders)
			var want []seat.Refusal
			for _, err := range test.refused {
				last := len(test.swaps) - 1
				assignment := seat.Assignment{Holder: test.swaps[last].Holder, Module: test.swaps[last].To}
				want = append(want, seat.Refusal{Index: last, Assignment: assignment, Err: err})
			}
			s := stateOf(licenses, append(copyHolders(test.others), test.holders...))
			d, err := seat.Switch(s, test.holders, test.swaps...)
			if diff := cmp.Diff(want, refusalsOf(t, err), sameRule); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(seat.Decision{Changes: test.changes, Holders: test.after}, d); diff != "" {
				t.Errorf("decision (-want +got):\n%s", diff)
			}
			spoil(d)
			if diff := cmp.Diff(given, test.holders); diff != "" {
				t.Errorf("the holders of the caller changed (-before +after):\n%s", diff)
			}
		})
	}
}
