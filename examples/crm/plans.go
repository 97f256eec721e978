package main

import (
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// planOption is a plan of the new license that a seat can become.
type planOption struct {
	Module, Value string
	Free          string // how many of its seats are left, with all that is chosen
	Chosen, Full  bool
}

// optionsFor lists the plans that fit somebody, who has one plan at a time.
func optionsFor(h seat.Holder, from string, preview *activation.Preview) (options []planOption) {
	plan := preview.Decisive()
	for _, o := range plan.SwitchOptions(h, from) {
		options = append(options, planOption{
			Module: o.To, Value: o.To + " " + tickValue(h.ID, from), Free: freeSeats(o.Left, o.Unrestricted),
			Chosen: slices.Contains(plan.Switches, seat.Swap{Holder: h.ID, From: from, To: o.To}), Full: !o.Unrestricted && o.Left == 0,
		})
	}
	return options[:min(len(options), maxListed)]
}
