package seat

// Fill gives a module to as many of the holders as there is room for, in their
// order. A host that already has users calls it when it gets its first license.
//
// It returns the holders who got no seat with the reasons, as [Assign] gives
// them. Holders who have the module already are not among them. A holder may
// have several reasons; [RefusalsByHolder] groups them by person. See
// docs/spec/domain.md, Holders, assignments, seats.
//
// The error is a [*ModuleError], and only for a module that can't be assigned
// to anybody. If all holders must get the module or none, use [Assign].
func Fill(s Situation, module string, holders []Holder) (Decision, []Refusal, error) {
	if _, err := (&batch{state: s}).assignable(module); err != nil {
		return Decision{}, nil, err
	}
	drafts, byID := newDrafts(holders)
	l := newLedger(s)
	var left []Refusal
	for i, h := range holders {
		d := byID[h.ID]
		if d == nil { // the holder is listed twice
			continue
		}
		delete(byID, h.ID)
		_, refused := l.try(d, i, Swap{Holder: h.ID, To: module})
		left = append(left, refused...)
	}
	return decide(drafts), left, nil
}
