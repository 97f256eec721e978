package main

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/seatwright/seatwright/activation"
)

// hostTx is a transaction that the host has begun, by either driver.
type hostTx struct {
	*estate
	level    string
	bound    activation.Store
	exec     func(ctx context.Context, query string, args ...any) error
	ids      func(ctx context.Context, query string, args ...any) ([]string, error)
	commit   func(context.Context) error
	rollback func(context.Context) error
}

// begin begins a transaction by some driver, at some level.
func (e *estate) begin(ctx context.Context, random *rand.Rand) (*hostTx, error) {
	if e.database == sqlite {
		return e.beginSQL(ctx, sql.LevelDefault)
	}
	level := random.IntN(3)
	if random.IntN(2) == 0 {
		return e.beginSQL(ctx, []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable}[level])
	}
	return e.beginNative(ctx, []pgx.TxIsoLevel{pgx.ReadCommitted, pgx.RepeatableRead, pgx.Serializable}[level])
}

func (e *estate) beginSQL(ctx context.Context, level sql.IsolationLevel) (*hostTx, error) {
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: level})
	if err != nil {
		return nil, err
	}
	return &hostTx{
		estate: e, level: "by database/sql: " + strings.ReplaceAll(level.String(), " ", "-"), bound: e.store.Bind(tx),
		exec: func(ctx context.Context, query string, args ...any) error {
			_, err := tx.ExecContext(ctx, e.query(query), args...)
			return err
		},
		ids: func(ctx context.Context, query string, args ...any) (ids []string, err error) {
			rows, err := tx.QueryContext(ctx, e.query(query), args...)
			if err != nil {
				return nil, err
			}
			defer rows.Close() //nolint:errcheck // rows.Err returns the same error
			for rows.Next() {
				var id string
				if err := rows.Scan(&id); err != nil {
					return nil, err
				}
				ids = append(ids, id)
			}
			return ids, rows.Err()
		},
		commit:   func(context.Context) error { return tx.Commit() },
		rollback: func(context.Context) error { return tx.Rollback() },
	}, nil
}

func (e *estate) beginNative(ctx context.Context, level pgx.TxIsoLevel) (*hostTx, error) {
	tx, err := e.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: level})
	if err != nil {
		return nil, err
	}
	return &hostTx{
		estate: e, level: "by pgx: " + strings.ReplaceAll(string(level), " ", "-"), bound: e.native.Bind(tx),
		exec: func(ctx context.Context, query string, args ...any) error {
			_, err := tx.Exec(ctx, query, args...)
			return err
		},
		ids: func(ctx context.Context, query string, args ...any) ([]string, error) {
			rows, err := tx.Query(ctx, query, args...)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[string])
		},
		commit: tx.Commit, rollback: tx.Rollback,
	}, nil
}

// present returns the users of a tenant who are active, none of whom leaves
// before the transaction has ended.
func (tx *hostTx) present(ctx context.Context, tenant string) ([]string, error) {
	query := "SELECT id FROM users WHERE tenant = $1 AND active ORDER BY id"
	if tx.database == postgresql {
		query += " FOR SHARE"
	}
	return tx.ids(ctx, query, tenant)
}
