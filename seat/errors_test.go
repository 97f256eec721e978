package seat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

var sentinels = []error{
	seat.ErrUnknownHolder, seat.ErrNotLicensed, seat.ErrLapsed, seat.ErrSiteModule,
	seat.ErrNotAssignable, seat.ErrOtherBundle, seat.ErrPrerequisite, seat.ErrNoFreeSeat,
}

// A license may name very many types; texts and JSON have the first ones, and say
// how many more there are.
func TestNotAssignableErrorIsBounded(t *testing.T) {
	e := &seat.NotAssignableError{Module: "a.b", Kind: license.User, HolderKind: license.User, HolderType: strings.Repeat("x", 1000)}
	for i := range 100 {
		e.AssignableTo = append(e.AssignableTo, fmt.Sprintf("type %d", i))
	}
	if text := e.Error(); len(text) > 500 || !strings.Contains(text, "type 0, type 1, type 2 and 97 more") || !strings.Contains(text, "and 800 more bytes") {
		t.Error(text)
	}
	text, err := json.Marshal(e)
	if err != nil || !strings.Contains(string(text), `"type 19"],`) || !strings.Contains(string(text), `"assignableToMore":80`) {
		t.Errorf("%s, %v", text, err)
	}
	e.AssignableTo = e.AssignableTo[:20]
	if text, err := json.Marshal(e); err != nil || strings.Contains(string(text), "More") {
		t.Errorf("%s, %v", text, err)
	}
}

// TestRefusalsAreBounded: a call has ten reasons by one rule for one assignment, a
// thousand refusals and the first by each rule; what is left out is counted.
func TestRefusalsAreBounded(t *testing.T) {
	l := issued("vendor", module("full", 1), module("needy", 5))
	for i := range 30 {
		l.Modules = append(l.Modules, module(fmt.Sprintf("base%02d", i), 9))
		l.Modules[1].Requires = append(l.Modules[1].Requires, fmt.Sprintf("base%02d", i))
	}
	var holders []seat.Holder
	var assignments []seat.Assignment
	for i := range 200 {
		id := fmt.Sprintf("u%d", i)
		holders = append(holders, user(id))
		assignments = append(assignments, seat.Assignment{Holder: id, Module: "vendor.needy"})
	}
	assignments = append(assignments, seat.Assignment{Holder: "stranger", Module: "vendor.needy"}, seat.Assignment{Holder: "u0", Module: "vendor.gone"})
	_, err := seat.Assign(seat.Situation{Licenses: mustSet(t, l), Now: today}, holders, assignments...)
	var refused *seat.RefusedError
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	// 200 × 10 for want of what is required, 195 × 1 for want of a seat, and two more.
	if got, left := len(refused.Refusals), refused.More; got != seat.MaxRefusals+2 || got+left != 200*30+195+2-moreIn(refused) {
		t.Errorf("%d refusals, and %d more and %d in them", got, left, moreIn(refused))
	}
	for _, rule := range []error{seat.ErrPrerequisite, seat.ErrNoFreeSeat, seat.ErrUnknownHolder, seat.ErrNotLicensed} {
		if !errors.Is(err, rule) {
			t.Errorf("%v is not among the reasons", rule)
		}
	}
	if r := refused.Refusals[9]; r.Index != 0 || r.More != 20 {
		t.Errorf("the tenth reason is %+v", r)
	}
	if text := err.Error(); !strings.HasSuffix(text, fmt.Sprintf("and %d more", 200*30+195+2-3)) {
		t.Error(text)
	}
	text, err := json.Marshal(refused)
	if err != nil || len(text) > 400<<10 || !strings.Contains(string(text), fmt.Sprintf(`"more":%d}`, refused.More)) {
		t.Errorf("%d bytes, %v", len(text), err)
	}

	_, left, err := seat.Fill(seat.Situation{Licenses: mustSet(t, l), Now: today}, "vendor.needy", holders)
	if err != nil || len(left) != 200*10 || left[9].More != 20 || left[10].Index != 1 {
		t.Errorf("%d are left over, %v", len(left), err)
	}
}

func moreIn(refused *seat.RefusedError) (n int) {
	for _, r := range refused.Refusals {
		n += r.More
	}
	return n
}

// TestRefusalErrors reads every text once, and matches every error with its
// sentinel and with no other.
func TestRefusalErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		is   error
		text string
	}{
		{&seat.UnknownHolderError{Holder: "u\n7"}, seat.ErrUnknownHolder, `holder "u\n7" is not known`},
		{&seat.ModuleError{Rule: seat.ErrNotLicensed, Module: "vendor.web"}, seat.ErrNotLicensed, "vendor.web is not licensed"},
		{
			&seat.ModuleError{Rule: seat.ErrLapsed, Module: "vendor.web", Since: today}, seat.ErrLapsed,
			"the license of vendor.web ended on 2026-06-01T12:00:00Z; renew it first",
		},
		{
			&seat.ModuleError{Rule: seat.ErrSiteModule, Module: "vendor.web"}, seat.ErrSiteModule,
			"vendor.web is on for everybody and needs no assignment",
		},
		{
			&seat.NotAssignableError{Module: "vendor.db", Kind: license.Satellite, HolderKind: license.User, HolderType: "agent"}, seat.ErrNotAssignable,
			"vendor.db is for holders of kind satellite, and this one is of kind user",
		},
		{
			&seat.NotAssignableError{
				Module: "vendor.web", Kind: license.User, AssignableTo: []string{"internal", "service"}, HolderKind: license.User, HolderType: "guest",
			}, seat.ErrNotAssignable,
			`vendor.web is for holders of type internal, service, and this one is of type "guest"`,
		},
		{
			&seat.OtherBundleError{Module: "vendor.plus", Held: "vendor.core"}, seat.ErrOtherBundle,
			"the holder has the bundle vendor.core of the same owner; switch from it to vendor.plus",
		},
		{
			&seat.PrerequisiteError{Module: "vendor.web", Requires: "vendor.user"}, seat.ErrPrerequisite,
			"vendor.web requires vendor.user, which is not licensed",
		},
		{
			&seat.PrerequisiteError{Module: "vendor.web", Requires: "vendor.user", Licensed: true}, seat.ErrPrerequisite,
			"vendor.web requires vendor.user, which the holder does not have",
		},
		{
			&seat.NoFreeSeatError{Module: "vendor.web", Capacity: 20, InUse: 20, Wanted: 1}, seat.ErrNoFreeSeat,
			"vendor.web has 20 of 20 seats in use, and 1 more is wanted; release some or buy more",
		},
		{
			&seat.NoFreeSeatError{Module: "vendor.web", Capacity: 20, InUse: 19, Wanted: 2}, seat.ErrNoFreeSeat,
			"vendor.web has 19 of 20 seats in use, and 2 more are wanted; release some or buy more",
		},
	} {
		t.Run(test.text, func(t *testing.T) {
			if got := test.err.Error(); got != test.text {
				t.Errorf("text %q, want %q", got, test.text)
			}
			refused := &seat.RefusedError{Refusals: []seat.Refusal{{Err: test.err}}}
			wrapped := fmt.Errorf("host: %w", refused)
			for _, sentinel := range sentinels {
				want := sentinel == test.is //nolint:errorlint // identity is what is compared
				for _, err := range []error{test.err, refused, wrapped} {
					if got := errors.Is(err, sentinel); got != want {
						t.Errorf("errors.Is(%T, %v) = %t, want %t", err, sentinel, got, want)
					}
				}
			}
			target := errorOfType(test.err, wrapped)
			if diff := cmp.Diff(test.err, target, sameRule); diff != "" {
				t.Errorf("errors.As finds another error (-want +got):\n%s", diff)
			}
		})
	}
}

// errorOfType returns what errors.As finds in err for the type of like.
func errorOfType(like, err error) error {
	switch like.(type) { //nolint:errorlint // like is not wrapped
	case *seat.UnknownHolderError:
		return found[*seat.UnknownHolderError](err)
	case *seat.ModuleError:
		return found[*seat.ModuleError](err)
	case *seat.NotAssignableError:
		return found[*seat.NotAssignableError](err)
	case *seat.OtherBundleError:
		return found[*seat.OtherBundleError](err)
	case *seat.PrerequisiteError:
		return found[*seat.PrerequisiteError](err)
	case *seat.NoFreeSeatError:
		return found[*seat.NoFreeSeatError](err)
	}
	return nil
}

func found[E error](err error) error {
	var target E
	if !errors.As(err, &target) {
		return nil
	}
	return target
}

func TestRefusedErrorText(t *testing.T) {
	refused := func(count int) *seat.RefusedError {
		e := &seat.RefusedError{}
		for i := range count {
			e.Refusals = append(e.Refusals, seat.Refusal{
				Index:      i,
				Assignment: seat.Assignment{Holder: fmt.Sprintf("u%d", i), Module: "vendor.web"},
				Err:        &seat.ModuleError{Rule: seat.ErrNotLicensed, Module: "vendor.web"},
			})
		}
		return e
	}
	const (
		first = `seat: cannot assign vendor.web to holder "u0": vendor.web is not licensed`
		three = first + `; vendor.web to holder "u1": vendor.web is not licensed; vendor.web to holder "u2": vendor.web is not licensed`
	)
	for _, test := range []struct {
		count int
		want  string
	}{
		{1, first},
		{3, three},
		{4, three + "; and 1 more"},
		{1003, three + "; and 1000 more"},
	} {
		if got := refused(test.count).Error(); got != test.want {
			t.Errorf("%d refusals: %q, want %q", test.count, got, test.want)
		}
		if got := len(refused(test.count).Unwrap()); got != test.count {
			t.Errorf("%d refusals unwrap to %d errors", test.count, got)
		}
	}
}
