// Package gormhost is the door to seats of a host on GORM. Nobody forgets
// Committed. Copy it, and change it.
package gormhost

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// Door opens transactions in which users and seats change together.
type Door struct {
	DB     *gorm.DB
	Store  *sqlstore.DB // on the same database: on the *sql.DB within
	Engine *activation.Engine
}

// tries is how often a transaction runs that the database does not let through.
const tries = 5

// Do runs fn in a transaction of a tenant, on behalf of somebody, and commits it
// unless fn returns an error. It runs fn again after a conflict, so that fn does
// nothing outside of the transaction. A Transaction of tx is a savepoint: an error
// takes the seats back that were given in it.
func (d *Door) Do(ctx context.Context, tenant, actor string, fn func(tx *gorm.DB, seats *activation.Actor) error) error {
	crm := d.Engine.Tenant(tenant)
	defer crm.Committed() // after the commit; a call too many is cheap
	for try := 1; ; try++ {
		err := d.DB.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			return fn(tx, crm.As(actor).In(d.Store.Bind(transactionOf(tx))))
		})
		if try == tries || !conflicts(err) {
			return err
		}
	}
}

// transactionOf returns the transaction within, since GORM's own with
// PrepareStmt is none of database/sql. Of what has none, the store says so.
func transactionOf(tx *gorm.DB) sqlstore.Tx {
	if prepared, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtTX); ok {
		return prepared.Tx.(*sql.Tx) //nolint:errcheck,forcetypeassert // GORM began it on database/sql
	}
	return tx.Statement.ConnPool
}

// conflicts says whether the database wants the whole transaction once more.
func conflicts(err error) bool {
	var refused interface{ SQLState() string } // serialization_failure, deadlock_detected
	return errors.As(err, &refused) && (refused.SQLState() == "40001" || refused.SQLState() == "40P01")
}
