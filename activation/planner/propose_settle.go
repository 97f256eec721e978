package planner

import (
	"cmp"
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// loss is what a proposal takes from one holder.
type loss struct {
	place    int      // of the holder, in the ranking
	swap     *swap    // what is switched first, nil for nothing
	requests []string // what is released then
	ended    int      // how many assignments end, those exchanged by the swap apart
	occupied int      // how many seats are left
	seats    []int    // those of them that may lack, by the index of the module
}

// swap is an exchange of bundles that the active licenses allow, but for the
// free seat.
type swap struct {
	from, to   string
	kind       license.Kind
	holderType string
	assigned   []string // afterwards
	ended      int      // how many assignments end with it
}

// settlement decides what is taken from the chosen, the last first, so that
// they keep what they can.
type settlement struct {
	*ranking
	// inUse is the seats in use after, by index of W's entries, when whoever is
	// not settled yet loses everything.
	inUse []int64
	// free is the seats that bundles have free now, by index of the active
	// licenses' entries.
	free []int64
	// epoch grows whenever a module becomes full: what is right for a class is
	// right until then.
	epoch int
}

// settle decides what is taken from each of the chosen. As long as the others
// are thought to lose everything, each can be settled by itself, and what the
// later ones of the order keep is theirs.
func (r *ranking) settle(chosen []int) []loss {
	s := &settlement{ranking: r, inUse: slices.Clone(r.plan.counted.newInUse), free: r.plan.counted.freeNow()}
	for _, place := range chosen {
		for _, i := range r.candidates[place].class.seats {
			s.inUse[i]--
		}
	}
	losses := make([]loss, 0, len(chosen))
	for _, place := range slices.Backward(chosen) {
		l := *s.least(r.candidates[place].class)
		l.place = place
		s.book(l)
		losses = append(losses, l)
	}
	return losses
}

// freeNow returns the free seats of today.
func (f *figures) freeNow() []int64 {
	free := make([]int64, len(f.inUse))
	for i, e := range f.before.Entries() {
		if free[i] = e.Module.Capacity() - f.inUse[i]; e.Module.Unrestricted {
			free[i] = license.MaxSeats
		}
	}
	return free
}

// book keeps count of what a holder keeps and takes.
func (s *settlement) book(l loss) {
	for _, i := range l.seats {
		if s.inUse[i]++; s.isFull(i) {
			s.epoch++
		}
	}
	if l.swap == nil {
		return
	}
	to := s.plan.move.before.Module(l.swap.to)
	if to.Module.Unrestricted {
		return
	}
	if s.free[to.Index]--; s.free[to.Index] == 0 {
		s.epoch++
	}
}

func (s *settlement) isFull(i int) bool {
	return s.inUse[i] >= s.plan.move.after.Entries()[i].Module.Capacity()
}

// least returns the least loss for a holder of a class that leaves no blocker.
func (s *settlement) least(c *class) *loss {
	if c.epoch == s.epoch {
		return c.loss
	}
	if c.epoch < 0 && c.wish.empty() {
		c.swaps = s.plan.swaps(c.Combination)
	}
	best, _ := s.lose(c.Combination, c.releases)
	for _, swap := range c.swaps {
		if s.free[s.plan.move.before.Module(swap.to).Index] <= 0 {
			continue
		}
		switched := c.Combination
		switched.Assigned = swap.assigned
		l, ended := s.lose(switched, nil)
		if slices.Contains(ended, swap.to) {
			continue
		}
		l.swap = swap
		l.ended += swap.ended
		if l.isLess(best) {
			best = l
		}
	}
	c.loss, c.epoch = &best, s.epoch
	return c.loss
}

// isLess reports whether a loss with a switch is less than another: fewer
// assignments end, or as many, the other is a switch as well, and more seats are
// left. The names decide between equals.
func (l loss) isLess(other loss) bool {
	if l.ended != other.ended || other.swap == nil {
		return l.ended < other.ended
	}
	return cmp.Or(
		cmp.Compare(other.occupied, l.occupied),
		cmp.Compare(l.swap.to, other.swap.to), cmp.Compare(l.swap.from, other.swap.from)) < 0
}

// lose returns what a holder with these assignments has to lose beside what is
// requested already, and the assignments that end so. What would block has to
// go with all assignments that give it; what they take with them ends too. There
// is no choice in that.
func (s *settlement) lose(c seat.Combination, requested []string) (loss, []string) {
	move := s.plan.move
	before := move.apply(c.Assigned, wish{releases: requested})
	barred := s.barred(c, before.after)
	var requests []string
	for _, module := range before.kept {
		if target := move.target(module); slices.Contains(before.after, target) && s.gives(target, barred) {
			requests = append(requests, module)
		}
	}
	requests, after := move.fewest(c.Assigned, requested, requests)
	occupied := occupancy.Of(move.after, after.after)
	l := loss{
		requests: requests, seats: move.limited(occupied),
		ended: after.ended() - before.ended(),
	}
	for range occupied.All() {
		l.occupied++
	}
	return l, slices.Concat(after.releases, after.cascaded)
}

// barred returns the modules that a holder can't keep: of which there is no
// seat for it, which it may not have, or which it lacks something for.
func (s *settlement) barred(c seat.Combination, assigned []string) map[*license.Entry]bool {
	move := s.plan.move
	barred := make(map[*license.Entry]bool)
	occupied := occupancy.Of(move.after, assigned)
	for e := range occupied.All() {
		if !e.Module.Kind.Assignable() {
			continue
		}
		barred[e] = move.isLimited(e) && s.isFull(e.Index) || move.isMisfit(e, c.Kind, c.Type) ||
			slices.ContainsFunc(e.Requires, func(r license.Requirement) bool { return move.isUnmet(e, r, occupied) })
	}
	return barred
}

// gives reports whether an assignment gives anything that is barred.
func (s *settlement) gives(module string, barred map[*license.Entry]bool) bool {
	e := s.plan.move.after.Module(module)
	if e == nil {
		return s.plan.move.isOrphan(module)
	}
	return barred[e] || slices.ContainsFunc(e.Includes, func(included *license.Entry) bool { return barred[included] })
}

// fewest leaves out of requests what the others take with them.
func (t *transition) fewest(assigned, requested, requests []string) ([]string, outcome) {
	after := t.apply(assigned, wish{releases: slices.Concat(requested, requests)})
	for i := len(requests) - 1; i >= 0 && len(requests) > 1; i-- {
		fewer := slices.Delete(slices.Clone(requests), i, i+1)
		if o := t.apply(assigned, wish{releases: slices.Concat(requested, fewer)}); o.ended() == after.ended() {
			requests, after = fewer, o
		}
	}
	return requests, after
}

// swaps returns the exchanges of a bundle of the owner, for one that includes no
// more, which a holder could make today if there are seats.
func (p *Plan) swaps(c seat.Combination) []*swap {
	var swaps []*swap
	for _, module := range c.Assigned {
		from := p.move.before.Module(module)
		if from == nil || !from.Module.Bundle || !p.move.owned(from) {
			continue
		}
		for _, to := range p.move.before.Entries() {
			if to.License == from.License && to.Module.Bundle && to != from && includesNoMore(to, from) {
				if s := p.swap(c, from.Name, to.Name); s != nil {
					swaps = append(swaps, s)
				}
			}
		}
	}
	return swaps
}

func includesNoMore(e, than *license.Entry) bool {
	return !slices.ContainsFunc(e.Includes, func(included *license.Entry) bool { return !slices.Contains(than.Includes, included) })
}

// swap asks the rules of seats; nil means that they refuse. Whether there is a
// seat is asked later: here nobody has one.
func (p *Plan) swap(c seat.Combination, from, to string) *swap {
	if slices.Contains(c.Assigned, to) {
		return nil
	}
	h := seat.Holder{ID: "holder", Kind: c.Kind, Type: c.Type, Assigned: c.Assigned}
	state := seat.State{Licenses: p.move.before, Now: p.now}
	decision, err := seat.Switch(state, []seat.Holder{h}, seat.Swap{Holder: h.ID, From: from, To: to})
	if err != nil {
		return nil
	}
	s := &swap{from: from, to: to, kind: c.Kind, holderType: c.Type, assigned: decision.Holders[0].Assigned}
	for _, change := range decision.Changes {
		if change.Cause == seat.CauseCascaded {
			s.ended++
		}
	}
	return s
}
