package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

var postgresql = flavor{
	name: "PostgreSQL", parameters: arrays{}, quote: `"`, gathering: maxGathered, tells: true,
	session:  postgresSession,
	updating: bounds{begin: []string{"BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"}, commit: commit, rollback: []string{"ROLLBACK"}},
	viewing:  bounds{begin: []string{"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"}, rollback: []string{"ROLLBACK"}},
	together: "SET LOCAL lock_timeout = 50", // milliseconds
	within:   within, lock: lockReturning, create: createReturning,
	migrating: migratingByRow,
	hasTable:  `SELECT to_regclass($1) IS NOT NULL`,
	encoding:  `SELECT current_setting('server_encoding')`, wantedEncoding: "UTF8",
	lists: lists{
		// The planner does not know this limit, so it reads in the order of
		// the index. If it knew the limit but had no statistics yet, it would
		// take the tenant for a small one. Then it would read and sort all
		// the rest of it for every page.
		limit: `(SELECT $3::bigint)`,
		in:    `= ANY($2::text[])`,
		// The CASE hides the combinations from the planner. It would
		// otherwise read all of them by their index for every page, or expect
		// so few that sorting them seems cheaper than reading in order.
		amongNumbers: `CASE WHEN combination IN (SELECT unnest($4::bigint[])) THEN true END`,
		// One after another by the primary key. A planner that takes the
		// tenant for a small one would compare each of its holders with each
		// of the ids.
		lookUp: `SELECT h.holder, h.combination FROM unnest($2::text[]) AS i (id)
			CROSS JOIN LATERAL (SELECT holder, combination FROM {holder} WHERE tenant = $1 AND holder = i.id OFFSET 0) AS h
			ORDER BY h.holder`,
		// A page of each combination is read from its index.
		pageOf: `SELECT h.holder, h.combination FROM unnest($4::bigint[]) AS c (combination)
			CROSS JOIN LATERAL (SELECT holder, combination FROM {holder}
				WHERE tenant = $1 AND combination = c.combination AND holder > $2 ORDER BY holder LIMIT (SELECT $3::bigint)) AS h
			ORDER BY h.holder LIMIT $3`,
		holdersOf: `SELECT holder FROM {holder} WHERE tenant = $1 AND combination = ANY($2::bigint[])`,
		drop:      `DELETE FROM {%s} WHERE tenant = $1 AND holder = ANY($2::text[])`,
		// The whole tenant once, for the same reason.
		dropMany: `DELETE FROM {%s} WHERE tenant = $1 AND CASE WHEN holder IN (SELECT unnest($2::text[])) THEN true END`,
	},
	listings: listings{
		ofTenant: `v.tenant = %s`, bytes: `%s COLLATE "C"`, folded: `lower(v.name)`, seen: `%s`, seenAt: `%s`,
		among: `unnest(%s::text[]) AS among (holder) CROSS JOIN `, isAmong: `v.holder = among.holder`, is: `%s = %%s`,
		search:  `(lower(v.name) LIKE lower(%[1]s::text) OR lower(v.holder) LIKE lower(%[1]s::text))`,
		pattern: containing,
		// A subquery instead of a join, so that people come in their order.
		having:  `(SELECT h.combination FROM {holder} h WHERE h.tenant = $1 AND h.holder = v.holder COLLATE "C") = ANY(%s::bigint[])`,
		holding: `v.holder COLLATE "C" IN (SELECT h.holder FROM {holder} h WHERE h.tenant = $1 AND h.combination = ANY(%s::bigint[]))`,
	},
}

// arrays passes lists as arrays of PostgreSQL, one for each column.
type arrays struct{}

func (arrays) instant(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Truncate(time.Microsecond)
}

func (arrays) day(at time.Time) any { return at.UTC().Truncate(time.Microsecond) }

// instantText is instant for a list. The empty text stands for no instant.
func instantText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.999999Z")
}

func (arrays) texts(list []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, text := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(arrayEscapes.Replace(text))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

var arrayEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func (arrays) numbers(list []int64) string { return "{" + commaSeparated(list) + "}" }

func (arrays) as(k kind) string {
	return map[kind]string{texts: "::text", numbers: "::bigint", instants: "::timestamptz"}[k]
}

func (a arrays) fromList(constants []string, columns []column) string {
	var lists []string
	selected := slices.Clone(constants)
	for i, c := range columns {
		name := fmt.Sprintf("c%d", i)
		as := a.as(c.kind)
		if c.kind == instants {
			as, name = "::text", "nullif("+name+", '')::timestamptz"
		}
		lists = append(lists, fmt.Sprintf("unnest($%d%s[]) AS c%d", len(constants)+i+1, as, i))
		selected = append(selected, name)
	}
	// unnest with several lists, behind FROM, would put all rows into a
	// temporary list first.
	return fmt.Sprintf("SELECT %s FROM (SELECT %s) AS u", strings.Join(selected, ", "), strings.Join(lists, ", "))
}

func (a arrays) listOf(columns []column, rows [][]any) []any {
	lists := make([]any, len(columns))
	for i, c := range columns {
		if c.kind == numbers {
			lists[i] = a.numbers(valuesOf[int64](rows, i))
			continue
		}
		list := make([]string, len(rows))
		for r, row := range rows {
			switch value := row[i].(type) {
			case time.Time:
				list[r] = instantText(value)
			case string:
				list[r] = value
			}
		}
		lists[i] = a.texts(list)
	}
	return lists
}

func valuesOf[T any](rows [][]any, i int) []T {
	values := make([]T, len(rows))
	for r, row := range rows {
		values[r], _ = row[i].(T)
	}
	return values
}
