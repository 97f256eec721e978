package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/georgysavva/scany/v2/sqlscan"
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

// open opens the database and brings its tables up to date.
func open(ctx context.Context, name string) (*database, error) {
	d, opens, schema := &database{dialect: sqlstore.SQLite}, (*database).openSQLite, schemaSQLite
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		d.dialect, opens, schema = sqlstore.PostgreSQL, (*database).openPostgreSQL, schemaPostgreSQL
	}
	err := opens(d, ctx, name)
	if err == nil {
		err = d.prepare(ctx, schema)
	}
	if err != nil {
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
	d.DB = stdlib.OpenDBFromPool(pool)
	d.close = append(d.close, func() error { pool.Close(); return nil }, d.DB.Close)
	store, err := sqlstore.NewPostgres(pool)
	if err != nil {
		return err
	}
	d.store, d.close = store, append(d.close, store.Close)
	return nil
}

// openSQLite makes the file for its owner's eyes only.
func (d *database) openSQLite(_ context.Context, path string) error {
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
	name := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) +
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(full)&_pragma=foreign_keys(1)"
	d.DB, err = sql.Open("sqlite", name)
	d.close = append(d.close, d.DB.Close)
	return err
}

// prepare adds the library's tables and the host's.
func (d *database) prepare(ctx context.Context, schema string) error {
	bound, err := sqlstore.NewDB(d.DB, d.dialect)
	if err != nil {
		return err
	}
	d.bind, d.close = bound.Bind, append(d.close, bound.Close)
	if d.store == nil {
		d.store = bound
	}
	var options []sqlstore.DirectoryOption
	if d.dialect == sqlstore.SQLite {
		var indexed bool // whether search_sqlite.sql has made the index
		if err := sqlscan.Get(ctx, d, &indexed, `SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'crm_parts'`); err != nil {
			return err
		}
		if indexed {
			options = append(options, sqlstore.WithSearchIndex("crm_parts"))
		}
	}
	if d.directory, err = bound.Directory("crm_people", options...); err != nil {
		return err
	}
	return errors.Join(bound.Migrate(ctx), d.migrate(ctx, schema))
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
	var err error
	for _, end := range slices.Backward(d.close) {
		err = errors.Join(err, end())
	}
	return err
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
			return err // it was rolled back already
		}
		return fmt.Errorf("%w: %w", activation.ErrOutcomeUnknown, err)
	}
	return nil
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}

// exec runs a statement.
func (d *database) exec(ctx context.Context, on execer, text string, args ...any) error {
	_, err := on.ExecContext(ctx, text, args...)
	return err
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

// instant reads what [database.instant] has written.
type instant struct{ time.Time }

// Scan implements [sql.Scanner].
func (i *instant) Scan(value any) error {
	switch value := value.(type) {
	case nil:
	case int64:
		i.Time = time.UnixMicro(value).UTC()
	case time.Time:
		i.Time = value.UTC()
	default:
		return fmt.Errorf("%T is no instant", value)
	}
	return nil
}
