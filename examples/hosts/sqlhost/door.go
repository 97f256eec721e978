// Package sqlhost is the door to seats of a host on database/sql that hides its
// transaction in the context: repositories find it there, and so do the seats.
// Nobody forgets Committed. Copy it, and change it.
package sqlhost

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// Door opens transactions in which users and seats change together.
type Door struct {
	DB     *sql.DB
	Store  *sqlstore.DB // on the same database
	Engine *activation.Engine
}

type hidden struct{}

// TxOf returns the transaction that the context hides, nil outside of Do.
func TxOf(ctx context.Context) *sql.Tx {
	tx, _ := ctx.Value(hidden{}).(*sql.Tx)
	return tx
}

// Seats changes seats for somebody, in the hidden transaction or one of its own.
func (d *Door) Seats(ctx context.Context, tenant, actor string) *activation.Actor {
	seats := d.Engine.Tenant(tenant).As(actor)
	if tx := TxOf(ctx); tx != nil {
		return seats.In(d.Store.Bind(tx))
	}
	return seats
}

const tries = 5

var conflicts = []string{"40001", "40P01"} // serialization_failure, deadlock_detected

// Do runs fn in a transaction and commits it unless fn returns an error. It runs
// fn again after a conflict. Within another Do it is a part of that transaction
// that an error takes back alone, seats included.
func (d *Door) Do(ctx context.Context, tenant string, fn func(ctx context.Context) error) error {
	if tx := TxOf(ctx); tx != nil {
		return savepoint(ctx, tx, fn)
	}
	defer d.Engine.Tenant(tenant).Committed() // after the commit; a call too many is cheap
	for try := 1; ; try++ {
		err := d.once(ctx, fn)
		var refused interface{ SQLState() string }
		if !errors.As(err, &refused) || !slices.Contains(conflicts, refused.SQLState()) || try == tries {
			return err
		}
	}
}

func (d *Door) once(ctx context.Context, fn func(ctx context.Context) error) error {
	tx, err := d.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := fn(context.WithValue(ctx, hidden{}, tx)); err != nil {
		return err
	}
	return tx.Commit()
}

func savepoint(ctx context.Context, tx *sql.Tx, fn func(ctx context.Context) error) error {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT nested`); err != nil {
		return err
	}
	end, err := `RELEASE SAVEPOINT nested`, fn(ctx)
	if err != nil {
		end = `ROLLBACK TO SAVEPOINT nested`
	}
	_, failed := tx.ExecContext(ctx, end)
	return errors.Join(err, failed)
}
