package seat

import (
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Fill gives a module to as many of the holders, in their order, as there is
// room for. It is how a host with users adopts its first license. It returns
// the holders who are left over with the reasons, as [Assign] gives them.
// Holders who have the module already are not among them. See
// docs/spec/domain.md, Holders, assignments, seats.
//
// It returns an error, a [*ModuleError], only when the module can't be
// assigned to anybody.
func Fill(s Situation, module string, holders []Holder) (Decision, []Refusal, error) {
	if _, err := (&batch{state: s}).assignable(module); err != nil {
		return Decision{}, nil, err
	}
	_, byID := newDrafts(holders)
	inUse := s.Census.InUse(s.Licenses)
	var filled []*draft
	var left []Refusal
	types := make(map[*license.Entry][]string)
	for i, h := range holders {
		d := byID[h.ID]
		if d.wishes != nil { // the holder is listed twice
			continue
		}
		b := batch{state: s, byID: byID, inUse: inUse, types: types}
		b.want(i, Assignment{Holder: h.ID, Module: module})
		if _, err := b.finish([]*draft{d}); err != nil {
			left = append(left, b.refused...)
			continue
		}
		for e := range occupancy.Of(s.Licenses, d.after).All() {
			inUse[e.Index]++
		}
		for e := range occupancy.Of(s.Licenses, d.before).All() {
			inUse[e.Index]--
		}
		filled = append(filled, d)
	}
	return decide(filled), left, nil
}
