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
)

// String returns the name of the database.
func (d Dialect) String() string {
	switch d {
	case PostgreSQL:
		return "PostgreSQL"
	case SQLite:
		return "SQLite"
	}
	return fmt.Sprintf("Dialect(%d)", int(d))
}

// folder is where the migrations of the dialect are.
func (d Dialect) folder() string { return strings.ToLower(d.String()) }

var tableName = regexp.MustCompile(`\{([a-z_]+)\}`)

// expand puts the prefix before the names of tables, which stand in braces,
// and numbers parameters as the database does.
func (d Dialect) expand(prefix, text string) string {
	text = tableName.ReplaceAllString(text, prefix+"$1")
	if d == SQLite {
		text = strings.ReplaceAll(text, "$", "?")
	}
	return text
}

// instant returns what is stored of an instant: microseconds, and nothing for
// the zero one. PostgreSQL has a type for it, SQLite a number.
func (d Dialect) instant(at time.Time) any {
	switch {
	case at.IsZero():
		return nil
	case d == SQLite:
		return at.UnixMicro()
	}
	return at.UTC().Truncate(time.Microsecond)
}

// instantText is instant for a list of PostgreSQL's. The empty text stands for
// nothing, see texts.
func (d Dialect) instantText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.999999Z")
}

// texts returns a list as one parameter, which any driver passes on: a JSON
// array, or what PostgreSQL reads as an array.
func (d Dialect) texts(list []string) string {
	if d == SQLite {
		return jsonText(list)
	}
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

// numbers is texts for integers.
func (d Dialect) numbers(list []int64) string {
	text := jsonText(list)
	if d == SQLite {
		return text
	}
	return "{" + strings.Trim(text, "[]") + "}"
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

// as is the type of a parameter, where the database does not find it out.
func (d Dialect) as(k kind) string {
	if d == SQLite {
		return ""
	}
	return map[kind]string{texts: "::text", numbers: "::bigint", instants: "::timestamptz"}[k]
}

// fromList selects rows from lists that are parameters: one of rows in SQLite,
// one for each column in PostgreSQL.
func (d Dialect) fromList(columns []column) string {
	var selected, lists, names []string
	for i, c := range columns {
		name := fmt.Sprintf("c%d", i)
		switch {
		case d == SQLite:
			name = fmt.Sprintf("value ->> %d", i)
		case c.kind == instants:
			lists, names = append(lists, fmt.Sprintf("$%d::text[]", i+2)), append(names, name)
			name = "nullif(" + name + ", '')::timestamptz"
		default:
			lists, names = append(lists, fmt.Sprintf("$%d%s[]", i+2, d.as(c.kind))), append(names, name)
		}
		selected = append(selected, name)
	}
	from := "json_each($2) WHERE true"
	if d == PostgreSQL {
		from = fmt.Sprintf("unnest(%s) AS u (%s)", strings.Join(lists, ", "), strings.Join(names, ", "))
	}
	return fmt.Sprintf("SELECT $1%s, %s FROM %s", d.as(texts), strings.Join(selected, ", "), from)
}

// listOf returns the parameters for fromList.
func (d Dialect) listOf(columns []column, rows [][]any) []any {
	if d == SQLite {
		for _, row := range rows {
			for i, value := range row {
				if at, ok := value.(time.Time); ok {
					row[i] = d.instant(at)
				}
			}
		}
		return []any{jsonText(rows)}
	}
	lists := make([]any, len(columns))
	for i, c := range columns {
		if c.kind == numbers {
			lists[i] = d.numbers(valuesOf[int64](rows, i))
			continue
		}
		list := make([]string, len(rows))
		for r, row := range rows {
			switch value := row[i].(type) {
			case time.Time:
				list[r] = d.instantText(value)
			case string:
				list[r] = value
			}
		}
		lists[i] = d.texts(list)
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
