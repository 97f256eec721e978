package sqlstore

import (
	"errors"
	"regexp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Option is an option of [NewPostgres] and [NewDB].
type Option func(*settings) error

// settings is what all stores of the package share.
type settings struct {
	dialect *flavor
	prefix  string
	wait    time.Duration
	// statements are those that this process has expanded.
	statements *statements
	sets       moduleSets
	states     states
	steps      []migration
	separate   bool // tenants share no transaction
	// lanes is how many transactions about seats run before others wait, and
	// patience how long they wait for one. Tests have others.
	lanes     int
	patience  time.Duration
	gathering int // as the dialect says, but less in tests
	// watching is the pool to listen on, or nil for the store's own.
	watching *pgxpool.Pool
	// busy holds the host's transactions in use, and probed the types of
	// transactions that passed the test.
	busy, probed sync.Map
}

const (
	defaultPrefix = "seatwright_"
	// defaultWait is how long an Update waits for the database, and how long
	// conflicts are retried.
	defaultWait = 10 * time.Second
)

var validPrefix = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,30}$`)

// WithPrefix sets the prefix of the names of all tables. The default is
// "seatwright_". It is a lower-case letter or an underscore, and up to 30 more
// of those or digits. Use it to keep several independent sets of tables in one
// schema. The schema itself is that of the connection's search path.
func WithPrefix(prefix string) Option {
	return func(s *settings) error {
		if !validPrefix.MatchString(prefix) {
			return errors.New("the prefix is not a lower-case letter or underscore with up to 30 of those or digits after it")
		}
		s.prefix = prefix
		return nil
	}
}

// WithWait sets how long an Update is retried while other transactions are in
// its way. The default is 10 seconds. Lower it if a request must fail fast;
// raise it for jobs.
//
// In SQLite it is how long an Update waits for writers of other processes,
// whatever the driver and its busy_timeout say. In PostgreSQL and MySQL it is
// how long conflicts are retried. Waiting for the row of a tenant is limited by
// the context, and by the database's own lock_timeout or
// innodb_lock_wait_timeout. A transaction of the host is never retried.
func WithWait(wait time.Duration) Option {
	return func(s *settings) error {
		if wait <= 0 {
			return errors.New("the wait is not positive")
		}
		s.wait = wait
		return nil
	}
}

// WithSeparateTenants makes every transaction write one tenant only. Use it if
// tenants are on several servers, as with Citus, CockroachDB and YugabyteDB,
// where a transaction over several of them costs more than one for each. Use it
// also if a hook of the pool tells the database by the context which tenant a
// connection is for, as for row-level security on the tables of this package.
//
// Otherwise leave it out: in PostgreSQL, Updates about seats that have waited
// share a transaction, also those of different tenants, which is faster. It has
// the values of the context of one of them. MySQL and SQLite always write one
// tenant at a time.
func WithSeparateTenants() Option {
	return func(s *settings) error {
		s.separate = true
		return nil
	}
}

var errNilOption = errors.New("an option is nil")

// newSettings returns everything that is wrong, even if there is no database.
func newSettings(dialect Dialect, there bool, options []Option) (*settings, error) {
	s := &settings{dialect: dialect.flavor(), prefix: defaultPrefix, wait: defaultWait, lanes: maxLanes, patience: lanePatience}
	var wrong []error
	if s.dialect == nil {
		wrong = append(wrong, errors.New("the dialect is neither PostgreSQL nor SQLite nor MySQL"))
	} else {
		s.gathering = s.dialect.gathering
	}
	for _, option := range options {
		if option == nil {
			wrong = append(wrong, errNilOption)
		} else if err := option(s); err != nil {
			wrong = append(wrong, err)
		}
	}
	if !there {
		wrong = append(wrong, errors.New("the database is nil"))
	}
	if len(wrong) > 0 {
		return nil, &OptionsError{Problems: wrong}
	}
	s.statements = newStatements(s)
	var err error
	s.steps, err = migrationsIn(Migrations(dialect))
	return s, err
}
