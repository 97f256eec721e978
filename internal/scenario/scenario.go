// Package scenario reads planning questions that are written as data, and
// answers them. It implements docs/spec/scenario.md, for tests, for the examples
// whatif and vendor, and for hosts that export what they have.
//
// [Read] is strict: it says everything that is wrong with a scenario, with a
// pointer to each member. [Scenario.Plan] plans. [Write] writes one without an
// offered license, and [ReadOffering] reads it with one.
package scenario

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/content"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Scenario is one planning question. It is read-only.
type Scenario struct {
	// Name says in a sentence what the question is.
	Name string
	// Now is the effective instant, in UTC.
	Now time.Time
	// Active is the licenses that are active, Offered the one that might be
	// activated.
	Active  *license.Set
	Offered *license.License
	// Holders is everybody who may hold seats.
	Holders Holders
	// Selection is what shall be released or switched with the activation, in
	// the order of the scenario.
	planner.Selection
	// AllowIdentityChange, Highest and HighestRevoked are as in [planner.Input],
	// and BindTo is its Expected.
	AllowIdentityChange bool
	Highest             int64
	HighestRevoked      int64
	BindTo              planner.Expected
	// Activated is what was activated for the offered owner under which number.
	Activated []content.Numbered
	// Expect is the plan that the scenario expects, as it is spelled there;
	// nil if it names none.
	Expect json.RawMessage
}

// Plan plans the activation of the offered license. The blockers of the plan
// have their holders.
//
// Releases and switches that can't be made are an [InvalidError] that points to
// them, unless the plan is rejected or current.
func (s *Scenario) Plan() (*planner.Plan, error) {
	plan, err := planner.New(s.input())
	if err != nil {
		return nil, s.locate(err)
	}
	for i := range plan.Blockers {
		if plan.Blockers[i].Kind == planner.OverAllocated {
			continue
		}
		b := &plan.Blockers[i]
		b.Holders = make([]string, 0, b.Affected)
		for _, h := range s.Holders.Affected(plan, *b, len(s.Holders)) {
			b.Holders = append(b.Holders, h.ID)
		}
	}
	return plan, nil
}

func (s *Scenario) input() planner.Input {
	return planner.Input{
		Active:              s.Active,
		Offered:             s.Offered,
		Census:              seat.NewCensus(slices.Values(s.Holders)),
		Selection:           s.Selection,
		Holders:             s.named(),
		Now:                 s.Now,
		Highest:             s.Highest,
		HighestRevoked:      s.HighestRevoked,
		NumberReused:        content.Reused(s.Activated, s.Offered),
		Expected:            s.BindTo,
		AllowIdentityChange: s.AllowIdentityChange,
	}
}

// named returns those of the holders whom the selection names.
func (s *Scenario) named() []seat.Holder {
	var named []seat.Holder
	for _, id := range s.Selection.Holders() {
		if i, known := s.Holders.find(id); known {
			named = append(named, s.Holders[i])
		}
	}
	return named
}

// locate turns what a plan says about releases and switches into problems of the
// scenario.
func (s *Scenario) locate(err error) error {
	var list *multierror.Error
	if !errors.As(err, &list) {
		return fmt.Errorf("scenario: %w", err)
	}
	wrong := make(map[any]error, len(list.Errors))
	for _, err := range list.Errors {
		wrong[refused(err)] = err
	}
	var found problems
	for i, r := range s.Releases {
		if err := cmp.Or(wrong[r.Holder], wrong[r]); err != nil {
			found.add(fmt.Sprintf("/release/%d", i), err.Error())
		}
	}
	for i, w := range s.Switches {
		if err := cmp.Or(wrong[w.Holder], wrong[w]); err != nil {
			found.add(fmt.Sprintf("/switch/%d", i), err.Error())
		}
	}
	if found == nil {
		return fmt.Errorf("scenario: %w", err)
	}
	return found.err()
}

// refused returns the release or switch that an error of the planner is about,
// or the id of the holder where it is about all of a holder.
func refused(err error) any {
	var unknown *seat.UnknownHolderError
	var unassigned *planner.NotAssignedError
	var unswitchable *planner.SwitchError
	switch {
	case errors.As(err, &unknown):
		return unknown.Holder
	case errors.As(err, &unassigned):
		return seat.Assignment{Holder: unassigned.Holder, Module: unassigned.Module}
	case errors.As(err, &unswitchable):
		return unswitchable.Swap
	}
	return nil
}
