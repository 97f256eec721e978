package main

import (
	"context"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// planOption is a plan of the new license that a seat can become.
type planOption struct {
	Module, Value string
	Left          string // how many seats of it are left, with all that is chosen
	Chosen, Full  bool
}

// offerPlans adds to each seat of a page the plans that it can become.
func (s *Server) offerPlans(ctx context.Context, rows []tickRow, entries []sqlstore.DirectoryEntry, preview *activation.Preview) error {
	status, err := s.crm.Status(ctx)
	if err != nil {
		return err
	}
	today := make(map[string]activation.ModuleStatus)
	for _, owner := range status.Owners {
		for _, m := range owner.Modules {
			today[m.Name] = m
		}
	}
	plans := plansOf(preview, today)
	for i, row := range rows {
		at := slices.IndexFunc(entries, func(e sqlstore.DirectoryEntry) bool { return e.ID == row.ID })
		for j, from := range row.Seats {
			if m, known := today[from.Module]; at >= 0 && known && m.Module.Bundle {
				rows[i].Seats[j].Plans = optionsFor(plans, entries[at].Holder, from.Module, preview)
			}
		}
	}
	return nil
}

// newPlan is a bundle of the offered license.
type newPlan struct {
	name   string
	module *license.Module
	free   int64
}

// plansOf lists the plans of the new license, with what is left of each after the
// activation. What the license alters has that figure in its change; of others it
// is what is free today, and what the activation gives and takes.
func plansOf(preview *activation.Preview, today map[string]activation.ModuleStatus) (plans []newPlan) {
	plan := decisive(preview)
	for i, m := range preview.License.Modules {
		if !m.Bundle || m.Hidden {
			continue
		}
		p := newPlan{license.FullName(plan.Owner, m.Name), &preview.License.Modules[i], 0}
		at := slices.IndexFunc(plan.Changes, func(c planner.ModuleChange) bool { return c.Module == p.name })
		switch {
		case at < 0:
			p.free = today[p.name].Free + givenBack(plan, p.name)
		case plan.Changes[at].NewFree != nil:
			p.free = *plan.Changes[at].NewFree
		}
		plans = append(plans, p)
	}
	return plans
}

func givenBack(plan *planner.Plan, module string) (n int64) {
	for _, release := range plan.Releases {
		if release.Module == module {
			n++
		}
	}
	for _, swap := range plan.Switches {
		switch module {
		case swap.From:
			n++
		case swap.To:
			n--
		}
	}
	return n
}

// optionsFor lists the plans that fit somebody, who has one plan at a time.
func optionsFor(plans []newPlan, h seat.Holder, from string, preview *activation.Preview) (options []planOption) {
	other := slices.ContainsFunc(plans, func(p newPlan) bool { return p.name != from && slices.Contains(h.Assigned, p.name) })
	if other {
		return nil
	}
	for _, p := range plans {
		if p.name == from || p.module.Kind != h.Kind || !p.module.AllowsType(h.Type) || len(options) == maxListed {
			continue
		}
		option := planOption{Module: p.name, Value: p.name + " " + tickValue(h.ID, from), Left: "no limit"}
		option.Chosen = slices.Contains(decisive(preview).Switches, seat.Swap{Holder: h.ID, From: from, To: p.name})
		if p.module.Restricted() {
			option.Left, option.Full = plain(p.free)+" left", p.free <= 0
		}
		options = append(options, option)
	}
	return options
}
