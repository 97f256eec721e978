package seat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestAssignChanges(t *testing.T) {
	licenses := mustSet(t,
		issued("vendor",
			module("user", 9), module("web", 9, requires("user")), module("travel", 9, requires("web")),
			module("suite", 9, includes("user", "web")), module("everywhere", 1, ofKind(license.Site)),
			module("needs-site", 9, requires("everywhere")), module("new-base", 9, replaces("old-base"))),
		issued("partner",
			module("chat", 9, requires("vendor.web")), module("old-fashioned", 9, requires("vendor.old-base")),
			module("plan", 9, includes("chat"))))
	for _, test := range []struct {
		name    string
		holders []seat.Holder
		give    []seat.Assignment
		changes []seat.Change
		after   []seat.Holder
	}{
		{name: "nothing asked for", holders: users(nil, "a")},
		{
			name: "what is assigned already", holders: users([]string{"vendor.web"}, "a"), // its prerequisite is missing, which is no concern here
			give: give("a", "vendor.web"),
		},
		{
			name: "by holder as given, then by module", holders: []seat.Holder{user("b", "vendor.user"), user("a"), user("c")},
			give:    give("a", "vendor.user", "b", "vendor.web", "b", "partner.chat"),
			changes: []seat.Change{changed("b", "partner.chat", seat.CauseAssigned), changed("b", "vendor.web", seat.CauseAssigned), changed("a", "vendor.user", seat.CauseAssigned)},
			after:   []seat.Holder{user("b", "partner.chat", "vendor.user", "vendor.web"), user("a", "vendor.user")},
		},
		{
			name: "what is required comes later in the call", holders: users(nil, "a"),
			give: give("a", "vendor.travel", "a", "vendor.web", "a", "vendor.user"),
			changes: []seat.Change{
				changed("a", "vendor.travel", seat.CauseAssigned), changed("a", "vendor.user", seat.CauseAssigned), changed("a", "vendor.web", seat.CauseAssigned),
			},
			after: []seat.Holder{user("a", "vendor.travel", "vendor.user", "vendor.web")},
		},
		{
			name: "what is required comes through a bundle of the call", holders: users(nil, "a"),
			give:    give("a", "partner.chat", "a", "vendor.suite"),
			changes: []seat.Change{changed("a", "partner.chat", seat.CauseAssigned), changed("a", "vendor.suite", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "partner.chat", "vendor.suite")},
		},
		{
			name: "what a bundle includes requires each other", holders: users(nil, "a"),
			give:    give("a", "vendor.suite"),
			changes: []seat.Change{changed("a", "vendor.suite", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "vendor.suite")},
		},
		{
			name: "a site module is there for everybody", holders: users(nil, "a"),
			give:    give("a", "vendor.needs-site"),
			changes: []seat.Change{changed("a", "vendor.needs-site", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "vendor.needs-site")},
		},
		{
			name: "what replaces the required module will do", holders: users([]string{"vendor.new-base"}, "a"),
			give:    give("a", "partner.old-fashioned"),
			changes: []seat.Change{changed("a", "partner.old-fashioned", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "partner.old-fashioned", "vendor.new-base")},
		},
		{
			name: "bundles of two owners", holders: users([]string{"vendor.suite"}, "a"),
			give:    give("a", "partner.plan"),
			changes: []seat.Change{changed("a", "partner.plan", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "partner.plan", "vendor.suite")},
		},
		{
			name: "of two holders with one id the first counts", holders: []seat.Holder{user("a", "vendor.user"), user("a")},
			give:    give("a", "vendor.web"),
			changes: []seat.Change{changed("a", "vendor.web", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "vendor.user", "vendor.web")},
		},
		{
			name: "assignments are a set", holders: users([]string{"vendor.web", "vendor.user", "vendor.web"}, "a"),
			give:    give("a", "partner.chat"),
			changes: []seat.Change{changed("a", "partner.chat", seat.CauseAssigned)},
			after:   []seat.Holder{user("a", "partner.chat", "vendor.user", "vendor.web")},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := copyHolders(test.holders)
			d, err := seat.Assign(stateOf(licenses, test.holders), test.holders, test.give...)
			if err != nil {
				t.Fatal(err)
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

// TestAssignRules has one row for every rule apart from seats, with holders
// who come as near as can be to being allowed.
func TestAssignRules(t *testing.T) {
	lapsed, future, graceful := issued("lapsed", module("x", 9)), issued("future", module("x", 9)), issued("graceful", module("x", 9))
	lapsed.Expires = &today
	future.ValidFrom = &begins
	graceful.Expires, graceful.GraceUntil = &ended, &begins
	licenses := mustSet(t, lapsed, future, graceful,
		issued("vendor",
			module("user", 9), module("web", 9, requires("user")),
			module("agents-only", 9, forTypes("agent", "service")), module("db", 9, ofKind(license.Satellite)),
			module("everywhere", 1, ofKind(license.Site)),
			module("core", 9, includes("user")), module("plus", 9, includes("user", "web")),
			module("mixed", 9, includes("user", "agents-only"))),
		issued("partner",
			module("on-web", 9, requires("vendor.web")), module("on-future", 9, requires("future.x")),
			module("on-lapsed", 9, requires("lapsed.x")), module("on-nothing", 9, requires("vendor.gone", "other.x")),
			module("plan", 9, includes("on-web", "on-nothing"))))
	for _, test := range []struct {
		name    string
		holders []seat.Holder
		give    []seat.Assignment
		errs    [][]error // by index
	}{
		{
			name: "unknown holder", holders: users(nil, "a"), give: give("b", "vendor.gone"),
			errs: [][]error{{&seat.UnknownHolderError{Holder: "b"}}},
		},
		{
			name: "not licensed", holders: users(nil, "a"), give: give("a", "vendor.gone", "a", "user"),
			errs: [][]error{
				{&seat.ModuleError{Rule: seat.ErrNotLicensed, Module: "vendor.gone"}},
				{&seat.ModuleError{Rule: seat.ErrNotLicensed, Module: "user"}},
			},
		},
		{
			name: "not yet valid is not licensed", holders: users(nil, "a"), give: give("a", "future.x"),
			errs: [][]error{{&seat.ModuleError{Rule: seat.ErrNotLicensed, Module: "future.x"}}},
		},
		{
			name: "lapsed at this very instant", holders: users(nil, "a"), give: give("a", "lapsed.x"),
			errs: [][]error{{&seat.ModuleError{Rule: seat.ErrLapsed, Module: "lapsed.x", Since: today}}},
		},
		{name: "in grace", holders: users(nil, "a"), give: give("a", "graceful.x")},
		{
			name: "a site module", holders: users(nil, "a"), give: give("a", "vendor.everywhere"),
			errs: [][]error{{&seat.ModuleError{Rule: seat.ErrSiteModule, Module: "vendor.everywhere"}}},
		},
		{
			name: "another kind", holders: users(nil, "a"), give: give("a", "vendor.db"),
			errs: [][]error{{&seat.NotAssignableError{
				Module: "vendor.db", Kind: license.Satellite, HolderKind: license.User, HolderType: "internal",
			}}},
		},
		{
			name: "another type", holders: users(nil, "a"), give: give("a", "vendor.agents-only"),
			errs: [][]error{{&seat.NotAssignableError{
				Module: "vendor.agents-only", Kind: license.User, AssignableTo: []string{"agent", "service"},
				HolderKind: license.User, HolderType: "internal",
			}}},
		},
		{
			name: "one of the types", holders: []seat.Holder{{ID: "a", Kind: license.User, Type: "service"}},
			give: give("a", "vendor.agents-only"),
		},
		{
			name: "another type than what a bundle includes is for", holders: users(nil, "a"), give: give("a", "vendor.mixed"),
			errs: [][]error{{&seat.NotAssignableError{
				Module: "vendor.agents-only", Kind: license.User, AssignableTo: []string{"agent", "service"},
				HolderKind: license.User, HolderType: "internal",
			}}},
		},
		{
			name: "another bundle of the owner", holders: users([]string{"vendor.core"}, "a"), give: give("a", "vendor.plus"),
			errs: [][]error{{&seat.OtherBundleError{Module: "vendor.plus", Held: "vendor.core"}}},
		},
		{
			name: "two bundles of one owner in one call: the later one", holders: users(nil, "a"), give: give("a", "vendor.plus", "a", "vendor.core"),
			errs: [][]error{nil, {&seat.OtherBundleError{Module: "vendor.core", Held: "vendor.plus"}}},
		},
		{
			name: "a module beside a bundle of the owner", holders: users([]string{"vendor.core"}, "a"), give: give("a", "vendor.web"),
		},
		{
			name: "a bundle of which no license knows any more", holders: users([]string{"vendor.old-plan"}, "a"), give: give("a", "vendor.core"),
		},
		{
			name: "the prerequisite is somebody else's", holders: []seat.Holder{user("a"), user("b", "vendor.user")}, give: give("a", "vendor.web"),
			errs: [][]error{{&seat.PrerequisiteError{Module: "vendor.web", Requires: "vendor.user", Licensed: true}}},
		},
		{
			name: "the prerequisite is another owner's", holders: users([]string{"vendor.user"}, "a"), give: give("a", "partner.on-web"),
			errs: [][]error{{&seat.PrerequisiteError{Module: "partner.on-web", Requires: "vendor.web", Licensed: true}}},
		},
		{
			name: "the prerequisite is not yet valid", holders: users([]string{"future.x"}, "a"), give: give("a", "partner.on-future"),
			errs: [][]error{{&seat.PrerequisiteError{Module: "partner.on-future", Requires: "future.x"}}},
		},
		{
			name: "the prerequisite has lapsed, and is licensed", holders: users([]string{"lapsed.x"}, "a"), give: give("a", "partner.on-lapsed"),
		},
		{
			name: "every prerequisite of what a bundle includes", holders: users(nil, "a"), give: give("a", "partner.plan"),
			errs: [][]error{{
				&seat.PrerequisiteError{Module: "partner.on-nothing", Requires: "other.x"},
				&seat.PrerequisiteError{Module: "partner.on-nothing", Requires: "vendor.gone"},
				&seat.PrerequisiteError{Module: "partner.on-web", Requires: "vendor.web", Licensed: true},
			}},
		},
		{
			name: "one is refused, none is made", holders: users(nil, "a", "b"), give: give("a", "vendor.user", "b", "vendor.web"),
			errs: [][]error{nil, {&seat.PrerequisiteError{Module: "vendor.web", Requires: "vendor.user", Licensed: true}}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want []seat.Refusal
			for i, errs := range test.errs {
				for _, err := range errs {
					want = append(want, refusal(i, test.give, err))
				}
			}
			d, err := seat.Assign(stateOf(licenses, test.holders), test.holders, test.give...)
			if diff := cmp.Diff(want, refusalsOf(t, err), sameRule); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			if want != nil && (d.Changes != nil || d.Holders != nil) {
				t.Errorf("refused, and decided all the same: %+v", d)
			}
			if want == nil && len(d.Changes) == 0 {
				t.Error("nothing was refused, and nothing decided")
			}
		})
	}
}

// Every reason for every assignment is there, ordered by index and rule; the
// module that is assigned comes before what it includes.
func TestAssignListsAllRefusals(t *testing.T) {
	licenses := mustSet(t, issued("vendor",
		module("core", 1, includes("web")), module("web", 1, hidden, forTypes("agent"), requires("vendor.user")),
		module("user", 1), module("x-plan", 1, forTypes("agent"), requires("everywhere", "other.base"), includes("web", "user")),
		module("everywhere", 1, ofKind(license.Site))))
	taken := []string{"vendor.x-plan", "vendor.user"}
	holders := append(users(taken, "x"), user("a", "vendor.core"))
	asked := give("a", "vendor.x-plan", "b", "vendor.web", "a", "vendor.everywhere")
	d, err := seat.Assign(stateOf(licenses, append(users(taken, "y"), holders...)), holders, asked...)

	misfit := func(module string) *seat.NotAssignableError {
		return &seat.NotAssignableError{
			Module: module, Kind: license.User, AssignableTo: []string{"agent"}, HolderKind: license.User, HolderType: "internal",
		}
	}
	want := []seat.Refusal{
		refusal(0, asked, misfit("vendor.x-plan")),
		refusal(0, asked, misfit("vendor.web")),
		refusal(0, asked, &seat.OtherBundleError{Module: "vendor.x-plan", Held: "vendor.core"}),
		refusal(0, asked, &seat.PrerequisiteError{Module: "vendor.x-plan", Requires: "other.base"}),
		refusal(0, asked, &seat.NoFreeSeatError{Module: "vendor.x-plan", Capacity: 1, InUse: 2, Wanted: 1}),
		refusal(0, asked, &seat.NoFreeSeatError{Module: "vendor.user", Capacity: 1, InUse: 2, Wanted: 1}),
		refusal(1, asked, &seat.UnknownHolderError{Holder: "b"}),
		refusal(2, asked, &seat.ModuleError{Rule: seat.ErrSiteModule, Module: "vendor.everywhere"}),
	}
	if diff := cmp.Diff(want, refusalsOf(t, err), sameRule); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
	if d.Changes != nil || d.Holders != nil {
		t.Errorf("refused, and decided all the same: %+v", d)
	}
}

// A refusal must not share the license's list of types.
func TestAssignRefusalIsTheCallers(t *testing.T) {
	l := issued("vendor", module("web", 1, forTypes("agent")))
	holders := users(nil, "a")
	_, err := seat.Assign(stateOf(mustSet(t, l), holders), holders, give("a", "vendor.web")...)
	for _, r := range refusalsOf(t, err) {
		if misfit, ok := r.Err.(*seat.NotAssignableError); ok { //nolint:errorlint // a refusal is not wrapped
			misfit.AssignableTo[0] = "spoiled"
		}
	}
	if got := l.Modules[0].AssignableTo[0]; got != "agent" {
		t.Errorf("the license is now for %q", got)
	}
}
