package seat

import (
	"hash/maphash"
	"iter"
)

// spread is members on their way into an index. Those of neighboring pages are
// together, so that the pages that are filled at a time fit into a processor's
// cache. It has no pointers to the ids: following them would take longer than
// everything else.
type spread [1 << partBits]part

const (
	// partBits is how many bits of the hash for the page choose the part.
	partBits = 6
	// maxBlock is how many members a block has at most. Longer lists would be
	// copied too often while they grow.
	maxBlock = 1024
)

// part is the members of some neighboring pages, in the order in which they came.
type part struct {
	block         // that is being filled
	full  []block // the earlier ones
}

// block is some members, and their ids one after another.
type block struct {
	members []spreadMember
	ids     []byte
}

// spreadMember is the position of a member, and the length of its id.
type spreadMember struct{ place, length uint32 }

// newHolderIndex makes an index of ids and positions. Of two with the same id
// the later counts.
func newHolderIndex(members iter.Seq[member]) holderIndex {
	x := holderIndex{seed: maphash.MakeSeed()}
	var s spread
	all := 0
	for m := range members {
		page, _ := x.hash(m.id)
		s[page>>(32-partBits)].add(m)
		all++
	}
	x.pages = make([]page, all/pageHolders+1)
	x.fill(&s, all)
	return x
}

func (p *part) add(m member) {
	if len(p.members) == cap(p.members) {
		room := min(2*len(p.members)+minPageSlots, maxBlock)
		p.full = append(p.full, p.block)
		p.block = block{members: make([]spreadMember, 0, room), ids: make([]byte, 0, len(p.ids)*room/max(len(p.members), 1))}
	}
	p.members = append(p.members, spreadMember{m.place, uint32(len(m.id))}) //nolint:gosec // at most MaxIDLength
	p.ids = append(p.ids, m.id...)
}

// all lists the members in the order of their parts.
func (s *spread) all() iter.Seq2[[]byte, uint32] {
	return func(yield func(id []byte, place uint32) bool) {
		for i := range s {
			for _, b := range append(s[i].full, s[i].block) {
				ids := b.ids
				for _, m := range b.members {
					if !yield(ids[:m.length], m.place) {
						return
					}
					ids = ids[m.length:]
				}
			}
		}
	}
}

// fill makes the pages, and puts all members there.
func (x *holderIndex) fill(s *spread, all int) {
	size := minPageSlots
	for size < 2*all/len(x.pages) {
		size *= 2
	}
	lengths := x.lengths(s)
	made := 0
	for id, place := range s.all() {
		page, slotHash := halves(maphash.Bytes(x.seed, id))
		at := x.at(page)
		for ; made <= at; made++ { // not earlier, so that it is still in the cache
			x.pages[made].slots, x.pages[made].long = make([]slot, size), make([]byte, 0, lengths[made])
		}
		x.pages[at].put(id, slotHash, place)
	}
	for ; made < len(x.pages); made++ {
		x.pages[made].slots = make([]slot, size)
	}
	for i := range x.pages {
		if p := &x.pages[i]; len(p.long) < int(lengths[i]) { // an id came twice, or has no place
			p.tidy()
		}
	}
}

// lengths are those of the long ids of the pages.
func (x *holderIndex) lengths(s *spread) []uint32 {
	lengths := make([]uint32, len(x.pages))
	for id := range s.all() {
		if len(id) > maxShort {
			page, _ := halves(maphash.Bytes(x.seed, id))
			lengths[x.at(page)] += uint32(len(id)) //nolint:gosec // few ids, of at most MaxIDLength
		}
	}
	return lengths
}
