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
