// Package pgxhost has the transaction function of a host on pgx: Do. It tells
// row-level security the tenant, works in the application's role, and calls
// Committed after the commit. Copy it, and change it.
package pgxhost

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// Transactions runs transactions in which users and seats change together.
type Transactions struct {
	Pool   *pgxpool.Pool
	Store  *sqlstore.Postgres // on the same database
	Engine *activation.Engine
	Role   string // the application's role: it owns no tables, so policies apply to it
}

// Tx is a transaction of a host, and the seats of its tenant in it. Savepoints
// are pgx's: a rollback to one takes the seats back that were given since.
type Tx struct {
	pgx.Tx
	Seats *activation.Actor
}

// tries is how often a transaction runs at most, if the database refuses it.
const tries = 5

// Do runs fn in a transaction of a tenant, on behalf of somebody, and commits it
// unless fn returns an error. It runs fn again after a conflict, so fn must do
// nothing outside of the transaction. Policies read the tenant by
// current_setting('crm.tenant').
func (t *Transactions) Do(ctx context.Context, tenant, actor string, fn func(tx Tx) error) error {
	crm := t.Engine.Tenant(tenant)
	defer crm.Committed() // after the commit; a call too many is cheap
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, t.Pool, func(tx pgx.Tx) error {
			const enter = `SELECT set_config('role', $1, true), set_config('crm.tenant', $2, true)`
			if _, err := tx.Exec(ctx, enter, t.Role, tenant); err != nil {
				return err
			}
			return fn(Tx{Tx: tx, Seats: crm.As(actor).In(t.Store.Bind(tx))})
		})
		if try == tries || !conflicts(err) {
			return err
		}
	}
}

// conflicts says whether the whole transaction has to run again.
func conflicts(err error) bool {
	var refused *pgconn.PgError // serialization_failure, deadlock_detected
	return errors.As(err, &refused) && (refused.Code == "40001" || refused.Code == "40P01")
}
