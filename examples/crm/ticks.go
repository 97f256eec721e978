package main

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// maxTicks is how many seats an administrator may tick for an offer.
const maxTicks = 20_000

// ticks is the seats that an administrator has ticked, to be released with the
// activation of an owner's offer. They belong to the session, so they stay while
// pages are turned, and two administrators do not tick each other's.
type ticks struct {
	db      *database
	session []byte
	owner   string
}

func (s *Server) ticks(v visitor, owner string) ticks { return ticks{s.db, v.session, owner} }

// releases returns what is ticked, ordered by holder.
func (t ticks) releases(ctx context.Context) (releases []seat.Assignment, err error) {
	err = t.db.query(ctx, func(rows *sql.Rows) error {
		var a seat.Assignment
		err := rows.Scan(&a.Holder, &a.Module)
		releases = append(releases, a)
		return err
	}, `SELECT holder, module FROM crm_tick WHERE session = $1 AND owner = $2 AND switch_to = '' ORDER BY holder, module`, t.session, t.owner)
	return releases, err
}

// switches returns what a proposal would switch first.
func (t ticks) switches(ctx context.Context) (swaps []seat.Swap, err error) {
	err = t.db.query(ctx, func(rows *sql.Rows) error {
		var swap seat.Swap
		err := rows.Scan(&swap.Holder, &swap.From, &swap.To)
		swaps = append(swaps, swap)
		return err
	}, `SELECT holder, module, switch_to FROM crm_tick WHERE session = $1 AND owner = $2 AND switch_to <> '' ORDER BY holder`, t.session, t.owner)
	return swaps, err
}

// set ticks some and clears others.
func (t ticks) set(ctx context.Context, on []seat.Assignment, off []seat.Assignment, swaps ...seat.Swap) error {
	return t.db.transaction(ctx, func(tx *sql.Tx) error {
		for _, a := range off {
			err := t.db.exec(ctx, tx, `DELETE FROM crm_tick WHERE session = $1 AND owner = $2 AND holder = $3 AND module = $4`,
				t.session, t.owner, a.Holder, a.Module)
			if err != nil {
				return err
			}
		}
		for _, a := range on {
			swaps = append(swaps, seat.Swap{Holder: a.Holder, From: a.Module})
		}
		for _, swap := range swaps {
			err := t.db.exec(ctx, tx, `INSERT INTO crm_tick (session, owner, holder, module, switch_to) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (session, owner, holder, module) DO UPDATE SET switch_to = excluded.switch_to`,
				t.session, t.owner, swap.Holder, swap.From, swap.To)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// clear forgets all, or only the switches.
func (t ticks) clear(ctx context.Context) error {
	return t.db.exec(ctx, t.db, `DELETE FROM crm_tick WHERE session = $1 AND owner = $2`, t.session, t.owner)
}

func (t ticks) clearSwitches(ctx context.Context) error {
	return t.db.exec(ctx, t.db, `DELETE FROM crm_tick WHERE session = $1 AND owner = $2 AND switch_to <> ''`, t.session, t.owner)
}

// plan plans the offer with what is ticked. What somebody else has released
// meanwhile is ticked no longer.
func (s *Server) plan(ctx context.Context, t ticks) (*activation.Preview, error) {
	releases, err := t.releases(ctx)
	if err != nil {
		return nil, err
	}
	preview, err := s.crm.Plan(ctx, t.owner, planner.Selection{Releases: releases})
	if !errors.Is(err, seat.ErrUnknownHolder) && !errors.Is(err, planner.ErrNotAssigned) {
		return preview, err
	}
	kept, err := s.stillAssigned(ctx, releases)
	if err != nil {
		return nil, err
	}
	gone := slices.DeleteFunc(releases, func(a seat.Assignment) bool { return slices.Contains(kept, a) })
	if err := t.set(ctx, nil, gone); err != nil {
		return nil, err
	}
	return s.crm.Plan(ctx, t.owner, planner.Selection{Releases: kept})
}

func (s *Server) stillAssigned(ctx context.Context, releases []seat.Assignment) (kept []seat.Assignment, err error) {
	ids := make([]string, len(releases))
	for i, a := range releases {
		ids[i] = a.Holder
	}
	holders, err := s.crm.Holders(ctx, slices.Compact(ids)...)
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		for _, a := range releases {
			if a.Holder == h.ID && slices.Contains(h.Assigned, a.Module) {
				kept = append(kept, a)
			}
		}
	}
	return kept, nil
}
