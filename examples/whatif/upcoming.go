package main

import (
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
)

// upcoming says what a license that is only too early will change when it begins.
func (r *report) upcoming() {
	if r.plan.Status != planner.Rejected || !r.plan.MayWait() {
		return
	}
	later := *r.question
	later.Now = *r.offered.ValidFrom
	plan, err := later.Plan()
	if err != nil {
		r.heading("What it will change can't be said: %s", printable(err.Error()))
		return
	}
	r.heading("From %s on, it is %s", instant(r.offered.ValidFrom), strings.ToUpper(string(plan.Status)))
	then := *r
	then.question, then.plan, then.text = &later, plan, strings.Builder{}
	then.effects()
	r.text.WriteString(then.text.String())
}
