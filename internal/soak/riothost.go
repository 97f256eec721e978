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
			err := a.step(ctx, tx)
			if err != nil && activation.Classify(err) == activation.ClassUnavailable {
				return err
			}
			// A refusal has left the transaction as it was.
			a.saw(ctx, "step", err)
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
		_ = tx.rollback(context.WithoutCancel(ctx)) // the error says more
		return err
	}
	if err := tx.commit(ctx); err != nil {
		return err
	}
	a.counts.add("committed " + tx.level)
	if a.random.IntN(2) == 0 { // otherwise others learn of it by the revision
		a.crm.Committed()
	}
	return nil
}

// step does one thing for users. Whoever gets a seat is locked in the host's
// table first.
func (a *act) step(ctx context.Context, tx *hostTx) error {
	ids, err := tx.present(ctx, a.tenant)
	if err != nil {
		return err
	}
	who := a.crm.As(a.by).In(tx.bound)
	chance := a.random.IntN(12)
	if len(ids) == 0 || chance == 0 {
		return a.hire(ctx, tx, who)
	}
	id := oneOf(a.random, ids)
	module := oneOf(a.random, []string{planModule, planModule, addonModule, suiteModule, reportModule})
	switch chance {
	case 1:
		return tx.exec(ctx, "UPDATE users SET active = false WHERE tenant = $1 AND id = $2", a.tenant, id)
	case 2:
		return tx.exec(ctx, "DELETE FROM users WHERE tenant = $1 AND id = $2", a.tenant, id)
	case 3:
		return a.erase(ctx, tx, who, id)
	case 4:
		_, err = who.Retire(ctx, id)
	case 5:
		_, err = who.Release(ctx, seat.Assignment{Holder: id, Module: module})
	case 6:
		from, to := planModule, suiteModule
		if a.random.IntN(2) == 0 {
			from, to = to, from
		}
		_, err = who.Switch(ctx, seat.Swap{Holder: id, From: from, To: to})
	case 7:
		var holders []seat.Holder
		for _, id := range shuffled(a.random, ids)[:(len(ids)+1)/2] {
			holders = append(holders, person(a.random, id))
		}
		_, _, err = who.Fill(ctx, module, holders...)
	case 8:
		h := person(a.random, id)
		h.Assigned = []string{planModule}
		_, err = who.Import(ctx, sequence([]seat.Holder{h}), nil)
	case 9:
		h := person(a.random, id)
		h.Assigned = []string{planModule, module}
		_, err = who.Admit(ctx, h)
	default:
		_, err = who.Assign(ctx, seat.Assignment{Holder: id, Module: module})
	}
	return err
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
