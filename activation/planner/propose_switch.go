package planner

import (
	"cmp"
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// maxOrigins is the number of bundles of one holder of which every choice is
// switched. Of more, each by itself is, or all together.
const maxOrigins = 4

// origins returns the sets of bundles of the active license that a holder of a
// class could be switched from, the smaller sets first.
func (s *settlement) origins(c *class) [][]*license.Entry {
	if len(c.switches) > 0 {
		return nil
	}
	move := s.plan.move
	var bundles []*license.Entry
	for _, module := range c.kept {
		if e := move.before.Module(module); e != nil && e.Module.Bundle && move.owned(e) {
			bundles = append(bundles, e)
		}
	}
	var sets [][]*license.Entry
	if len(bundles) > maxOrigins {
		for i := range bundles {
			sets = append(sets, bundles[i:i+1])
		}
		return append(sets, bundles)
	}
	for mask := 1; mask < 1<<len(bundles); mask++ {
		var set []*license.Entry
		for i, e := range bundles {
			if mask>>i&1 == 1 {
				set = append(set, e)
			}
		}
		sets = append(sets, set)
	}
	slices.SortStableFunc(sets, func(a, b []*license.Entry) int { return cmp.Compare(len(a), len(b)) })
	return sets
}

// leastSwitch returns the least loss with a switch of all bundles of a set, or
// best if that is less.
func (s *settlement) leastSwitch(c *class, from []*license.Entry, best *loss) *loss {
	s.prepare()
	includes, excluded := s.commonIncludes(from), s.excluded(from)
	first := slices.IndexFunc(s.bundles, func(to *license.Entry) bool {
		return s.spend(1) && s.allowed(excluded, includes, to) && s.isOpen(to, c.Combination)
	})
	if first < 0 {
		return best
	}
	floor, others := s.floor(c, from)
	if floor > best.ended || floor == best.ended && len(best.swaps) < len(from) {
		return best
	}
	kept := others.Len()
	beaten := func(to *license.Entry, occupied int) bool {
		return best.ended == floor && len(best.swaps) == len(from) &&
			(occupied < best.occupied || occupied == best.occupied && to.Name > best.swaps[0].To)
	}
	for _, to := range s.bundles[first:] {
		if !s.spend(1) || beaten(to, kept+1+len(to.Includes)) {
			return best // no bundle that follows is larger
		}
		if !s.allowed(excluded, includes, to) || beaten(to, kept+added(others, to)) || !s.isOpen(to, c.Combination) {
			continue
		}
		l, end := s.lose(c, swapsOf(from, to))
		if l.isLess(best) && s.remains(to, c.Combination, end) {
			best = l
		}
	}
	return best
}

// floor returns how many assignments end at least when bundles are switched, and
// the most that is occupied then beside what they are switched to: as if all
// that they include stayed, and nothing were wrong with bundles.
func (s *settlement) floor(c *class, from []*license.Entry) (ended int, others occupancy.Set) {
	move := s.plan.move
	var swaps []seat.Swap
	for _, f := range from {
		swaps = append(swaps, seat.Swap{From: f.Name})
		for _, included := range f.Includes {
			swaps = append(swaps, seat.Swap{From: f.Name, To: included.Name})
		}
	}
	s.hopeful = true
	l, end := s.lose(c, swaps)
	s.hopeful = false
	kept := slices.DeleteFunc(slices.Clone(end.kept), func(m string) bool { return slices.Contains(end.cascaded, m) })
	return l.ended, occupancy.Of(move.after, move.targets(kept))
}

// prepare lists the bundles that somebody might be switched to.
func (s *settlement) prepare() {
	if s.twins != nil {
		return
	}
	move := s.plan.move
	s.twins = slices.Repeat([]int{-1}, len(move.after.Entries()))
	for i, twin := range move.twins {
		if twin != nil {
			s.twins[twin.Index] = i
		}
	}
	for _, e := range move.after.Entries() {
		if move.owned(e) && e.Module.Bundle {
			s.bundles = append(s.bundles, e)
		}
	}
	slices.SortStableFunc(s.bundles, func(a, b *license.Entry) int { return cmp.Compare(len(b.Includes), len(a.Includes)) })
}

// commonIncludes returns what all of the bundles include, by index of the active
// licenses' entries.
func (s *settlement) commonIncludes(bundles []*license.Entry) bitset {
	var common bitset
	for i, e := range bundles {
		s.spend(len(e.Includes) + len(s.twins)/16)
		includes := newBitset(len(s.plan.move.before.Entries()))
		for _, included := range e.Includes {
			includes.set(included.Index)
		}
		if i == 0 {
			common = includes
		}
		for j := range common {
			common[j] &= includes[j]
		}
	}
	return common
}

// excluded returns what bundles are, or become, in the offered license.
func (s *settlement) excluded(bundles []*license.Entry) []*license.Entry {
	var list []*license.Entry
	for _, e := range bundles {
		list = append(list, s.plan.move.after.Resolve(e.Name))
	}
	return list
}

// allowed reports whether bundles may be switched to another one in a proposal:
// one that is none of them nor their successor, and that includes, by name,
// nothing else than all of them.
func (s *settlement) allowed(excluded []*license.Entry, includes bitset, to *license.Entry) bool {
	if slices.Contains(excluded, to) {
		return false
	}
	for _, included := range to.Includes {
		if twin := s.twins[included.Index]; twin < 0 || !includes.has(twin) {
			return false
		}
	}
	return true
}

// isOpen reports whether there is a seat of a bundle, and of all that it
// includes, for holders of a kind and type.
func (s *settlement) isOpen(to *license.Entry, c seat.Combination) bool {
	s.spend(len(to.Includes))
	closed := func(e *license.Entry) bool { return s.isFull(e.Index) || s.plan.move.isMisfit(e, c.Kind, c.Type) }
	return !closed(to) && !slices.ContainsFunc(to.Includes, closed)
}

// remains reports whether what was switched to has all that it requires in the
// end.
func (s *settlement) remains(to *license.Entry, c seat.Combination, end outcome) bool {
	occupied := occupancy.Of(s.plan.move.after, end.after)
	return !slices.ContainsFunc(occupancy.WithIncluded(to), func(e *license.Entry) bool { return s.isBarred(e, c, occupied) })
}

func swapsOf(from []*license.Entry, to *license.Entry) []seat.Swap {
	swaps := make([]seat.Swap, len(from))
	for i, f := range from {
		swaps[i] = seat.Swap{From: f.Name, To: to.Name}
	}
	return swaps
}

// added returns of how many more modules a bundle gives a seat.
func added(occupied occupancy.Set, to *license.Entry) int {
	n := 0
	if !occupied.Has(to) {
		n++
	}
	for _, e := range to.Includes {
		if !occupied.Has(e) {
			n++
		}
	}
	return n
}
