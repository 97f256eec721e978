package sqlstore

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// session runs statements on a connection of the store's, or in the host's
// transaction.
type session interface {
	// run executes queries in order and stops at the first that fails. It
	// takes one round trip if the driver can do that.
	run(ctx context.Context, queries ...query) error
}

// query is a statement with its parameters.
type query struct {
	sql  string
	args []any
	// each is called for each row. Without it, no rows are read.
	each func(row) error
}

// row is a row of the result of a query.
type row interface{ Scan(dest ...any) error }

// batcher is what a connection, a pool and a transaction of pgx have in common.
type batcher interface {
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

// pgxSession sends all queries at once.
type pgxSession struct{ batcher }

func (s pgxSession) run(ctx context.Context, queries ...query) (err error) {
	batch := &pgx.Batch{}
	for _, q := range queries {
		batch.Queue(q.sql, q.args...)
	}
	results := s.SendBatch(ctx, batch)
	defer func() {
		if closing := results.Close(); err == nil {
			err = closing
		}
	}()
	for i, q := range queries {
		if err := withoutStatements(runNext(results, q)); err != nil {
			if i < len(queries)-1 {
				return earlierError{err}
			}
			return err
		}
	}
	return nil
}

func runNext(results pgx.BatchResults, q query) error {
	if q.each == nil {
		tag, err := results.Exec()
		if err == nil && q.sql == commit {
			return checkCommitted(tag)
		}
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := q.each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// checkCommitted notices when the database answers COMMIT with ROLLBACK, as it
// does in a transaction that has failed.
func checkCommitted(tag pgconn.CommandTag) error {
	if tag.String() != commit {
		return errRolledBack
	}
	return nil
}

// Tx is the host's transaction on database/sql: a [*sql.Tx], a [*sql.Conn] on
// which one was begun, or a wrapper of these. See [DB.Bind].
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// connSession is a pgxSession for a pgx connection behind database/sql.
type connSession struct{ conn *sql.Conn }

// pgxConn is a connection of pgx as database/sql has it.
type pgxConn interface{ Conn() *pgx.Conn }

// postgresSession returns the session with the fewest round trips that the
// driver allows.
func postgresSession(tx Tx) (on session) {
	on = sqlSession{tx}
	conn, ok := tx.(*sql.Conn)
	if !ok {
		return on
	}
	_ = conn.Raw(func(driver any) error {
		if _, ok := driver.(pgxConn); ok {
			on = connSession{conn}
		}
		return nil
	})
	return on
}

func (s connSession) run(ctx context.Context, queries ...query) error {
	return s.conn.Raw(func(driver any) error {
		conn, ok := driver.(pgxConn)
		if !ok {
			return errClosed
		}
		return pgxSession{conn.Conn()}.run(ctx, queries...)
	})
}

// sqlSession sends one query after another.
type sqlSession struct{ tx Tx }

func (s sqlSession) run(ctx context.Context, queries ...query) error {
	for _, q := range queries {
		if err := withoutStatements(s.runOne(ctx, q)); err != nil {
			return err
		}
	}
	return nil
}

func (s sqlSession) runOne(ctx context.Context, q query) error {
	if q.each == nil {
		_, err := s.tx.ExecContext(ctx, q.sql, q.args...)
		return err
	}
	rows, err := s.tx.QueryContext(ctx, q.sql, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err returns the same error
	for rows.Next() {
		if err := q.each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
