package planner_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestProposalIsBest compares proposals with the best of all that can be done.
func TestProposalIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkBest(t, drawProposing(fromRapid(t)))
	})
}

// TestProposalIsBestOfTwelve has more candidates, each with one assignment, and
// others among them who are of no use.
func TestProposalIsBestOfTwelve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawCrowd(fromRapid(t), 12)
		for i := range 5 {
			s.join(t, seat.Holder{ID: fmt.Sprintf("idle%d", i), Kind: license.User})
		}
		checkBest(t, s)
	})
}

// TestProposalIsBestOfTwelveWithSwitches has twelve of one plan and a few seats of
// smaller ones, so that some are best switched and others released.
func TestProposalIsBestOfTwelveWithSwitches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkBest(t, drawTeam(fromRapid(t), 12))
	})
}

// TestTeamsAreVaried: many proposals for twelve are switches, and many are both.
func TestTeamsAreVaried(t *testing.T) {
	var switched, both int
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		s := drawTeam(func(n int, _ string) int { return random.IntN(n) }, 12)
		proposal, err := planner.Propose(context.Background(), mustPlan(t, s.input(t)), s.candidates)
		if err != nil {
			t.Fatal(err)
		}
		if len(proposal.Switches) > 0 {
			switched++
			both += min(1, len(proposal.Releases))
		}
	}
	if switched < 100 || both < 30 {
		t.Errorf("%d of 300 proposals have switches, and %d releases as well", switched, both)
	}
}

// TestProposalIsBestBesideThoseNeeded: those who have to go anyway do not count
// among the twelve.
func TestProposalIsBestBesideThoseNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawCrowd(fromRapid(t), 12)
		p := mustPlan(t, s.input(t))
		want, err := planner.Propose(context.Background(), p, s.candidates)
		s.active[0].Modules = append(s.active[0].Modules, userModule("gone", 9))
		for i := range 9 {
			s.join(t, seat.Holder{ID: fmt.Sprintf("needed%d", i), Kind: license.User, Assigned: []string{"vendor.gone"}})
		}
		proposal, errBeside := planner.Propose(context.Background(), mustPlan(t, s.input(t)), s.candidates)
		if err != nil || errBeside != nil {
			t.Fatalf("Propose: %v; beside those needed: %v", err, errBeside)
		}
		proposal.Releases = slices.DeleteFunc(proposal.Releases, func(a seat.Assignment) bool { return a.Module == "vendor.gone" })
		if diff := gocmp.Diff(want.Releases, proposal.Releases, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("releases (-alone +beside those needed):\n%s", diff)
		}
	})
}

func checkBest(t *rapid.T, s proposing) {
	t.Helper()
	p := mustPlan(t, s.input(t))
	if p.Status != planner.Blocked {
		return
	}
	proposal, err := planner.Propose(context.Background(), p, s.candidates)
	want, found := s.best(t)
	var none *planner.NoProposalError
	if !found {
		if !errors.As(err, &none) {
			t.Fatalf("nothing helps, and the proposal is %+v, error %v", proposal, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("Propose: %v", err)
	}
	checkProposal(t, s.situation, proposal)
	got := answer{switches: proposal.Switches, ended: endedIn(proposal.Plan)}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(answer{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("proposal (-best +got):\n%s", diff)
	}
}

// TestProposalAmongMany: it need not be the best there, but it is ready, and no
// release can be left out.
func TestProposalAmongMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		s := drawCrowd(c, 13+c(30, "more"))
		if c.oneIn(2, "shrinking") {
			s.situation = drawShrinking(c, 13+c(30, "holders"))
			s.candidates = slices.Clone(s.holders)
		}
		checkAny(t, s)
	})
}

// checkAny checks what must hold for any question.
func checkAny(t rapid.TB, s proposing) {
	t.Helper()
	p := mustPlan(t, s.input(t))
	given := slices.Clone(s.candidates)
	for i, h := range given {
		given[i].Assigned = slices.Clone(h.Assigned)
	}
	proposal, err := planner.Propose(context.Background(), p, given)
	if diff := gocmp.Diff(s.candidates, given); diff != "" {
		t.Errorf("the candidates were changed (-before +after):\n%s", diff)
	}
	if diff := gocmp.Diff(mustPlan(t, s.input(t)), p, exported); diff != "" {
		t.Errorf("the plan was changed (-before +after):\n%s", diff)
	}
	var none *planner.NoProposalError
	switch {
	case err == nil && p.Status == planner.Blocked:
		checkProposal(t, s.situation, proposal)
	case err == nil:
		if proposal.Plan != p || len(proposal.Switches)+len(proposal.Releases) > 0 {
			t.Errorf("a proposal for what is %s: %+v", p.Status, proposal)
		}
	case !errors.As(err, &none):
		t.Errorf("Propose: %v", err)
	case p.Status != planner.Rejected:
		checkShortages(t, s, p, none)
	}
}

// checkShortages counts for each blocker the candidates who can be taken out of
// it.
func checkShortages(t rapid.TB, s proposing, p *planner.Plan, none *planner.NoProposalError) {
	t.Helper()
	var want []planner.Shortage
	for _, b := range p.Blockers {
		shortage := planner.Shortage{Blocker: b, Wanted: b.Affected}
		if b.Kind == planner.OverAllocated {
			shortage.Wanted = b.MustRemove
		}
		for _, h := range s.candidates {
			if p.Affects(b, h) && s.canLeave(t, p, b, h) {
				shortage.Candidates++
			}
		}
		if shortage.Candidates < shortage.Wanted {
			want = append(want, shortage)
		}
	}
	if diff := gocmp.Diff(want, none.Shortages, exported); diff != "" {
		t.Errorf("shortages (-left +said):\n%s", diff)
	}
}

// canLeave says whether releases can take a holder out of a blocker, without
// putting what the situation switches it to into one.
func (s proposing) canLeave(t rapid.TB, p *planner.Plan, b planner.Blocker, h seat.Holder) bool {
	t.Helper()
	if !s.hasSwitches(h.ID) {
		return true
	}
	for _, releases := range subsets(s.free(h)) {
		after := s.situation
		after.releases = slices.Clone(s.releases)
		for _, module := range releases {
			after.releases = append(after.releases, seat.Assignment{Holder: h.ID, Module: module})
		}
		q := mustPlan(t, after.input(t))
		if q.Affects(b, h) {
			continue
		}
		if !slices.ContainsFunc(q.Blockers, func(other planner.Blocker) bool {
			return other.Kind == planner.MissingPrerequisite && q.Affects(other, h) && !p.Affects(other, h)
		}) {
			return true
		}
	}
	return false
}

// FuzzPropose draws a question from bytes.
func FuzzPropose(f *testing.F) {
	addSeeds(f, 1, 60)
	f.Fuzz(func(t *testing.T, data []byte) {
		checkAny(t, drawProposing(fromBytes(data)))
	})
}

// TestProposalsAreVaried: what the properties are about does occur in what is
// drawn for them.
func TestProposalsAreVaried(t *testing.T) {
	seen := make(map[string]int)
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := drawProposing(func(n int, _ string) int { return random.IntN(n) })
		p := mustPlan(t, s.input(t))
		proposal, err := planner.Propose(context.Background(), p, s.candidates)
		var none *planner.NoProposalError
		switch {
		case errors.As(err, &none):
			seen["none"]++
			continue
		case err != nil:
			t.Fatal(err)
		case p.Status != planner.Blocked:
			continue
		}
		seen["proposed"]++
		for _, b := range p.Blockers {
			seen[string(b.Kind)]++
		}
		for what, occurs := range map[string]bool{
			"switch": len(proposal.Switches) > 0, "release": len(proposal.Releases) > 0,
			"both":               len(proposal.Switches) > 0 && len(proposal.Releases) > 0,
			"cascade":            len(proposal.Plan.Releases) > len(proposal.Releases)+len(p.Releases),
			"on top":             len(p.Releases) > 0,
			"on top of switches": len(p.Switches) > 0,
			"of who is switched": slices.ContainsFunc(proposal.Releases, func(r seat.Assignment) bool { return s.hasSwitches(r.Holder) }),
		} {
			if occurs {
				seen[what]++
			}
		}
	}
	for _, what := range []string{
		"none", "proposed", "over-allocated", "missing-prerequisite", "not-assignable", "switch", "release", "both", "cascade", "on top",
		"on top of switches", "of who is switched",
	} {
		if seen[what] < 20 {
			t.Errorf("%s occurs only %d times", what, seen[what])
		}
	}
}

// proposing is a question for a proposal: a situation, and who may lose
// something, the first first.
type proposing struct {
	situation
	candidates []seat.Holder
}

// join lets a holder be a candidate at some place of the order.
func (s *proposing) join(t *rapid.T, h seat.Holder) {
	s.holders = append(s.holders, h)
	s.candidates = slices.Insert(s.candidates, rapid.IntRange(0, len(s.candidates)).Draw(t, "place of "+h.ID), h)
}

// drawProposing draws situations of which many are blocked, with few candidates
// who hold few modules.
func drawProposing(c choose) proposing {
	var s proposing
	if c.oneIn(2, "any situation") {
		s.situation = drawSituation(c)
	} else {
		s.situation = drawShrinking(c, 1+c(5, "holders"))
	}
	for i, h := range s.holders {
		s.holders[i].Assigned = h.Assigned[:min(4, len(h.Assigned))]
		if len(s.candidates) < 4 && !c.oneIn(4, "protected "+h.ID) {
			s.candidates = append(s.candidates, s.holders[i])
		}
	}
	if len(s.candidates) > 1 {
		i := c(len(s.candidates), "first")
		s.candidates[0], s.candidates[i] = s.candidates[i], s.candidates[0]
	}
	s.releases = slices.DeleteFunc(s.releases, func(r seat.Assignment) bool {
		return !slices.ContainsFunc(s.holders, func(h seat.Holder) bool { return h.ID == r.Holder && slices.Contains(h.Assigned, r.Module) })
	})
	if c.oneIn(2, "more switches") {
		s.switches = append(s.switches, drawSwitches(c, s.situation)...)
	}
	s.switches = slices.DeleteFunc(s.switches, func(w seat.Swap) bool {
		return !slices.ContainsFunc(s.holders, func(h seat.Holder) bool { return h.ID == w.Holder && slices.Contains(h.Assigned, w.From) })
	})
	s.situation = s.onlyRight()
	return s
}

// drawShrinking draws a license with overlapping bundles, of which the next one
// has less.
func drawShrinking(c choose, holders int) situation {
	parts := []string{"a", "b", "c"}
	l := renewal(5, modules(userModule("a", 50), userModule("b", 50), userModule("c", 50)))
	for i, name := range []string{"big", "middle", "small"} {
		m := bundle(name, int64(2+c(5, "seats of "+name)), parts[:3-i]...)
		if c.oneIn(4, "odd "+name) {
			m.Includes = c.some(parts, "includes of "+name, 1)
		}
		l.Modules = append(l.Modules, m)
	}
	l.Modules = append(l.Modules, userModule("add-on", 50, c.some(parts, "add-on requires", 1)...))
	partner := renewal(1, modules(userModule("p", 50, "vendor."+[]string{"a", "b", "c", "big"}[c(4, "p requires")])))
	partner.Owner.Name = "partner"
	repair(l)
	s := situation{active: []*license.License{l, partner}, offered: drawSmaller(c, l)}
	for i := range holders {
		h := seat.Holder{ID: fmt.Sprintf("h%02d", i), Kind: license.User, Type: []string{"internal", "external"}[c(5, "type")/4]}
		if plan := c(5, "plan of "+h.ID); plan < 3 {
			h.Assigned = append(h.Assigned, "vendor."+[]string{"big", "middle", "small"}[plan])
			if c.oneIn(3, "second plan") {
				h.Assigned = append(h.Assigned, "vendor."+[]string{"middle", "small", "big"}[plan])
			}
		}
		h.Assigned = append(h.Assigned, c.some([]string{"vendor.add-on", "partner.p", "vendor.a"}, "more of "+h.ID, 2)...)
		s.holders = append(s.holders, h)
	}
	return s
}

func drawSmaller(c choose, l *license.License) *license.License {
	next := renewal(6, modules())
	for _, m := range l.Modules {
		if c.oneIn(10, "remove "+m.Name) {
			continue
		}
		if c.oneIn(2, "reduce "+m.Name) {
			m.Quantity = int64(1 + c(3, "new seats of "+m.Name))
		}
		if m.Bundle && c.oneIn(4, "change "+m.Name) {
			m.Includes = c.some([]string{"a", "b", "c"}, "new includes of "+m.Name, 1)
		}
		if c.oneIn(12, "restrict "+m.Name) {
			m.AssignableTo = []string{"internal"}
		}
		next.Modules = append(next.Modules, m)
	}
	repair(next)
	return next
}

// drawCrowd draws candidates with one assignment each, of plans that overlap and
// have no seat to switch to.
func drawCrowd(c choose, candidates int) proposing {
	parts := []string{"a", "b", "c", "d", "e"}
	active, offered := renewal(5, modules()), renewal(6, modules())
	inUse := make(map[string]int64)
	var s proposing
	for i := range candidates {
		name := fmt.Sprintf("plan%d", c(6, "plan"))
		inUse[name]++
		s.holders = append(s.holders, seat.Holder{ID: fmt.Sprintf("h%02d", i), Kind: license.User, Assigned: []string{"vendor." + name}})
	}
	for i := range 6 {
		name := fmt.Sprintf("plan%d", i)
		m := bundle(name, inUse[name], c.some(parts, "includes of "+name, 1)...)
		if m.Quantity == 0 {
			continue
		}
		for _, part := range m.Includes {
			inUse[part] += m.Quantity
		}
		active.Modules = append(active.Modules, m)
		offered.Modules = append(offered.Modules, m)
	}
	for _, name := range parts {
		active.Modules = append(active.Modules, userModule(name, int64(candidates)))
		less := int64(c(3, "less of "+name))
		offered.Modules = append(offered.Modules, userModule(name, max(1, inUse[name]-less)))
	}
	s.active, s.offered = []*license.License{active}, offered
	for i := range candidates {
		s.candidates = slices.Insert(s.candidates, c(i+1, "rank"), s.holders[i])
	}
	return s
}

// drawTeam draws candidates with one of three plans each, and some with an add-on
// that needs a part of it. The next license has one or two seats less of parts or of
// a plan, and few of smaller plans.
func drawTeam(c choose, candidates int) proposing {
	all := int64(candidates)
	plans := []license.Module{bundle("abc", all, "a", "b", "c"), bundle("ab", all, "a", "b"), bundle("bc", all, "b", "c")}
	active, offered := renewal(5, modules(plans...)), renewal(6, modules(plans...))
	s := proposing{situation: situation{active: []*license.License{active}, offered: offered}}
	inUse := make(map[string]int64)
	for i := range candidates {
		plan := plans[c(3, "plan")]
		for _, part := range plan.Includes {
			inUse[part]++
		}
		inUse[plan.Name]++
		h := seat.Holder{ID: fmt.Sprintf("h%02d", i), Kind: license.User, Assigned: []string{"vendor." + plan.Name}}
		if c.oneIn(6, "add-on of "+h.ID) {
			h.Assigned = append(h.Assigned, "vendor.add-on")
		}
		s.holders = append(s.holders, h)
		s.candidates = slices.Insert(s.candidates, c(i+1, "rank"), h)
	}
	for _, part := range []string{"a", "b", "c"} {
		active.Modules = append(active.Modules, userModule(part, all))
		offered.Modules = append(offered.Modules, userModule(part, max(1, inUse[part]-int64(c(3, "less of "+part)))))
	}
	if c.oneIn(3, "fewer of a plan") {
		offered.Modules[0].Quantity = max(1, inUse["abc"]-1)
	}
	addOn := userModule("add-on", all, "b")
	active.Modules = append(active.Modules, addOn)
	offered.Modules = append(offered.Modules, addOn,
		bundle("small", int64(1+c(2, "seats of small")), "b"), bundle("least", int64(1+c(2, "seats of least")), []string{"a", "c"}[c(2, "part of least")]))
	return s
}
