package seat

import (
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// ledger tracks the seats in use while holders change one after another.
type ledger struct {
	state Situation
	inUse []int64 // by the index of the module's entry
	needs *occupancy.Needs
	types map[*license.Entry][]string
	one   map[string]*draft // the holder whose turn it is
}

func newLedger(s Situation) *ledger {
	return &ledger{
		state: s, inUse: s.Census.InUse(s.Licenses), needs: occupancy.NeedsOf(s.Licenses), types: make(map[*license.Entry][]string), one: make(map[string]*draft, 1),
	}
}

// try makes swaps of one holder, all or none, by the rules of [Switch]. A swap
// without From assigns, and one without To releases. It returns the modules
// that have a seat free again, or else the reasons of a refusal, with indexes
// from the given one on.
func (l *ledger) try(d *draft, index int, swaps ...Swap) (freed []*license.Entry, refused []Refusal) {
	next := &draft{holder: d.holder, before: d.after, after: d.after}
	clear(l.one)
	l.one[d.holder.ID] = next
	b := batch{state: l.state, byID: l.one, inUse: l.inUse, needs: l.needs, types: l.types}
	b.exchange(index, []*draft{next}, swaps)
	if _, err := b.finish([]*draft{next}); err != nil {
		return nil, b.refused.list
	}
	return l.keep(d, next), nil
}

// keep takes over the decision about a holder.
func (l *ledger) keep(d, next *draft) (freed []*license.Entry) {
	was, is := occupancy.Of(l.state.Licenses, next.before), occupancy.Of(l.state.Licenses, next.after)
	for e := range was.All() {
		if !is.Has(e) {
			l.inUse[e.Index]--
			freed = append(freed, e)
		}
	}
	for e := range is.All() {
		if !was.Has(e) {
			l.inUse[e.Index]++
		}
	}
	d.after = next.after
	d.causes = append(d.causes, next.causes...)
	return freed
}

// room reports whether a module has a free seat.
func (l *ledger) room(e *license.Entry) bool {
	return !e.Module.Restricted() || l.inUse[e.Index] < e.Module.Capacity()
}
