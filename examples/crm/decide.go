package main

import (
	"context"
	"database/sql"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/examples/api"
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
			return api.ErrForbidden
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
func (s *Server) give(ctx context.Context, by, id, module string) error {
	return s.decide(ctx, by, []string{id}, func(d decision) error {
		who, err := d.active(id)
		if err != nil {
			return err
		}
		_, err = d.crm.Admit(ctx, who.holder(module))
		return err
	})
}

// swap gives a user who is active one plan for another.
func (s *Server) swap(ctx context.Context, by string, swap seat.Swap) error {
	return s.decide(ctx, by, []string{swap.Holder}, func(d decision) error {
		if _, err := d.active(swap.Holder); err != nil {
			return err
		}
		_, err := d.crm.Switch(ctx, swap)
		return err
	})
}

// setActive activates a user again, or deactivates one and releases everything,
// together or not at all. Then licenses are assigned anew, by hand.
func (s *Server) setActive(ctx context.Context, by, id string, active bool) error {
	if id == by && !active {
		return errSelf
	}
	return s.decide(ctx, by, []string{id}, func(d decision) error {
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
