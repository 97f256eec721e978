// Package pgxhost is the door to seats of a host that runs closures in
// transactions of pgx: row-level security knows the tenant, the application's
// role does the work, and nobody forgets Committed. Copy it, and change it.
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

// Door opens transactions in which users and seats change together.
type Door struct {
	Pool   *pgxpool.Pool
	Store  *sqlstore.Postgres // on the same database
	Engine *activation.Engine
	Role   string // of the application: it owns no tables, and is bound by policies
}

// Tx is a transaction of a host, and the seats of its tenant in it. Savepoints
// are pgx's: a rollback to one takes the seats back that were given since.
type Tx struct {
	pgx.Tx
	Seats *activation.Actor
}

// tries is how often a transaction runs that the database does not let through.
const tries = 5

// Do runs fn in a transaction of a tenant, on behalf of somebody, and commits it
// unless fn returns an error. It runs fn again after a conflict, so that fn does
// nothing outside of the transaction. Policies read the tenant by
// current_setting('crm.tenant').
func (d *Door) Do(ctx context.Context, tenant, actor string, fn func(tx Tx) error) error {
	crm := d.Engine.Tenant(tenant)
	defer crm.Committed() // after the commit; a call too many is cheap
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, d.Pool, func(tx pgx.Tx) error {
			const enter = `SELECT set_config('role', $1, true), set_config('crm.tenant', $2, true)`
			if _, err := tx.Exec(ctx, enter, d.Role, tenant); err != nil {
				return err
			}
			return fn(Tx{Tx: tx, Seats: crm.As(actor).In(d.Store.Bind(tx))})
		})
		if try == tries || !conflicts(err) {
			return err
		}
	}
}

// conflicts says whether the database wants the whole transaction once more.
func conflicts(err error) bool {
	var refused *pgconn.PgError // serialization_failure, deadlock_detected
	return errors.As(err, &refused) && (refused.Code == "40001" || refused.Code == "40P01")
}
