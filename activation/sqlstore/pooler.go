package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// withoutStatements adds advice to the error of a prepared statement that the
// server does not know, or knows already. It means that a pooler gives each
// transaction another connection.
func withoutStatements(err error) error {
	var state sqlState
	if !errors.As(err, &state) {
		return err
	}
	switch state.SQLState() {
	case "26000", "42P05": // a prepared statement is missing, or exists already
		return fmt.Errorf("sqlstore: statements that the driver has prepared are lost, as in a pooler that pools transactions: "+
			"set default_query_exec_mode=exec for pgx, binary_parameters=yes for lib/pq: %w", err)
	}
	return err
}

// WithWatchPool makes [Postgres.Watch] listen on a connection of another pool.
// Use it if the store's own pool goes through a pooler that pools transactions,
// such as PgBouncer, because notices do not pass through it. Otherwise leave it
// out. The other pool must lead directly to the same database and schema. One
// of its connections is used, and the host still owns it.
func WithWatchPool(pool *pgxpool.Pool) Option {
	return func(s *settings) error {
		if pool == nil {
			return errors.New("the pool to watch on is nil")
		}
		s.watching = pool
		return nil
	}
}

// hearingPatience is how long a notice may take that a watcher sends to itself.
const hearingPatience = 3 * time.Second

var errDeaf = errors.New("no notice comes through the pooler between the program and PostgreSQL: " +
	"hand a pool that goes there directly to WithWatchPool, or let the revision be polled")

// hears makes sure that notices arrive on a connection that goes through a
// pooler. It recognizes one by a server process other than the announced one.
func (s *Postgres) hears(ctx context.Context, conn *pgx.Conn, name string, notify func(tenant string)) error {
	var process uint32
	if err := conn.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&process); err != nil || process == conn.PgConn().PID() {
		return err
	}
	heard := name + "_heard"
	quoted := pgx.Identifier{heard}.Sanitize()
	if _, err := conn.Exec(ctx, `LISTEN `+quoted); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, hearingPatience)
	defer cancel()
	if _, err := s.pool.Exec(waiting, `NOTIFY `+quoted); err != nil {
		return err
	}
	for {
		notice, err := conn.WaitForNotification(waiting)
		switch {
		case err != nil && ctx.Err() == nil && waiting.Err() != nil:
			return errDeaf
		case err != nil:
			return err
		case notice.Channel == heard:
			return nil
		}
		notify(notice.Payload)
	}
}
