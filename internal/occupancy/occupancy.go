// Package occupancy says which modules a holder occupies a seat of, and what it
// loses with what is released: the rules under packages seat and planner. It is
// pure. See docs/spec/domain.md, Holders, assignments, seats.
package occupancy

import (
	"iter"
	"math/bits"
	"slices"

	"github.com/seatwright/seatwright/license"
)

// Set is the modules that one holder occupies a seat of: those that are
// assigned to it, and those that an assigned bundle includes. However many
// reasons there are, it is one seat.
type Set struct {
	entries []*license.Entry
	words   []uint64 // one bit for each entry
}

// Of returns what a holder with the assigned modules occupies under the
// licenses. Modules that no license has occupy nothing.
func Of(licenses *license.Set, assigned []string) Set {
	o := None(licenses)
	for _, name := range assigned {
		o.Occupy(licenses.Module(name))
	}
	return o
}

// None returns a set that occupies nothing yet.
func None(licenses *license.Set) Set {
	entries := licenses.Entries()
	return Set{entries: entries, words: make([]uint64, (len(entries)+63)/64)}
}

// Clone returns a set that occupies the same.
func (o Set) Clone() Set { return Set{entries: o.entries, words: slices.Clone(o.words)} }

// Clear occupies nothing any more.
func (o Set) Clear() { clear(o.words) }

// Occupy occupies what an assigned module gives: itself and all that it
// includes. No license's (nil) gives nothing.
func (o Set) Occupy(e *license.Entry) {
	if e == nil {
		return
	}
	o.Add(e.Index)
	for _, included := range e.Includes {
		o.Add(included.Index)
	}
}

// Add occupies the module with an index of the licenses' entries.
func (o Set) Add(index int) { o.words[index/64] |= 1 << (index % 64) }

func (o Set) remove(index int) { o.words[index/64] &^= 1 << (index % 64) }

func (o Set) has(index int) bool { return o.words[index/64]&(1<<(index%64)) != 0 }

// Has reports whether a seat of the module is occupied. The entry must be one
// of the set that the occupancy was made with; no license's (nil) never is.
func (o Set) Has(e *license.Entry) bool { return e != nil && o.has(e.Index) }

// Meets reports whether a requirement is met for the holder: its module is
// licensed, and it is a site module or the holder occupies it.
func (o Set) Meets(r license.Requirement) bool {
	return r.Entry != nil && (r.Entry.Module.Kind == license.Site || o.has(r.Entry.Index))
}

// Len returns how many modules there are.
func (o Set) Len() int {
	n := 0
	for _, word := range o.words {
		n += bits.OnesCount64(word)
	}
	return n
}

// All returns the modules in the order of their full names.
func (o Set) All() iter.Seq[*license.Entry] { return o.Both(o) }

// Both returns the modules that are in another set of the same licenses as well,
// in the order of their full names.
func (o Set) Both(other Set) iter.Seq[*license.Entry] {
	return func(yield func(*license.Entry) bool) {
		for i, word := range o.words {
			for word &= other.words[i]; word != 0; word &= word - 1 {
				if !yield(o.entries[i*64+bits.TrailingZeros64(word)]) {
					return
				}
			}
		}
	}
}

// WithIncluded returns a module and, for a bundle, what it includes.
func WithIncluded(e *license.Entry) []*license.Entry {
	if len(e.Includes) == 0 {
		return []*license.Entry{e}
	}
	return append([]*license.Entry{e}, e.Includes...)
}
