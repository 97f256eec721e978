package seat

// Fill gives a module to as many of the holders, in their order, as there is
// room for. It is how a host with users adopts its first license. It returns
// the holders who are left over with the reasons, as [Assign] gives them.
// Holders who have the module already are not among them. One holder may have
// several reasons; [RefusalsByHolder] counts people. See
// docs/spec/domain.md, Holders, assignments, seats.
//
// It returns an error, a [*ModuleError], only when the module can't be
// assigned to anybody.
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
