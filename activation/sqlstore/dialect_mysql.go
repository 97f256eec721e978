package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// idList looks up ids one after another by the primary key. They are compared
// as bytes: a collation would ignore case, accents or trailing blanks.
const idList = `JSON_TABLE($2, '$[*]' COLUMNS (id VARCHAR(255) CHARACTER SET utf8mb4 PATH '$')) AS i`

var mysql = flavor{
	name: "MySQL", parameters: tablesOfRows{}, quote: "`", gathering: mysqlGathered,
	adapt:   adaptMySQL,
	session: func(tx Tx) session { return mysqlSession{sqlSession{tx}} },
	updating: bounds{
		begin:  []string{"SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION READ WRITE"},
		commit: commit, rollback: []string{"ROLLBACK"},
	},
	viewing: bounds{
		begin:    []string{"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION READ ONLY"},
		rollback: []string{"ROLLBACK"},
	},
	// Outside a transaction a savepoint does nothing, and going back to it
	// fails.
	within: bounds{
		begin: append(within.begin[:1:1], mysqlGoBack), commit: within.commit, rollback: within.rollback, host: true,
	},
	claim: `INSERT INTO {tenant} (tenant, revision, changes_since, log_last, history_last, combination_last)
		VALUES ($1, 1, 0, $2, 0, 0) ON CONFLICT (tenant) DO UPDATE SET revision = {tenant}.revision + 1,
		log_last = {tenant}.log_last + excluded.log_last`,
	lock:   `SELECT ` + tenantColumns + ` FROM {tenant} WHERE tenant = $1`,
	create: `SELECT ` + tenantColumns + ` FROM {tenant} WHERE tenant = $1`,
	// At REPEATABLE READ a transaction reads the state of its first read, and
	// what it has written itself. If others wrote the tenant between the two,
	// tokens of revisions are missing.
	outdated: `SELECT least({tenant}.revision - 1, 999) > (SELECT count(*) FROM {revision} WHERE tenant = $1
		AND revision < {tenant}.revision AND revision >= {tenant}.revision - 999) FROM {tenant} WHERE tenant = $1`,
	latest:    func(statement string) string { return statement + " FOR UPDATE" },
	migrating: migratingByName,
	hasTable:  `SELECT count(*) > 0 FROM information_schema.tables WHERE table_schema = database() AND table_name = $1`,
	encoding:  `SELECT @@character_set_client`, wantedEncoding: "utf8mb4", encodes: true,
	lists: lists{
		limit:        `$3`,
		in:           `IN (SELECT CAST(i.id AS BINARY) FROM ` + idList + `)`,
		amongNumbers: `find_in_set(combination, $4)`,
		lookUp: `SELECT h.holder, h.combination FROM ` + idList + ` STRAIGHT_JOIN {holder} AS h
			ON h.tenant = $1 AND h.holder = CAST(i.id AS BINARY) ORDER BY h.holder`,
		pageOf: `SELECT h.holder, h.combination FROM JSON_TABLE(concat('[', $4, ']'), '$[*]' COLUMNS (id BIGINT PATH '$')) AS c
			STRAIGHT_JOIN {holder} AS h ON h.tenant = $1 AND h.combination = c.id AND h.holder > $2 ORDER BY h.holder LIMIT $3`,
		holdersOf: `SELECT h.holder FROM JSON_TABLE(concat('[', $2, ']'), '$[*]' COLUMNS (id BIGINT PATH '$')) AS c
			STRAIGHT_JOIN {holder} AS h ON h.tenant = $1 AND h.combination = c.id`,
		drop:     `DELETE h FROM ` + idList + ` STRAIGHT_JOIN {%s} AS h ON h.tenant = $1 AND h.holder = CAST(i.id AS BINARY)`,
		dropMany: `DELETE h FROM ` + idList + ` STRAIGHT_JOIN {%s} AS h ON h.tenant = $1 AND h.holder = CAST(i.id AS BINARY)`,
	},
	listings: listings{
		// First by the index, as the column collates, and then as bytes.
		ofTenant: `v.tenant = %[1]s AND CAST(CONVERT(v.tenant USING utf8mb4) AS BINARY) = CAST(%[1]s AS BINARY)`,
		among: `JSON_TABLE(%s, '$[*]' COLUMNS (holder VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) AS among
			STRAIGHT_JOIN `,
		isAmong: `v.holder = among.holder AND CAST(CONVERT(v.holder USING utf8mb4) AS BINARY) = CAST(among.holder AS BINARY)`,
		is:      `CAST(CONVERT(%s USING utf8mb4) AS BINARY) = CAST(%%s AS BINARY)`,
		search:  `(instr(lower(v.name), lower(%[1]s)) > 0 OR instr(lower(CONVERT(v.holder USING utf8mb4)) COLLATE utf8mb4_bin, lower(%[1]s)) > 0)`,
		pattern: func(text string) string { return text },
		having:  mysqlHaving, holding: mysqlHaving,
		bytes: `CAST(CONVERT(%s USING utf8mb4) AS BINARY)`,
		// A collation can ignore case by itself, and MariaDB has no indexes
		// on expressions.
		folded: `v.name`,
		seen:   `TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', %s)`,
		seenAt: `TIMESTAMPADD(MICROSECOND, %s, TIMESTAMP'1970-01-01 00:00:00')`,
	},
}

const (
	// mysqlGathered is less than for others, because a list has to fit into
	// one packet, of 16 MiB by default.
	mysqlGathered = 5000
	mysqlGoBack   = "ROLLBACK TO SAVEPOINT seatwright"
	mysqlHaving   = `find_in_set((SELECT h.combination FROM {holder} h
		WHERE h.tenant = $1 AND h.holder = CAST(CONVERT(v.holder USING utf8mb4) AS BINARY)), %s)`
)

var (
	onConflict = regexp.MustCompile(`ON CONFLICT \([^)]*\) DO UPDATE SET`)
	excluded   = regexp.MustCompile(`excluded\.(\w+)`)
)

// adaptMySQL rewrites an insert that updates existing rows.
func adaptMySQL(statement string) string {
	return excluded.ReplaceAllString(onConflict.ReplaceAllString(statement, "ON DUPLICATE KEY UPDATE"), "VALUES($1)")
}

// tablesOfRows is arraysOfRows in the form that MySQL reads.
type tablesOfRows struct{ arraysOfRows }

func (tablesOfRows) numbers(list []int64) string { return commaSeparated(list) }

func (tablesOfRows) fromList(constants []string, columns []column) string {
	selected, described := slices.Clone(constants), make([]string, len(columns))
	for i, c := range columns {
		selected = append(selected, fmt.Sprintf("j.c%d", i))
		// MariaDB silently cuts what is longer than a VARCHAR.
		as := map[kind]string{texts: "LONGTEXT CHARACTER SET utf8mb4", numbers: "BIGINT", instants: "BIGINT"}[c.kind]
		described[i] = fmt.Sprintf("c%d %s PATH '$[%d]'", i, as, i)
	}
	return fmt.Sprintf("SELECT %s FROM JSON_TABLE($%d, '$[*]' COLUMNS (%s)) AS j",
		strings.Join(selected, ", "), len(constants)+1, strings.Join(described, ", "))
}

// mysqlSession is a sqlSession whose parameters have no numbers.
type mysqlSession struct{ sqlSession }

func (s mysqlSession) run(ctx context.Context, queries ...query) error {
	for _, q := range queries {
		if err := s.runOne(ctx, positional(q)); err != nil {
			if q.sql == mysqlGoBack && mysqlNumber(err) == mysqlNoSavepoint {
				return fmt.Errorf("%w: %w", errNoTransaction, err)
			}
			return err
		}
	}
	return nil
}

// parameter also matches quoted text, in which nothing is a parameter.
var parameter = regexp.MustCompile("`[^`]*`|'[^']*'|\\$[0-9]+")

// positional repeats parameters as often as their numbers occur in a statement.
func positional(q query) query {
	if len(q.args) == 0 {
		return q
	}
	var args []any
	q.sql = parameter.ReplaceAllStringFunc(q.sql, func(found string) string {
		if found[0] != '$' {
			return found
		}
		n, _ := strconv.Atoi(found[1:])
		args = append(args, q.args[n-1])
		return "?"
	})
	q.args = args
	return q
}

// The numbers of errors that matter here, the same in MariaDB and MySQL, see
// https://mariadb.com/kb/en/mariadb-error-code-reference/.
const (
	mysqlChanged     = 1020 // the row was changed after the transaction first read something
	mysqlLockWait    = 1205
	mysqlDeadlock    = 1213
	mysqlReadOnly    = 1290
	mysqlNoSavepoint = 1305
)

// mysqlNumber returns the number of an error, 0 if it is not of MySQL. The
// driver has it in a field. The driver is not imported for that: it would
// become part of every host, and register the name "mysql", which another
// driver may need.
func mysqlNumber(err error) uint64 {
	if fields := reflect.Indirect(reflect.ValueOf(err)); fields.Kind() == reflect.Struct && fields.Type().Name() == "MySQLError" {
		if number := fields.FieldByName("Number"); number.CanUint() {
			return number.Uint()
		}
	}
	switch wrapper := err.(type) { //nolint:errorlint // wrapped errors are looked at one by one
	case interface{ Unwrap() error }:
		return mysqlNumber(wrapper.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range wrapper.Unwrap() {
			if number := mysqlNumber(err); number != 0 {
				return number
			}
		}
	}
	return 0
}

var errNoTransaction = errors.New("sqlstore: Bind was given what has no transaction: it was not begun, " +
	"or it is over, as after a deadlock: begin another one")

// migratingByName locks by a name, because each statement that changes tables
// commits.
func migratingByName(s *settings) (begin []query, end, undo string) {
	name := fmt.Sprintf("concat('seatwright ', md5(concat(database(), '.%s')))", s.prefix)
	seconds := int64(math.Ceil(s.wait.Seconds()))
	end = "DO RELEASE_LOCK(" + name + ")"
	return []query{{sql: fmt.Sprintf("SELECT coalesce(GET_LOCK(%s, %d), 0)", name, seconds), each: func(row row) error {
		var locked bool
		if err := row.Scan(&locked); err != nil || locked {
			return err
		}
		return errors.New("another program is making the tables")
	}}}, end, end
}
