package planner_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// people reads holders of modules of the vendor, such as "ann: plan add-on". A
// type stands in brackets behind the name, what another owner has is spelled in
// full.
func people(lines ...string) []seat.Holder {
	holders := make([]seat.Holder, 0, len(lines))
	for _, line := range lines {
		name, assigned, _ := strings.Cut(line, ":")
		name, holderType, _ := strings.Cut(name, " ")
		h := seat.Holder{ID: name, Kind: license.User, Type: strings.Trim(holderType, "()")}
		for _, module := range strings.Fields(assigned) {
			h.Assigned = append(h.Assigned, license.FullName("vendor", module))
		}
		holders = append(holders, h)
	}
	return holders
}

// asked finds holders by name, in that order.
func asked(holders []seat.Holder, names string) []seat.Holder {
	var found []seat.Holder
	for name := range strings.FieldsSeq(names) {
		found = append(found, holders[slices.IndexFunc(holders, func(h seat.Holder) bool { return h.ID == name })])
	}
	return found
}

// lines says what is proposed: switches, then all that ends.
func lines(proposal *planner.Proposal) []string {
	var list []string
	for _, s := range proposal.Switches {
		list = append(list, strings.ReplaceAll(fmt.Sprintf("%s: %s to %s", s.Holder, s.From, s.To), "vendor.", ""))
	}
	for _, r := range proposal.Releases {
		list = append(list, strings.ReplaceAll(fmt.Sprintf("%s: %s", r.Holder, r.Module), "vendor.", ""))
	}
	for _, r := range proposal.Plan.Releases {
		if r.Cause == planner.ReleaseCascade {
			list = append(list, strings.ReplaceAll(fmt.Sprintf("%s: %s with it", r.Holder, r.Module), "vendor.", ""))
		}
	}
	return list
}

func userModule(name string, quantity int64, requires ...string) license.Module {
	return license.Module{Name: name, Kind: license.User, Quantity: quantity, Requires: requires}
}

func bundle(name string, quantity int64, includes ...string) license.Module {
	return license.Module{Name: name, Kind: license.User, Quantity: quantity, Bundle: true, Includes: includes}
}

// TestPropose: who loses what, and who is spared.
func TestPropose(t *testing.T) {
	hidden := func(name string, quantity int64) license.Module {
		return license.Module{Name: name, Kind: license.User, Quantity: quantity, Hidden: true}
	}
	plans := func(big, small, user, web int64) []license.Module {
		return []license.Module{bundle("big", big, "user", "web"), bundle("small", small, "user"), hidden("user", user), hidden("web", web)}
	}
	with := func(list []license.Module, more ...license.Module) []license.Module {
		return slices.Concat(list, more)
	}
	for _, test := range []struct {
		name            string
		active, offered []license.Module
		partner         []license.Module
		holders         []seat.Holder
		candidates      string
		releases        []seat.Assignment
		switches        []seat.Swap
		want            []string
	}{
		{
			name:   "the first of the order goes",
			active: plans(3, 1, 9, 9), offered: plans(2, 1, 9, 9),
			holders:    people("ann: big", "ben: big", "eva: big", "tom: small"),
			candidates: "tom ben ann eva",
			want:       []string{"ben: big"},
		},
		{
			name:   "whom the host protects stays, though first of all",
			active: plans(3, 1, 9, 9), offered: plans(1, 1, 9, 9),
			holders:    people("ann: big", "ben: big", "eva: big", "tom: small"),
			candidates: "eva ann",
			want:       []string{"ann: big", "eva: big"},
		},
		{
			name:   "one who frees two modules rather than two who free one each",
			active: with(plans(4, 4, 9, 9), userModule("chat", 9)), offered: with(plans(4, 4, 3, 9), userModule("chat", 1)),
			holders:    people("ann: small", "ben: chat", "eva: small chat", "tom: small", "pat: small"),
			candidates: "ann ben tom eva",
			want:       []string{"eva: chat", "eva: small"},
		},
		{
			name:   "a bundle and what it hides fall short together",
			active: plans(3, 3, 9, 9), offered: plans(1, 3, 2, 9),
			holders:    people("ann: small", "ben: big", "eva: big", "tom: big"),
			candidates: "ann ben eva tom",
			want:       []string{"ben: big", "eva: big"},
		},
		{
			name:   "two bundles that include what falls short: those who have more of it do not count more",
			active: plans(3, 3, 9, 9), offered: plans(3, 3, 2, 9),
			holders:    people("ann: small", "ben: big", "eva: small big"),
			candidates: "eva ben ann",
			want:       []string{"eva: big", "eva: small"},
		},
		{
			name:   "what requires it goes with it",
			active: with(plans(2, 1, 9, 9), userModule("add-on", 9, "web")), offered: with(plans(1, 1, 9, 9), userModule("add-on", 9, "web")),
			holders:    people("ann: big add-on", "ben: big", "tom: small"),
			candidates: "ann ben tom",
			want:       []string{"ann: big", "ann: add-on with it"},
		},
		{
			name:   "what goes with another release is not asked for",
			active: with(plans(2, 1, 9, 9), userModule("add-on", 9, "web")), offered: with(plans(1, 1, 9, 9), userModule("add-on", 1, "web")),
			holders:    people("ann: big add-on", "ben: big add-on", "tom: small"),
			candidates: "ann ben tom",
			want:       []string{"ann: big", "ann: add-on with it"},
		},
		{
			name:   "a removed module goes from everybody; one of them frees a seat of the successor too",
			active: with(plans(2, 2, 9, 9), userModule("chat", 9)), offered: []license.Module{
				{Name: "new", Kind: license.User, Quantity: 2, Bundle: true, Includes: []string{"user"}, Replaces: []string{"big", "small"}}, hidden("user", 9),
			},
			holders:    people("ann: big", "ben: small chat", "eva: small", "tom: chat"),
			candidates: "eva ann ben tom",
			want:       []string{"ben: chat", "ben: small", "tom: chat"},
		},
		{
			name:   "what can't be kept without what goes, from another owner too",
			active: plans(3, 1, 9, 9), offered: with(plans(3, 1, 9, 9)[:1:1], plans(3, 1, 9, 9)[2:]...),
			partner:    []license.Module{userModule("phone", 9, "vendor.small"), userModule("desk", 9, "vendor.big")},
			holders:    people("ann: small partner.phone", "ben: big partner.desk"),
			candidates: "ann ben",
			want:       []string{"ann: partner.phone", "ann: small"},
		},
		{
			name:   "who may not have it any more",
			active: plans(3, 3, 9, 9), offered: with(plans(3, 3, 9, 9)[:2:2], hidden("user", 9), license.Module{
				Name: "web", Kind: license.User, Quantity: 9, AssignableTo: []string{"internal"},
			}),
			holders:    people("ann (internal): big", "ben (guest): big", "eva (guest): small"),
			candidates: "ann ben eva",
			want:       []string{"ben: big to small"},
		},
		{
			name:   "a free seat of a smaller plan goes to the last of the order",
			active: plans(3, 1, 9, 9), offered: plans(1, 1, 9, 9),
			holders:    people("ann: big", "ben: big", "eva: big"),
			candidates: "ann ben eva",
			want:       []string{"ben: big to small", "ann: big"},
		},
		{
			name:   "no switch where the smaller plan is needed for others in the new license",
			active: plans(3, 2, 9, 9), offered: plans(1, 1, 9, 9),
			holders:    people("ann: big", "ben: big", "eva: small"),
			candidates: "ann ben",
			want:       []string{"ann: big"},
		},
		{
			name:   "no switch where it would not help",
			active: plans(3, 2, 9, 9), offered: plans(3, 2, 1, 9),
			holders:    people("ann: big", "ben: big"),
			candidates: "ann ben",
			want:       []string{"ann: big"},
		},
		{
			name:   "no switch to a larger plan",
			active: plans(3, 2, 9, 9), offered: plans(3, 1, 9, 9),
			holders:    people("ann: small", "ben: small"),
			candidates: "ann ben",
			want:       []string{"ann: small"},
		},
		{
			name:   "a switch with a release: the add-on falls short as well",
			active: with(plans(2, 2, 9, 9), userModule("chat", 9)), offered: with(plans(1, 2, 9, 9), userModule("chat", 1)),
			holders:    people("ann: big chat", "ben: big chat"),
			candidates: "ann ben",
			want:       []string{"ann: big to small", "ann: chat"},
		},
		{
			name:   "the plan's releases stay, and whoever releases something may be switched as well",
			active: with(plans(3, 3, 9, 9), userModule("chat", 9)), offered: with(plans(1, 3, 9, 9), userModule("chat", 9)),
			holders:    people("ann: big chat", "ben: big", "eva: big"),
			candidates: "ann ben",
			releases:   []seat.Assignment{{Holder: "ann", Module: "vendor.chat"}},
			want:       []string{"ann: big to small", "ben: big to small"},
		},
		{
			name:   "the plan's switches stay, and whoever is switched is not switched further",
			active: with(plans(3, 3, 9, 9), userModule("chat", 9)), offered: with(plans(3, 1, 9, 9), userModule("chat", 1), bundle("tiny", 9)),
			holders:    people("ann: big chat", "ben: small chat"),
			candidates: "ann ben",
			switches:   exchange("ann: big small"),
			want:       []string{"ben: small to tiny", "ben: chat"},
		},
		{
			name:   "what somebody is switched to has its seat, whoever is asked first",
			active: with(plans(3, 3, 9, 9), userModule("chat", 9)), offered: plans(3, 1, 9, 9),
			holders:    people("ann: big chat", "ben: small chat"),
			candidates: "ann ben",
			switches:   exchange("ann: big small"),
			want:       []string{"ann: chat", "ben: chat", "ben: small"},
		},
		{
			name:   "who has two plans is switched from both",
			active: with(plans(3, 3, 9, 9), bundle("large", 9, "user", "web")), offered: with(plans(1, 9, 9, 9), bundle("large", 1, "user", "web")),
			holders:    people("ann: big large", "ben: big large"),
			candidates: "ann",
			want:       []string{"ann: big to small", "ann: large to small"},
		},
		{
			name:   "to the plan that includes most, and of these to the first by name; not to one that includes something else",
			active: with(plans(2, 1, 9, 9), userModule("more", 9)), offered: with(plans(1, 9, 9, 9),
				bundle("new", 9, "user", "more"), bundle("tiny", 9), bundle("basic", 9, "user"), userModule("more", 9)),
			holders:    people("ann: big", "ben: big"),
			candidates: "ann ben",
			want:       []string{"ann: big to basic"},
		},
		{
			name:   "not to the successor, which it becomes anyway",
			active: plans(2, 1, 9, 9), offered: with(plans(2, 1, 9, 9)[2:], license.Module{
				Name: "next", Kind: license.User, Quantity: 1, Bundle: true, Includes: []string{"user", "web"}, Replaces: []string{"big"},
			}),
			holders:    people("ann: big", "ben: big"),
			candidates: "ann ben",
			want:       []string{"ann: big"},
		},
		{
			name:   "a plan that keeps what an add-on needs, though it includes less",
			active: with(plans(2, 1, 9, 9), userModule("add-on", 9, "web")), offered: with(plans(1, 9, 9, 9),
				bundle("net", 9, "web"), userModule("add-on", 9, "web")),
			holders:    people("ann: big add-on", "ben: big"),
			candidates: "ann",
			want:       []string{"ann: big to net"},
		},
		{
			name:   "a switch gives what is missing",
			active: with(plans(2, 1, 9, 9), userModule("add-on", 9, "web")), offered: []license.Module{
				bundle("big", 9, "user"), bundle("full", 9, "user", "web"), hidden("user", 9), hidden("web", 9), userModule("add-on", 9, "web"),
			},
			holders:    people("ann: big add-on"),
			candidates: "ann",
			want:       []string{"ann: big to full"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := situation{
				active: []*license.License{renewal(5, modules(test.active...))}, offered: renewal(6, modules(test.offered...)),
				holders: test.holders, releases: test.releases, switches: test.switches,
			}
			if test.partner != nil {
				partner := renewal(1, modules(test.partner...))
				partner.Owner.Name = "partner"
				s.active = append(s.active, partner)
			}
			proposal, err := planner.Propose(context.Background(), mustPlan(t, s.input(t)), asked(test.holders, test.candidates))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, lines(proposal)); diff != "" {
				t.Errorf("proposal (-want +got):\n%s", diff)
			}
			checkProposal(t, s, proposal)
		})
	}
}

// TestProposalGivesBack: among many, who is taken first can turn out to be
// superfluous. Every module here has one seat less than are in use. Ann helps
// with the most of them, then ben; then five are taken for what is left, and
// either of the two suffices beside these.
func TestProposalGivesBack(t *testing.T) {
	holders := people(
		"ann: m01 m02 m07 m12 m13", "ben: m01 m02 m08 m11",
		"tom: m08 m10", "pat: m07 m09", "ulf: m11 m14", "vic: m12 m15", "wim: m13 m16")
	for i := range 16 {
		holders = append(holders, people(fmt.Sprintf("x%02d: m%02d", i, i+1))...)
	}
	in := situation{holders: holders}
	inUse := make(map[string]int64)
	for _, h := range holders {
		for _, module := range h.Assigned {
			inUse[strings.TrimPrefix(module, "vendor.")]++
		}
	}
	active, offered := renewal(5, modules()), renewal(6, modules())
	for _, name := range slices.Sorted(maps.Keys(inUse)) {
		active.Modules = append(active.Modules, userModule(name, 9))
		offered.Modules = append(offered.Modules, userModule(name, max(1, inUse[name]-1)))
	}
	in.active, in.offered = []*license.License{active}, offered
	proposal, err := planner.Propose(context.Background(), mustPlan(t, in.input(t)), holders)
	if err != nil {
		t.Fatal(err)
	}
	touched := make(map[string]bool)
	for _, r := range proposal.Releases {
		touched[r.Holder] = true
	}
	want := []string{"ann", "pat", "tom", "ulf", "vic", "wim"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(touched))); diff != "" {
		t.Errorf("who is touched (-want +got):\n%s", diff)
	}
	checkProposal(t, in, proposal)
}

// TestProposeForScenarios lets everybody be a candidate, by id, in the shared
// scenarios that are blocked.
func TestProposeForScenarios(t *testing.T) {
	for file, want := range map[string][]string{
		"fewer-seats-than-in-use": {"u001: superoffice.ten-sales"},
		"hidden-module-shrinks": {
			"q001: superoffice.quote-cal", "q002: superoffice.quote-cal", "u001: superoffice.ten-sales", "u002: superoffice.ten-sales",
		},
		"module-removed-in-use":       {"u001: superoffice.web", "u002: superoffice.web"},
		"new-suite-plans":             {"p001: superoffice.sales-premium"},
		"no-longer-assignable":        {"ext001: superoffice.user", "ext002: superoffice.user"},
		"one-requirement-lost-of-two": {"u002: zeta.bot", "u003: zeta.bot", "u001: zeta.bot with it"}, // the bot of u001 has a release of its own
		"partner-add-on-loses-its-base": {
			"d001: acme.dialer", "d001: superoffice.web", "d002: acme.dialer", "d002: superoffice.web", "d003: acme.dialer", "d003: superoffice.web",
		},
		"required-but-only-removed-module": {"h5: d"},
		"satellites":                       {"oslo0: superoffice.satellite", "oslo1: superoffice.satellite"},
	} {
		t.Run(file, func(t *testing.T) {
			s, err := scenario.Read(readFile(t, "testdata/scenarios/"+file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			proposal := proposeFor(t, s)
			if diff := cmp.Diff(want, lines(proposal), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("proposal (-want +got):\n%s", diff)
			}
		})
	}
}

func proposeFor(t *testing.T, s *scenario.Scenario) *planner.Proposal {
	t.Helper()
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	proposal, err := planner.Propose(context.Background(), p, s.Holders)
	if err != nil {
		t.Fatal(err)
	}
	return proposal
}

// TestNothingToPropose: what needs no proposal.
func TestNothingToPropose(t *testing.T) {
	for _, number := range []int64{5, 6} {
		p := mustPlan(t, planner.Input{Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(number), Now: planned})
		proposal, err := planner.Propose(context.Background(), p, people("stranger: web"))
		if err != nil || proposal.Plan != p || len(proposal.Switches)+len(proposal.Releases) > 0 {
			t.Errorf("the proposal for what is %s: %+v, error %v", p.Status, proposal, err)
		}
	}
}

// TestNoProposal: every reason, with its figures.
func TestNoProposal(t *testing.T) {
	active := renewal(5, modules(userModule("web", 9), userModule("chat", 9), userModule("mail", 9)))
	offered := renewal(6, modules(userModule("web", 1), userModule("chat", 1), license.Module{
		Name: "mail", Kind: license.User, Quantity: 9, AssignableTo: []string{"internal"},
	}))
	holders := people("ann (guest): web mail", "ben: web chat mail", "eva: web", "tom (internal): chat mail")
	in := planner.Input{
		Active: (*license.Set)(nil).With(active), Offered: offered, Now: planned, Census: seat.NewCensus(slices.Values(holders)),
	}
	p := mustPlan(t, in)
	proposal, err := planner.Propose(context.Background(), p, asked(holders, "tom ann"))
	want := &planner.NoProposalError{Owner: "vendor", To: 6, Shortages: []planner.Shortage{
		{Blocker: p.Blockers[1], Wanted: 2, Candidates: 1},
		{Blocker: p.Blockers[2], Wanted: 2, Candidates: 1},
	}}
	var got *planner.NoProposalError
	if proposal != nil || !errors.As(err, &got) || !errors.Is(err, planner.ErrNoProposal) {
		t.Fatalf("Propose = %+v, %v", proposal, err)
	}
	if diff := cmp.Diff(want, got, exported); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	const text = "the candidates are too few to make license 6 of vendor ready: " +
		"vendor.web would have 3 of 1 seat in use, release 2; 2 have to go and 1 of the candidates could; " +
		"2 holders may not have vendor.mail; 2 have to go and 1 of the candidates could"
	if got.Error() != text {
		t.Errorf("text %q, want %q", got, text)
	}
	if _, err := planner.Propose(context.Background(), p, asked(holders, "tom ann ben")); err != nil {
		t.Errorf("with one more candidate: %v", err)
	}
}

// TestNoProposalForRejected: no release helps there.
func TestNoProposalForRejected(t *testing.T) {
	p := mustPlan(t, planner.Input{Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(4), Now: planned})
	_, err := planner.Propose(context.Background(), p, nil)
	var got *planner.NoProposalError
	want := &planner.NoProposalError{Owner: "vendor", To: 4, Rejections: []planner.Rejection{planner.RejectionOlder}}
	if !errors.As(err, &got) || cmp.Diff(want, got) != "" {
		t.Fatalf("Propose: %v, want %v", err, want)
	}
	if text := "no release helps license 4 of vendor, which is rejected: older"; got.Error() != text {
		t.Errorf("text %q, want %q", got, text)
	}
}

// TestProposeInputErrors: what contradicts the plan.
func TestProposeInputErrors(t *testing.T) {
	holders := people("ann: web", "ben: web", "eva: web")
	in := planner.Input{
		Active: (*license.Set)(nil).With(renewal(5)), Offered: renewal(6, modules(userModule("web", 1))), Now: planned,
		Census: seat.NewCensus(slices.Values(holders)), Holders: holders[:1], Selection: planner.Selection{Releases: []seat.Assignment{{Holder: "ann", Module: "vendor.web"}}},
	}
	p := mustPlan(t, in)
	cut := *p
	cut.Blockers = nil
	for _, test := range []struct {
		name       string
		plan       *planner.Plan
		candidates []seat.Holder
		want       string
	}{
		{"no plan", nil, holders, "there is no plan"},
		{"a plan by hand", &planner.Plan{Status: planner.Blocked}, holders, "the plan is not one of New"},
		{"a plan that was changed", &cut, holders, "the plan is not one of New"},
		{"given twice", p, people("ann: web", "ann: web"), "a candidate is given twice"},
		{"other modules", p, people("ben: web chat"), "a candidate is not in the census"},
		{"another type", p, people("ben (guest): web"), "a candidate is not in the census"},
		{"one too many", p, people("ben: web", "eva: web", "tom: web"), "a candidate is not in the census"},
		{"other modules than are released", p, people("ann: chat"), "a candidate is not in the census"},
	} {
		t.Run(test.name, func(t *testing.T) {
			proposal, err := planner.Propose(context.Background(), test.plan, test.candidates)
			if want := "planner: the input is wrong: " + test.want; proposal != nil || !errors.Is(err, planner.ErrInput) || err.Error() != want {
				t.Errorf("Propose = %+v, %v, want %s", proposal, err, want)
			}
		})
	}
	if proposal, err := planner.Propose(context.Background(), p, holders); err != nil || cmp.Diff([]string{"ben: web"}, lines(proposal)) != "" {
		t.Errorf("Propose = %+v, %v", proposal, err)
	}
}
