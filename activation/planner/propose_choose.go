package planner

import (
	"container/heap"
	"math/bits"
	"slices"
)

// maxExhaustive is the number of candidates among whom every choice is looked
// at.
const maxExhaustive = 12

// choose returns the places of the candidates who lose something, in their
// order. Releasing a candidate from everything is the most that can be had of
// one, so they are chosen as if all of them were.
func (r *ranking) choose() ([]int, error) {
	c := newChoice(r)
	if shortages := c.shortages(); len(shortages) > 0 {
		return nil, &NoProposalError{Owner: r.plan.Owner, To: r.plan.To, Shortages: shortages}
	}
	c.takeAllNeeded()
	if left := c.useful(); len(left) <= maxExhaustive {
		c.takeBest(left)
	} else {
		c.takeMostUseful(left)
		c.giveBack()
	}
	return c.places(), c.err
}

// choice is who of a ranking is taken so far.
type choice struct {
	*ranking
	taken []bool
	open  bitset  // the blockers that need more
	needs []int64 // how many more each blocker needs; below 0 if it has more
	free  []int64 // by blocker, how many candidates that are not taken could help
}

func newChoice(r *ranking) *choice {
	c := &choice{
		ranking: r, taken: make([]bool, len(r.candidates)),
		open: newBitset(len(r.wanted)), needs: slices.Clone(r.wanted), free: make([]int64, len(r.wanted)),
	}
	for i := range r.wanted {
		c.open.set(i)
	}
	for _, candidate := range r.candidates {
		candidate.class.frees.each(func(i int) { c.free[i]++ })
	}
	return c
}

func (c *choice) shortages() []Shortage {
	var shortages []Shortage
	for i, b := range c.plan.Blockers {
		if c.free[i] < c.needs[i] {
			shortages = append(shortages, Shortage{Blocker: b, Wanted: c.needs[i], Candidates: c.free[i]})
		}
	}
	return shortages
}

func (c *choice) take(place int) {
	c.spend(len(c.open))
	c.taken[place] = true
	c.candidates[place].class.frees.each(func(i int) {
		c.free[i]--
		if c.needs[i]--; c.needs[i] == 0 {
			c.open.clear(i)
		}
	})
}

// takeAllNeeded takes those without whom a blocker can't be solved: all whom it
// concerns, where all of them are needed.
func (c *choice) takeAllNeeded() {
	for i := range c.needs {
		if !c.open.has(i) || c.free[i] > c.needs[i] {
			continue
		}
		if !c.spend(len(c.candidates)) {
			return
		}
		for place, candidate := range c.candidates {
			if !c.taken[place] && candidate.class.frees.has(i) {
				c.take(place)
			}
		}
	}
}

// useful returns the places of the candidates who are not taken and would help.
func (c *choice) useful() []int {
	var places []int
	for place, candidate := range c.candidates {
		if !c.spend(len(c.open)) {
			return nil
		}
		if !c.taken[place] && candidate.class.frees.common(c.open) > 0 {
			places = append(places, place)
		}
	}
	return places
}

// takeBest looks at every choice among few candidates: the smaller ones first,
// and of one size those first that spare the last places, which is the order of
// the numbers that have a bit for each place.
func (c *choice) takeBest(places []int) {
	wants := c.wants(places)
	all := uint(1)<<len(places) - 1
	for size := 0; size <= len(places); size++ {
		for mask := uint(1)<<size - 1; mask <= all; mask = nextOfSize(mask) {
			if suffices(mask, wants) {
				for ; mask != 0; mask &= mask - 1 {
					c.take(places[bits.TrailingZeros(mask)])
				}
				return
			}
			if mask == 0 {
				break
			}
		}
	}
}

// wants returns how many of some candidates are needed for the blockers that are
// still open, by the candidates that can help. Blockers with the same helpers are
// one.
func (c *choice) wants(places []int) map[uint]int64 {
	helpers := make([]uint, len(c.needs))
	for bit, place := range places {
		c.candidates[place].class.frees.each(func(i int) { helpers[i] |= 1 << bit })
	}
	wants := make(map[uint]int64)
	c.open.each(func(i int) { wants[helpers[i]] = max(wants[helpers[i]], c.needs[i]) })
	return wants
}

func suffices(mask uint, wants map[uint]int64) bool {
	for helpers, need := range wants {
		if int64(bits.OnesCount(mask&helpers)) < need {
			return false
		}
	}
	return true
}

// nextOfSize returns the next greater number with as many bits.
func nextOfSize(mask uint) uint {
	lowest := mask & -mask
	ripple := mask + lowest
	return ripple | (mask^ripple)>>2/lowest
}

// takeMostUseful takes, again and again, the candidate who helps with the most
// blockers that are still open; of several the first.
func (c *choice) takeMostUseful(places []int) {
	queue := c.queue(places)
	for c.open.common(c.open) > 0 && c.spend(2*len(c.open)) {
		top := &queue[0]
		if gain := top.class.frees.common(c.open); gain < top.gain {
			top.gain = gain // the holders taken since then have made it less
		} else {
			c.take(top.places[0])
			top.places = top.places[1:]
		}
		if len(top.places) == 0 {
			heap.Pop(&queue)
			continue
		}
		top.first = top.places[0]
		heap.Fix(&queue, 0)
	}
}

// giveBack gives back whom the others make superfluous, the last first.
func (c *choice) giveBack() {
	for place := len(c.taken) - 1; place >= 0; place-- {
		if !c.taken[place] {
			continue
		}
		superfluous := true
		c.candidates[place].class.frees.each(func(i int) { superfluous = superfluous && c.needs[i] < 0 })
		if superfluous {
			c.taken[place] = false
			c.candidates[place].class.frees.each(func(i int) { c.needs[i]++ })
		}
	}
}

func (c *choice) places() []int {
	var places []int
	for place, taken := range c.taken {
		if taken {
			places = append(places, place)
		}
	}
	return places
}

// helpers is candidates of one class who are not taken yet.
type helpers struct {
	class  *class
	places []int
	first  int // the first of the places
	gain   int // how many open blockers each helps with, at most
}

// helperQueue is a heap, the most useful on top.
type helperQueue []helpers

func (c *choice) queue(places []int) helperQueue {
	index := make(map[*class]int)
	var queue helperQueue
	for _, place := range places {
		class := c.candidates[place].class
		i, known := index[class]
		if !known {
			i = len(queue)
			index[class] = i
			queue = append(queue, helpers{class: class, first: place, gain: class.frees.common(c.open)})
		}
		queue[i].places = append(queue[i].places, place)
	}
	heap.Init(&queue)
	return queue
}

func (q helperQueue) Len() int      { return len(q) }
func (q helperQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q helperQueue) Less(i, j int) bool {
	if q[i].gain != q[j].gain {
		return q[i].gain > q[j].gain
	}
	return q[i].first < q[j].first
}

// Push is never used: nobody joins.
func (q *helperQueue) Push(any) {}

// Pop takes the last.
func (q *helperQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
