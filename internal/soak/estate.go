package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// The databases of [chaos].
const (
	postgresql = "postgresql"
	sqlite     = "sqlite"
)

// estate is a database of [chaos] as a process has opened it.
type estate struct {
	database string
	// db begins the host's transactions, and looks at what is there. In SQLite,
	// a transaction begins IMMEDIATE if it may write.
	db    *sql.DB
	store *sqlstore.DB
	// pool and native are nil in SQLite.
	pool   *pgxpool.Pool
	native *sqlstore.Postgres
}

func openEstate(ctx context.Context, database, dsn string) (*estate, error) {
	e := &estate{database: database}
	const connections = 12 // for what a worker does in parallel
	driver, dialect := "pgx", sqlstore.PostgreSQL
	if database == sqlite {
		driver, dialect = "sqlite", sqlstore.SQLite
	} else {
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return nil, err
		}
		config.MaxConns = connections
		if e.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
			return nil, err
		}
		if e.native, err = sqlstore.NewPostgres(e.pool); err != nil {
			return nil, err
		}
	}
	var err error
	if e.db, err = sql.Open(driver, dsn); err != nil {
		return nil, err
	}
	e.db.SetMaxOpenConns(connections)
	e.store, err = sqlstore.NewDB(e.db, dialect)
	return e, err
}

// main is the store of the engine: in PostgreSQL the one that watches.
func (e *estate) main() activation.Store {
	if e.native != nil {
		return e.native
	}
	return e.store
}

func (e *estate) close() {
	_ = e.store.Close() // it never returns an error
	_ = e.db.Close()    // it is not used any more
	if e.pool != nil {
		_ = e.native.Close() // it never returns an error
		e.pool.Close()
	}
}

// query returns a statement as the database wants it.
func (e *estate) query(text string) string {
	if e.database == sqlite {
		return strings.ReplaceAll(text, "$", "?")
	}
	return text
}

// found makes the tables of the store, and the host's table of users with the
// triggers of the template.
func (e *estate) found(ctx context.Context, t town) error {
	if err := e.store.Migrate(ctx); err != nil {
		return err
	}
	template, err := readTemplate("release_" + e.database + ".sql")
	if err != nil {
		return err
	}
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	const table = "CREATE TABLE users (tenant text NOT NULL, id text NOT NULL, active boolean NOT NULL, PRIMARY KEY (tenant, id));\n"
	if _, err := tx.ExecContext(ctx, table+template); err != nil {
		return err
	}
	for _, tenant := range t.tenants() {
		for _, h := range t.people() {
			if _, err := tx.ExecContext(ctx, e.query("INSERT INTO users VALUES ($1, $2, true)"), tenant, h.ID); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// readTemplate reads a file of activation/sqlstore/templates. The program runs
// within the repository.
func readTemplate(name string) (string, error) {
	folder, err := os.Getwd()
	for ; err == nil; folder = filepath.Dir(folder) {
		text, problem := os.ReadFile(filepath.Join(folder, "activation", "sqlstore", "templates", name))
		if problem == nil || folder == filepath.Dir(folder) {
			return string(text), problem
		}
	}
	return "", err
}
