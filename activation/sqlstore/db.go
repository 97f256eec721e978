package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// DB keeps tenants in PostgreSQL, MariaDB, MySQL or SQLite over database/sql.
// For PostgreSQL with a pgx pool prefer [Postgres], which can also be watched:
// a DB notices changes of other processes only when the revision is polled.
//
// It implements [activation.Store], [activation.SeatUpdater],
// [activation.DueLister] and [activation.Notifier]. Its readers implement
// [activation.ChangeReader] and [activation.SnapshotReader]. It is safe for
// concurrent use.
type DB struct {
	*settings
	db      *sql.DB
	schema  schemaCheck
	notices *notices
	turns   *turns
}

var (
	_ activation.Store     = (*DB)(nil)
	_ activation.DueLister = (*DB)(nil)
	_ activation.Notifier  = (*DB)(nil)

	_ activation.SeatUpdater = (*DB)(nil)
)

// NewDB returns a store on a database, which the host still owns. It does not
// connect; [DB.Migrate] makes the tables. The error is an [*OptionsError].
//
// A SQLite database is a file in WAL mode, which Migrate turns on. It needs no
// parameters: transactions that write begin IMMEDIATE, and wait for those of
// other processes as long as [WithWait] says.
//
// MariaDB and MySQL are used over github.com/go-sql-driver/mysql. Its DSN may
// say anything except another charset than utf8mb4. interpolateParams=true
// saves a round trip for each statement.
func NewDB(db *sql.DB, dialect Dialect, options ...Option) (*DB, error) {
	s, err := newSettings(dialect, db != nil, options)
	if err != nil {
		return nil, err
	}
	store := &DB{settings: s, db: db}
	store.turns = newTurns(s, store.transact)
	if s.dialect.tells {
		store.notices = newNotices(s, s.dialect.session(db))
	}
	return store, nil
}

// View implements [activation.Store]. Its transaction reads a single snapshot.
func (s *DB) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	if err := check(ctx, tenant); err != nil {
		return err
	}
	return s.retry(ctx, func() (bool, error) {
		result, err := s.with(ctx, func(on session) finished {
			return s.viewOn(ctx, on, s.dialect.viewing, tenant, fn)
		})
		return result.conflict, err
	})
}

// Update implements [activation.Store]. Its transaction first writes the
// tenant's row. Conflicts are retried as long as [WithWait] says.
func (s *DB) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return s.UpdateSeats(ctx, tenant, nil, fn)
}

// UpdateSeats implements [activation.SeatUpdater].
func (s *DB) UpdateSeats(ctx context.Context, tenant string, holders []string, fn func(activation.Writer) error) error {
	return s.turns.update(ctx, tenant, holders, fn)
}

func (s *DB) transact(ctx context.Context, scopes []scope, do work) finished {
	result, err := s.with(ctx, func(on session) finished {
		return s.patiently(ctx, on, func() finished {
			return s.updateOn(ctx, on, s.dialect.updating, scopes, do)
		})
	})
	if s.notices != nil {
		s.notices.add(result.wrote...)
	}
	result.err = err
	return result
}

// with runs fn on a connection, if the tables are of this version.
func (s *DB) with(ctx context.Context, fn func(session) finished) (result finished, err error) {
	return s.connected(ctx, func(on session) finished {
		if err := s.schema.check(ctx, s.settings, on); err != nil {
			return finished{err: err}
		}
		return fn(on)
	})
}

// connected runs fn on a connection. If a rollback fails, it closes the
// connection, so that nobody continues in the transaction.
func (s *DB) connected(ctx context.Context, fn func(session) finished) (result finished, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return result, ended(ctx, err)
	}
	defer conn.Close()          //nolint:errcheck // it only goes back to the pool
	result.rollback = errClosed // stays so if fn panics
	defer func() {
		if result.rollback != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}()
	on := s.dialect.session(conn)
	s.turns.sends(on)
	result = fn(on)
	return result, result.err
}

// Due implements [activation.DueLister].
func (s *DB) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	return s.dueOn(ctx, s.dialect.session(s.db), now, after, limit)
}

// Notify implements [activation.Notifier]. It notifies processes that watch the
// same PostgreSQL with a [Postgres]. MySQL and SQLite have no notices, so it
// does nothing there. It must not be called after Close.
func (s *DB) Notify(tenant string) {
	if s.notices != nil {
		s.notices.add(tenant)
	}
}

// Close waits until pending notices to other processes are sent. Call it before
// you close the database, which it does not close.
func (s *DB) Close() error {
	if s.notices != nil {
		s.notices.close()
	}
	return nil
}

// Bind returns a store whose operations run in a transaction that the host has
// begun on the same database, at any isolation level. Use it to change seats
// together with the host's own rows; without such rows, use the store itself.
// Its writes are kept if the host commits.
//
// An Update that fails leaves nothing of its own in the transaction, which
// stays usable. The host retries conflicts: [errors.As] finds the driver's
// error. At READ COMMITTED a View sees what others commit meanwhile.
//
// In SQLite, a transaction that reads before it writes fails if another one has
// written meanwhile. Begin it IMMEDIATE, for example by the parameter
// _txlock=immediate of modernc.org/sqlite.
//
// At REPEATABLE READ, the default of MySQL, an operation decides by the present
// state and not by what the transaction has read before. MariaDB returns error
// 1020 instead if innodb_snapshot_isolation is on, as it is by default from
// 11.6.2. After that error and after a deadlock (1213), the server has rolled
// back the whole transaction and would commit each later statement by itself.
// So begin the transaction again. An operation on a value that has no
// transaction any more is refused.
//
// Other processes notice the changes when the host calls
// [activation.Tenant.Committed] after its commit, or when they poll the
// revision. A transaction may be used by one goroutine at a time, through any
// number of stores; a second operation at the same time is refused.
//
// Every operation refuses a value that is no transaction, such as a [*sql.DB].
// It also refuses a transaction that writes arguments into the text of a
// statement instead of passing them to the driver, as those of some ORMs do.
// Pass the [*sql.Tx] inside it.
func (s *DB) Bind(tx Tx) activation.Store {
	b := &bound{settings: s.settings, schema: &s.schema, session: s.dialect.session(tx), key: keyOf(tx)}
	b.wrong = notTransaction(tx)
	switch tx.(type) {
	case *sql.Tx, *sql.Conn:
	default:
		b.foreign = reflect.TypeOf(tx)
	}
	return b
}
