package seat

// Retire decides what is released when holders leave: everything that is
// assigned to them, licensed or not. The changes say what they held. Holders
// who return must be assigned again. See docs/spec/domain.md, Holders,
// assignments, seats.
func Retire(holders ...Holder) Decision {
	drafts, _ := newDrafts(holders)
	for _, d := range drafts {
		for _, module := range d.before {
			d.remove(module, CauseRetired)
		}
	}
	return decide(drafts)
}
