package planner

import (
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/seat"
)

// ranking is the candidates of a proposal in their order, with what each could
// do for it.
type ranking struct {
	*effort
	plan       *Plan
	candidates []candidate
	wanted     []int64 // how many holders each blocker needs to go
	concerns   *concerns
}

type candidate struct {
	holder seat.Holder
	class  *class
}

// class is candidates who are alike in all but their place in the order.
type class struct {
	group
	frees   bitset // the blockers that have one holder less without this candidate
	seats   []int  // the modules that a holder takes a limited seat of, by index
	stays   []int  // those of them that can't be taken from it
	counted int64  // how many more holders of the census may be candidates
	loss    *loss  // what is taken from such a holder
	epoch   int    // of the settlement for which loss is right, below 0 for none
}

// newRanking looks up the candidates in the census.
func newRanking(e *effort, p *Plan, candidates []seat.Holder) (*ranking, error) {
	r := &ranking{effort: e, plan: p, candidates: make([]candidate, 0, len(candidates)), concerns: newConcerns(p)}
	for _, b := range p.Blockers {
		r.wanted = append(r.wanted, b.wanted())
	}
	known := r.classes()
	given := make(map[string]struct{}, len(candidates))
	for i, h := range candidates {
		if given[h.ID] = struct{}{}; len(given) == i {
			return nil, inputError("a candidate is given twice")
		}
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

// classes finds those of holders for whom something is asked already by their
// id, and all others by their combination.
type classes struct {
	byID, byKey map[string]*class
	key         []byte // the key of the combination that is looked up
}

func (r *ranking) classes() *classes {
	groups := r.plan.counted.groups
	c := &classes{byID: make(map[string]*class), byKey: make(map[string]*class, len(groups))}
	all := make([]class, 0, len(groups))
	for _, g := range groups {
		r.spend(1)
		all = append(all, class{group: g})
		one := &all[len(all)-1]
		if g.holder != "" {
			one.counted = 1
			c.byID[g.holder] = one
			continue
		}
		c.key = appendKey(c.key[:0], g.Combination)
		if c.byKey[string(c.key)] == nil {
			c.byKey[string(c.key)] = one
		}
		c.byKey[string(c.key)].counted += g.Count
	}
	return c
}

func (c *classes) find(h seat.Holder) *class {
	like := seat.Combination{Kind: h.Kind, Type: h.Type, Assigned: h.Assigned}
	if !inOrder(h.Assigned) {
		like.Assigned = nameset.Of(h.Assigned)
	}
	if len(c.byID) > 0 {
		if known := c.byID[h.ID]; known != nil {
			if known.Kind != h.Kind || known.Type != h.Type || !slices.Equal(known.Assigned, like.Assigned) {
				return nil
			}
			return known
		}
	}
	c.key = appendKey(c.key[:0], like)
	return c.byKey[string(c.key)]
}

// inOrder reports whether each name is greater than the one before.
func inOrder(names []string) bool {
	for i := 1; i < len(names); i++ {
		if names[i] <= names[i-1] {
			return false
		}
	}
	return true
}

// explore finds out what candidates of a class could do.
func (r *ranking) explore(c *class) {
	move := r.plan.move
	occupied := occupancy.Of(move.after, c.after)
	c.seats, c.epoch = move.limited(occupied), -1
	c.frees = newBitset(len(r.wanted))
	r.spend(r.concerns.each(c.Combination, c.after, occupied, c.frees.set))
	if len(c.switches) == 0 {
		return // all its seats can be taken
	}
	after := r.least(c).after
	left := occupancy.Of(move.after, after)
	c.stays = move.limited(left)
	r.spend(r.concerns.each(c.Combination, after, left, c.frees.clear))
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
		if slices.ContainsFunc(w.switches, func(s seat.Swap) bool { return move.needs.Loses(move.after.Module(s.To), was, is) }) {
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
		if e := move.after.Module(move.target(module)); r.concerns.any(e) || move.isOrphan(module) {
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
