package seat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestAssignSeats goes to both sides of every limit.
func TestAssignSeats(t *testing.T) {
	web := []string{"vendor.web"}
	suite := []string{"vendor.suite"}
	for _, test := range []struct {
		name     string
		modules  []license.Module
		holders  []seat.Holder
		give     []seat.Assignment
		refusals map[int]error // by index
	}{
		{
			name:    "the last seat",
			modules: []license.Module{module("web", 3)},
			holders: append(users(web, "a", "b"), user("c")),
			give:    give("c", "vendor.web"),
		},
		{
			name:     "one past the last seat",
			modules:  []license.Module{module("web", 3)},
			holders:  append(users(web, "a", "b", "c"), user("d")),
			give:     give("d", "vendor.web"),
			refusals: map[int]error{0: &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 3, InUse: 3, Wanted: 1}},
		},
		{
			name:    "the last but one",
			modules: []license.Module{module("web", 3)},
			holders: append(users(web, "a"), user("b")),
			give:    give("b", "vendor.web"),
		},
		{
			name:    "the last seat of the overdraft",
			modules: []license.Module{module("web", 1, overdraft(2))},
			holders: append(users(web, "a", "b"), user("c")),
			give:    give("c", "vendor.web"),
		},
		{
			name:     "one past the overdraft",
			modules:  []license.Module{module("web", 1, overdraft(2))},
			holders:  append(users(web, "a", "b", "c"), user("d")),
			give:     give("d", "vendor.web"),
			refusals: map[int]error{0: &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 3, InUse: 3, Wanted: 1}},
		},
		{
			name:    "unrestricted knows no limit",
			modules: []license.Module{module("web", 1, unrestricted)},
			holders: append(users(web, "a", "b"), user("c")),
			give:    give("c", "vendor.web"),
		},
		{
			name:    "a batch that fits to the last seat",
			modules: []license.Module{module("web", 3)},
			holders: append(users(web, "a"), users(nil, "b", "c")...),
			give:    give("c", "vendor.web", "b", "vendor.web"),
		},
		{
			name:    "in a batch the later ones are refused, in the order of the call",
			modules: []license.Module{module("web", 2)},
			holders: append(users(web, "a"), users(nil, "b", "c", "d")...),
			give:    give("d", "vendor.web", "c", "vendor.web", "a", "vendor.web", "b", "vendor.web"),
			refusals: map[int]error{
				1: &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 2, InUse: 1, Wanted: 3},
				3: &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 2, InUse: 1, Wanted: 3},
			},
		},
		{
			name:    "twice in one call is one seat",
			modules: []license.Module{module("web", 1)},
			holders: users(nil, "a"),
			give:    give("a", "vendor.web", "a", "vendor.web"),
		},
		{
			name:    "a bundle beside what it includes is one seat",
			modules: []license.Module{module("web", 1), module("suite", 1, includes("web"))},
			holders: users(web, "a"),
			give:    give("a", "vendor.suite"),
		},
		{
			name:    "a bundle and what it includes in one call are one seat",
			modules: []license.Module{module("web", 1), module("suite", 1, includes("web"))},
			holders: users(nil, "a"),
			give:    give("a", "vendor.suite", "a", "vendor.web"),
		},
		{
			name:    "what a bundle gives already needs no seat, though there is none",
			modules: []license.Module{module("web", 1), module("suite", 9, includes("web"))},
			holders: users(suite, "a", "b"),
			give:    give("a", "vendor.web"),
		},
		{
			name:     "a hidden module of a bundle is full",
			modules:  []license.Module{module("web", 1, hidden), module("suite", 9, includes("web"))},
			holders:  append(users(suite, "a"), user("b")),
			give:     give("b", "vendor.suite"),
			refusals: map[int]error{0: &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 1, InUse: 1, Wanted: 1}},
		},
		{
			name:     "the bundle itself is full",
			modules:  []license.Module{module("web", 9), module("suite", 1, includes("web"))},
			holders:  append(users(suite, "a"), user("b")),
			give:     give("b", "vendor.suite"),
			refusals: map[int]error{0: &seat.NoFreeSeatError{Module: "vendor.suite", Capacity: 1, InUse: 1, Wanted: 1}},
		},
		{
			name:    "a module over its capacity hinders nothing that does not make it grow",
			modules: []license.Module{module("web", 1), module("chat", 1)},
			holders: users(web, "a", "b", "c"),
			give:    give("a", "vendor.chat", "b", "vendor.web"),
		},
		{
			name:     "a module over its capacity grows no further",
			modules:  []license.Module{module("web", 1)},
			holders:  append(users(web, "a", "b", "c"), user("d")),
			give:     give("d", "vendor.web"),
			refusals: map[int]error{0: &seat.NoFreeSeatError{Module: "vendor.web", Capacity: 1, InUse: 3, Wanted: 1}},
		},
		{
			name:    "satellites have seats of their own",
			modules: []license.Module{module("db", 2, ofKind(license.Satellite))},
			holders: []seat.Holder{
				{ID: "a", Kind: license.Satellite, Assigned: []string{"vendor.db"}},
				{ID: "b", Kind: license.Satellite},
				{ID: "c", Kind: license.Satellite},
			},
			give:     give("b", "vendor.db", "c", "vendor.db"),
			refusals: map[int]error{1: &seat.NoFreeSeatError{Module: "vendor.db", Capacity: 2, InUse: 1, Wanted: 2}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := stateOf(mustSet(t, issued("vendor", test.modules...)), test.holders)
			var want []seat.Refusal
			for i := range test.give {
				if err := test.refusals[i]; err != nil {
					want = append(want, refusal(i, test.give, err))
				}
			}
			d, err := seat.Assign(s, test.holders, test.give...)
			if diff := cmp.Diff(want, refusalsOf(t, err), sameRule); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			if err != nil && (d.Changes != nil || d.Holders != nil) {
				t.Errorf("refused, and decided all the same: %+v", d)
			}
		})
	}
}
