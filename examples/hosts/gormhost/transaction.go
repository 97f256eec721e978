// Package gormhost has the transaction function of a host on GORM: Do. It calls
// Committed after the commit, so that no caller has to. Copy it, and change it.
package gormhost

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// Transactions runs transactions in which users and seats change together.
type Transactions struct {
	DB     *gorm.DB
	Store  *sqlstore.DB // on the same database, by the *sql.DB within
	Engine *activation.Engine
}

// tries is how often a transaction runs at most, if the database refuses it.
const tries = 5

// Do runs fn in a transaction of a tenant, on behalf of somebody, and commits it
// unless fn returns an error. It runs fn again after a conflict, so fn must do
// nothing outside of the transaction. A Transaction of tx is a savepoint: an error
// takes the seats back that were given in it.
func (t *Transactions) Do(ctx context.Context, tenant, actor string, fn func(tx *gorm.DB, seats *activation.Actor) error) error {
	crm := t.Engine.Tenant(tenant)
	defer crm.Committed() // after the commit; a call too many is cheap
	for try := 1; ; try++ {
		err := t.DB.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			return fn(tx, crm.As(actor).In(t.Store.Bind(transactionOf(tx))))
		})
		if try == tries || !conflicts(err) {
			return err
		}
	}
}

// transactionOf returns the transaction of database/sql: with PrepareStmt, GORM
// wraps it in a type of its own. If there is none, Bind says so.
func transactionOf(tx *gorm.DB) sqlstore.Tx {
	if prepared, ok := tx.Statement.ConnPool.(*gorm.PreparedStmtTX); ok {
		return prepared.Tx.(*sql.Tx) //nolint:errcheck,forcetypeassert // GORM began it on database/sql
	}
	return tx.Statement.ConnPool
}

// conflicts says whether the whole transaction has to run again.
func conflicts(err error) bool {
	var refused interface{ SQLState() string } // serialization_failure, deadlock_detected
	return errors.As(err, &refused) && (refused.SQLState() == "40001" || refused.SQLState() == "40P01")
}
