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
	// takes one round trip if the driver can do that. Without queries it waits
	// for those that were sent.
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
type pgxSession struct {
	batcher
	sent func() error // waits for what was sent, and is nil if there is nothing
}

func (s *pgxSession) run(ctx context.Context, queries ...query) error {
	if err := s.settle(); err != nil || len(queries) == 0 {
		return err
	}
	return s.start(ctx, queries)()
}

// send is run for queries that return nothing. It leaves the server at work, so
// that the caller collects meanwhile what is to be sent next. If a query fails,
// the next run returns its error.
func (s *pgxSession) send(ctx context.Context, queries ...query) error {
	err := s.settle()
	if err == nil && len(queries) > 0 {
		s.sent = s.start(ctx, queries)
	}
	return err
}

// settle waits for what was sent.
func (s *pgxSession) settle() error {
	sent := s.sent
	if sent == nil {
		return nil
	}
	s.sent = nil
	return sent()
}

// start sends queries, and returns a function that reads their results.
func (s *pgxSession) start(ctx context.Context, queries []query) func() error {
	batch := &pgx.Batch{}
	for _, q := range queries {
		batch.Queue(q.sql, q.args...)
	}
	results := s.SendBatch(ctx, batch)
	return func() (err error) {
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
		return (&pgxSession{batcher: conn.Conn()}).run(ctx, queries...)
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
