package main

import (
	"encoding/json"
	"fmt"

	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// planned is what preview reads of a plan, as docs/spec/scenario.md spells it.
type planned struct {
	Owner, Status        string
	From, To             int64
	Rejections, Warnings []string
	Blockers             []struct {
		Kind, Module, Requires       string
		InUse, Available, MustRemove int64
		Holders                      []string
	}
}

// preview says what a license would do at a customer's, who has sent a scenario,
// before it is signed. It fails if the license could not be activated at once.
func (p program) preview(args []string) error {
	set := flags("preview")
	if err := parse(set, args, 2); err != nil {
		return err
	}
	offered, err := p.read(set.Arg(0))
	if err != nil {
		return err
	}
	if said, err := signed.Inspect(offered); err == nil { // otherwise it is an unsigned document
		offered = said.Payload
	}
	l, err := license.Parse(offered)
	if err != nil {
		return err
	}
	data, err := p.read(set.Arg(1))
	if err != nil {
		return err
	}
	question, err := scenario.ReadOffering(data, l)
	if err != nil {
		return fmt.Errorf("%s: %w", set.Arg(1), err)
	}
	plan, err := question.Plan()
	if err != nil {
		return fmt.Errorf("%s: %w", set.Arg(1), err)
	}
	if data, err = json.Marshal(plan); err != nil {
		return err
	}
	var answer planned
	if err := json.Unmarshal(data, &answer); err != nil {
		return err
	}
	return p.tellPlan(answer)
}

// tellPlan prints a plan, and returns what is in its way.
func (p program) tellPlan(plan planned) error {
	if _, err := fmt.Fprintf(p.stdout, "%s %d → %d: %s\n", plan.Owner, plan.From, plan.To, plan.Status); err != nil {
		return err
	}
	for _, warning := range plan.Warnings {
		p.tell("warning: " + warning)
	}
	var wrong slips
	for _, code := range plan.Rejections {
		wrong.add("", code, "the license would be refused")
	}
	for _, b := range plan.Blockers {
		switch {
		case b.MustRemove > 0:
			wrong.add("", b.Kind, "%s has %d in use and %d available; to be released: %d", b.Module, b.InUse, b.Available, b.MustRemove)
		case b.Requires != "":
			wrong.add("", b.Kind, "%s requires %s; holders who lack it: %d", b.Module, b.Requires, len(b.Holders))
		default:
			wrong.add("", b.Kind, "%s; holders: %d", b.Module, len(b.Holders))
		}
	}
	return wrong.orNil()
}
