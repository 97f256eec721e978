// Package sqlitehost is for a host without a transaction function: each of its
// calls commits by itself. The order of the calls takes the place of a
// transaction, so that every active user has a seat at every moment. Copy it, and
// change it.
//
// Nobody has to call Committed: the engine sees its own commits.
package sqlitehost

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// Users changes users and seats in an order that a crash can't spoil.
type Users struct {
	Engine *activation.Engine
	// night keeps Compare from retiring somebody who is being admitted. Where
	// several processes write, call Compare when none of them does.
	night sync.RWMutex
}

// tries is how often the host writes when its database is busy.
const tries = 5

// Admit takes the seats first, and then has the host write that the user is
// active. If that fails, it gives back the seats that it has taken.
func (u *Users) Admit(ctx context.Context, tenant, actor string, user seat.Holder, write func(ctx context.Context) error) error {
	u.night.RLock()
	defer u.night.RUnlock()
	seats := u.Engine.Tenant(tenant).As(actor)
	given, err := seats.Admit(ctx, user)
	if err != nil {
		return err
	}
	if err = patiently(ctx, write); err == nil {
		return nil
	}
	back := make([]seat.Assignment, len(given.Changes))
	for i, change := range given.Changes {
		back[i] = change.Assignment
	}
	_, failed := seats.Release(context.WithoutCancel(ctx), back...) // if this fails, Compare takes them back
	return errors.Join(err, failed)
}

// Retire has the host write first that the user is not active, and gives the
// seats back last. A crash in between leaves a seat that nobody uses, for Compare.
func (u *Users) Retire(ctx context.Context, tenant, actor, id string, write func(ctx context.Context) error) error {
	u.night.RLock()
	defer u.night.RUnlock()
	if err := patiently(ctx, write); err != nil {
		return err
	}
	_, err := u.Engine.Tenant(tenant).As(actor).Retire(ctx, id)
	return err
}

// Compare takes the seats back of users who are not active. Run it once a night.
func (u *Users) Compare(ctx context.Context, tenant string, active iter.Seq2[seat.Holder, error]) ([]activation.Drift, error) {
	u.night.Lock()
	defer u.night.Unlock()
	return u.Engine.Tenant(tenant).As("night").Reconcile(ctx, active)
}

func patiently(ctx context.Context, write func(ctx context.Context) error) (err error) {
	for range tries {
		var busy interface{ Code() int } // SQLITE_BUSY, whatever the reason
		if err = write(ctx); !errors.As(err, &busy) || busy.Code()&0xff != 5 {
			return err
		}
	}
	return err
}
