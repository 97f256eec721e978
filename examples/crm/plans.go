package main

import (
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// planOption is a plan of the new license that a seat can become.
type planOption struct {
	Module, Value string
	Left          string // how many seats of it are left, with all that is chosen
	Chosen, Full  bool
}

// optionsFor lists the plans that fit somebody, who has one plan at a time.
func optionsFor(h seat.Holder, from string, preview *activation.Preview) (options []planOption) {
	plan := preview.Decisive()
	for _, o := range plan.SwitchOptions(h, from) {
		option := planOption{Module: o.To, Value: o.To + " " + tickValue(h.ID, from), Left: "no limit"}
		option.Chosen = slices.Contains(plan.Switches, seat.Swap{Holder: h.ID, From: from, To: o.To})
		if !o.Unrestricted {
			option.Left, option.Full = plain(o.Left)+" left", o.Left == 0
		}
		options = append(options, option)
	}
	return options[:min(len(options), maxListed)]
}
