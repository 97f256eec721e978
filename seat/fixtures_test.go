package seat_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// today is the instant at which the tables decide. ended and begins are
// before and after it.
var (
	today  = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ended  = today.Add(-time.Hour)
	begins = today.Add(time.Hour)
)

// issued returns a license without an end.
func issued(owner string, modules ...license.Module) *license.License {
	return &license.License{Owner: license.Owner{Name: owner}, Number: 1, Modules: modules}
}

type trait func(*license.Module)

// module returns a user module.
func module(name string, quantity int64, traits ...trait) license.Module {
	m := license.Module{Name: name, Kind: license.User, Quantity: quantity}
	for _, change := range traits {
		change(&m)
	}
	return m
}

func requires(names ...string) trait { return func(m *license.Module) { m.Requires = names } }
func replaces(names ...string) trait { return func(m *license.Module) { m.Replaces = names } }
func forTypes(types ...string) trait { return func(m *license.Module) { m.AssignableTo = types } }
func overdraft(seats int64) trait    { return func(m *license.Module) { m.Overdraft = seats } }
func ofKind(kind license.Kind) trait { return func(m *license.Module) { m.Kind = kind } }
func hidden(m *license.Module)       { m.Hidden = true }
func unrestricted(m *license.Module) { m.Unrestricted = true }
func includes(names ...string) trait {
	return func(m *license.Module) { m.Bundle, m.Includes = true, names }
}

func mustSet(t testing.TB, licenses ...*license.License) *license.Set {
	t.Helper()
	s, err := license.NewSet(licenses...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// user returns an internal user with assignments.
func user(id string, assigned ...string) seat.Holder {
	return seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: assigned}
}

// users returns as many as there are ids, with the same assignments.
func users(assigned []string, ids ...string) []seat.Holder {
	var list []seat.Holder
	for _, id := range ids {
		list = append(list, user(id, assigned...))
	}
	return list
}

// give returns assignments from "holder module" pairs.
func give(pairs ...string) []seat.Assignment {
	var list []seat.Assignment
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, seat.Assignment{Holder: pairs[i], Module: pairs[i+1]})
	}
	return list
}

func stateOf(licenses *license.Set, holders []seat.Holder) seat.Situation {
	return seat.Situation{Licenses: licenses, Now: today, Census: seat.NewCensus(slices.Values(holders))}
}

func changed(holder, module string, cause seat.Cause) seat.Change {
	return seat.Change{Assignment: seat.Assignment{Holder: holder, Module: module}, Cause: cause}
}

// refusal puts the assignment of the call into a reason.
func refusal(index int, assignments []seat.Assignment, err error) seat.Refusal {
	return seat.Refusal{Index: index, Assignment: assignments[index], Err: err}
}

// sameRule lets cmp compare the sentinel in a ModuleError.
var sameRule = cmp.FilterPath(
	func(p cmp.Path) bool { return p.Last().String() == ".Rule" },
	cmp.Comparer(func(a, b error) bool { return a == b }), //nolint:errorlint // identity is what is compared
)

// refusalsOf returns what an operation refused; any other error ends the test.
func refusalsOf(t *testing.T, err error) []seat.Refusal {
	t.Helper()
	if err == nil {
		return nil
	}
	var refused *seat.RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("the error is a %T: %v", err, err)
	}
	return refused.Refusals
}

// copyHolders returns a copy that shares no memory.
func copyHolders(holders []seat.Holder) []seat.Holder {
	list := slices.Clone(holders)
	for i := range list {
		list[i].Assigned = slices.Clone(list[i].Assigned)
	}
	return list
}

// spoil overwrites what a decision holds, so that a test sees where it shares
// memory with what was passed in.
func spoil(d seat.Decision) {
	for i := range d.Changes {
		d.Changes[i] = seat.Change{}
	}
	for i := range d.Holders {
		list := d.Holders[i].Assigned[:cap(d.Holders[i].Assigned)]
		for j := range list {
			list[j] = "spoiled"
		}
		d.Holders[i] = seat.Holder{}
	}
}

// equateEmpty makes no difference between nobody and nil.
var equateEmpty = cmpopts.EquateEmpty()
