package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// DB keeps tenants in PostgreSQL, MariaDB, MySQL or SQLite over database/sql. It
// implements [activation.Store], [activation.SeatUpdater], [activation.DueLister]
// and [activation.Notifier], and its readers implement [activation.ChangeReader].
// Changes of other processes are noticed when the revision is polled. It may be
// used from any number of goroutines.
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

// NewDB returns a store on a database, which stays the host's. It connects to
// nothing; [DB.Migrate] makes the tables. The error is an [*OptionsError].
//
// A SQLite database is a file in WAL mode, which Migrate turns on, and needs no
// parameters: transactions that write begin IMMEDIATE, and wait as long as
// [WithWait] says for those of other processes.
//
// MariaDB and MySQL are used over github.com/go-sql-driver/mysql, with whatever
// its DSN says but another charset than utf8mb4. interpolateParams=true saves a
// round trip for each statement.
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

// View implements [activation.Store] by a transaction that reads one snapshot.
func (s *DB) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return s.retry(ctx, func() (bool, error) {
		result, err := s.with(ctx, tenant, func(on session) finished {
			return s.viewOn(ctx, on, s.dialect.viewing, tenant, fn)
		})
		return result.conflict, err
	})
}

// Update implements [activation.Store] by a transaction that first writes the
// tenant's row. Conflicts are retried for as long as [WithWait] says.
func (s *DB) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return s.UpdateSeats(ctx, tenant, nil, fn)
}

// UpdateSeats implements [activation.SeatUpdater].
func (s *DB) UpdateSeats(ctx context.Context, tenant string, holders []string, fn func(activation.Writer) error) error {
	return s.turns.update(ctx, tenant, holders, fn)
}

func (s *DB) transact(ctx context.Context, tenant string, holders []string, do work) finished {
	result, err := s.with(ctx, tenant, func(on session) finished {
		return s.patiently(ctx, on, func() finished {
			return s.updateOn(ctx, on, s.dialect.updating, tenant, holders, do)
		})
	})
	if result.written && s.notices != nil {
		s.notices.add(tenant)
	}
	result.err = err
	return result
}

// with runs fn on a connection to the tables of this version.
func (s *DB) with(ctx context.Context, tenant string, fn func(session) finished) (result finished, err error) {
	if err := check(ctx, tenant); err != nil {
		return result, err
	}
	return s.connected(ctx, func(on session) finished {
		if err := s.schema.check(ctx, s.settings, on); err != nil {
			return finished{err: err}
		}
		return fn(on)
	})
}

// connected runs fn on a connection. One on which the rollback has failed is
// closed, so that nobody goes on in the transaction.
func (s *DB) connected(ctx context.Context, fn func(session) finished) (result finished, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return result, ended(ctx, err)
	}
	defer conn.Close()          //nolint:errcheck // it goes back to the pool
	result.rollback = errClosed // until it is known, as in a panic
	defer func() {
		if result.rollback != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}()
	result = fn(s.dialect.session(conn))
	return result, result.err
}

// Due implements [activation.DueLister].
func (s *DB) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	return s.dueOn(ctx, s.dialect.session(s.db), now, after, limit)
}

// Notify implements [activation.Notifier], for the processes that watch
// PostgreSQL by a [Postgres]; MySQL and SQLite tell nobody. Not after Close.
func (s *DB) Notify(tenant string) {
	if s.notices != nil {
		s.notices.add(tenant)
	}
}

// Close waits for the notices to other processes that are under way. The
// database is the host's to close, afterwards.
func (s *DB) Close() error {
	if s.notices != nil {
		s.notices.close()
	}
	return nil
}

// Bind returns a store whose operations run in a transaction that the host has
// begun on the same database, at whatever isolation level. Their writes are
// kept if the host commits. An Update that fails leaves nothing of its own
// there, and the transaction usable. Conflicts are the host's to retry: the
// driver's error is found by [errors.As]. At READ COMMITTED a View sees what
// others commit meanwhile.
//
// In SQLite, a transaction that has read before it writes fails where another
// one has written meanwhile; begin it IMMEDIATE, as by the parameter
// _txlock=immediate of modernc.org/sqlite.
//
// At REPEATABLE READ, the default of MySQL, an operation decides by what is there
// and not by what the transaction has read before; MariaDB returns error 1020
// instead where innodb_snapshot_isolation is on, as it is from 11.6.2. After that
// and after a deadlock (1213), MySQL has rolled back all of the transaction, and
// commits what comes then statement by statement; so the host begins again, and
// an operation in what has no transaction is refused.
//
// Other processes notice when the host says that it has committed, by
// [activation.Tenant.Committed], or when they poll the revision. A transaction
// is used by one goroutine at a time, through however many stores; a second
// operation at the same time is refused.
//
// Every operation refuses a value that is no transaction, such as a [*sql.DB].
// It also refuses one that puts arguments into the text of a statement itself
// instead of handing them to the driver, as the transactions of some ORMs do.
// Hand over the [*sql.Tx] that is in them.
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
