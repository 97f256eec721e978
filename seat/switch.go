package seat

import "github.com/seatwright/seatwright/internal/occupancy"

// Swap exchanges one assignment of a holder for another in one step.
type Swap struct {
	// Holder is the id of the holder.
	Holder string `json:"holder"`
	// From is the full name of the module to release, and To of the module to
	// assign.
	From string `json:"from"`
	To   string `json:"to"`
}

// Switch decides whether swaps can be made, all of them or none. From is
// released as [Release] does it, and To is assigned by the rules of [Assign].
// Use it rather than Release and Assign: the holder never loses its seat in
// between.
//
// Seats that the call releases can be taken in the same call. So even if a
// module is full or over its capacity, holders can change between two bundles
// that include it. A From that is not assigned is no error, so a repeated call
// changes nothing. A swap to a module that is assigned already but requires
// From is refused.
//
// The error is a [*RefusedError], whose refusals name the holder and To.
func Switch(s Situation, holders []Holder, swaps ...Swap) (Decision, error) {
	drafts, byID := newDrafts(holders)
	b := batch{state: s, byID: byID, inUse: s.Census.InUse(s.Licenses), needs: occupancy.NeedsOf(s.Licenses)}
	for i, swap := range swaps {
		if swap.To == "" { // no module has this name
			b.want(i, Assignment{Holder: swap.Holder})
		}
	}
	b.exchange(0, drafts, swaps)
	return b.finish(drafts)
}

// exchange applies swaps to the drafts. A swap without To only releases.
// Refusals and wishes are numbered from index on.
func (b *batch) exchange(index int, drafts []*draft, swaps []Swap) {
	for _, swap := range swaps {
		if d := b.byID[swap.Holder]; d != nil && swap.From != swap.To {
			d.remove(swap.From, CauseReleased)
		}
	}
	for i, swap := range swaps {
		if swap.To != "" {
			b.want(index+i, Assignment{Holder: swap.Holder, Module: swap.To})
		}
	}
	for _, d := range drafts {
		d.cascade(b.needs)
	}
	for i, swap := range swaps {
		if d := b.byID[swap.Holder]; d != nil && d.cause(swap.To) == CauseCascaded { // a module that was asked for must not end silently
			b.want(index+i, Assignment{Holder: swap.Holder, Module: swap.To})
		}
	}
}
