package seat

// Approximate sizes in bytes on a 64-bit machine, with what the allocator adds.
const (
	snapshotSize = 384 // a snapshot without holders and licenses
	moduleSize   = 88  // for each licensed module: names in a map, standings, entitlements
	setSize      = 80  // for each set of assigned modules, with the head of its answers
	nameSize     = 24  // for each name, beside its text
	answerSize   = 4
	pageSize     = 64
	slotSize     = 20
)

// Size returns the approximate memory of the snapshot in bytes, without its
// licenses and as if it shared nothing with the snapshot that it was made from.
// A host that keeps snapshots of many tenants uses it to limit them. Its cost
// grows with the number of different sets of assigned modules, hardly with the
// number of holders.
func (e *Entitlements) Size() int64 {
	size := snapshotSize + moduleSize*len(e.standings)
	for _, set := range e.assigned {
		size += setSize + answerSize*len(e.standings)
		for _, module := range set {
			size += nameSize + len(module)
		}
	}
	for i := range e.holders.pages {
		size += e.holders.pages[i].size()
	}
	return int64(size)
}

func (p *page) size() int {
	return pageSize + slotSize*len(p.slots) + len(p.long)
}
