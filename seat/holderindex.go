package seat

import (
	"hash/maphash"
	"iter"
	"math"
	"slices"
)

// holderIndex is an immutable map from ids to places. It is split into pages,
// so that a changed one copies only those that it touches. It keeps no holder
// at place 0, which is where everybody is whom it does not know.
//
// Where a builtin map goes through a directory, a table and a group to an id,
// this goes through one list of pages, which a processor's cache can hold: with
// many holders little else decides how long a look-up takes.
type holderIndex struct {
	seed  maphash.Seed // spreads ids; no answer depends on it
	pages []page
}

const (
	// pageHolders is how many holders there are in a page on average, at first.
	pageHolders = 240
	// maxPageSlots is the size past which a page costs too much to copy.
	maxPageSlots = 16 * pageHolders
	// minPageSlots is the size of a page without holders.
	minPageSlots = 8
)

// page is a hash table with open addressing: a holder is in the slot that its
// hash names, or in the next one that was free. There is always a free one.
type page struct {
	slots []slot // a power of two
	taken uint32
	bytes uint32 // of the ids
}

type slot struct {
	id    string
	hash  uint32 // of the id, for the slot
	place uint32 // 0 if the slot is free
}

// newHolderIndex makes an index of the ids and places. Of two with one id the
// later counts.
func newHolderIndex(all []slot) holderIndex {
	x := holderIndex{seed: maphash.MakeSeed(), pages: make([]page, len(all)/pageHolders+1)}
	size := minPageSlots
	for size < 2*len(all)/len(x.pages) {
		size *= 2
	}
	for i := range x.pages {
		x.pages[i].slots = make([]slot, size)
	}
	for _, s := range all {
		page, hash := x.hash(s.id)
		x.page(page).put(slot{s.id, hash, s.place})
	}
	return x
}

// hash returns two hashes of an id: one chooses the page, the other the slot.
func (x *holderIndex) hash(id string) (page, slot uint32) {
	whole := maphash.String(x.seed, id)
	return uint32(whole >> 32), uint32(whole & math.MaxUint32)
}

func (x *holderIndex) page(hash uint32) *page {
	return &x.pages[uint64(hash)*uint64(len(x.pages))>>32]
}

// place returns 0 for a stranger. It is [page.find] for reading only: whoever is
// not in the first slot may be looked for behind it, even if that one is free.
// That is decided without a branch, because a processor could not guess it.
func (x *holderIndex) place(id string) uint32 {
	page, hash := x.hash(id)
	slots := x.page(page).slots
	last := len(slots) - 1
	i := int(hash) & last
	differs := uint64(slots[i].hash ^ hash)
	i = (i + int(-differs>>63)) & last
	for {
		s := &slots[i]
		if s.hash == hash && s.id == id || s.place == 0 {
			return s.place
		}
		i = (i + 1) & last
	}
}

// all lists the slots that are taken, in no order.
func (x *holderIndex) all() iter.Seq[slot] {
	return func(yield func(slot) bool) {
		for _, p := range x.pages {
			for _, s := range p.slots {
				if s.place != 0 && !yield(s) {
					return
				}
			}
		}
	}
}

// with returns the index in which the moved are at the given places.
func (x holderIndex) with(moved map[string]uint32) holderIndex {
	x.pages = slices.Clone(x.pages)
	copied := make(map[*page]bool, len(moved))
	large := false
	for id, place := range moved {
		page, hash := x.hash(id)
		p := x.page(page)
		if !copied[p] {
			copied[p] = true
			p.slots = slices.Clone(p.slots)
		}
		p.put(slot{id, hash, place})
		large = large || len(p.slots) > maxPageSlots
	}
	if large {
		return newHolderIndex(slices.Collect(x.all()))
	}
	return x
}

// find returns the index of the slot that has the id, otherwise that of the
// free one where it belongs.
func (p *page) find(id string, hash uint32) int {
	last := len(p.slots) - 1
	i := int(hash) & last
	for {
		s := &p.slots[i]
		if s.place == 0 || s.hash == hash && s.id == id {
			return i
		}
		i = (i + 1) & last
	}
}

// put puts a holder into the page, or takes it out if its place is 0.
func (p *page) put(s slot) {
	i := p.find(s.id, s.hash)
	switch known := p.slots[i].place != 0; {
	case s.place == 0 && known:
		p.remove(i)
	case s.place != 0:
		p.slots[i] = s
		if !known {
			p.taken++
			p.bytes += uint32(len(s.id)) //nolint:gosec // few ids, of at most MaxIDLength
		}
		if 4*int(p.taken) > 3*len(p.slots) {
			p.grow()
		}
	}
}

// remove frees a slot, and moves into the gap whoever would no longer be found
// behind it.
func (p *page) remove(gap int) {
	p.bytes -= uint32(len(p.slots[gap].id)) //nolint:gosec // as in put
	last := len(p.slots) - 1
	for i := (gap + 1) & last; p.slots[i].place != 0; i = (i + 1) & last {
		home := int(p.slots[i].hash) & last
		if (i-home)&last >= (i-gap)&last {
			p.slots[gap] = p.slots[i]
			gap = i
		}
	}
	p.slots[gap] = slot{}
	p.taken--
}

func (p *page) grow() {
	old := p.slots
	p.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.place != 0 {
			p.slots[p.find(s.id, s.hash)] = s
		}
	}
}
