package main

import (
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// planOption is a plan of the new license that a seat can become.
type planOption struct {
	Module, Value string
	Left          string // how many seats of it are left, with all that is chosen
	Chosen, Full  bool
}

// newPlan is a bundle of the offered license.
type newPlan struct {
	name   string
	module *license.Module
	gives  []string // itself, and what it includes, hidden perhaps
}

func plansOf(preview *activation.Preview) (plans []newPlan) {
	for i, m := range preview.License.Modules {
		if m.Bundle && !m.Hidden {
			plans = append(plans, newPlan{license.FullName(preview.Owner, m.Name), &preview.License.Modules[i], given(preview, m)})
		}
	}
	return plans
}

// given names a module and what it includes.
func given(preview *activation.Preview, m license.Module) []string {
	names := []string{license.FullName(preview.Owner, m.Name)}
	for _, included := range m.Includes {
		names = append(names, license.FullName(preview.Owner, included))
	}
	return names
}

// optionsFor lists the plans that fit somebody, who has one plan at a time.
func optionsFor(plans []newPlan, h seat.Holder, from string, preview *activation.Preview) (options []planOption) {
	other := slices.ContainsFunc(plans, func(p newPlan) bool { return p.name != from && slices.Contains(h.Assigned, p.name) })
	if other {
		return nil
	}
	occupied := occupiedBy(h, preview)
	for _, p := range plans {
		if p.name == from || p.module.Kind != h.Kind || !p.module.AllowsType(h.Type) || len(options) == maxListed {
			continue
		}
		option := planOption{Module: p.name, Value: p.name + " " + tickValue(h.ID, from), Left: "no limit"}
		option.Chosen = slices.Contains(preview.Decisive().Switches, seat.Swap{Holder: h.ID, From: from, To: p.name})
		if left, limited := p.left(preview.Decisive(), occupied); limited {
			option.Left, option.Full = plain(left)+" left", left <= 0
		}
		options = append(options, option)
	}
	return options
}

// occupiedBy names what somebody has a seat of after the activation.
func occupiedBy(h seat.Holder, preview *activation.Preview) map[string]bool {
	after, _ := preview.Decisive().Apply(h)
	occupied := make(map[string]bool)
	for _, m := range preview.License.Modules {
		if names := given(preview, m); slices.Contains(after.Assigned, names[0]) {
			for _, name := range names {
				occupied[name] = true
			}
		}
	}
	return occupied
}

// left is how many seats of a plan are left for somebody after the activation, with
// all that is chosen: of the plan, or of what it includes and the user does not have,
// whichever is least.
func (p newPlan) left(plan *planner.Plan, occupied map[string]bool) (left int64, limited bool) {
	for i, name := range p.gives {
		free, ok := plan.Free(name)
		if ok && (i == 0 || !occupied[name]) && (!limited || free < left) {
			left, limited = free, true
		}
	}
	return max(0, left), limited
}
