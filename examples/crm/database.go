package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

//go:embed schema_postgresql.sql
var schemaPostgreSQL string

//go:embed schema_sqlite.sql
var schemaSQLite string

// schemaLock is the number under which instances that start at once wait for
// each other.
const schemaLock = 0x5ea7

// database is the host's database, with the library's store in it.
type database struct {
	*sql.DB
	dialect sqlstore.Dialect
	// store is what the engine works on, watched by PostgreSQL's notices.
	store activation.Store
	// bind runs operations in a transaction of the host.
	bind      func(sqlstore.Tx) activation.Store
	directory *sqlstore.Directory
	close     []func() error
}

// open opens the database and brings its tables up to date. A SQLite file is
// made for its owner's eyes only.
func open(ctx context.Context, name string) (*database, error) {
	d := &database{}
	opened := d.openSQLite
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		opened = d.openPostgreSQL
	}
	if err := opened(ctx, name); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *database) openPostgreSQL(ctx context.Context, dsn string) error {
	settings, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return errors.New("the address of the database can't be read") // it may hold a password
	}
	// To compile the query of a page takes longer than the page, which ends
	// after a few of the rows by which the server judges that.
	settings.ConnConfig.RuntimeParams["jit"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return err
	}
	d.close = append(d.close, func() error { pool.Close(); return nil })
	d.DB, d.dialect = stdlib.OpenDBFromPool(pool), sqlstore.PostgreSQL
	d.close = append(d.close, d.DB.Close)
	store, err := sqlstore.NewPostgres(pool)
	if err != nil {
		return err
	}
	d.close = append(d.close, store.Close)
	bound, err := sqlstore.NewDB(d.DB, sqlstore.PostgreSQL)
	if err != nil {
		return err
	}
	d.close = append(d.close, bound.Close)
	d.store, d.bind = store, bound.Bind
	if d.directory, err = store.Directory("crm_people"); err != nil {
		return err
	}
	return errors.Join(store.Migrate(ctx), d.migrate(ctx, schemaPostgreSQL))
}

func (d *database) openSQLite(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	// Transactions that write begin IMMEDIATE, so that none fails half way
	// because another one has written.
	name := "file:" + (&fileURL{path}).escaped() + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(full)&_pragma=foreign_keys(1)"
	if d.DB, err = sql.Open("sqlite", name); err != nil {
		return err
	}
	d.dialect = sqlstore.SQLite
	d.close = append(d.close, d.DB.Close)
	store, err := sqlstore.NewDB(d.DB, sqlstore.SQLite)
	if err != nil {
		return err
	}
	d.close = append(d.close, store.Close)
	d.store, d.bind = store, store.Bind
	if d.directory, err = store.Directory("crm_people", sqlstore.WithSearchIndex("crm_parts")); err != nil {
		return err
	}
	return errors.Join(store.Migrate(ctx), d.migrate(ctx, schemaSQLite))
}

// fileURL writes a path for a SQLite URI.
type fileURL struct{ path string }

func (f *fileURL) escaped() string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(f.path)
}

// migrate makes the host's own tables. A host that goes on changes them by a
// tool for migrations; the demo has one version.
func (d *database) migrate(ctx context.Context, schema string) error {
	return d.transaction(ctx, func(tx *sql.Tx) error {
		if d.dialect == sqlstore.PostgreSQL {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", schemaLock); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, schema)
		return err
	})
}

// Close closes everything, the last that was opened first.
func (d *database) Close() error {
	var errs []error
	for i := len(d.close) - 1; i >= 0; i-- {
		errs = append(errs, d.close[i]())
	}
	return errors.Join(errs...)
}

// transaction runs fn, and commits if it returns nil. Where it is not known
// whether it was committed, the error says so.
func (d *database) transaction(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) {
			return err // it was rolled back before
		}
		return fmt.Errorf("%w: %w", activation.ErrOutcomeUnknown, err)
	}
	return nil
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// exec runs a statement whose parameters are $1, $2, …
func (d *database) exec(ctx context.Context, on execer, text string, args ...any) error {
	_, err := on.ExecContext(ctx, d.text(text), args...)
	return err
}

// text numbers parameters as the database does.
func (d *database) text(text string) string {
	if d.dialect == sqlstore.SQLite {
		return strings.ReplaceAll(text, "$", "?")
	}
	return text
}

// instant is what last_seen is stored as: what [sqlstore.Directory] asks for.
func (d *database) instant(at time.Time) any {
	switch {
	case at.IsZero():
		return nil
	case d.dialect == sqlstore.SQLite:
		return at.UnixMicro()
	}
	return at.UTC()
}

// storedInstant reads what [database.instant] has written.
type storedInstant struct{ at *time.Time }

// Scan implements [sql.Scanner].
func (s storedInstant) Scan(value any) error {
	switch value := value.(type) {
	case nil:
	case int64:
		*s.at = time.UnixMicro(value).UTC()
	case time.Time:
		*s.at = value.UTC()
	default:
		return fmt.Errorf("%T is no instant", value)
	}
	return nil
}

// query calls scan for each row.
func (d *database) query(ctx context.Context, scan func(*sql.Rows) error, text string, args ...any) error {
	return d.queryOn(ctx, d, scan, text, args...)
}

func (d *database) queryOn(ctx context.Context, on execer, scan func(*sql.Rows) error, text string, args ...any) error {
	rows, err := on.QueryContext(ctx, d.text(text), args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says what was wrong
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("a row can't be read: %w", err)
		}
	}
	return rows.Err()
}
