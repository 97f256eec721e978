package sqlstore

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Dialect is the SQL of a database.
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

// folder is the folder of the dialect's migrations.
func (d Dialect) folder() string { return strings.ToLower(d.String()) }

// flavor is what a database does in its own way. Each is in a file of its own,
// dialect_….go.
type flavor struct {
	name string
	parameters
	lists
	listings
	// adapt rewrites a statement of PostgreSQL for the database, where the
	// difference is the same everywhere.
	adapt func(statement string) string
	// session runs statements on a connection or a transaction of the host.
	session func(Tx) session
	// updating and viewing are transactions of the store's own. within is a
	// part of a transaction that the host has begun.
	updating, viewing, within bounds
	// together is a statement of a transaction in which several tenants are
	// written. It limits how long they wait for the lock of one of them.
	// Without it, each is written in a transaction of its own.
	together string
	// claim writes the tenant's row whether it exists or not, where lock
	// can't write and read it at once.
	claim, lock, create string
	// outdated asks whether a transaction still reads an earlier state of the
	// tenant than the one that it has written to. If so, latest makes each
	// reading statement read the present state.
	outdated string
	latest   func(statement string) string
	// waiting asks how long the driver itself waits for another writer, in
	// milliseconds, where there is such a setting. prepare is a statement
	// before a migration.
	waiting, prepare string
	// migrating returns the statements that begin and end a migration.
	migrating func(s *settings) (begin []query, end, undo string)
	// hasTable asks whether there is a table of a name, and encoding how
	// texts are encoded.
	hasTable, encoding, wantedEncoding string
	// encodes says that the encoding belongs to the connection.
	encodes bool
	// gathering is how many rows an Update collects before it writes them.
	gathering int
	// oneWriter says that the database has a single writer for all tenants
	// together, and tells that it notifies other processes of what was
	// written.
	oneWriter, tells bool
	// quote stands around names, and twice for itself within one.
	quote string
}

// parameters turns values into parameters of statements.
type parameters interface {
	// instant returns the stored form of an instant, in microseconds, and
	// nothing for the zero instant. day is for an instant that is always set.
	instant(at time.Time) any
	day(at time.Time) any
	// texts and numbers return a list as one parameter that every driver
	// passes on.
	texts(list []string) string
	numbers(list []int64) string
	// as is the type of a parameter, where the database can't infer it.
	as(k kind) string
	// fromList selects rows from lists, which are the parameters that listOf
	// returns. Constants come before the lists, in each row and among the
	// parameters. Rows may have more values than columns.
	fromList(constants []string, columns []column) string
	listOf(columns []column, rows [][]any) []any
}

// lists is how a dialect passes many rows as few parameters.
type lists struct {
	limit, in, amongNumbers, lookUp, pageOf, holdersOf string
	// With %s for the table.
	drop, dropMany string
}

// listings are the parts of a Directory's listing, with %s for parameters or
// columns.
type listings struct {
	ofTenant, among, isAmong, is, search, having, holding string
	// bytes is an id as the store's tables have it.
	bytes string
	// folded is the order of a name. seen is an instant as it is scanned, and
	// seenAt one as it is compared.
	folded, seen, seenAt string
	// candidates finds people by a search index, with %s for its name. It is
	// empty if the database has none.
	candidates string
	// pattern returns the pattern to search for.
	pattern func(text string) string
}

// flavors is a function, because the flavors use variables that are initialized
// with them.
func flavors() map[Dialect]*flavor {
	return map[Dialect]*flavor{PostgreSQL: &postgresql, SQLite: &sqlite, MySQL: &mysql}
}

func (d Dialect) flavor() *flavor { return flavors()[d] }

var tableName = regexp.MustCompile(`\{([a-z_]+)\}`)

// expand adds the prefix to the names of tables, which are in braces, and
// adapts the rest.
func (f *flavor) expand(prefix, text string) string {
	text = tableName.ReplaceAllString(text, prefix+"$1")
	if f.adapt != nil {
		text = f.adapt(text)
	}
	return text
}

// storedInstant scans a stored instant.
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
