package planner

import (
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// ranking is the candidates of a proposal in their order, with what each could
// do for it.
type ranking struct {
	*effort
	plan       *Plan
	candidates []candidate
	wanted     []int64          // how many holders each blocker needs to go
	entries    []*license.Entry // of the blockers' modules in W
}

type candidate struct {
	holder seat.Holder
	class  *class
}

// class is candidates who are alike in all but their place in the order.
type class struct {
	group
	frees   bitset // the blockers that have one holder less without this one
	seats   []int  // the modules that a holder takes a limited seat of, by index
	stays   []int  // those of them that can't be taken from it
	counted int64  // how many more holders of the census may be candidates
	loss    *loss  // what is taken from such a holder
	epoch   int    // of the settlement for which loss is right, below 0 for none
}

// newRanking looks up the candidates in the census.
func newRanking(e *effort, p *Plan, candidates []seat.Holder) (*ranking, error) {
	r := &ranking{effort: e, plan: p, candidates: make([]candidate, 0, len(candidates))}
	for _, b := range p.Blockers {
		r.wanted = append(r.wanted, b.wanted())
		r.entries = append(r.entries, p.move.after.Module(b.Module))
	}
	known := r.classes()
	given := make(map[string]bool, len(candidates))
	for _, h := range candidates {
		if given[h.ID] {
			return nil, inputError("a candidate is given twice")
		}
		given[h.ID] = true
		c := known.find(h)
		if c == nil || c.counted == 0 {
			return nil, inputError("a candidate is not in the census")
		}
		if c.counted--; c.frees == nil {
			r.explore(c)
		}
		if !r.spend(1) {
			return nil, r.err
		}
		r.candidates = append(r.candidates, candidate{holder: h, class: c})
	}
	return r, nil
}

// wanted is how many holders have to go.
func (b Blocker) wanted() int64 {
	if b.Kind == OverAllocated {
		return b.MustRemove
	}
	return b.Affected
}

// classes finds those of holders who release something already by their id, and
// all others by their combination.
type classes struct {
	byID, byKey map[string]*class
}

func (r *ranking) classes() classes {
	c := classes{byID: make(map[string]*class), byKey: make(map[string]*class)}
	for _, g := range r.plan.counted.groups {
		if g.holder != "" {
			c.byID[g.holder] = &class{group: g, counted: 1}
			continue
		}
		key := g.Key()
		if c.byKey[key] == nil {
			c.byKey[key] = &class{group: g}
		}
		c.byKey[key].counted += g.Count
	}
	return c
}

func (c classes) find(h seat.Holder) *class {
	key := seat.Combination{Kind: h.Kind, Type: h.Type, Assigned: h.Assigned}.Key()
	if known := c.byID[h.ID]; known != nil {
		if known.Key() != key {
			return nil
		}
		return known
	}
	return c.byKey[key]
}

// explore finds out what candidates of a class could do.
func (r *ranking) explore(c *class) {
	move := r.plan.move
	h := seat.Holder{Kind: c.Kind, Type: c.Type, Assigned: c.after}
	occupied := occupancy.Of(move.after, c.after)
	c.seats, c.epoch = move.limited(occupied), -1
	c.frees = newBitset(len(r.wanted))
	for i, e := range r.entries {
		if r.plan.Blockers[i].concerns(e, h, occupied) {
			c.frees.set(i)
		}
	}
	r.spend(len(r.entries) + len(c.after))
	if len(c.switches) == 0 {
		return // all can be taken
	}
	h.Assigned = r.least(c).after
	left := occupancy.Of(move.after, h.Assigned)
	c.stays = move.limited(left)
	for i, e := range r.entries {
		if c.frees.has(i) && r.plan.Blockers[i].concerns(e, h, left) {
			c.frees.clear(i)
		}
	}
}

// least returns what becomes of a holder for whom the plan has switches when all
// is released that can be: what is switched to stays, and so does what that
// requires. Where several assignments give what is required, those go first that
// have to do with a blocker.
func (r *ranking) least(c *class) outcome {
	move := r.plan.move
	w := wish{switches: c.switches, releases: slices.Clone(c.releases)}
	was := occupancy.Of(move.after, c.after)
	least := c.outcome
	first := r.blockedFirst(c)
	for _, module := range first {
		w.releases = append(w.releases, module)
		o := move.apply(c.Assigned, w)
		is := occupancy.Of(move.after, o.after)
		if slices.ContainsFunc(w.switches, func(s seat.Swap) bool { return occupancy.Loses(move.after.Module(s.To), was, is) }) {
			w.releases = w.releases[:len(w.releases)-1]
		} else {
			least = o
		}
		if !r.spend(len(c.Assigned)) {
			break
		}
	}
	return least
}

// blockedFirst returns what could be released beside what the plan takes, that
// first which gives the module of a blocker.
func (r *ranking) blockedFirst(c *class) []string {
	move := r.plan.move
	var blocked, others []string
	for _, module := range c.kept {
		e := move.after.Module(move.target(module))
		gives := slices.ContainsFunc(r.entries, func(b *license.Entry) bool {
			return b != nil && e != nil && (b == e || slices.Contains(e.Includes, b))
		})
		if gives || move.isOrphan(module) {
			blocked = append(blocked, module)
		} else {
			others = append(others, module)
		}
	}
	return append(blocked, others...)
}

// limited returns the modules, by index, of which a holder takes a seat that
// may lack.
func (t *transition) limited(occupied occupancy.Set) []int {
	var seats []int
	for e := range occupied.All() {
		if t.isLimited(e) {
			seats = append(seats, e.Index)
		}
	}
	return seats
}
