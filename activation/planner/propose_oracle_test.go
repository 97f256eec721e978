package planner_test

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/seat"
)

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
	decision, err := seat.Switch(s.state(t), []seat.Holder{h}, seat.Swap{Holder: h.ID, From: from, To: to})
	if err != nil {
		return nil
	}
	w := way{from: from, to: to, after: decision.Holders[0].Assigned}
	for _, c := range decision.Changes {
		if c.Cause == seat.CauseCascaded {
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
	var able []seat.Holder
	var ways [][]way
	for _, h := range s.candidates {
		if all := s.ways(t, h); len(all) > 0 {
			able, ways = append(able, h), append(ways, all)
		}
	}
	s.candidates = able
	masks := make([]uint, 1<<len(able))
	for i := range masks {
		masks[i] = uint(i)
	}
	slices.SortStableFunc(masks, func(a, b uint) int { return cmp.Compare(bits.OnesCount(a), bits.OnesCount(b)) })
	before := mustPlan(t, s.input(t))
	for _, mask := range masks {
		var places []int
		for place := range slices.Backward(able) {
			if mask>>place&1 == 1 {
				places = append(places, place)
			}
		}
		var found *trial
		s.each(ways, places, nil, func(picked []way) {
			if tried := s.try(t, before, places, picked); tried != nil && (found == nil || tried.compare(found) < 0) {
				found = tried
			}
		})
		if found != nil {
			return found.answer, true
		}
	}
	return answer{}, false
}

// each calls do for every choice of one way for each of the places.
func (s proposing) each(ways [][]way, places []int, picked []way, do func([]way)) {
	if len(picked) == len(places) {
		do(picked)
		return
	}
	for _, w := range ways[places[len(picked)]] {
		s.each(ways, places, append(picked, w), do)
	}
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

// try plans with the ways, nil unless that is ready.
func (s proposing) try(t rapid.TB, before *planner.Plan, places []int, picked []way) *trial {
	t.Helper()
	tried := &trial{}
	after := s.situation
	after.releases = slices.Clone(s.releases)
	var changed []seat.Holder
	for i, w := range picked {
		h := s.candidates[places[i]]
		h.Assigned = w.after
		changed = append(changed, h)
		if w.to != "" {
			tried.switches = append(tried.switches, seat.Swap{Holder: h.ID, From: w.from, To: w.to})
		}
		for _, module := range w.releases {
			after.releases = append(after.releases, seat.Assignment{Holder: h.ID, Module: module})
		}
	}
	after = after.with(changed)
	p := mustPlan(t, after.input(t))
	if p.Status != planner.Ready || !s.seatsFor(t, tried.switches) {
		return nil
	}
	for i, w := range picked {
		if w.to != "" && slices.Contains(endedIn(p), changed[i].ID+" "+w.to) {
			return nil // what was switched to would end
		}
		tried.keys = append(tried.keys, s.key(t, before, p, w, changed[i]))
	}
	slices.SortFunc(tried.switches, func(a, b seat.Swap) int { return strings.Compare(a.Holder, b.Holder) })
	tried.ended = endedIn(p)
	return tried
}

func (s proposing) key(t rapid.TB, before, p *planner.Plan, w way, h seat.Holder) key {
	t.Helper()
	k := key{to: w.to, from: w.from, ended: w.cascaded + endedOf(p, h.ID) - endedOf(before, h.ID)}
	if w.to != "" {
		k.switched = 1
	}
	after, _ := p.Apply(h)
	for range occupancy.Of(s.set(t).With(s.offered), after.Assigned).All() {
		k.occupied++
	}
	return k
}

// seatsFor says whether bundles have free seats for all switches.
func (s proposing) seatsFor(t rapid.TB, switches []seat.Swap) bool {
	t.Helper()
	set := s.set(t)
	inUse := seat.NewCensus(slices.Values(s.holders)).InUse(set)
	for _, swap := range switches {
		inUse[set.Module(swap.To).Index]++
	}
	return !slices.ContainsFunc(switches, func(swap seat.Swap) bool {
		e := set.Module(swap.To)
		return !e.Module.Unrestricted && inUse[e.Index] > e.Module.Capacity()
	})
}

func endedOf(p *planner.Plan, holder string) int {
	n := 0
	for _, r := range p.Releases {
		if r.Holder == holder {
			n++
		}
	}
	return n
}

func endedIn(p *planner.Plan) []string {
	var ended []string
	for _, r := range p.Releases {
		ended = append(ended, r.Holder+" "+r.Module)
	}
	return ended
}

// switched returns the situation after the switches, which must be accepted.
func (s situation) switched(t rapid.TB, swaps []seat.Swap) situation {
	t.Helper()
	decision, err := seat.Switch(s.state(t), s.holders, swaps...)
	if err != nil {
		t.Fatalf("the switches are refused: %v", err)
	}
	return s.with(decision.Holders)
}

// checkProposal carries a proposal out with the planner: it is ready, as it
// said, no release can be left out, and without a switch more would end.
func checkProposal(t rapid.TB, s situation, proposal *planner.Proposal) {
	t.Helper()
	plan := func(swaps []seat.Swap, releases []seat.Assignment) *planner.Plan {
		after := s.switched(t, swaps)
		after.releases = slices.Concat(s.releases, releases)
		return mustPlan(t, after.input(t))
	}
	whole := plan(proposal.Switches, proposal.Releases)
	if diff := gocmp.Diff(whole, proposal.Plan, exported); diff != "" || whole.Status != planner.Ready {
		t.Fatalf("the plan of the proposal is %s (-planned +proposed):\n%s", whole.Status, diff)
	}
	for i := range proposal.Releases {
		if p := plan(proposal.Switches, slices.Delete(slices.Clone(proposal.Releases), i, i+1)); p.Status != planner.Blocked {
			t.Errorf("release %v can be left out of %+v, %+v", proposal.Releases[i], proposal.Switches, proposal.Releases)
		}
	}
	for i := range proposal.Switches {
		p := plan(slices.Delete(slices.Clone(proposal.Switches), i, i+1), proposal.Releases)
		if p.Status != planner.Blocked && len(p.Releases) <= len(whole.Releases) {
			t.Errorf("switch %v can be left out of %+v, %+v", proposal.Switches[i], proposal.Switches, proposal.Releases)
		}
	}
}
