package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// maxTicks is how many seats administrators may choose for an offer.
const maxTicks = 20_000

// choices says what becomes of seats with an activation: [wasTicked] for those that
// are released, and otherwise the module that they become.
type choices map[seat.Assignment]string

func choicesOf(s planner.Selection) choices {
	c := make(choices)
	for _, a := range s.Releases {
		c[a] = wasTicked
	}
	for _, swap := range s.Switches {
		c[seat.Assignment{Holder: swap.Holder, Module: swap.From}] = swap.To
	}
	return c
}

// seats are ordered by holder, then by module.
func (c choices) seats() []seat.Assignment {
	return slices.SortedFunc(maps.Keys(c), func(a, b seat.Assignment) int {
		return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Module, b.Module))
	})
}

func (c choices) selection() (s planner.Selection) {
	for _, a := range c.seats() {
		if c[a] == wasTicked {
			s.Releases = append(s.Releases, a)
		} else {
			s.Switches = append(s.Switches, seat.Swap{Holder: a.Holder, From: a.Module, To: c[a]})
		}
	}
	return s
}

// with is what is chosen after some choices were changed; an empty one takes back.
func (c choices) with(changed choices) choices {
	all := maps.Clone(c)
	maps.Copy(all, changed)
	maps.DeleteFunc(all, func(_ seat.Assignment, to string) bool { return to == "" })
	return all
}

// picks is what administrators have chosen to become of seats with the activation of
// an owner's offer. It belongs to the tenant: each administrator sees it in each
// browser, until the offer is activated, put away or replaced.
type picks struct {
	db            *database
	tenant, owner string
}

func (s *Server) picks(owner string) picks { return picks{s.db, s.config.Tenant, owner} }

// of returns what is chosen for an offer.
func (p picks) of(ctx context.Context, offer activation.Digest) (choices, error) {
	chosen := make(choices)
	err := p.db.query(ctx, func(rows *sql.Rows) error {
		var a seat.Assignment
		var to string
		err := rows.Scan(&a.Holder, &a.Module, &to)
		chosen[a] = cmp.Or(to, wasTicked)
		return err
	}, `SELECT holder, module, switch_to FROM crm_choice WHERE tenant = $1 AND owner = $2 AND offer = $3`, p.tenant, p.owner, offer.String())
	return chosen, err
}

// set changes what is chosen. Choices for an earlier offer are forgotten.
func (p picks) set(ctx context.Context, offer activation.Digest, changed choices) error {
	return p.db.transaction(ctx, func(tx *sql.Tx) error {
		err := p.db.exec(ctx, tx, `DELETE FROM crm_choice WHERE tenant = $1 AND owner = $2 AND offer <> $3`, p.tenant, p.owner, offer.String())
		if err != nil {
			return err
		}
		for _, a := range changed.seats() {
			to := changed[a]
			if to == "" {
				err = p.db.exec(ctx, tx, `DELETE FROM crm_choice WHERE tenant = $1 AND owner = $2 AND holder = $3 AND module = $4`,
					p.tenant, p.owner, a.Holder, a.Module)
			} else {
				if to == wasTicked {
					to = ""
				}
				err = p.db.exec(ctx, tx, `INSERT INTO crm_choice (tenant, owner, offer, holder, module, switch_to) VALUES ($1, $2, $3, $4, $5, $6)
					ON CONFLICT (tenant, owner, holder, module) DO UPDATE SET offer = excluded.offer, switch_to = excluded.switch_to`,
					p.tenant, p.owner, offer.String(), a.Holder, a.Module, to)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// clear forgets all.
func (p picks) clear(ctx context.Context) error {
	return p.db.exec(ctx, p.db, `DELETE FROM crm_choice WHERE tenant = $1 AND owner = $2`, p.tenant, p.owner)
}

// plan plans the offer of an owner with what is chosen for it. Of an offer that
// begins later, that is what is scheduled with it.
func (s *Server) plan(ctx context.Context, owner string) (*activation.Preview, error) {
	preview, err := s.crm.Plan(ctx, owner)
	if err != nil || preview.Upcoming != nil {
		return preview, err
	}
	chosen, err := s.picks(owner).of(ctx, preview.Offer)
	if err != nil || len(chosen) == 0 {
		return preview, err
	}
	preview, gone, err := s.planWith(ctx, preview.Offer, chosen)
	if err == nil && len(gone) > 0 {
		err = s.picks(owner).set(ctx, preview.Offer, gone)
	}
	return preview, err
}

// planWith plans an offer with what is chosen, as far as it still fits:
// somebody else may have released a seat meanwhile. The choices that it returns
// take back what it has left out.
func (s *Server) planWith(ctx context.Context, offer activation.Digest, chosen choices) (*activation.Preview, choices, error) {
	gone := make(choices)
	for {
		preview, err := s.crm.PlanOffer(ctx, offer, chosen.with(gone).selection())
		wrong := unfit(err, chosen.with(gone))
		if len(wrong) == 0 {
			return preview, gone, err
		}
		maps.Copy(gone, wrong)
	}
}

// unfit takes back those choices that an error of the planner is about.
func unfit(err error, chosen choices) choices {
	wrong, unknown := make(choices), make(map[string]bool)
	take := func(holder, module string) {
		if a := (seat.Assignment{Holder: holder, Module: module}); chosen[a] != "" {
			wrong[a] = ""
		}
	}
	for ; err != nil; err = errors.Unwrap(err) { // it lists them one behind the other
		var nobody *seat.UnknownHolderError
		var free *planner.NotAssignedError
		var swap *planner.SwitchError
		if errors.As(err, &nobody) {
			unknown[nobody.Holder] = true
		}
		if errors.As(err, &free) {
			take(free.Holder, free.Module)
		}
		if errors.As(err, &swap) {
			take(swap.Holder, swap.From)
		}
	}
	for a := range chosen {
		if unknown[a.Holder] {
			wrong[a] = ""
		}
	}
	return wrong
}

// choose changes what is chosen. Of an offer that begins later, all that is chosen is
// scheduled.
func (s *Server) choose(ctx context.Context, v visitor, preview *activation.Preview, changed choices) error {
	all := chosenIn(preview).with(changed)
	switch {
	case preview.Upcoming != nil && len(all) > 0:
		planned, err := s.crm.PlanOffer(ctx, preview.Offer, all.selection())
		if err == nil {
			_, err = s.crm.As(v.ID).Schedule(ctx, planned.Approve())
		}
		return err
	case preview.Schedule != nil: // it has begun, or nothing is left
		if err := s.picks(preview.Owner).set(ctx, preview.Offer, all); err != nil {
			return err
		}
		return s.crm.As(v.ID).Unschedule(ctx, preview.Offer)
	}
	return s.picks(preview.Owner).set(ctx, preview.Offer, changed)
}

// decisive is the plan by which an administrator decides: the one of the day on
// which an offer begins.
func decisive(p *activation.Preview) *planner.Plan {
	if p.Upcoming != nil {
		return p.Upcoming
	}
	return p.Plan
}

func chosenIn(p *activation.Preview) choices { return choicesOf(decisive(p).Selection()) }

// fingerprint stands for what is chosen. Another administrator may choose
// meanwhile, and nobody activates what they have not seen.
func (c choices) fingerprint() string {
	sum := sha256.New()
	for _, a := range c.seats() {
		_, _ = fmt.Fprintf(sum, "%q %q %q\n", a.Holder, a.Module, c[a]) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}
