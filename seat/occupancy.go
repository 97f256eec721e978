package seat

import (
	"iter"
	"math/bits"

	"github.com/seatwright/seatwright/license"
)

// Occupancy is the modules that one holder occupies a seat of: those that are
// assigned to it, and those that an assigned bundle includes. However many
// reasons there are, it is one seat.
type Occupancy struct {
	entries []*license.Entry
	words   []uint64 // one bit an entry
}

// Occupy returns what a holder with the assigned modules occupies under the
// licenses. Modules that no license has occupy nothing.
func Occupy(licenses *license.Set, assigned []string) Occupancy {
	entries := licenses.Entries()
	o := Occupancy{entries: entries, words: make([]uint64, (len(entries)+63)/64)}
	for _, name := range assigned {
		e := licenses.Module(name)
		if e == nil {
			continue
		}
		o.set(e.Index)
		for _, included := range e.Includes {
			o.set(included.Index)
		}
	}
	return o
}

func (o Occupancy) set(index int) { o.words[index/64] |= 1 << (index % 64) }

func (o Occupancy) has(index int) bool { return o.words[index/64]&(1<<(index%64)) != 0 }

// Has reports whether a seat of the module is occupied. The entry must be one
// of the set that the occupancy was made with; no license's (nil) never is.
func (o Occupancy) Has(e *license.Entry) bool { return e != nil && o.has(e.Index) }

// Meets reports whether a requirement is met for the holder: its module is
// licensed, and it is a site module or the holder occupies it.
func (o Occupancy) Meets(r license.Requirement) bool {
	return r.Entry != nil && (r.Entry.Module.Kind == license.Site || o.has(r.Entry.Index))
}

// All returns the modules in the order of their full names.
func (o Occupancy) All() iter.Seq[*license.Entry] {
	return func(yield func(*license.Entry) bool) {
		for i, word := range o.words {
			for ; word != 0; word &= word - 1 {
				if !yield(o.entries[i*64+bits.TrailingZeros64(word)]) {
					return
				}
			}
		}
	}
}

// InUse returns how many holders of the census occupy a seat of each module,
// by [license.Entry.Index].
func InUse(licenses *license.Set, census Census) []int64 {
	counts := make([]int64, len(licenses.Entries()))
	for _, c := range census {
		for e := range Occupy(licenses, c.Assigned).All() {
			counts[e.Index] += c.Count
		}
	}
	return counts
}

// Fits reports whether a holder of the given kind and type may hold the
// module.
func Fits(m *license.Module, kind license.Kind, holderType string) bool {
	return m.Kind == kind && m.AllowsType(holderType)
}
