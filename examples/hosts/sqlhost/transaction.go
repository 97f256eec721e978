// Package sqlhost has the transaction function of a host on database/sql: Do. It
// keeps the transaction in the context, where repositories and seats find it, and
// calls Committed after the commit. Copy it, and change it.
package sqlhost

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// Transactions runs transactions in which users and seats change together.
type Transactions struct {
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
func (t *Transactions) Seats(ctx context.Context, tenant, actor string) *activation.Actor {
	seats := t.Engine.Tenant(tenant).As(actor)
	if tx := TxOf(ctx); tx != nil {
		return seats.In(t.Store.Bind(tx))
	}
	return seats
}

const tries = 5

var conflicts = []string{"40001", "40P01"} // serialization_failure, deadlock_detected

// Do runs fn in a transaction and commits it unless fn returns an error. It runs
// fn again after a conflict. Within another Do it is a savepoint: an error takes
// back only what was done since, seats included.
func (t *Transactions) Do(ctx context.Context, tenant string, fn func(ctx context.Context) error) error {
	if tx := TxOf(ctx); tx != nil {
		return savepoint(ctx, tx, fn)
	}
	defer t.Engine.Tenant(tenant).Committed() // after the commit; a call too many is cheap
	for try := 1; ; try++ {
		err := t.once(ctx, fn)
		var refused interface{ SQLState() string }
		if !errors.As(err, &refused) || !slices.Contains(conflicts, refused.SQLState()) || try == tries {
			return err
		}
	}
}

func (t *Transactions) once(ctx context.Context, fn func(ctx context.Context) error) error {
	tx, err := t.DB.BeginTx(ctx, nil)
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
