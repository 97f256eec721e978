package seat

import (
	"hash/maphash"
	"iter"
	"sync"
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
	half := all/(2*pageHolders) + 1
	x.pages = make([]page, 2*half)
	size := minPageSlots
	for size < all/half {
		size *= 2
	}
	// Half of the parts belong to half of the pages.
	var first sync.WaitGroup
	first.Go(func() { x.fill(0, half, s[:len(s)/2], size) })
	x.fill(half, 2*half, s[len(s)/2:], size)
	first.Wait()
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

func (p *part) blocks() []block { return append(p.full, p.block) }

// all lists the members of a block.
func (b *block) all() iter.Seq2[[]byte, uint32] {
	return func(yield func(id []byte, place uint32) bool) {
		ids := b.ids
		for _, m := range b.members {
			if !yield(ids[:m.length], m.place) {
				return
			}
			ids = ids[m.length:]
		}
	}
}

// fill makes the pages from first on and before end, each with so many slots,
// and puts the members of their parts there.
func (x *holderIndex) fill(first, end int, from []part, size int) {
	pages, lengths := x.pages[first:end], x.lengths(first, end, from)
	made := 0
	for i := range from {
		for _, b := range from[i].blocks() {
			for id, place := range b.all() {
				whole, home := halves(maphash.Bytes(x.seed, id))
				at := x.at(whole) - first
				for ; made <= at; made++ { // not earlier, so that it is still in the cache
					pages[made].slots, pages[made].long = make([]slot, size), make([]byte, 0, lengths[made])
				}
				pages[at].put(id, home, place)
			}
		}
	}
	for ; made < len(pages); made++ {
		pages[made].slots = make([]slot, size)
	}
	for i := range pages {
		if len(pages[i].long) < int(lengths[i]) { // an id came twice, or has no place
			pages[i].tidy()
		}
	}
}

// lengths are those of the long ids of pages.
func (x *holderIndex) lengths(first, end int, from []part) []uint32 {
	lengths := make([]uint32, end-first)
	for i := range from {
		for _, b := range from[i].blocks() {
			for id := range b.all() {
				if len(id) > maxShort {
					page, _ := halves(maphash.Bytes(x.seed, id))
					lengths[x.at(page)-first] += uint32(len(id)) //nolint:gosec // few ids, of at most MaxIDLength
				}
			}
		}
	}
	return lengths
}
