package planner

import (
	"cmp"
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// SwitchOption is a bundle that a seat can become with the activation.
type SwitchOption struct {
	// To is the full name of the bundle.
	To string `json:"to"`
	// Left is how many seats there still are for the holder once the plan is
	// carried out, overdraft included: of the bundle, or of what it includes and
	// the holder does not have, whichever is least. It is never below 0.
	Left int64 `json:"left"`
	// Unrestricted says that there is no limit. Then Left is 0.
	Unrestricted bool `json:"unrestricted,omitzero"`
}

// SwitchOptions lists the bundles of the offered license that fit a holder, who has
// an assignment of from, as choices of a form; see [Selection]. They are ordered by
// sortOrder, then by full name, and hidden ones are left out. A holder has one bundle
// of an owner at a time, so a holder of another one than from has no options. A plan
// that is rejected or current has none either.
func (p *Plan) SwitchOptions(h seat.Holder, from string) (options []SwitchOption) {
	if p.move == nil {
		return nil
	}
	var fitting []*license.Entry
	for _, e := range p.move.after.Entries() {
		if !e.Module.Bundle || !p.move.owned(e) || e.Name == from {
			continue
		}
		if slices.Contains(h.Assigned, e.Name) {
			return nil
		}
		if !e.Module.Hidden && seat.Fits(e, h.Kind, h.Type) {
			fitting = append(fitting, e)
		}
	}
	slices.SortStableFunc(fitting, func(a, b *license.Entry) int { return cmp.Compare(a.Module.SortOrder, b.Module.SortOrder) })
	occupied := occupancy.Of(p.move.after, p.outcome(h).after)
	for _, e := range fitting {
		options = append(options, p.switchOption(e, occupied))
	}
	return options
}

func (p *Plan) switchOption(bundle *license.Entry, occupied occupancy.Set) SwitchOption {
	option := SwitchOption{To: bundle.Name, Unrestricted: true}
	for _, e := range occupancy.WithIncluded(bundle) {
		free, limited := p.Free(e.Name)
		if limited && (e == bundle || !occupied.Has(e)) && (option.Unrestricted || free < option.Left) {
			option.Left, option.Unrestricted = max(0, free), false
		}
	}
	return option
}
