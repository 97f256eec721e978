package seat

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"iter"
	"math"
	"slices"
)

// holderIndex is an immutable map from ids to positions. It is split into
// pages, so that a changed index copies only the pages that it touches.
// Position 0 means unknown and is not stored.
//
// A builtin map goes through a directory, a table and a group to an id. This
// one goes through a single list of pages, which fits into a processor's cache.
// With many holders, cache misses decide how long a look-up takes.
type holderIndex struct {
	seed  maphash.Seed // spreads ids; no answer depends on it
	pages []page
}

const (
	// pageHolders is the average number of holders in a page, at first.
	pageHolders = 240
	// maxPageSlots is the size above which a page costs too much to copy.
	maxPageSlots = 16 * pageHolders
	// minPageSlots is the size of a page without holders.
	minPageSlots = 8
)

// page is a hash table with open addressing: a holder is in the slot of its
// hash, or in the next one that was free. At least one slot is always free.
type page struct {
	slots []slot // their number is a power of two
	long  []byte // the ids that no slot has room for, without spare room once the page is tidy
	taken uint32
}

// slot has no pointers, so that the garbage collector passes over it. A short
// id is in it, so that a look-up goes to memory once. It has 20 bytes, because
// new memory takes longer than all else that is done for it.
type slot struct {
	place  uint32         // 0 if the slot is free
	hash   uint16         // of the id, for the slot
	length uint8          // of a short id, or more than maxShort
	short  [maxShort]byte // the id, or where it is in the long ones and its length
}

// maxShort is the length of the longest id that a slot has room for.
const maxShort = 13

// name puts an id into the slot.
func (p *page) name(s *slot, id []byte) {
	if len(id) <= maxShort {
		s.length = uint8(copy(s.short[:], id)) //nolint:gosec // at most maxShort
		return
	}
	s.length = maxShort + 1
	binary.LittleEndian.PutUint32(s.short[:], uint32(len(p.long))) //nolint:gosec // few ids, of at most MaxIDLength
	binary.LittleEndian.PutUint32(s.short[4:], uint32(len(id)))    //nolint:gosec // at most MaxIDLength
	p.long = append(p.long, id...)
}

func (p *page) id(s *slot) []byte {
	if s.length <= maxShort {
		return s.short[:s.length]
	}
	begin, length := binary.LittleEndian.Uint32(s.short[:]), binary.LittleEndian.Uint32(s.short[4:])
	return p.long[begin:][:length]
}

// member is a holder of the index.
type member struct {
	id    string
	place uint32
}

// hash returns two hashes of an id: one chooses the page, the other the slot.
func (x *holderIndex) hash(id string) (page uint32, slot uint16) {
	return halves(maphash.String(x.seed, id))
}

func halves(hash uint64) (page uint32, slot uint16) {
	return uint32(hash >> 32), uint16(hash & math.MaxUint16)
}

func (x *holderIndex) page(hash uint32) *page { return &x.pages[x.at(hash)] }

// at returns the position of the page for a hash.
func (x *holderIndex) at(hash uint32) int { return int(uint64(hash) * uint64(len(x.pages)) >> 32) }

// place returns 0 for an unknown id. It is a [page.find] for reading only. If
// the id is not in the first slot it may search on even if that slot is free:
// that saves a branch which a processor could not predict.
func (x *holderIndex) place(id string) uint32 {
	whole, hash := halves(maphash.String(x.seed, id))
	p := x.page(whole)
	if len(id) > maxShort {
		return p.slots[p.find([]byte(id), hash)].place
	}
	slots := p.slots
	last := len(slots) - 1
	i := int(hash) & last
	differs := uint64(slots[i].hash ^ hash)
	i = (i + int(-differs>>63)) & last
	for {
		s := &slots[i]
		if s.hash == hash && int(s.length) == len(id) && string(s.short[:len(id)]) == id || s.place == 0 {
			return s.place
		}
		i = (i + 1) & last
	}
}

// all lists the holders, in no order.
func (x *holderIndex) all() iter.Seq[member] {
	return func(yield func(member) bool) {
		for i := range x.pages {
			p := &x.pages[i]
			for j := range p.slots {
				if s := &p.slots[j]; s.place != 0 && !yield(member{string(p.id(s)), s.place}) {
					return
				}
			}
		}
	}
}

// with returns the index in which the moved ids have the given positions.
func (x holderIndex) with(moved map[string]uint32) holderIndex {
	if len(moved) > pageHolders*len(x.pages) { // the pages would become too large for their hashes
		return newHolderIndex(func(yield func(member) bool) {
			x.all()(yield)
			for id, place := range moved {
				yield(member{id, place})
			}
		})
	}
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
		p.put([]byte(id), hash, place)
		large = large || len(p.slots) > maxPageSlots
	}
	if large {
		return newHolderIndex(x.all())
	}
	for p := range copied {
		p.tidy()
	}
	return x
}

// find returns the index of the slot that has the id, or else of the free slot
// where it belongs.
func (p *page) find(id []byte, hash uint16) int {
	last := len(p.slots) - 1
	i := int(hash) & last
	for {
		s := &p.slots[i]
		if s.place == 0 || s.hash == hash && bytes.Equal(p.id(s), id) {
			return i
		}
		i = (i + 1) & last
	}
}

// put adds a holder to the page, or removes it if its position is 0.
func (p *page) put(id []byte, hash uint16, place uint32) {
	i := p.find(id, hash)
	switch known := p.slots[i].place != 0; {
	case known && place == 0:
		p.remove(i)
	case known:
		p.slots[i].place = place
	case place != 0:
		p.slots[i] = slot{hash: hash, place: place}
		p.name(&p.slots[i], id)
		p.taken++
		if 4*int(p.taken) > 3*len(p.slots) {
			p.grow()
		}
	}
}

// remove frees a slot. It then moves holders into the gap that would otherwise
// no longer be found behind it.
func (p *page) remove(gap int) {
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
	last := len(p.slots) - 1
	for _, s := range old {
		if s.place == 0 {
			continue
		}
		i := int(s.hash) & last
		for p.slots[i].place != 0 {
			i = (i + 1) & last
		}
		p.slots[i] = s
	}
}

// tidy drops the long ids of removed holders. The page gets a list of its own
// without spare room, so that additions to one copy of the page never affect
// another.
func (p *page) tidy() {
	length := 0
	for i := range p.slots {
		if s := &p.slots[i]; s.length > maxShort {
			length += len(p.id(s))
		}
	}
	was := *p
	p.long = make([]byte, 0, length)
	for i := range p.slots {
		if s := &p.slots[i]; s.length > maxShort {
			p.name(s, was.id(s))
		}
	}
}
