package main

import (
	"context"
	"database/sql"
	"net/http"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// decision is a transaction of the host in which something is decided about
// users. The rows of those who act and of those who are concerned are locked,
// so that what is read of them holds until the end, whatever other instances
// do.
type decision struct {
	tx *sql.Tx
	// who has the users that there are, by id.
	who map[string]person
	// crm is the tenant, for whoever acts, in the transaction.
	crm *activation.Actor
}

// decide runs fn in a transaction on behalf of an administrator. The host's
// rows are locked first, ordered by id, and the library's tenant comes last, as
// every transaction has it; so none waits for another in a circle. An
// administrator who has been deactivated meanwhile decides nothing any more: of
// two who deactivate each other, the first one does it.
func (s *Server) decide(ctx context.Context, by string, ids []string, fn func(decision) error) error {
	err := s.db.transaction(ctx, func(tx *sql.Tx) error {
		who, err := s.people.lock(ctx, tx, append([]string{by}, ids...)...)
		if err != nil {
			return err
		}
		if actor := who[by]; !actor.Active || actor.Role != administrator {
			return errForbidden
		}
		return fn(decision{tx: tx, who: who, crm: s.crm.As(by).In(s.db.bind(tx))})
	})
	if err == nil {
		s.crm.Committed() // every instance hears of it
	}
	return err
}

// active returns a user who is there and active.
func (d decision) active(id string) (person, error) {
	who, ok := d.who[id]
	switch {
	case !ok:
		return who, errNobody
	case !who.Active:
		return who, errInactive
	}
	return who, nil
}

var errInactive = refusal(http.StatusConflict, "The user is deactivated. Activate the user first.")

// give assigns a module to a user who is active.
func (s *Server) give(ctx context.Context, v visitor, id, module string) error {
	return s.decide(ctx, v.ID, []string{id}, func(d decision) error {
		who, err := d.active(id)
		if err != nil {
			return err
		}
		_, err = d.crm.Admit(ctx, who.holder(module))
		return err
	})
}

// swap gives a user who is active one plan for another.
func (s *Server) swap(ctx context.Context, v visitor, swap seat.Swap) error {
	return s.decide(ctx, v.ID, []string{swap.Holder}, func(d decision) error {
		if _, err := d.active(swap.Holder); err != nil {
			return err
		}
		_, err := d.crm.Switch(ctx, swap)
		return err
	})
}

// setActive activates a user again, or deactivates one and releases everything,
// together or not at all. Whoever comes back is assigned licenses anew, by hand.
func (s *Server) setActive(ctx context.Context, v visitor, id string, active bool) error {
	if id == v.ID && !active {
		return errSelf
	}
	return s.decide(ctx, v.ID, []string{id}, func(d decision) error {
		if _, ok := d.who[id]; !ok {
			return errNobody
		}
		err := s.people.setActive(ctx, d.tx, id, active)
		if err == nil && !active {
			_, err = d.crm.Retire(ctx, id)
		}
		return err
	})
}

var errSelf = refusal(http.StatusConflict, "You can't deactivate yourself.")

// left is somebody who is left over when many are given a module.
type left struct{ id, name, reason string }

// giveMany fills a module with those of the users who are active, as far as
// there is room. It returns how many got it, and who did not and why.
func (s *Server) giveMany(ctx context.Context, by, module string, ids []string) (assigned int, over []left, err error) {
	err = s.decide(ctx, by, ids, func(d decision) error {
		var holders []seat.Holder
		for _, id := range unique(ids) {
			who, err := d.active(id)
			if err != nil {
				over = append(over, left{id, who.Name, s.words.failure(err).sentence})
				continue
			}
			holders = append(holders, who.holder())
		}
		filled, refused, err := d.crm.Fill(ctx, module, holders...)
		assigned = len(filled.Changes)
		for i, r := range refused {
			if i == 0 || r.Holder != refused[i-1].Holder { // one reason is enough
				over = append(over, left{r.Holder, d.who[r.Holder].Name, s.words.reason(r)})
			}
		}
		return err
	})
	return assigned, over, err
}

// takeMany releases a module of those of the users who have it assigned.
func (s *Server) takeMany(ctx context.Context, by, module string, ids []string) (released int, over []left, err error) {
	err = s.decide(ctx, by, ids, func(d decision) error {
		holders, err := s.crm.In(s.db.bind(d.tx)).Holders(ctx, unique(ids)...)
		if err != nil {
			return err
		}
		has := make(map[string]bool)
		for _, h := range holders {
			has[h.ID] = slices.Contains(h.Assigned, module)
		}
		var seats []seat.Assignment
		for _, id := range unique(ids) {
			if has[id] {
				seats = append(seats, seat.Assignment{Holder: id, Module: module})
			} else {
				over = append(over, left{id, d.who[id].Name, module + " is not assigned."})
			}
		}
		if released = len(seats); released > 0 {
			_, err = d.crm.Release(ctx, seats...)
		}
		return err
	})
	return released, over, err
}

// unique returns the ids in their order, each once.
func unique(ids []string) (once []string) {
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			once, seen[id] = append(once, id), true
		}
	}
	return once
}
