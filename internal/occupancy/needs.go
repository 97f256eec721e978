package occupancy

import "github.com/seatwright/seatwright/license"

// Needs is what the modules of a set of licenses require of the holders who occupy
// them, in a form by which many holders are looked at in little time: a license may
// have modules that require hundreds of others.
type Needs struct {
	licenses *license.Set
	of       [][]need // by the index of the module's entry
}

// need is modules that have to be occupied, as in one word of a [Set].
type need struct {
	word int // below 0 if nobody can meet it
	bits uint64
}

// NeedsOf returns the needs of the modules of the licenses.
func NeedsOf(licenses *license.Set) *Needs {
	entries := licenses.Entries()
	n := &Needs{licenses: licenses, of: make([][]need, len(entries))}
	var all []need // each module's needs are a part of this slice
	for i, e := range entries {
		begin := len(all)
		all = appendNeeds(all, e, begin)
		n.of[i] = all[begin:len(all):len(all)]
	}
	return n
}

// Met reports whether all requirements of a module are met for the holder who
// occupies the set: [Set.Meets] for each.
func (n *Needs) Met(e *license.Entry, o Set) bool {
	for _, need := range n.of[e.Index] {
		if need.word < 0 || need.bits&^o.words[need.word] != 0 {
			return false
		}
	}
	return true
}

// Loses reports whether a module, or what it includes, requires one that was
// there for the holder and is not any more. No license's (nil) requires nothing.
func (n *Needs) Loses(e *license.Entry, was, is Set) bool {
	if e == nil {
		return false
	}
	if n.loses(e, was, is) {
		return true
	}
	for _, included := range e.Includes {
		if n.loses(included, was, is) {
			return true
		}
	}
	return false
}

func (n *Needs) loses(e *license.Entry, was, is Set) bool {
	for _, need := range n.of[e.Index] {
		if need.word >= 0 && need.bits&was.words[need.word]&^is.words[need.word] != 0 {
			return true
		}
	}
	return false
}

// appendNeeds gathers the requirements in the order of their names, which is that
// of the words as far as they are named by their own names. The module's own begin
// at a place.
func appendNeeds(needs []need, e *license.Entry, begin int) []need {
	for _, r := range e.Requires {
		switch {
		case r.Entry == nil:
			needs = append(needs, need{word: -1})
			continue
		case r.Entry.Module.Kind == license.Site:
			continue
		}
		word, bits := r.Entry.Index/64, uint64(1)<<(r.Entry.Index%64)
		if last := len(needs) - 1; last >= begin && needs[last].word == word {
			needs[last].bits |= bits
		} else {
			needs = append(needs, need{word, bits})
		}
	}
	return needs
}
