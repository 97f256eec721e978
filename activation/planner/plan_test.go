package planner_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestNewInputErrors(t *testing.T) {
	a := seat.Holder{ID: "a", Kind: license.User, Assigned: []string{"vendor.web"}}
	release := []seat.Assignment{{Holder: "a", Module: "vendor.web"}}
	base := func() planner.Input {
		return planner.Input{
			Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(6), Now: planned,
			Census: seat.NewCensus(slices.Values([]seat.Holder{a})), Holders: []seat.Holder{a}, Selection: planner.Selection{Releases: release},
		}
	}
	for _, test := range []struct {
		name   string
		change func(*planner.Input)
		want   string // "" for no error
	}{
		{"as it should be", func(*planner.Input) {}, ""},
		{"nothing is offered", func(in *planner.Input) { in.Offered = nil }, "no license is offered"},
		{"a holder is given twice", func(in *planner.Input) { in.Holders = []seat.Holder{a, a} }, "a holder is given twice"},
		{"the census counts nobody", func(in *planner.Input) { in.Census = nil }, "a holder who releases or switches something is not in the census"},
		{
			"the census counts others", func(in *planner.Input) { in.Census[0].Type = "guest" },
			"a holder who releases or switches something is not in the census",
		},
		{"the census counts nobody, and nothing is released", func(in *planner.Input) { in.Census, in.Releases = nil, nil }, ""},
		{
			"two release, and the census counts one", func(in *planner.Input) {
				b := a
				b.ID = "b"
				in.Holders = append(in.Holders, b)
				in.Releases = append(in.Releases, seat.Assignment{Holder: "b", Module: "vendor.web"})
			},
			"a holder who releases or switches something is not in the census",
		},
		{
			"a combination that is counted in two parts", func(in *planner.Input) {
				b := a
				b.ID = "b"
				in.Holders = append(in.Holders, b)
				in.Releases = append(in.Releases, seat.Assignment{Holder: "b", Module: "vendor.web"})
				in.Census = append(in.Census, in.Census[0])
			}, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := base()
			test.change(&in)
			p, err := planner.New(in)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if want := "planner: the input is wrong: " + test.want; p != nil || !errors.Is(err, planner.ErrInput) || err.Error() != want {
				t.Errorf("New = %v, %v, want nil, %s", p, err, want)
			}
		})
	}
}

// TestReleaseErrors: all at once, in the order asked, typed, in one line.
func TestReleaseErrors(t *testing.T) {
	a := seat.Holder{ID: "a", Kind: license.User, Assigned: []string{"vendor.web"}}
	in := planner.Input{
		Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(6), Now: planned,
		Census: seat.NewCensus(slices.Values([]seat.Holder{a})), Holders: []seat.Holder{a},
	}
	stranger := seat.Assignment{Holder: "b\n", Module: "vendor.web"}
	notHeld := seat.Assignment{Holder: "a", Module: "vendor.user"}
	held := seat.Assignment{Holder: "a", Module: "vendor.web"}
	const (
		first  = `holder "b\n" is not known`
		second = `vendor.user can't be released from holder "a", to whom it is not assigned`
	)
	for _, test := range []struct {
		name     string
		releases []seat.Assignment
		want     []error
		text     string
	}{
		{name: "asking twice is asking once", releases: []seat.Assignment{held, held}},
		{
			name: "unknown holder", releases: []seat.Assignment{held, stranger},
			want: []error{&seat.UnknownHolderError{Holder: "b\n"}}, text: "planner: " + first,
		},
		{
			name: "not assigned", releases: []seat.Assignment{notHeld},
			want: []error{&planner.NotAssignedError{Holder: "a", Module: "vendor.user"}}, text: "planner: " + second,
		},
		{
			name: "both", releases: []seat.Assignment{stranger, notHeld},
			want: []error{&seat.UnknownHolderError{Holder: "b\n"}, &planner.NotAssignedError{Holder: "a", Module: "vendor.user"}},
			text: "planner: " + first + "; " + second,
		},
		{
			name: "more than are shown", releases: []seat.Assignment{stranger, notHeld, stranger, notHeld, stranger},
			want: []error{
				&seat.UnknownHolderError{Holder: "b\n"}, &planner.NotAssignedError{Holder: "a", Module: "vendor.user"},
				&seat.UnknownHolderError{Holder: "b\n"}, &planner.NotAssignedError{Holder: "a", Module: "vendor.user"},
				&seat.UnknownHolderError{Holder: "b\n"},
			},
			text: "planner: " + first + "; " + second + "; " + first + "; and 2 more",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			in.Releases = test.releases
			p, err := planner.New(in)
			if test.want == nil {
				want := []planner.Release{{Holder: "a", Module: "vendor.web", Cause: planner.ReleaseRequested}}
				if diff := cmp.Diff(want, p.Releases); err != nil || diff != "" {
					t.Errorf("error %v, releases (-want +got):\n%s", err, diff)
				}
				return
			}
			var all *multierror.Error
			if p != nil || !errors.As(err, &all) {
				t.Fatalf("New = %v, %v", p, err)
			}
			if diff := cmp.Diff(test.want, all.Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if got := err.Error(); got != test.text || strings.Contains(got, "\n") {
				t.Errorf("text %q, want %q", got, test.text)
			}
			if errors.Is(err, planner.ErrInput) {
				t.Error("the error is one of the input")
			}
		})
	}
}

func TestReleaseErrorsAreFound(t *testing.T) {
	in := planner.Input{
		Offered: renewal(1), Now: planned, Holders: []seat.Holder{{ID: "a", Kind: license.User}},
		Selection: planner.Selection{Releases: []seat.Assignment{{Holder: "b", Module: "vendor.web"}, {Holder: "a", Module: "vendor.web"}}},
	}
	_, err := planner.New(in)
	err = fmt.Errorf("host: %w", err)
	var unknown *seat.UnknownHolderError
	if !errors.Is(err, planner.ErrNotAssigned) || errors.Is(planner.ErrInput, planner.ErrNotAssigned) {
		t.Errorf("%v does not match ErrNotAssigned", err)
	}
	var notAssigned *planner.NotAssignedError
	if !errors.As(err, &unknown) || unknown.Holder != "b" || !errors.Is(err, seat.ErrUnknownHolder) {
		t.Errorf("unknown holder in %v: %+v", err, unknown)
	}
	if !errors.As(err, &notAssigned) || *notAssigned != (planner.NotAssignedError{Holder: "a", Module: "vendor.web"}) {
		t.Errorf("not assigned in %v: %+v", err, notAssigned)
	}
}

// TestPlanJSON: the lists are always there.
func TestPlanJSON(t *testing.T) {
	for _, test := range []struct {
		name string
		in   planner.Input
		want string
	}{
		{
			"ready, with nothing to say",
			planner.Input{Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(6), Now: planned},
			`{"owner":"vendor","from":5,"to":6,"status":"ready","rejections":[],"changes":[],"blockers":[],"releases":[],"warnings":[]}`,
		},
		{
			"current",
			planner.Input{Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(5), Now: planned},
			`{"owner":"vendor","from":5,"to":5,"status":"current","rejections":[],"changes":[],"blockers":[],"releases":[],"warnings":[]}`,
		},
		{
			"rejected",
			planner.Input{Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(4), Now: planned},
			`{"owner":"vendor","from":5,"to":4,"status":"rejected","rejections":["older"],"changes":[],"blockers":[],"releases":[],"warnings":[]}`,
		},
		{
			"a first license: figures that are 0, and those that do not apply",
			planner.Input{
				Offered: renewal(6, modules(
					license.Module{Name: "site", Kind: license.Site, Quantity: 1},
					license.Module{Name: "user", Kind: license.User, Quantity: 2, Unrestricted: true, Hidden: true})), Now: planned,
			},
			`{"owner":"vendor","from":0,"to":6,"status":"ready","rejections":[],"changes":[` +
				`{"module":"vendor.site","change":"added","hidden":false,"total":0,"newTotal":1,"added":1},` +
				`{"module":"vendor.user","change":"added","hidden":true,"total":0,"newTotal":2,"added":2,"inUse":0,"newInUse":0}` +
				`],"blockers":[],"releases":[],"warnings":[]}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(mustPlan(t, test.in))
			if err != nil || string(got) != test.want {
				t.Errorf("error %v (-want +got):\n%s", err, cmp.Diff(test.want, string(got)))
			}
		})
	}
}

// TestApply has one row for each thing that can become of an assignment.
func TestApply(t *testing.T) {
	m := func(name string, change func(*license.Module)) license.Module {
		module := license.Module{Name: name, Kind: license.User, Quantity: 9}
		change(&module)
		return module
	}
	plain := func(*license.Module) {}
	site := func(m *license.Module) { m.Kind = license.Site }
	active := renewal(5, modules(
		m("keep", plain), m("old", plain), m("older", plain), m("aged", plain), m("gone", plain), m("free", plain), m("was-site", site), m("to-site", plain),
		m("add-on", func(m *license.Module) { m.Requires = []string{"keep"} })))
	offered := renewal(6, modules(
		m("keep", plain), m("new", func(m *license.Module) { m.Replaces = []string{"old", "older", "aged"}; m.Requires = []string{"keep"} }),
		m("free", site), m("everywhere", func(m *license.Module) { site(m); m.Replaces = []string{"to-site"} }), m("was-site", plain),
		m("add-on", func(m *license.Module) { m.Requires = []string{"keep"} }), m("add-new", func(m *license.Module) { m.Requires = []string{"new"} })))
	partner := &license.License{Owner: license.Owner{Name: "partner"}, Modules: []license.Module{m("site", site)}}
	for _, test := range []struct {
		name     string
		assigned []string
		release  []string
		after    []string
		changes  []seat.Change
	}{
		{name: "nothing", after: []string{}},
		{name: "what stays, licensed or not", assigned: []string{"vendor.keep", "vendor.gone", "other.x"}, after: []string{"other.x", "vendor.gone", "vendor.keep"}},
		{
			name: "successor", assigned: []string{"vendor.old"}, after: []string{"vendor.new"},
			changes: []seat.Change{{Assignment: seat.Assignment{Holder: "a", Module: "vendor.old"}, Cause: seat.CauseMoved, To: "vendor.new"}},
		},
		{
			name: "two become one, which is there already", assigned: []string{"vendor.older", "vendor.new", "vendor.old"}, after: []string{"vendor.new"},
			changes: []seat.Change{
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.old"}, Cause: seat.CauseMoved, To: "vendor.new"},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.older"}, Cause: seat.CauseMoved, To: "vendor.new"},
			},
		},
		{
			name: "one becomes what is there already, behind another", assigned: []string{"vendor.aged", "vendor.keep", "vendor.new"},
			after:   []string{"vendor.keep", "vendor.new"},
			changes: []seat.Change{{Assignment: seat.Assignment{Holder: "a", Module: "vendor.aged"}, Cause: seat.CauseMoved, To: "vendor.new"}},
		},
		{
			name: "obsolete, itself and by its successor", assigned: []string{"vendor.to-site", "vendor.free"}, after: []string{},
			changes: []seat.Change{
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.free"}, Cause: seat.CauseObsolete},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.to-site"}, Cause: seat.CauseObsolete},
			},
		},
		{
			name: "released, with what requires it now", assigned: []string{"vendor.keep", "vendor.old", "vendor.add-on", "vendor.free"}, release: []string{"vendor.keep"},
			after: []string{},
			changes: []seat.Change{
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.add-on"}, Cause: seat.CauseCascaded},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.free"}, Cause: seat.CauseObsolete},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.keep"}, Cause: seat.CauseReleased},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.old"}, Cause: seat.CauseCascaded},
			},
		},
		{
			name: "what requires the successor of what is released", assigned: []string{"vendor.old", "vendor.add-new"}, release: []string{"vendor.old"},
			after: []string{},
			changes: []seat.Change{
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.add-new"}, Cause: seat.CauseCascaded},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.old"}, Cause: seat.CauseReleased},
			},
		},
		{
			name: "the successor stays, by another assignment", assigned: []string{"vendor.old", "vendor.older", "vendor.add-new"}, release: []string{"vendor.old"},
			after: []string{"vendor.add-new", "vendor.new"},
			changes: []seat.Change{
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.old"}, Cause: seat.CauseReleased},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.older"}, Cause: seat.CauseMoved, To: "vendor.new"},
			},
		},
		{name: "another owner's site module is no concern", assigned: []string{"partner.site"}, after: []string{"partner.site"}},
		{
			name: "released, though it would have moved or be obsolete", assigned: []string{"vendor.free", "vendor.old"}, release: []string{"vendor.old", "vendor.free"},
			after: []string{},
			changes: []seat.Change{
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.free"}, Cause: seat.CauseReleased},
				{Assignment: seat.Assignment{Holder: "a", Module: "vendor.old"}, Cause: seat.CauseReleased},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := seat.Holder{ID: "a", Kind: license.User, Type: "internal", Assigned: test.assigned}
			in := planner.Input{
				Active: (*license.Set)(nil).With(active).With(partner), Offered: offered, Now: planned,
				Census: seat.NewCensus(slices.Values([]seat.Holder{a})), Holders: []seat.Holder{a},
			}
			for _, module := range test.release {
				in.Releases = append(in.Releases, seat.Assignment{Holder: "a", Module: module})
			}
			after, changes := mustPlan(t, in).Apply(a)
			if diff := cmp.Diff(seat.Holder{ID: "a", Kind: license.User, Type: "internal", Assigned: test.after}, after); diff != "" {
				t.Errorf("holder (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}
