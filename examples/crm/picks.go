package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// maxTicks is how many seats administrators may choose for an offer.
const maxTicks = 20_000

// picks is the seats that administrators have chosen to be released, or
// switched, with the activation of an owner's offer. They belong to the tenant:
// each administrator sees them in each browser, until the offer is activated, put
// away or replaced.
type picks struct {
	db            *database
	tenant, owner string
}

func (s *Server) picks(owner string) picks { return picks{s.db, s.config.Tenant, owner} }

// of returns what is chosen for an offer, ordered by holder and module.
func (c picks) of(ctx context.Context, offer activation.Digest) (chosen planner.Selection, err error) {
	err = c.db.query(ctx, func(rows *sql.Rows) error {
		var swap seat.Swap
		err := rows.Scan(&swap.Holder, &swap.From, &swap.To)
		if swap.To == "" {
			chosen.Releases = append(chosen.Releases, seat.Assignment{Holder: swap.Holder, Module: swap.From})
		} else {
			chosen.Switches = append(chosen.Switches, swap)
		}
		return err
	}, `SELECT holder, module, switch_to FROM crm_choice WHERE tenant = $1 AND owner = $2 AND offer = $3 ORDER BY holder, module`,
		c.tenant, c.owner, offer.String())
	return chosen, err
}

// set takes back what was chosen for some seats, then chooses others. What was
// chosen for an offer of before is forgotten.
func (c picks) set(ctx context.Context, offer activation.Digest, off []seat.Assignment, on planner.Selection) error {
	return c.db.transaction(ctx, func(tx *sql.Tx) error {
		err := c.db.exec(ctx, tx, `DELETE FROM crm_choice WHERE tenant = $1 AND owner = $2 AND offer <> $3`, c.tenant, c.owner, offer.String())
		if err != nil {
			return err
		}
		for _, a := range off {
			err := c.db.exec(ctx, tx, `DELETE FROM crm_choice WHERE tenant = $1 AND owner = $2 AND holder = $3 AND module = $4`,
				c.tenant, c.owner, a.Holder, a.Module)
			if err != nil {
				return err
			}
		}
		swaps := slices.Clone(on.Switches)
		for _, a := range on.Releases {
			swaps = append(swaps, seat.Swap{Holder: a.Holder, From: a.Module})
		}
		for _, swap := range swaps {
			err := c.db.exec(ctx, tx, `INSERT INTO crm_choice (tenant, owner, offer, holder, module, switch_to) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (tenant, owner, holder, module) DO UPDATE SET offer = excluded.offer, switch_to = excluded.switch_to`,
				c.tenant, c.owner, offer.String(), swap.Holder, swap.From, swap.To)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// clear forgets all.
func (c picks) clear(ctx context.Context) error {
	return c.db.exec(ctx, c.db, `DELETE FROM crm_choice WHERE tenant = $1 AND owner = $2`, c.tenant, c.owner)
}

// plan plans the offer of an owner with what is chosen for it. Of an offer that
// begins later, that is what is scheduled with it.
func (s *Server) plan(ctx context.Context, owner string) (*activation.Preview, error) {
	preview, err := s.crm.Plan(ctx, owner)
	if err != nil || preview.Upcoming != nil {
		return preview, err
	}
	c := s.picks(owner)
	chosen, err := c.of(ctx, preview.Offer)
	if err != nil || size(chosen) == 0 {
		return preview, err
	}
	preview, gone, err := s.planWith(ctx, preview.Offer, chosen)
	if err == nil && len(gone) > 0 {
		err = c.set(ctx, preview.Offer, gone, planner.Selection{})
	}
	return preview, err
}

// planWith plans an offer with what is chosen, as far as it still fits: somebody
// else may have released a seat meanwhile. It returns which seats it has left out.
func (s *Server) planWith(ctx context.Context, offer activation.Digest, chosen planner.Selection) (*activation.Preview, []seat.Assignment, error) {
	var gone []seat.Assignment
	for {
		preview, err := s.crm.PlanOffer(ctx, offer, chosen)
		wrong := unfit(err, chosen)
		if len(wrong) == 0 {
			return preview, gone, err
		}
		gone, chosen = append(gone, wrong...), without(chosen, wrong)
	}
}

// unfit returns those of the chosen seats that an error of the planner is about.
func unfit(err error, chosen planner.Selection) (wrong []seat.Assignment) {
	unknown, seats := make(map[string]bool), make(map[seat.Assignment]bool)
	for ; err != nil; err = errors.Unwrap(err) { // it lists them one behind the other
		var nobody *seat.UnknownHolderError
		if errors.As(err, &nobody) {
			unknown[nobody.Holder] = true
		}
		var free *planner.NotAssignedError
		if errors.As(err, &free) {
			seats[seat.Assignment{Holder: free.Holder, Module: free.Module}] = true
		}
		var swap *planner.SwitchError
		if errors.As(err, &swap) {
			seats[seat.Assignment{Holder: swap.Holder, Module: swap.From}] = true
		}
	}
	for _, a := range seatsOf(chosen) {
		if unknown[a.Holder] || seats[a] {
			wrong = append(wrong, a)
		}
	}
	return wrong
}

// choose takes back what was chosen for some seats, and chooses others. Of an
// offer that begins later, all that is chosen is scheduled.
func (s *Server) choose(ctx context.Context, v visitor, preview *activation.Preview, off []seat.Assignment, on planner.Selection) error {
	all := changed(chosenIn(preview), off, on)
	switch {
	case preview.Upcoming != nil && size(all) > 0:
		planned, err := s.crm.PlanOffer(ctx, preview.Offer, all)
		if err == nil {
			_, err = s.crm.As(v.ID).Schedule(ctx, planned.Approve())
		}
		return err
	case preview.Schedule != nil: // it has begun, or nothing is left
		if err := s.picks(preview.Owner).set(ctx, preview.Offer, off, all); err != nil {
			return err
		}
		return s.crm.As(v.ID).Unschedule(ctx, preview.Offer)
	}
	return s.picks(preview.Owner).set(ctx, preview.Offer, off, on)
}

// changed is what is chosen after some seats were taken back and others chosen.
func changed(chosen planner.Selection, off []seat.Assignment, on planner.Selection) planner.Selection {
	return without(without(chosen, off), seatsOf(on)).And(on)
}

// decisive is the plan by which an administrator decides: the one of the day on
// which an offer begins.
func decisive(p *activation.Preview) *planner.Plan {
	if p.Upcoming != nil {
		return p.Upcoming
	}
	return p.Plan
}

func chosenIn(p *activation.Preview) planner.Selection { return decisive(p).Selection() }

func size(s planner.Selection) int { return len(s.Releases) + len(s.Switches) }

// seatsOf names the seats for which something is chosen.
func seatsOf(s planner.Selection) []seat.Assignment {
	seats := slices.Clone(s.Releases)
	for _, swap := range s.Switches {
		seats = append(seats, seat.Assignment{Holder: swap.Holder, Module: swap.From})
	}
	return seats
}

// without returns what is chosen for other seats.
func without(s planner.Selection, seats []seat.Assignment) planner.Selection {
	gone := make(map[seat.Assignment]bool, len(seats))
	for _, a := range seats {
		gone[a] = true
	}
	return planner.Selection{
		Releases: slices.DeleteFunc(slices.Clone(s.Releases), func(a seat.Assignment) bool { return gone[a] }),
		Switches: slices.DeleteFunc(slices.Clone(s.Switches), func(swap seat.Swap) bool {
			return gone[seat.Assignment{Holder: swap.Holder, Module: swap.From}]
		}),
	}
}

// fingerprint stands for what is chosen. Another administrator may choose
// meanwhile, and nobody activates what they have not seen.
func fingerprint(s planner.Selection) string {
	sum := sha256.New()
	for _, a := range s.Releases {
		_, _ = fmt.Fprintf(sum, "%q %q\n", a.Holder, a.Module) // a hash never fails
	}
	for _, swap := range s.Switches {
		_, _ = fmt.Fprintf(sum, "%q %q %q\n", swap.Holder, swap.From, swap.To)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
