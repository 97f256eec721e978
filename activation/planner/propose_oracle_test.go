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
	to       string // the bundle that all switches go to
	from     []string
	releases []string
}

// answer is a proposal, by what happens to each holder.
type answer struct {
	switches []seat.Swap
	ended    []string // "holder module", also by cascade
}

// free lists what of a holder the situation neither releases nor switches.
func (s situation) free(h seat.Holder) []string {
	return slices.DeleteFunc(slices.Clone(h.Assigned), func(m string) bool {
		return s.isSwitched(h.ID, m) || slices.Contains(s.releasedBy(h.ID), m)
	})
}

func (s situation) hasSwitches(holder string) bool {
	return slices.ContainsFunc(s.switches, func(w seat.Swap) bool { return w.Holder == holder })
}

// ways lists all that might be done with a holder, but for nothing.
func (s proposing) ways(h seat.Holder) []way {
	free := s.free(h)
	var all []way
	for _, releases := range subsets(free) {
		if len(releases) > 0 {
			all = append(all, way{releases: releases})
		}
	}
	if s.hasSwitches(h.ID) {
		return all
	}
	o := newOracle(s.situation)
	for to, m := range o.inO {
		if !m.Bundle {
			continue
		}
		origins := slices.DeleteFunc(slices.Clone(free), func(from string) bool { return !o.mayReplace(from, to) })
		for _, from := range subsets(origins) {
			if len(from) == 0 {
				continue
			}
			left := slices.DeleteFunc(slices.Clone(free), func(m string) bool { return slices.Contains(from, m) })
			for _, releases := range subsets(left) {
				all = append(all, way{to: to, from: from, releases: releases})
			}
		}
	}
	return all
}

// mayReplace says whether a proposal may switch from one bundle to another.
func (r *oracle) mayReplace(from, to string) bool {
	c, o := r.inC[from], r.inO[to]
	return c != nil && c.Bundle && from != to && r.successor(from) != to &&
		!slices.ContainsFunc(o.Includes, func(name string) bool { return !slices.Contains(c.Includes, name) })
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
		if all := s.ways(h); len(all) > 0 {
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
	keys []key // of the holders, from the last in the order to the first
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
	after.releases, after.switches = slices.Clone(s.releases), slices.Clone(s.switches)
	for i, w := range picked {
		id := s.candidates[places[i]].ID
		for _, from := range w.from {
			tried.switches = append(tried.switches, seat.Swap{Holder: id, From: from, To: w.to})
		}
		for _, module := range w.releases {
			after.releases = append(after.releases, seat.Assignment{Holder: id, Module: module})
		}
	}
	after.switches = append(after.switches, tried.switches...)
	p, err := planner.New(after.input(t))
	if err != nil || p.Status != planner.Ready {
		return nil // an error means that a release also ends the second bundle
	}
	for i, w := range picked {
		tried.keys = append(tried.keys, s.key(t, before, p, w, s.candidates[places[i]]))
	}
	slices.SortFunc(tried.switches, func(a, b seat.Swap) int {
		return cmp.Or(strings.Compare(a.Holder, b.Holder), strings.Compare(a.From, b.From))
	})
	tried.ended = endedIn(p)
	return tried
}

func (s proposing) key(t rapid.TB, before, p *planner.Plan, w way, h seat.Holder) key {
	t.Helper()
	k := key{
		ended: endedOf(p, h.ID) - endedOf(before, h.ID), switched: len(w.from),
		to: w.to, from: strings.Join(w.from, " "),
	}
	after, _ := p.Apply(h)
	for range occupancy.Of(s.set(t).With(s.offered), after.Assigned).All() {
		k.occupied++
	}
	return k
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

// checkProposal carries a proposal out with the planner: it is ready, as it
// said, no release can be left out, and without a switch more would end.
func checkProposal(t rapid.TB, s situation, proposal *planner.Proposal) {
	t.Helper()
	plan := func(swaps []seat.Swap, releases []seat.Assignment) *planner.Plan {
		after := s
		after.switches, after.releases = slices.Concat(s.switches, swaps), slices.Concat(s.releases, releases)
		p, err := planner.New(after.input(t))
		if err != nil { // a release also ends a second bundle
			return &planner.Plan{Status: planner.Blocked}
		}
		return p
	}
	whole := plan(proposal.Switches, proposal.Releases)
	if diff := gocmp.Diff(whole, proposal.Plan, exported); diff != "" || whole.Status != planner.Ready {
		t.Fatalf("the plan of the proposal is %s (-planned +proposed):\n%s", whole.Status, diff)
	}
	for i := range proposal.Releases {
		if p := plan(proposal.Switches, slices.Delete(slices.Clone(proposal.Releases), i, i+1)); p.Status != planner.Blocked {
			t.Errorf("release %v can be left out of %+v", proposal.Releases[i], proposal.Selection)
		}
	}
	for i := range proposal.Switches {
		p := plan(slices.Delete(slices.Clone(proposal.Switches), i, i+1), proposal.Releases)
		if p.Status != planner.Blocked && len(p.Releases) <= len(whole.Releases) {
			t.Errorf("switch %v can be left out of %+v", proposal.Switches[i], proposal.Selection)
		}
	}
}
