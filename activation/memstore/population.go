package memstore

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/seat"
)

// population holds the holders of a tenant, by id, by module and by revision,
// with their census. It is a value that shares its content with others; put and
// remove change only this one.
type population struct {
	holders tree[string, *holder]
	holding tree[string, tree[string, *holder]] // by module, then by id
	census  tree[string, seat.Combination]      // by its key
	changed tree[touch, *holder]
	gone    tree[touch, struct{}]
	goneAt  tree[string, int64] // the revision of a touch in gone
	// known is the lowest revision since which everyone who has gone is
	// listed.
	known int64
}

// holder is a holder with the revision that changed it last. Its set of modules
// is sorted and shared, so it is cloned on the way in and out.
type holder struct {
	seat.Holder
	revision int64
}

func (h *holder) combination() seat.Combination {
	return seat.Combination{Kind: h.Kind, Type: h.Type, Assigned: h.Assigned}
}

// touch orders holders by the revision that changed them last.
type touch struct {
	revision int64
	id       string
}

func (t touch) compare(other touch) int {
	return cmp.Or(cmp.Compare(t.revision, other.revision), cmp.Compare(t.id, other.id))
}

// keptGone is how many gone holders are remembered beyond the number of present
// ones. The earliest of more are forgotten, and older snapshots are made anew.
const keptGone = 1000

func newPopulation() population {
	return population{
		holders: newTree[string, *holder](strings.Compare),
		holding: newTree[string, tree[string, *holder]](strings.Compare),
		census:  newTree[string, seat.Combination](strings.Compare),
		changed: newTree[touch, *holder](touch.compare),
		gone:    newTree[touch, struct{}](touch.compare),
		goneAt:  newTree[string, int64](strings.Compare),
	}
}

// put keeps a copy of a holder, new or known.
func (p *population) put(h seat.Holder, revision int64) {
	h.Assigned = slices.Compact(slices.Sorted(slices.Values(h.Assigned)))
	if since, was := p.goneAt.find(h.ID); was {
		p.gone = p.gone.without(touch{since, h.ID})
		p.goneAt = p.goneAt.without(h.ID)
	}
	if earlier, known := p.holders.find(h.ID); known {
		p.leave(earlier, h.Assigned)
	}
	next := &holder{Holder: h, revision: revision}
	p.holders = p.holders.with(h.ID, next)
	p.changed = p.changed.with(touch{revision, h.ID}, next)
	for _, module := range h.Assigned {
		with, known := p.holding.find(module)
		if !known {
			with = newTree[string, *holder](strings.Compare)
		}
		p.holding = p.holding.with(module, with.with(h.ID, next))
	}
	p.count(next.combination(), 1)
}

// remove removes a holder, but remembers that it was there.
func (p *population) remove(id string, revision int64) {
	h, known := p.holders.find(id)
	if !known {
		return
	}
	p.leave(h, nil)
	p.holders = p.holders.without(id)
	p.gone = p.gone.with(touch{revision, id}, struct{}{})
	p.goneAt = p.goneAt.with(id, revision)
	for p.gone.size > keptGone+p.holders.size {
		first := p.gone.root.first().key
		p.gone = p.gone.without(first)
		p.goneAt = p.goneAt.without(first.id)
		p.known = first.revision
	}
}

// forget forgets that an id was there. Snapshots of earlier revisions, which
// may have it, are made anew.
func (p *population) forget(id string, revision int64) {
	if since, was := p.goneAt.find(id); was {
		p.gone = p.gone.without(touch{since, id})
		p.goneAt = p.goneAt.without(id)
	}
	p.known = revision
}

// leave removes a holder from every list except the one by id, and those of the
// modules that it keeps.
func (p *population) leave(h *holder, keeps []string) {
	p.changed = p.changed.without(touch{h.revision, h.ID})
	for _, module := range h.Assigned {
		if _, kept := slices.BinarySearch(keeps, module); kept {
			continue
		}
		if with := p.holding.value(module).without(h.ID); with.size > 0 {
			p.holding = p.holding.with(module, with)
		} else {
			p.holding = p.holding.without(module)
		}
	}
	p.count(h.combination(), -1)
}

func (p *population) count(c seat.Combination, more int64) {
	key := c.Key()
	c.Count = p.census.value(key).Count + more
	if c.Count == 0 {
		p.census = p.census.without(key)
	} else {
		p.census = p.census.with(key, c)
	}
}

// recount counts the census again, and reports whether it has changed.
func (p *population) recount() bool {
	stored := p.census
	p.census = newTree[string, seat.Combination](strings.Compare)
	for _, h := range p.holders.all() {
		p.count(h.combination(), 1)
	}
	for key, c := range p.census.all() {
		if stored.value(key).Count != c.Count {
			return true
		}
	}
	return stored.size != p.census.size
}

// page returns holders in the order of their ids: all, or those who have one of
// the modules.
func (p *population) page(modules []string, after string, limit int) []*holder {
	if len(modules) == 0 {
		return firsts(p.holders, after, limit)
	}
	var found []*holder
	for _, module := range modules {
		if with, known := p.holding.find(module); known {
			found = append(found, firsts(with, after, limit)...)
		}
	}
	slices.SortFunc(found, func(a, b *holder) int { return strings.Compare(a.ID, b.ID) })
	found = slices.CompactFunc(found, func(a, b *holder) bool { return a.ID == b.ID })
	return found[:min(max(limit, 0), len(found))]
}

func firsts(t tree[string, *holder], after string, limit int) []*holder {
	var found []*holder
	for _, h := range t.above(after) {
		if len(found) >= limit {
			break
		}
		found = append(found, h)
	}
	return found
}

// since returns who changed and who went after a revision.
func (p *population) since(revision int64) (changed []*holder, gone []string) {
	// No id is empty, so this sorts before the first touch of the next
	// revision.
	from := touch{revision: revision + 1}
	for _, h := range p.changed.above(from) {
		changed = append(changed, h)
	}
	for t := range p.gone.above(from) {
		gone = append(gone, t.id)
	}
	return changed, gone
}
