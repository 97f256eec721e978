package seat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestFill(t *testing.T) {
	full := func(module string, capacity int64) error {
		return &seat.NoFreeSeatError{Module: module, Capacity: capacity, InUse: capacity, Wanted: 1}
	}
	guest := seat.Holder{ID: "guest", Kind: license.User, Type: "guest", Assigned: []string{"vendor.user"}}
	for _, test := range []struct {
		name    string
		modules []license.Module
		module  string
		holders []seat.Holder
		others  []seat.Holder // these are only counted
		filled  []string
		left    map[string]error // by holder
	}{
		{name: "nobody", modules: []license.Module{module("web", 2)}, module: "vendor.web"},
		{
			name: "fewer than there is room for", modules: []license.Module{module("web", 3)}, module: "vendor.web",
			holders: users(nil, "b", "a"), filled: []string{"b", "a"},
		},
		{
			name: "as many as there is room for", modules: []license.Module{module("web", 2)}, module: "vendor.web",
			holders: users(nil, "b", "a"), filled: []string{"b", "a"},
		},
		{
			name: "one more, in the order given", modules: []license.Module{module("web", 2)}, module: "vendor.web",
			holders: users(nil, "c", "a", "b"), filled: []string{"c", "a"}, left: map[string]error{"b": full("vendor.web", 2)},
		},
		{
			name: "others take seats too", modules: []license.Module{module("web", 2, overdraft(1))}, module: "vendor.web",
			holders: users(nil, "a", "b", "c"), others: users([]string{"vendor.web"}, "x"),
			filled: []string{"a", "b"}, left: map[string]error{"c": full("vendor.web", 3)},
		},
		{
			name: "no limit", modules: []license.Module{module("web", 1, unrestricted)}, module: "vendor.web",
			holders: users(nil, "a", "b", "c"), filled: []string{"a", "b", "c"},
		},
		{
			name: "who has it already takes no room and is not left over", modules: []license.Module{module("web", 2)}, module: "vendor.web",
			holders: []seat.Holder{user("a"), user("b", "vendor.web"), user("c")},
			filled:  []string{"a"}, left: map[string]error{"c": full("vendor.web", 2)},
		},
		{
			name: "who is listed twice gets one seat", modules: []license.Module{module("web", 2)}, module: "vendor.web",
			holders: []seat.Holder{user("a"), user("a"), user("b"), user("a", "vendor.web")}, filled: []string{"a", "b"},
		},
		{
			name: "who is listed twice is left over once", modules: []license.Module{module("web", 1)}, module: "vendor.web",
			holders: []seat.Holder{user("a"), user("b"), user("b")}, filled: []string{"a"}, left: map[string]error{"b": full("vendor.web", 1)},
		},
		{
			name: "a hidden module of the bundle is the bottleneck", module: "vendor.suite",
			modules: []license.Module{module("suite", 9, includes("web")), module("web", 2, hidden)},
			holders: []seat.Holder{user("a"), user("b"), user("c", "vendor.web"), user("d")},
			filled:  []string{"a", "c"}, // c has a seat of web already
			left:    map[string]error{"b": full("vendor.web", 2), "d": full("vendor.web", 2)},
		},
		{
			name: "who can't have it does not stop the next", module: "vendor.web",
			modules: []license.Module{module("web", 2, forTypes("internal"), requires("user")), module("user", 9)},
			holders: []seat.Holder{guest, user("a"), user("b", "vendor.user"), user("c", "vendor.user")},
			filled:  []string{"b", "c"},
			left: map[string]error{
				"guest": &seat.NotAssignableError{
					Module: "vendor.web", Kind: license.User, AssignableTo: []string{"internal"}, HolderKind: license.User, HolderType: "guest",
				},
				"a": &seat.PrerequisiteError{Module: "vendor.web", Requires: "vendor.user", Licensed: true},
			},
		},
		{
			name: "who has another bundle", module: "vendor.plus",
			modules: []license.Module{module("core", 9, includes("web")), module("plus", 9, includes("web")), module("web", 9)},
			holders: []seat.Holder{user("a", "vendor.core"), user("b")}, filled: []string{"b"},
			left: map[string]error{"a": &seat.OtherBundleError{Module: "vendor.plus", Held: "vendor.core"}},
		},
		{
			name: "over capacity", modules: []license.Module{module("web", 1)}, module: "vendor.web",
			holders: users(nil, "a"), others: users([]string{"vendor.web"}, "x", "y"),
			left: map[string]error{"a": &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 1, InUse: 2, Wanted: 1}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := copyHolders(test.holders)
			s := stateOf(mustSet(t, issued("vendor", test.modules...)), append(copyHolders(test.others), distinct(test.holders)...))
			d, left, err := seat.Fill(s, test.module, test.holders)
			if err != nil {
				t.Fatal(err)
			}
			checkFilled(t, d, test.module, test.filled)
			want := make(map[string]seat.Refusal)
			for i, h := range test.holders {
				if err := test.left[h.ID]; err != nil && want[h.ID].Err == nil {
					want[h.ID] = seat.Refusal{Index: i, Assignment: seat.Assignment{Holder: h.ID, Module: test.module}, Err: err}
				}
			}
			got := make(map[string]seat.Refusal)
			for i, r := range left {
				got[r.Holder] = r
				if i > 0 && r.Index < left[i-1].Index {
					t.Errorf("left over in another order than given: %v", left)
				}
			}
			if diff := cmp.Diff(want, got, sameRule); diff != "" || len(got) != len(left) {
				t.Errorf("%d left over (-want +got):\n%s", len(left), diff)
			}
			spoil(d)
			if diff := cmp.Diff(given, test.holders); diff != "" {
				t.Errorf("the holders of the caller changed (-before +after):\n%s", diff)
			}
		})
	}
}

// distinct drops holders who are listed again.
func distinct(holders []seat.Holder) []seat.Holder {
	var list []seat.Holder
	seen := make(map[string]bool)
	for _, h := range holders {
		if !seen[h.ID] {
			list = append(list, h)
		}
		seen[h.ID] = true
	}
	return list
}

func checkFilled(t *testing.T, d seat.Decision, module string, ids []string) {
	t.Helper()
	var changes []seat.Change
	var after []string
	for _, id := range ids {
		changes = append(changes, changed(id, module, seat.CauseAssigned))
	}
	for _, h := range d.Holders {
		after = append(after, h.ID)
	}
	if diff := cmp.Diff(changes, d.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ids, after); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
}

func TestFillRefusesTheModule(t *testing.T) {
	lapsed := issued("lapsed", module("x", 9))
	lapsed.Expires = &ended
	licenses := mustSet(t, lapsed, issued("vendor", module("everywhere", 1, ofKind(license.Site))))
	for _, test := range []struct {
		module string
		want   *seat.ModuleError
	}{
		{"vendor.gone", &seat.ModuleError{Rule: seat.ErrNotLicensed, Module: "vendor.gone"}},
		{"lapsed.x", &seat.ModuleError{Rule: seat.ErrLapsed, Module: "lapsed.x", Since: ended}},
		{"vendor.everywhere", &seat.ModuleError{Rule: seat.ErrSiteModule, Module: "vendor.everywhere"}},
	} {
		t.Run(test.module, func(t *testing.T) {
			holders := users([]string{test.module}, "a")
			d, left, err := seat.Fill(stateOf(licenses, holders), test.module, holders)
			if diff := cmp.Diff(error(test.want), err, sameRule); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if d.Changes != nil || d.Holders != nil || left != nil {
				t.Errorf("refused, and decided all the same: %+v, left over %v", d, left)
			}
		})
	}
}
