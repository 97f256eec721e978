package main

import (
	"context"
	"fmt"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// host does several things in a transaction of the host's, some of them behind a
// savepoint to which it goes back.
func (a *act) host(ctx context.Context) error {
	return a.inHost(ctx, true, func(tx *hostTx) error {
		for range 1 + a.random.IntN(3) {
			savepoint := a.random.IntN(2) == 0
			if savepoint {
				if err := tx.exec(ctx, "SAVEPOINT here"); err != nil {
					return err
				}
			}
			what, err := a.step(ctx, tx)
			if err != nil && activation.Classify(err) == activation.ClassUnavailable {
				return err
			}
			// A refusal has left the transaction as it was.
			a.saw(ctx, "step: "+what, err)
			if savepoint {
				end := oneOf(a.random, []string{"RELEASE SAVEPOINT here", "ROLLBACK TO SAVEPOINT here"})
				if err := tx.exec(ctx, end); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// inHost does something in a transaction of the host's, which commits it or,
// now and then, does not.
func (a *act) inHost(ctx context.Context, writes bool, do func(*hostTx) error) error {
	tx, err := a.estate.begin(ctx, a.random)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil || writes && a.random.IntN(5) == 0 {
		_ = tx.rollback(context.WithoutCancel(ctx)) // err matters more
		return err
	}
	if err := tx.commit(ctx); err != nil {
		return err
	}
	a.counts.add(tx.level + " committed")
	if a.random.IntN(2) == 0 { // otherwise other processes notice it by the revision
		a.crm.Committed()
	}
	return nil
}

// step does one thing for users, and returns which. A user who gets a seat is
// locked in the host's table first.
func (a *act) step(ctx context.Context, tx *hostTx) (string, error) {
	ids, err := tx.present(ctx, a.tenant)
	if err != nil {
		return "present", err
	}
	crm := a.crm.In(tx.bound)
	who := crm.As(a.by)
	if len(ids) == 0 || a.random.IntN(14) == 0 {
		return "hire", a.hire(ctx, tx, who)
	}
	id := oneOf(a.random, ids)
	leaves := map[string]func() error{
		"deactivate": func() error {
			return tx.exec(ctx, "UPDATE users SET active = false WHERE tenant = $1 AND id = $2", a.tenant, id)
		},
		"delete": func() error { return tx.exec(ctx, "DELETE FROM users WHERE tenant = $1 AND id = $2", a.tenant, id) },
		"erase":  func() error { return a.erase(ctx, tx, who, id) },
		"retire": func() error { _, err := who.Retire(ctx, id); return err },
	}
	if what := oneOf(a.random, []string{"deactivate", "delete", "erase", "retire", "", "", "", "", "", ""}); what != "" {
		return what, leaves[what]()
	}
	known, err := crm.Holders(ctx, id)
	if err != nil {
		return "holders", err
	}
	if len(known) > 0 && len(known[0].Assigned) > 0 && a.random.IntN(2) == 0 {
		return a.change(ctx, who, seat.Assignment{Holder: id, Module: oneOf(a.random, known[0].Assigned)})
	}
	return a.give(ctx, who, id, ids)
}

// change takes or swaps what a user has.
func (a *act) change(ctx context.Context, who *activation.Actor, has seat.Assignment) (string, error) {
	to := suiteModule
	switch has.Module {
	case suiteModule:
		to = planModule
	case addonModule, reportModule:
		_, err := who.Release(ctx, has)
		return "release", err
	}
	if a.random.IntN(3) == 0 {
		_, err := who.Release(ctx, has)
		return "release", err
	}
	_, err := who.Switch(ctx, seat.Swap{Holder: has.Holder, From: has.Module, To: to})
	return "switch", err
}

// give gives something to a user, or to many.
func (a *act) give(ctx context.Context, who *activation.Actor, id string, ids []string) (string, error) {
	module := oneOf(a.random, []string{planModule, planModule, addonModule, suiteModule, reportModule})
	h := person(a.random, id)
	h.Assigned = []string{planModule}
	switch a.random.IntN(6) {
	case 0:
		var holders []seat.Holder
		for _, id := range shuffled(a.random, ids)[:(len(ids)+1)/2] {
			holders = append(holders, person(a.random, id))
		}
		_, _, err := who.Fill(ctx, module, holders...)
		return "fill", err
	case 1:
		h.Assigned = append(h.Assigned, addonModule)
		fallthrough
	case 2:
		_, err := who.Admit(ctx, h)
		return "admit", err
	default:
		_, err := who.Assign(ctx, seat.Assignment{Holder: id, Module: module})
		return "assign", err
	}
}

// hire creates users, or has those return who have left, and lays off half of
// all in one statement now and then.
func (a *act) hire(ctx context.Context, tx *hostTx, who *activation.Actor) error {
	if a.random.IntN(8) == 0 {
		return tx.exec(ctx, "UPDATE users SET active = false WHERE tenant = $1 AND id LIKE $2", a.tenant, oneOf(a.random, []string{"%user0", "%user1", "w0%"}))
	}
	for _, h := range a.Vendor.Town.people() {
		const hired = `INSERT INTO users (tenant, id, active) VALUES ($1, $2, true) ON CONFLICT (tenant, id) DO UPDATE SET active = true`
		if err := tx.exec(ctx, hired, a.tenant, h.ID); err != nil {
			return err
		}
		if _, err := who.Admit(ctx, person(a.random, h.ID)); err != nil {
			return err
		}
	}
	return nil
}

// erase lets a user go and be forgotten.
func (a *act) erase(ctx context.Context, tx *hostTx, who *activation.Actor, id string) error {
	if _, err := who.Retire(ctx, id); err != nil {
		return err
	}
	if err := who.Erase(ctx, id, fmt.Sprintf("erased-%s-%d", a.name(), a.number.Add(1))); err != nil {
		return err
	}
	return tx.exec(ctx, "DELETE FROM users WHERE tenant = $1 AND id = $2", a.tenant, id)
}
