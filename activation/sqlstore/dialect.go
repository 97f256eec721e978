package sqlstore

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Dialect is the SQL that a database understands.
type Dialect int

const (
	// PostgreSQL is version 14 or later.
	PostgreSQL Dialect = iota + 1
	// SQLite is version 3.38 or later, as in modernc.org/sqlite.
	SQLite
	// MySQL is MariaDB 10.6 or later, or MySQL 8.0.19 or later, with tables of
	// InnoDB.
	MySQL
)

// String returns the name of the database.
func (d Dialect) String() string {
	if f := flavors()[d]; f != nil {
		return f.name
	}
	return fmt.Sprintf("Dialect(%d)", int(d))
}

// folder is where the migrations of the dialect are.
func (d Dialect) folder() string { return strings.ToLower(d.String()) }

// flavor is what a database does in its own way. Each is described in a file of
// its own, dialect_….go.
type flavor struct {
	name string
	parameters
	lists
	listings
	// adapt writes a statement as the database has it, where that differs from
	// PostgreSQL in the same way everywhere.
	adapt func(statement string) string
	// session runs statements on a connection or a transaction of the host.
	session func(Tx) session
	// updating and viewing are transactions of the store's own, and within is a
	// part of one that the host has begun.
	updating, viewing, within bounds
	// claim writes the tenant's row, whether it is there or not, where lock can't
	// write and read it at once.
	claim, lock, create string
	// outdated tells whether a transaction goes on reading an earlier state of the
	// tenant than the one that it has written to. If so, latest makes each
	// statement that reads read what is there now.
	outdated string
	latest   func(statement string) string
	// waiting asks how long the driver waits by itself for another writer, in
	// milliseconds, where one may; and prepare is a statement before a migration.
	waiting, prepare string
	// migrating is what begins and ends a migration.
	migrating func(s *settings) (begin []query, end, undo string)
	// hasTable tells whether there is a table of a name, and encoding what texts
	// are encoded in.
	hasTable, encoding, wantedEncoding string
	// encodes says that the encoding is that of a connection.
	encodes bool
	// gathering is how many rows an Update gathers before it writes them.
	gathering int
	// oneWriter says that the database has one for all tenants together, and tells
	// that it tells other processes what was written.
	oneWriter, tells bool
	// quote stands around names, and twice for itself in one.
	quote string
}

// parameters is how values become parameters of statements.
type parameters interface {
	// instant returns what is stored of an instant: microseconds, and nothing for
	// the zero one. day is one that is always there.
	instant(at time.Time) any
	day(at time.Time) any
	// texts and numbers return a list as one parameter, which any driver passes on.
	texts(list []string) string
	numbers(list []int64) string
	// as is the type of a parameter, where the database does not find it out.
	as(k kind) string
	// fromList selects rows from lists that are parameters, which listOf returns,
	// with constants before each, which have the parameters before the lists.
	// Rows may have more values than columns.
	fromList(constants []string, columns []column) string
	listOf(columns []column, rows [][]any) []any
}

// lists is how a dialect takes many rows as few parameters.
type lists struct {
	limit, in, amongNumbers, lookUp, pageOf, holdersOf string
	// With %s for the table.
	drop, dropMany string
}

// listings is what a listing of a Directory is put together of, with %s for
// parameters or columns.
type listings struct {
	ofTenant, among, isAmong, is, search, having, holding string
	// bytes is an id as the tables of the store have it.
	bytes string
	// folded is what a name is ordered by. seen is an instant as it is scanned, and
	// seenAt one that it is compared with.
	folded, seen, seenAt string
	// candidates finds whom a search index has, with %s for its name; empty where
	// there is none.
	candidates string
	// pattern returns what is searched for.
	pattern func(text string) string
}

// flavors is a function, since the flavors need what is initialized with them.
func flavors() map[Dialect]*flavor {
	return map[Dialect]*flavor{PostgreSQL: &postgresql, SQLite: &sqlite, MySQL: &mysql}
}

func (d Dialect) flavor() *flavor { return flavors()[d] }

var tableName = regexp.MustCompile(`\{([a-z_]+)\}`)

// expand puts the prefix before the names of tables, which stand in braces,
// and adapts the rest.
func (f *flavor) expand(prefix, text string) string {
	text = tableName.ReplaceAllString(text, prefix+"$1")
	if f.adapt != nil {
		text = f.adapt(text)
	}
	return text
}

// storedInstant scans what instant has stored.
type storedInstant struct{ time *time.Time }

// Scan implements [database/sql.Scanner].
func (s storedInstant) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*s.time = time.Time{}
	case time.Time:
		*s.time = value.UTC()
	case int64:
		*s.time = time.UnixMicro(value).UTC()
	default:
		return fmt.Errorf("an instant is stored as %T", value)
	}
	return nil
}
