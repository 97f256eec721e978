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
	place    int         // the holder's place in the ranking
	swaps    []seat.Swap // what is switched, without the holder's id; all to one module
	requests []string    // what is released
	ended    int         // how many more assignments end with it than without it
	occupied int         // how many seats are left
	seats    []int       // the modules of these seats that may run short, by index
}

// isLess reports whether a loss is less than another: fewer assignments end, or
// as many and fewer are switched, or more seats are left. The names decide
// between equals.
func (l *loss) isLess(other *loss) bool {
	return cmp.Or(
		cmp.Compare(l.ended, other.ended),
		cmp.Compare(len(l.swaps), len(other.swaps)),
		cmp.Compare(other.occupied, l.occupied),
		slices.CompareFunc(l.swaps, other.swaps, func(a, b seat.Swap) int {
			return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From))
		})) < 0
}

// settlement decides what is taken from the chosen, the last first, so that
// they keep what they can.
type settlement struct {
	*ranking
	// inUse is the seats in use after, by index of W's entries, when whoever is
	// not settled yet loses everything that can be taken.
	inUse []int64
	// epoch grows whenever a module becomes full: what is right for a class is
	// right until then.
	epoch int
	// bundles is those of the offered license, the largest first, and twins the
	// place among the active licenses' modules of each of W's, below 0 where
	// they have none. Both are made when somebody may be switched.
	bundles []*license.Entry
	twins   []int
	// hopeful takes it that bundles which something requires are there, and that
	// no bundle has to go beside another one.
	hopeful bool
}

// settle decides what is taken from each of the chosen. As long as the others
// are thought to lose everything, each can be settled by itself, and what the
// later ones of the order keep is theirs.
func (r *ranking) settle(chosen []int) ([]loss, error) {
	s := &settlement{ranking: r, inUse: slices.Clone(r.plan.counted.newInUse)}
	for _, place := range chosen {
		c := r.candidates[place].class
		s.count(c.seats, -1)
		s.count(c.stays, 1)
	}
	losses := make([]loss, 0, len(chosen))
	for _, place := range slices.Backward(chosen) {
		c := r.candidates[place].class
		s.count(c.stays, -1)
		l := *s.leastLoss(c)
		if r.err != nil {
			return nil, r.err
		}
		l.place = place
		for _, i := range l.seats {
			if s.inUse[i]++; s.isFull(i) {
				s.epoch++
			}
		}
		losses = append(losses, l)
	}
	return losses, nil
}

func (s *settlement) count(seats []int, n int64) {
	for _, i := range seats {
		s.inUse[i] += n
	}
}

func (s *settlement) isFull(i int) bool {
	e := s.plan.move.after.Entries()[i]
	return s.plan.move.isLimited(e) && s.inUse[i] >= e.Module.Capacity()
}

// leastLoss returns the least loss for a holder of a class that leaves no
// blocker.
func (s *settlement) leastLoss(c *class) *loss {
	if c.epoch == s.epoch {
		return c.loss
	}
	best, _ := s.lose(c, nil)
	for _, from := range s.origins(c) {
		best = s.leastSwitch(c, from, best)
	}
	c.loss, c.epoch = best, s.epoch
	return best
}

// lose returns what a holder of a class has to lose with switches to one
// module, beside what the plan takes, and what becomes of it. A module that
// would block has to go, with all assignments that give it, and with every
// bundle that is switched to another one; assignments that depend on them end
// too. There is no choice in that.
func (s *settlement) lose(c *class, swaps []seat.Swap) (*loss, outcome) {
	move := s.plan.move
	w := wish{releases: c.releases, switches: slices.Concat(c.switches, swaps)}
	start := move.apply(c.Assigned, w)
	held := occupancy.Of(move.after, start.after)
	s.spend(4*(len(c.Assigned)+held.Len()) + 2*len(c.Assigned)*len(w.switches))
	barred := s.barred(c.Combination, held)
	arrivals := w.arrivals()
	var requests []string
	for _, module := range start.kept {
		target := move.target(module)
		if !slices.Contains(start.after, target) || slices.Contains(arrivals, target) {
			continue
		}
		if s.gives(target, barred) || len(swaps) > 0 && !s.hopeful && move.isBundle(target) {
			requests = append(requests, module)
		}
	}
	requests, end := s.fewest(c, w, requests)
	occupied := occupancy.Of(move.after, end.after)
	return &loss{
		swaps: swaps, requests: requests, ended: end.ended() - c.ended(),
		occupied: occupied.Len(), seats: move.limited(occupied),
	}, end
}

// isBundle reports whether a full name is that of a bundle of the offered
// license.
func (t *transition) isBundle(name string) bool {
	e := t.after.Module(name)
	return e != nil && t.owned(e) && e.Module.Bundle
}

// barred returns the modules, by index, that a holder can't keep: of which there
// is no seat for it, which it may not have, or which it lacks something for.
func (s *settlement) barred(c seat.Combination, occupied occupancy.Set) bitset {
	barred := newBitset(len(s.inUse))
	for e := range occupied.All() {
		s.spend(1 + len(e.Requires))
		if s.isBarred(e, c, occupied) {
			barred.set(e.Index)
		}
	}
	return barred
}

func (s *settlement) isBarred(e *license.Entry, c seat.Combination, occupied occupancy.Set) bool {
	move := s.plan.move
	if !e.Module.Kind.Assignable() {
		return false
	}
	return s.isFull(e.Index) || move.isMisfit(e, c.Kind, c.Type) ||
		slices.ContainsFunc(e.Requires, func(r license.Requirement) bool {
			return move.isUnmet(e, r, occupied) && (!s.hopeful || r.Entry == nil || !r.Entry.Module.Bundle)
		})
}

// gives reports whether an assignment gives anything that is barred.
func (s *settlement) gives(module string, barred bitset) bool {
	e := s.plan.move.after.Module(module)
	if e == nil {
		return s.plan.move.isOrphan(module)
	}
	return barred.has(e.Index) || slices.ContainsFunc(e.Includes, func(included *license.Entry) bool { return barred.has(included.Index) })
}

// fewest leaves out of requests what the others take with them, and returns what
// becomes of the holder.
func (s *settlement) fewest(c *class, w wish, requests []string) ([]string, outcome) {
	move := s.plan.move
	with := func(requests []string) outcome {
		s.spend(4 * len(c.Assigned))
		return move.apply(c.Assigned, wish{releases: slices.Concat(w.releases, requests), switches: w.switches})
	}
	after := with(requests)
	if len(requests) < 2 {
		return requests, after
	}
	was, is := occupancy.Of(move.after, move.targets(c.Assigned)), occupancy.Of(move.after, after.after)
	for i := len(requests) - 1; i >= 0 && len(requests) > 1 && s.err == nil; i-- {
		if !move.needs.Loses(move.after.Module(move.target(requests[i])), was, is) {
			continue // without a request of its own, it would stay
		}
		fewer := slices.Delete(slices.Clone(requests), i, i+1)
		if o := with(fewer); o.ended() == after.ended() {
			requests, after = fewer, o
		}
	}
	return requests, after
}
