package activation_test

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// proposing is a question for a proposal: a situation, and who may lose
// something, the first first.
type proposing struct {
	situation
	candidates []seat.Holder
}

// way is what might be done with one holder.
type way struct {
	from, to string // of a switch
	releases []string
	after    []string // what is assigned before the activation
	cascaded int      // by the switch
}

// answer is a proposal, by what happens to each holder.
type answer struct {
	switches []seat.Swap
	ended    []string // "holder module", also by cascade
}

// ways lists all that might be done with a holder, but for nothing.
func (s proposing) ways(t rapid.TB, h seat.Holder) []way {
	t.Helper()
	var requested []string
	for _, r := range s.releases {
		if r.Holder == h.ID {
			requested = append(requested, r.Module)
		}
	}
	free := slices.DeleteFunc(slices.Clone(h.Assigned), func(m string) bool { return slices.Contains(requested, m) })
	var all []way
	for _, releases := range subsets(free) {
		if len(releases) > 0 {
			all = append(all, way{releases: releases, after: h.Assigned})
		}
	}
	if len(requested) > 0 {
		return all
	}
	inC := modulesOf(s.ofOwner(s.offered.Owner.Name))
	for _, from := range h.Assigned {
		for to, m := range inC {
			if f := inC[from]; f == nil || !f.Bundle || !m.Bundle || to == from || slices.Contains(h.Assigned, to) ||
				slices.ContainsFunc(m.Includes, func(name string) bool { return !slices.Contains(f.Includes, name) }) {
				continue
			}
			all = append(all, s.switching(t, h, from, to)...)
		}
	}
	return all
}

func (s proposing) switching(t rapid.TB, h seat.Holder, from, to string) []way {
	t.Helper()
	state := seat.State{Licenses: s.set(t), Now: planned, Census: seat.NewCensus(slices.Values(s.holders))}
	decision, err := seat.Switch(state, []seat.Holder{h}, seat.Swap{Holder: h.ID, From: from, To: to})
	if err != nil {
		return nil
	}
	w := way{from: from, to: to, after: decision.Holders[0].Assigned}
	for _, c := range decision.Changes {
		if c.Cause == seat.Cascaded {
			w.cascaded++
		}
	}
	var all []way
	for _, releases := range subsets(slices.DeleteFunc(slices.Clone(w.after), func(m string) bool { return m == to })) {
		w.releases = releases
		all = append(all, w)
	}
	return all
}

func subsets(names []string) [][]string {
	var all [][]string
	for mask := range 1 << len(names) {
		var some []string
		for i, name := range names {
			if mask>>i&1 == 1 {
				some = append(some, name)
			}
		}
		all = append(all, some)
	}
	return all
}

// best tries everything with the planner, in the order of docs/spec/planning.md,
// Proposals; it is false if nothing makes the plan ready.
func (s proposing) best(t rapid.TB) (answer, bool) {
	t.Helper()
	ways := make([][]way, len(s.candidates))
	for i, h := range s.candidates {
		ways[i] = s.ways(t, h)
	}
	var masks []uint
	for mask := range uint(1) << len(ways) {
		masks = append(masks, mask)
	}
	slices.SortStableFunc(masks, func(a, b uint) int { return cmp.Compare(bits.OnesCount(a), bits.OnesCount(b)) })
	for _, mask := range masks {
		var places []int
		for place := len(ways) - 1; place >= 0; place-- { // the last of the order first
			if mask>>place&1 == 1 {
				places = append(places, place)
			}
		}
		var found *trial
		s.each(t, ways, places, nil, func(tried *trial) {
			if found == nil || tried.compare(found) < 0 {
				found = tried
			}
		})
		if found != nil {
			return found.answer, true
		}
	}
	return answer{}, false
}

// trial is a set of ways that makes the plan ready.
type trial struct {
	answer
	keys []key // of the holders, the last of the order first
}

type key struct {
	ended, switched, occupied int
	to, from                  string
}

func (a *trial) compare(b *trial) int {
	return slices.CompareFunc(a.keys, b.keys, func(a, b key) int {
		return cmp.Or(a.ended-b.ended, a.switched-b.switched, b.occupied-a.occupied, strings.Compare(a.to, b.to), strings.Compare(a.from, b.from))
	})
}

// each calls do for all that is ready of the ways with the holders of places.
func (s proposing) each(t rapid.TB, ways [][]way, places []int, picked []way, do func(*trial)) {
	t.Helper()
	if len(picked) < len(places) {
		for _, w := range ways[places[len(picked)]] {
			s.each(t, ways, places, append(picked, w), do)
		}
		return
	}
	if tried := s.try(t, places, picked); tried != nil {
		do(tried)
	}
}

// try plans with the ways, nil unless that is ready.
func (s proposing) try(t rapid.TB, places []int, picked []way) *trial {
	t.Helper()
	after := s.situation
	after.holders = slices.Clone(s.holders)
	tried := &trial{}
	for i, w := range picked {
		h := s.candidates[places[i]]
		for j := range after.holders {
			if after.holders[j].ID == h.ID {
				after.holders[j].Assigned = w.after
			}
		}
		if w.to != "" {
			tried.switches = append(tried.switches, seat.Swap{Holder: h.ID, From: w.from, To: w.to})
		}
		for _, module := range w.releases {
			after.releases = append(after.releases[:len(after.releases):len(after.releases)], seat.Assignment{Holder: h.ID, Module: module})
		}
	}
	if !s.seatsFor(t, tried.switches) {
		return nil
	}
	p := mustPlan(t, after.input(t))
	if p.Status != activation.Ready {
		return nil
	}
	before := mustPlan(t, s.input(t))
	for i, w := range picked {
		h := s.candidates[places[i]]
		k := key{to: w.to, from: w.from, ended: w.cascaded + endedOf(p, h.ID) - endedOf(before, h.ID)}
		if w.to != "" {
			k.switched = 1
			if slices.ContainsFunc(p.Releases, func(r activation.Release) bool { return r.Holder == h.ID && r.Module == w.to }) {
				return nil // what was switched to would end
			}
		}
		h.Assigned = w.after
		end, _ := p.Apply(h)
		for range seat.Occupy(s.set(t).With(s.offered), end.Assigned).All() {
			k.occupied++
		}
		tried.keys = append(tried.keys, k)
	}
	slices.SortFunc(tried.switches, func(a, b seat.Swap) int { return strings.Compare(a.Holder, b.Holder) })
	tried.ended = endedIn(p)
	return tried
}

// seatsFor says whether bundles have free seats for all switches.
func (s proposing) seatsFor(t rapid.TB, switches []seat.Swap) bool {
	t.Helper()
	set := s.set(t)
	inUse := seat.InUse(set, seat.NewCensus(slices.Values(s.holders)))
	for _, swap := range switches {
		inUse[set.Module(swap.To).Index]++
	}
	return !slices.ContainsFunc(switches, func(swap seat.Swap) bool {
		e := set.Module(swap.To)
		return !e.Module.Unrestricted && inUse[e.Index] > e.Module.Capacity()
	})
}

func endedOf(p *activation.Plan, holder string) int {
	n := 0
	for _, r := range p.Releases {
		if r.Holder == holder {
			n++
		}
	}
	return n
}

func endedIn(p *activation.Plan) []string {
	var ended []string
	for _, r := range p.Releases {
		ended = append(ended, r.Holder+" "+r.Module)
	}
	return ended
}

// switched returns the holders as they are after the switches, which must be
// accepted.
func switched(t rapid.TB, s situation, swaps []seat.Swap) []seat.Holder {
	t.Helper()
	state := seat.State{Licenses: s.set(t), Now: planned, Census: seat.NewCensus(slices.Values(s.holders))}
	decision, err := seat.Switch(state, s.holders, swaps...)
	if err != nil {
		t.Fatalf("the switches are refused: %v", err)
	}
	holders := slices.Clone(s.holders)
	for _, changed := range decision.Holders {
		for i := range holders {
			if holders[i].ID == changed.ID {
				holders[i] = changed
			}
		}
	}
	return holders
}

// checkProposal carries a proposal out with the planner: it is ready, as it
// said, no release can be left out, and without a switch more would end.
func checkProposal(t rapid.TB, s situation, proposal *activation.Proposal) {
	t.Helper()
	plan := func(swaps []seat.Swap, releases []seat.Assignment) *activation.Plan {
		after := s
		after.holders = switched(t, s, swaps)
		after.releases = slices.Concat(s.releases, releases)
		return mustPlan(t, after.input(t))
	}
	whole := plan(proposal.Switches, proposal.Releases)
	if diff := gocmp.Diff(whole, proposal.Plan, exported); diff != "" || whole.Status != activation.Ready {
		t.Fatalf("the plan of the proposal is %s (-planned +proposed):\n%s", whole.Status, diff)
	}
	for i := range proposal.Releases {
		if p := plan(proposal.Switches, slices.Delete(slices.Clone(proposal.Releases), i, i+1)); p.Status != activation.Blocked {
			t.Errorf("release %v can be left out of %+v, %+v", proposal.Releases[i], proposal.Switches, proposal.Releases)
		}
	}
	for i := range proposal.Switches {
		p := plan(slices.Delete(slices.Clone(proposal.Switches), i, i+1), proposal.Releases)
		if p.Status != activation.Blocked && len(p.Releases) <= len(whole.Releases) {
			t.Errorf("switch %v can be left out of %+v, %+v", proposal.Switches[i], proposal.Switches, proposal.Releases)
		}
	}
}

// drawProposing draws situations of which many are blocked: a license with
// overlapping bundles, of which the next one has less.
func drawProposing(c choose) proposing {
	var s proposing
	if c.oneIn(2, "any situation") {
		s.situation = drawSituation(c)
	} else {
		s.situation = drawShrinking(c)
	}
	for _, h := range s.holders {
		if len(s.candidates) < 4 && !c.oneIn(4, "protected "+h.ID) {
			s.candidates = append(s.candidates, h)
		}
	}
	if len(s.candidates) > 1 {
		i := c(len(s.candidates), "first")
		s.candidates[0], s.candidates[i] = s.candidates[i], s.candidates[0]
	}
	return s
}

func drawShrinking(c choose) situation {
	user := func(name string, quantity int64) license.Module {
		return license.Module{Name: name, Kind: license.User, Quantity: quantity}
	}
	l := &license.License{
		Owner: license.Owner{Name: "vendor"}, Licensee: license.Licensee{Company: "Example AS", Serial: "42"},
		Number: 5, IssuedAt: planned,
	}
	for _, name := range []string{"a", "b", "c"} {
		l.Modules = append(l.Modules, user(name, 6))
	}
	for i, name := range []string{"big", "middle", "small"} {
		m := user(name, int64(2+c(5, "seats of "+name)))
		m.Bundle = true
		m.Includes = []string{"a", "b", "c"}[:3-i]
		if c.oneIn(4, "odd "+name) {
			m.Includes = c.some([]string{"a", "b", "c"}, "includes of "+name, 1)
		}
		l.Modules = append(l.Modules, m)
	}
	addOn := user("add-on", 6)
	addOn.Requires = c.some([]string{"a", "b", "c"}, "add-on requires", 1)
	l.Modules = append(l.Modules, addOn)
	partner := &license.License{
		Owner: license.Owner{Name: "partner"}, Licensee: l.Licensee, Number: 1, IssuedAt: planned,
		Modules: []license.Module{{Name: "p", Kind: license.User, Quantity: 6, Requires: []string{"vendor." + []string{"a", "b", "c", "big"}[c(4, "p requires")]}}},
	}
	next := *l
	next.Number = 6
	next.Modules = nil
	for _, m := range l.Modules {
		if c.oneIn(10, "remove "+m.Name) {
			continue
		}
		if c.oneIn(2, "reduce "+m.Name) {
			m.Quantity = int64(1 + c(3, "seats of "+m.Name))
		}
		if m.Bundle && c.oneIn(4, "change "+m.Name) {
			m.Includes = c.some([]string{"a", "b", "c"}, "includes of "+m.Name, 1)
		}
		if c.oneIn(12, "restrict "+m.Name) {
			m.AssignableTo = []string{"internal"}
		}
		next.Modules = append(next.Modules, m)
	}
	repair(l)
	repair(&next)
	s := situation{active: []*license.License{l, partner}, offered: &next}
	for i := range 1 + c(5, "holders") {
		h := seat.Holder{ID: "h" + string(rune('0'+i)), Kind: license.User, Type: []string{"internal", "external"}[c(5, "type")/4]}
		switch plan := c(5, "plan of "+h.ID); plan {
		case 0, 1, 2:
			h.Assigned = append(h.Assigned, "vendor."+[]string{"big", "middle", "small"}[plan])
		}
		h.Assigned = append(h.Assigned, c.some([]string{"vendor.add-on", "partner.p", "vendor.a"}, "more of "+h.ID, 2)...)
		s.holders = append(s.holders, h)
	}
	return s
}

// TestProposalIsBest compares proposals with the best of all that can be done.
func TestProposalIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawProposing(fromRapid(t))
		for i := range s.holders {
			s.holders[i].Assigned = s.holders[i].Assigned[:min(4, len(s.holders[i].Assigned))]
		}
		for i := range s.candidates {
			s.candidates[i].Assigned = s.candidates[i].Assigned[:min(4, len(s.candidates[i].Assigned))]
		}
		s.releases = slices.DeleteFunc(s.releases, func(r seat.Assignment) bool {
			return !slices.ContainsFunc(s.holders, func(h seat.Holder) bool { return h.ID == r.Holder && slices.Contains(h.Assigned, r.Module) })
		})
		p := mustPlan(t, s.input(t))
		proposal, err := activation.Propose(p, s.candidates)
		if p.Status != activation.Blocked {
			return
		}
		want, found := s.best(t)
		var none *activation.NoProposalError
		if !found {
			if !errors.As(err, &none) {
				t.Fatalf("nothing helps, and the proposal is %+v, %v", proposal, err)
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
	})
}
