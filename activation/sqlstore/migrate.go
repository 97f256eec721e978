package sqlstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// Migrations returns the files with which a host's own migration tool makes and
// changes the tables. Use it if all changes of your database go through such a
// tool; otherwise call Migrate. The files are NNNN_name.up.sql and
// NNNN_name.down.sql, plain SQL with the default prefix.
//
// Each file records in the table seatwright_schema which migration the database
// has, and how old a program may be that works with it. Released files never
// change. They are in the root of the result; [os.CopyFS] writes them into a
// folder. See docs/spec/storage.md, The SQL stores.
func Migrations(dialect Dialect) fs.FS {
	files, err := fs.Sub(migrations, "migrations/"+dialect.folder())
	if err != nil {
		return embed.FS{}
	}
	return files
}

// SchemaError says that this program can't work with the tables of the
// database.
type SchemaError struct {
	// Version is the last migration of the database, or 0 if it has none.
	Version int
	// Minimum is the migration that a program must know at least.
	Minimum int
	// Known is the last migration that this program knows.
	Known int
}

// Error tells what to do.
func (e *SchemaError) Error() string {
	if e.Version < e.Known {
		return fmt.Sprintf("sqlstore: the tables are at migration %d, and this program needs %d: run Migrate first", e.Version, e.Known)
	}
	return fmt.Sprintf("sqlstore: the tables are at migration %d, which needs programs that know migration %d, and this one knows %d: "+
		"use a newer version of the program", e.Version, e.Minimum, e.Known)
}

// migration is a step up.
type migration struct {
	version int
	name    string
	text    string
}

var migrationName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.up\.sql$`)

// migrationsIn reads the steps up, which are numbered without a gap. A dialect
// that was added later begins with the tables of that time.
func migrationsIn(files fs.FS) ([]migration, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("sqlstore: list the migrations: %w", err)
	}
	var steps []migration
	for _, entry := range entries {
		parts := migrationName.FindStringSubmatch(entry.Name())
		if parts == nil {
			continue
		}
		text, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("sqlstore: read a migration: %w", err)
		}
		version, err := strconv.Atoi(parts[1])
		if err != nil || version == 0 || len(steps) > 0 && version != steps[len(steps)-1].version+1 {
			return nil, fmt.Errorf("sqlstore: migration %s does not come next", entry.Name())
		}
		steps = append(steps, migration{version: version, name: entry.Name(), text: string(text)})
	}
	return steps, nil
}

// statementsOf splits one of our files. Every statement ends with a semicolon
// at the end of a line, and comments have none there.
func (s *settings) statementsOf(text string) []query {
	var queries []query
	for statement := range strings.SplitSeq(strings.ReplaceAll(text, defaultPrefix, s.prefix), ";\n") {
		if withoutComments(statement) != "" {
			queries = append(queries, query{sql: statement})
		}
	}
	return queries
}

func withoutComments(statement string) string {
	var kept []string
	for line := range strings.Lines(statement) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept, "")
}

// migrateOn brings the tables up to the newest migration, in a transaction of
// its own that waits for others doing the same. It may have to be repeated: two
// that make the first table at once conflict.
func (s *settings) migrateOn(ctx context.Context, on session) (result finished) {
	defer func() {
		if result.err != nil {
			_, _, undo := s.dialect.migrating(s)
			result.rollback = s.rollback(ctx, on, bounds{rollback: []string{undo}})
			result.conflict = conflicts(result.err) || exists(result.err)
		}
	}()
	result.err = s.migrateWithin(ctx, on)
	return result
}

func (s *settings) migrateWithin(ctx context.Context, on session) error {
	begin, end, _ := s.dialect.migrating(s)
	for _, q := range begin {
		if err := on.run(ctx, q); err != nil {
			return err
		}
	}
	if err := s.checkEncoding(ctx, on); err != nil {
		return err
	}
	present, err := s.schemaOf(ctx, on)
	if err != nil {
		return err
	}
	if err := s.restoreSchema(ctx, on, present); err != nil {
		return err
	}
	if present.Minimum > present.Known {
		return &present
	}
	for _, step := range s.steps {
		if step.version <= present.Version {
			continue
		}
		for _, q := range s.statementsOf(step.text) {
			if err := on.run(ctx, q); err != nil {
				return fmt.Errorf("sqlstore: migration %s: %w", step.name, err)
			}
		}
	}
	return ended(ctx, on.run(ctx, query{sql: end}))
}

// migratingByRow locks by a row of a separate table, in a transaction.
func migratingByRow(s *settings) (begin []query, end, undo string) {
	return append(s.dialect.updating.beginning(),
		query{sql: s.dialect.expand(s.prefix, `CREATE TABLE IF NOT EXISTS {migration} (id integer PRIMARY KEY)`)},
		query{sql: s.dialect.expand(s.prefix, `INSERT INTO {migration} (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 1`)},
	), commit, s.dialect.updating.rollback[0]
}

// exists reports whether somebody else has made a table meanwhile.
func exists(err error) bool {
	var state sqlState
	if !errors.As(err, &state) {
		return false
	}
	switch state.SQLState() {
	// Unique violation, duplicate table, duplicate type of a table, a row of the
	// catalog that was updated concurrently.
	case "23505", "42P07", "42710", "XX000":
		return true
	}
	return false
}

// checkEncoding refuses a database that can't keep every text.
func (s *settings) checkEncoding(ctx context.Context, on session) error {
	if s.dialect.encoding == "" {
		return nil
	}
	var encoding string
	err := on.run(ctx, query{sql: s.dialect.encoding, each: func(row row) error { return row.Scan(&encoding) }})
	if wanted := s.dialect.wantedEncoding; err == nil && encoding != wanted {
		err = fmt.Errorf("sqlstore: the database has the encoding %s; it must be %s", encoding, wanted)
	}
	return err
}

// schemaOf reads the migration of the database: none without our tables.
func (s *settings) schemaOf(ctx context.Context, on session) (found SchemaError, err error) {
	found.Known = s.steps[len(s.steps)-1].version
	there, err := s.hasTable(ctx, on, "schema")
	if err != nil || !there {
		return found, err
	}
	err = on.run(ctx, query{
		sql:  s.dialect.expand(s.prefix, `SELECT version, minimum FROM {schema}`),
		each: func(row row) error { return row.Scan(&found.Version, &found.Minimum) },
	})
	if err == nil && found.Version == 0 {
		found.Version, found.Minimum, err = s.versionByTables(ctx, on)
	}
	return found, err
}

func (s *settings) hasTable(ctx context.Context, on session, name string) (there bool, err error) {
	err = on.run(ctx, query{
		sql: s.dialect.expand("", s.dialect.hasTable), args: []any{s.prefix + name}, each: func(row row) error { return row.Scan(&there) },
	})
	return there, err
}

// madeTables names for each migration a table that it makes. It is the last
// one, in case each table is committed by itself.
var madeTables = []string{"tenant", "revision"}

// versionByTables recognizes the migration by the tables, for a host that has
// deleted all rows of a database, that of the schema included.
func (s *settings) versionByTables(ctx context.Context, on session) (version, minimum int, err error) {
	for _, table := range madeTables {
		there, err := s.hasTable(ctx, on, table)
		if err != nil || !there {
			return version, minimum, err
		}
		version, minimum = version+1, 1
	}
	return version, minimum, nil
}

// restoreSchema writes the row of the schema again if it was deleted.
func (s *settings) restoreSchema(ctx context.Context, on session, present SchemaError) error {
	if present.Version == 0 {
		return nil
	}
	return on.run(ctx, query{sql: s.dialect.expand(s.prefix, fmt.Sprintf(
		`INSERT INTO {schema} (id, version, minimum) SELECT 1, %d, %d WHERE NOT EXISTS (SELECT 1 FROM {schema})`,
		present.Version, present.Minimum))})
}

// checkSchema refuses tables that this program can't work with.
func (s *settings) checkSchema(ctx context.Context, on session) error {
	if s.dialect.encodes {
		if err := s.checkEncoding(ctx, on); err != nil {
			return err
		}
	}
	present, err := s.schemaOf(ctx, on)
	if err != nil {
		return err
	}
	if present.Version < present.Known || present.Minimum > present.Known {
		return &present
	}
	return nil
}

// Migrate makes the tables or updates those of an earlier version, in one
// transaction. If they are up to date, it does nothing. Call it at each start,
// before anything else is done with the store. Several processes may call it at
// once. If a tool of your own runs the files of [Migrations], you need not call
// it. It also works if all rows were deleted, as in tests.
//
// It returns a [*SchemaError] if the program is too old for the database.
func (s *Postgres) Migrate(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", ended(ctx, err))
	}
	defer conn.Release()
	return s.migrate(ctx, func() finished { return s.migrateOn(ctx, &pgxSession{batcher: conn}) })
}

// Migrate makes the tables or updates those of an earlier version, in one
// transaction. If they are up to date, it does nothing. Call it at each start,
// before anything else is done with the store. Several processes may call it at
// once. If a tool of your own runs the files of [Migrations], you need not call
// it. It also works if all rows were deleted, as in tests.
//
// It switches a SQLite database to WAL mode. In MySQL each statement commits by
// itself; if a Migrate was interrupted, the next one continues it. Migrate
// returns a [*SchemaError] if the program is too old for the database.
func (s *DB) Migrate(ctx context.Context) error {
	return s.migrate(ctx, func() finished {
		result, err := s.connected(ctx, func(on session) finished {
			return s.patiently(ctx, on, func() finished {
				if s.dialect.prepare != "" {
					prepare := query{sql: s.dialect.prepare, each: func(row) error { return nil }}
					if err := on.run(ctx, prepare); err != nil {
						return finished{err: err, conflict: conflicts(err)}
					}
				}
				return s.migrateOn(ctx, on)
			})
		})
		result.err = err
		return result
	})
}

func (s *settings) migrate(ctx context.Context, fn func() finished) error {
	err := s.retry(ctx, func() (bool, error) {
		result := fn()
		return result.conflict, result.err
	})
	var schema *SchemaError
	if err == nil || errors.As(err, &schema) {
		return err
	}
	return fmt.Errorf("sqlstore: migrate: %w", err)
}
