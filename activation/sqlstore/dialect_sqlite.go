package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

var sqlite = flavor{
	name: "SQLite", parameters: arraysOfRows{}, quote: `"`, gathering: maxGathered, oneWriter: true,
	adapt:    func(statement string) string { return strings.ReplaceAll(statement, "$", "?") },
	session:  func(tx Tx) session { return sqlSession{tx} },
	updating: bounds{begin: []string{"BEGIN IMMEDIATE"}, commit: commit, rollback: []string{"ROLLBACK"}},
	viewing:  bounds{begin: []string{"BEGIN"}, rollback: []string{"ROLLBACK"}},
	within:   within, lock: lockReturning, create: createReturning,
	waiting: "PRAGMA busy_timeout", prepare: "PRAGMA journal_mode = WAL",
	migrating: migratingByRow,
	hasTable:  `SELECT count(*) > 0 FROM sqlite_schema WHERE name = $1`,
	lists: lists{
		limit:        `$3`,
		in:           `IN (SELECT value FROM json_each($2))`,
		amongNumbers: `CASE WHEN combination IN (SELECT value FROM json_each($4)) THEN true END`,
		lookUp:       `SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder IN (SELECT value FROM json_each($2)) ORDER BY holder`,
		pageOf: `SELECT h.holder, h.combination FROM json_each($4) AS c CROSS JOIN {holder} AS h
			WHERE h.tenant = $1 AND h.combination = c.value AND h.holder > $2 ORDER BY h.holder LIMIT $3`,
		holdersOf: `SELECT holder FROM {holder} WHERE tenant = $1 AND combination IN (SELECT value FROM json_each($2))`,
		drop:      `DELETE FROM {%s} WHERE tenant = $1 AND holder IN (SELECT value FROM json_each($2))`,
		dropMany:  `DELETE FROM {%s} WHERE tenant = $1 AND holder IN (SELECT value FROM json_each($2))`,
	},
	listings: listings{
		ofTenant: `v.tenant = %s`, bytes: `%s COLLATE BINARY`, folded: `lower(v.name)`, seen: `%s`, seenAt: `%s`,
		among: `(SELECT value AS holder FROM json_each(%s)) AS among CROSS JOIN `, isAmong: `v.holder = among.holder`, is: `%s = %%s`,
		// An index has the folded name, and LIKE ignores case anyway.
		search:     `(lower(v.name) LIKE %[1]s ESCAPE '\' OR v.holder LIKE %[1]s ESCAPE '\')`,
		candidates: `SELECT holder FROM %s WHERE tenant = $1 AND text LIKE $2 LIMIT $3`,
		// Folded here, because SQLite would fold the pattern for every row.
		pattern: func(text string) string { return containing(strings.Map(lowerASCII, text)) },
		having: `(SELECT h.combination FROM {holder} h WHERE h.tenant = $1 AND h.holder = v.holder COLLATE BINARY)
			IN (SELECT value FROM json_each(%s))`,
		holding: `v.holder COLLATE BINARY IN (SELECT h.holder FROM {holder} h
			WHERE h.tenant = $1 AND h.combination IN (SELECT value FROM json_each(%s)))`,
	},
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r - 'A' + 'a'
	}
	return r
}

// arraysOfRows passes lists as JSON arrays, one for all columns. Instants are
// microseconds since 1970.
type arraysOfRows struct{}

func (arraysOfRows) instant(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixMicro()
}

func (arraysOfRows) day(at time.Time) any { return at.UnixMicro() }

func (arraysOfRows) texts(list []string) string { return jsonText(list) }

func (arraysOfRows) numbers(list []int64) string { return "[" + commaSeparated(list) + "]" }

func (arraysOfRows) as(kind) string { return "" }

func (arraysOfRows) fromList(constants []string, columns []column) string {
	selected := slices.Clone(constants)
	for i := range columns {
		selected = append(selected, fmt.Sprintf("value ->> %d", i))
	}
	return fmt.Sprintf("SELECT %s FROM json_each($%d) WHERE true", strings.Join(selected, ", "), len(constants)+1)
}

func (a arraysOfRows) listOf(columns []column, rows [][]any) []any {
	list := make([][]any, len(rows))
	for r, row := range rows {
		list[r] = row[:len(columns)]
		for i, value := range list[r] {
			if at, ok := value.(time.Time); ok {
				list[r][i] = a.instant(at)
			}
		}
	}
	return []any{jsonText(list)}
}
