package planner_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// exchange reads switches of modules of the vendor, such as "ann: big small".
func exchange(lines ...string) []seat.Swap {
	var swaps []seat.Swap
	for _, line := range lines {
		name, modules, _ := strings.Cut(line, ": ")
		from, to, _ := strings.Cut(modules, " ")
		swaps = append(swaps, seat.Swap{Holder: name, From: license.FullName("vendor", from), To: license.FullName("vendor", to)})
	}
	return swaps
}

// switchCase is a renewal with what switches can go wrong with.
func switchCase(holders []seat.Holder, selected planner.Selection) planner.Input {
	site := license.Module{Name: "free", Kind: license.Site, Quantity: 1}
	database := license.Module{Name: "database", Kind: license.Satellite, Quantity: 9}
	active := renewal(5, modules(
		bundle("big", 9, "user", "web"), bundle("small", 9, "user"), userModule("user", 9), userModule("web", 9), userModule("old", 9),
		userModule("add-on", 9, "web"), userModule("free", 9)))
	offered := renewal(6, modules(
		bundle("big", 9, "user", "web"), bundle("small", 9, "user"), userModule("user", 9), userModule("web", 9),
		license.Module{Name: "new", Kind: license.User, Quantity: 9, Bundle: true, Replaces: []string{"old"}},
		userModule("add-on", 9, "web"), userModule("tool", 9, "user"), database, site))
	return planner.Input{
		Active: (*license.Set)(nil).With(active), Offered: offered, Now: planned,
		Census: seat.NewCensus(slices.Values(holders)), Holders: holders, Selection: selected,
	}
}

// TestSwitches has one row for each thing that can become of what is switched,
// and of what is beside it.
func TestSwitches(t *testing.T) {
	for _, test := range []struct {
		name     string
		holder   string
		switches []seat.Swap
		releases string
		after    string
		changes  []string
		blockers []string
	}{
		{
			name: "one for another", holder: "ann: big", switches: exchange("ann: big small"), after: "small",
			changes: []string{"big switched small"},
		},
		{
			name: "twice is once", holder: "ann: big", switches: exchange("ann: big small", "ann: big small"), after: "small",
			changes: []string{"big switched small"},
		},
		{
			name: "to what is there", holder: "ann: add-on user", switches: exchange("ann: add-on user"), after: "user",
			changes: []string{"add-on switched user"},
		},
		{
			name: "two become one", holder: "ann: add-on web user", switches: exchange("ann: add-on user", "ann: web user"), after: "user",
			changes: []string{"add-on switched user", "web switched user"},
		},
		{
			name: "what has a successor becomes something else", holder: "ann: old", switches: exchange("ann: old web"), after: "web",
			changes: []string{"old switched web"},
		},
		{
			name: "or the successor, by request", holder: "ann: old", switches: exchange("ann: old new"), after: "new",
			changes: []string{"old switched new"},
		},
		{
			name: "what would be obsolete does not end", holder: "ann: free", switches: exchange("ann: free web"), after: "web",
			changes: []string{"free switched web"},
		},
		{
			name: "what no license has", holder: "ann: gone", switches: exchange("ann: gone web"), after: "web",
			changes: []string{"gone switched web"},
		},
		{
			name: "what needs the old one goes", holder: "ann: big add-on", switches: exchange("ann: big small"), after: "small",
			changes: []string{"add-on cascade", "big switched small"},
		},
		{
			name: "what needs the new one too stays", holder: "ann: big tool", switches: exchange("ann: big small"), after: "small tool",
			changes: []string{"big switched small"},
		},
		{
			name: "what is released and switched to stays by the switch", holder: "ann: big small", switches: exchange("ann: big small"), releases: "small",
			after: "small", changes: []string{"big switched small", "small released"},
		},
		{
			name: "what is switched to does not end, and blocks where it lacks something", holder: "ann: big old",
			switches: exchange("ann: old tool"), releases: "big", after: "tool", changes: []string{"big released", "old switched tool"},
			blockers: []string{"1 holder of vendor.tool would lack vendor.user"},
		},
		{
			name: "nor does another assignment of it", holder: "ann: big old tool",
			switches: exchange("ann: old tool"), releases: "big", after: "tool", changes: []string{"big released", "old switched tool"},
			blockers: []string{"1 holder of vendor.tool would lack vendor.user"},
		},
		{
			name: "another kind blocks", holder: "ann: big", switches: exchange("ann: big database"), after: "database",
			changes: []string{"big switched database"}, blockers: []string{"1 holder may not have vendor.database"},
		},
		{
			name: "a bundle beside another that goes", holder: "ann: big old", switches: exchange("ann: old small"), releases: "big", after: "small",
			changes: []string{"big released", "old switched small"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			holders := people(test.holder)
			selected := planner.Selection{Switches: test.switches}
			for module := range strings.FieldsSeq(test.releases) {
				selected.Releases = append(selected.Releases, seat.Assignment{Holder: "ann", Module: license.FullName("vendor", module)})
			}
			p := mustPlan(t, switchCase(holders, selected))
			after, changes := p.Apply(holders[0])
			if want := people("ann: " + test.after)[0]; cmp.Diff(want, after) != "" {
				t.Errorf("holder (-want +got):\n%s", cmp.Diff(want, after))
			}
			var got []string
			for _, c := range changes {
				line := strings.TrimSpace(c.Module + " " + string(c.Cause) + " " + c.To)
				got = append(got, strings.ReplaceAll(line, "vendor.", ""))
			}
			if diff := cmp.Diff(test.changes, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			var blockers []string
			for _, b := range p.Blockers {
				blockers = append(blockers, b.String())
				affected(t, p, b, holders)
			}
			if diff := cmp.Diff(test.blockers, blockers); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSwitchErrors: typed, with a sentence each, and all at once.
func TestSwitchErrors(t *testing.T) {
	same := seat.Swap{Holder: "ann", From: "vendor.big", To: "vendor.big"}
	partners := seat.Swap{Holder: "ann", From: "partner.p", To: "vendor.web"}
	for _, test := range []struct {
		name     string
		switches []seat.Swap
		releases []seat.Assignment
		want     []error
		text     string
	}{
		{
			name: "unknown holder", switches: exchange("eve: big small"), want: []error{&seat.UnknownHolderError{Holder: "eve"}},
			text: `planner: holder "eve" is not known`,
		},
		{
			name: "from is not assigned", switches: exchange("ann: small web"),
			want: []error{&planner.SwitchError{Swap: exchange("ann: small web")[0], Rule: planner.SwitchFromNotAssigned}},
			text: `planner: holder "ann" can't be switched from vendor.small to vendor.web, because the former is not assigned`,
		},
		{
			name: "from is another owner's", switches: []seat.Swap{partners},
			want: []error{&planner.SwitchError{Swap: partners, Rule: planner.SwitchFromOtherOwner}},
			text: `planner: holder "ann" can't be switched from partner.p to vendor.web, because the former is not a module of the license's owner`,
		},
		{
			name: "to is not offered", switches: exchange("ann: big old"),
			want: []error{&planner.SwitchError{Swap: exchange("ann: big old")[0], Rule: planner.SwitchToNotOffered}},
			text: `planner: holder "ann" can't be switched from vendor.big to vendor.old, which the license does not have`,
		},
		{
			name: "to is another owner's", switches: []seat.Swap{{Holder: "ann", From: "vendor.big", To: "partner.p"}},
			want: []error{&planner.SwitchError{Swap: seat.Swap{Holder: "ann", From: "vendor.big", To: "partner.p"}, Rule: planner.SwitchToNotOffered}},
			text: `planner: holder "ann" can't be switched from vendor.big to partner.p, which the license does not have`,
		},
		{
			name: "to is a site module", switches: exchange("ann: big free"),
			want: []error{&planner.SwitchError{Swap: exchange("ann: big free")[0], Rule: planner.SwitchToSite}},
			text: `planner: holder "ann" can't be switched from vendor.big to vendor.free, which is a site module`,
		},
		{
			name: "to is from", switches: []seat.Swap{same},
			want: []error{&planner.SwitchError{Swap: same, Rule: planner.SwitchToSame}},
			text: `planner: holder "ann" can't be switched from vendor.big to vendor.big, which is the same module`,
		},
		{
			name: "released as well", switches: exchange("ann: big small"), releases: []seat.Assignment{{Holder: "ann", Module: "vendor.big"}},
			want: []error{&planner.SwitchError{Swap: exchange("ann: big small")[0], Rule: planner.SwitchFromReleased}},
			text: `planner: holder "ann" can't be switched from vendor.big to vendor.small, because the former shall be released as well`,
		},
		{
			name: "to two modules", switches: exchange("ann: big small", "ann: big web"),
			want: []error{&planner.SwitchError{Swap: exchange("ann: big web")[0], Rule: planner.SwitchFromTwice, Other: "vendor.small"}},
			text: `planner: holder "ann" can't be switched from vendor.big to vendor.web, because the former shall be switched to vendor.small as well`,
		},
		{
			name: "a second bundle", switches: exchange("ann: web small"),
			want: []error{&planner.SwitchError{Swap: exchange("ann: web small")[0], Rule: planner.SwitchToSecondBundle, Other: "vendor.big"}},
			text: `planner: holder "ann" can't be switched from vendor.web to vendor.small, because that would be a second bundle beside vendor.big`,
		},
		{
			name: "a second bundle, by its successor", switches: exchange("ben: big small"),
			want: []error{&planner.SwitchError{Swap: exchange("ben: big small")[0], Rule: planner.SwitchToSecondBundle, Other: "vendor.new"}},
			text: `planner: holder "ben" can't be switched from vendor.big to vendor.small, because that would be a second bundle beside vendor.new`,
		},
		{
			name: "all at once", switches: exchange("eve: big small", "ann: big free"), releases: []seat.Assignment{{Holder: "ann", Module: "vendor.old"}},
			want: []error{
				&planner.NotAssignedError{Holder: "ann", Module: "vendor.old"}, &seat.UnknownHolderError{Holder: "eve"},
				&planner.SwitchError{Swap: exchange("ann: big free")[0], Rule: planner.SwitchToSite},
			},
			text: `planner: vendor.old can't be released from holder "ann", to whom it is not assigned; holder "eve" is not known; ` +
				`holder "ann" can't be switched from vendor.big to vendor.free, which is a site module`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			holders := people("ann: big web partner.p", "ben: big old")
			holders[0].Assigned[2] = "partner.p"
			p, err := planner.New(switchCase(holders, planner.Selection{Releases: test.releases, Switches: test.switches}))
			var all *multierror.Error
			if p != nil || !errors.As(err, &all) || errors.Is(err, planner.ErrInput) {
				t.Fatalf("New = %v, %v", p, err)
			}
			if diff := cmp.Diff(test.want, all.Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if err.Error() != test.text {
				t.Errorf("text %q, want %q", err, test.text)
			}
		})
	}
}

// TestSelection: two are taken together, and a plan gives back what it was asked
// for.
func TestSelection(t *testing.T) {
	holders := people("ann: big add-on", "ben: big", "eva: old")
	ticked := planner.Selection{Releases: []seat.Assignment{{Holder: "ben", Module: "vendor.big"}}}
	both := ticked.And(planner.Selection{Switches: exchange("eva: old web", "ann: big small")})
	if diff := cmp.Diff([]string{"ann", "ben", "eva"}, both.Holders()); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
	p := mustPlan(t, switchCase(holders, both))
	want := planner.Selection{Releases: ticked.Releases, Switches: exchange("ann: big small", "eva: old web")}
	if diff := cmp.Diff(want, p.Selection()); diff != "" {
		t.Errorf("selection (-want +got):\n%s", diff)
	}
}

// TestSwitchErrorZero: an error that nobody has filled in does not panic.
func TestSwitchErrorZero(t *testing.T) {
	const want = `holder "" can't be switched from  to , which is against the rules`
	if got := (&planner.SwitchError{}).Error(); got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}
