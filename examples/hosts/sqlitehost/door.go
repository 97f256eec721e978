// Package sqlitehost is the door to seats of a host that hands no transaction
// out: each of its calls commits. Then the order does the work. Every active
// user has a seat, at every moment. Copy it, and change it.
//
// Nobody has to say Committed: the engine sees its own commits.
package sqlitehost

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// Door changes users and seats in an order that a crash can't spoil.
type Door struct {
	Engine *activation.Engine
	// night keeps Compare from retiring somebody who is being admitted. Where
	// several processes write, call Compare when none of them does.
	night sync.RWMutex
}

// tries is how often the host writes when its database is busy.
const tries = 5

// Admit takes the seats first, and then has the host write that the user is
// active. Where that fails, the seats go back that the user did not have before.
func (d *Door) Admit(ctx context.Context, tenant, actor string, user seat.Holder, write func(ctx context.Context) error) error {
	d.night.RLock()
	defer d.night.RUnlock()
	seats := d.Engine.Tenant(tenant).As(actor)
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
	_, failed := seats.Release(context.WithoutCancel(ctx), back...) // or Compare takes them back
	return errors.Join(err, failed)
}

// Retire has the host write first that the user is not active, and gives the
// seats back last. A crash in between leaves a seat that nobody uses, for Compare.
func (d *Door) Retire(ctx context.Context, tenant, actor, id string, write func(ctx context.Context) error) error {
	d.night.RLock()
	defer d.night.RUnlock()
	if err := patiently(ctx, write); err != nil {
		return err
	}
	_, err := d.Engine.Tenant(tenant).As(actor).Retire(ctx, id)
	return err
}

// Compare takes back what those have who are not active. Run it once a night.
func (d *Door) Compare(ctx context.Context, tenant string, active iter.Seq2[seat.Holder, error]) ([]activation.Drift, error) {
	d.night.Lock()
	defer d.night.Unlock()
	return d.Engine.Tenant(tenant).As("night").Reconcile(ctx, active)
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
