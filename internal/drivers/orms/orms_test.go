// Package orms_test hands the transactions of other libraries to Bind: one test
// for each row of the table in docs/stores.md. The row of GORM is in ../mattn,
// whose driver it takes, and that of River in the module riverjobs.
package orms_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/drivers/suite"
)

const insert = "INSERT INTO users (id) VALUES (?)"

func open(t *testing.T) (*sql.DB, *sqlstore.DB) {
	t.Helper()
	db, store := suite.Open(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "seats.db")+"?_txlock=immediate", sqlstore.SQLite)
	_, err := db.ExecContext(t.Context(), suite.Users)
	require.NoError(t, err)
	return db, store
}

func TestDatabaseSQL(t *testing.T) {
	db, store := open(t)
	suite.Binds(t, store, func(id string, fn func(sqlstore.Tx) error) error {
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
		if _, err := tx.ExecContext(t.Context(), insert, id); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

func TestSqlx(t *testing.T) {
	db, store := open(t)
	suite.Binds(t, store, func(id string, fn func(sqlstore.Tx) error) error {
		tx, err := sqlx.NewDb(db, "sqlite").BeginTxx(t.Context(), nil)
		require.NoError(t, err)
		defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
		if _, err := tx.NamedExecContext(t.Context(), "INSERT INTO users (id) VALUES (:id)", map[string]any{"id": id}); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// bunUser is a user as bun has it.
type bunUser struct {
	bun.BaseModel `bun:"table:users"`
	ID            string `bun:"id,pk"`
}

func TestBun(t *testing.T) {
	db, store := open(t)
	within := func(handedOver func(bun.Tx) sqlstore.Tx) suite.Within {
		return func(id string, fn func(sqlstore.Tx) error) error {
			return bun.NewDB(db, sqlitedialect.New()).RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
				if _, err := tx.NewInsert().Model(&bunUser{ID: id}).Exec(ctx); err != nil {
					return err
				}
				return fn(handedOver(tx))
			})
		}
	}
	suite.Binds(t, store, within(func(tx bun.Tx) sqlstore.Tx { return tx.Tx }))
	suite.Refuses(t, store, within(func(tx bun.Tx) sqlstore.Tx { return tx }),
		"a bun.Tx does not hand arguments to the driver as they are: hand over the *sql.Tx that is in it")
}

// entTx is what ent's feature sql/execquery generates for its transactions.
type entTx struct{ dialect.Tx }

func (t entTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tx, ok := t.Tx.(entsql.ExecQuerier)
	if !ok {
		return nil, fmt.Errorf("Tx.ExecContext is not supported by %T", t.Tx)
	}
	return tx.ExecContext(ctx, query, args...)
}

func (t entTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tx, ok := t.Tx.(entsql.ExecQuerier)
	if !ok {
		return nil, fmt.Errorf("Tx.QueryContext is not supported by %T", t.Tx)
	}
	return tx.QueryContext(ctx, query, args...)
}

func TestEnt(t *testing.T) {
	db, store := open(t)
	driver := entsql.OpenDB(dialect.SQLite, db)
	suite.Binds(t, store, func(id string, fn func(sqlstore.Tx) error) error {
		tx, err := driver.Tx(t.Context())
		require.NoError(t, err)
		defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
		if err := tx.Exec(t.Context(), insert, []any{id}, nil); err != nil {
			return err
		}
		if err := fn(entTx{tx}); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// sqlcQueries is what sqlc generates: its queries, and what they run on.
type sqlcQueries struct {
	db interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
}

func (q *sqlcQueries) WithTx(tx *sql.Tx) *sqlcQueries { return &sqlcQueries{db: tx} }

func (q *sqlcQueries) CreateUser(ctx context.Context, id string) error {
	_, err := q.db.ExecContext(ctx, insert, id)
	return err
}

func TestSqlc(t *testing.T) {
	db, store := open(t)
	queries := &sqlcQueries{db: db}
	suite.Binds(t, store, func(id string, fn func(sqlstore.Tx) error) error {
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
		if err := queries.WithTx(tx).CreateUser(t.Context(), id); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// popTx is pop.Tx, without the forty modules that pop requires. A connection has
// it as TX.
type popTx struct {
	ID int
	*sqlx.Tx
}

func TestPop(t *testing.T) {
	db, store := open(t)
	suite.Binds(t, store, func(id string, fn func(sqlstore.Tx) error) error {
		tx, err := sqlx.NewDb(db, "sqlite").BeginTxx(t.Context(), nil)
		require.NoError(t, err)
		defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
		if _, err := tx.ExecContext(t.Context(), insert, id); err != nil {
			return err
		}
		if err := fn(&popTx{ID: 1, Tx: tx}); err != nil {
			return err
		}
		return tx.Commit()
	})
}
