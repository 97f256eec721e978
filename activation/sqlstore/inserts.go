package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxFew is how many rows are written as VALUES. In a database of several
// servers, that is one statement for one server. A SELECT from a list of rows
// goes through the coordinator, and makes each commit a two-phase commit.
const maxFew = 8

// kind is what a column holds.
type kind int

const (
	texts kind = iota
	numbers
	instants
)

// column is a column of a table in an insert. Columns marked as alike mostly
// have the same value in all rows; they come last.
type column struct {
	name  string
	kind  kind
	alike bool
}

const (
	own   = false
	alike = true
)

// insert writes rows of a tenant. A row has the values of all columns except
// the tenant: string, int64 or time.Time.
type insert struct {
	dialect *flavor
	columns []column
	own     int      // how many columns differ from row to row
	few     []string // statements for one row, for two and so on
	many    string
	alike   string // for many rows that are the same in all other columns
}

// newInsert returns an insert for a table. conflict says what to do with a row
// that exists.
func newInsert(d *flavor, expand func(string) string, table, conflict string, columns ...column) *insert {
	i := &insert{dialect: d, columns: columns, own: len(columns)}
	names := make([]string, len(columns))
	for n, c := range columns {
		names[n] = c.name
		if c.alike {
			i.own = min(i.own, n)
		}
	}
	head := fmt.Sprintf("INSERT INTO {%s} (tenant, %s) ", table, strings.Join(names, ", "))
	for rows := 1; rows <= maxFew; rows++ {
		i.few = append(i.few, expand(head+i.values(rows)+" "+conflict))
	}
	constants := []string{"$1" + d.as(texts)}
	i.many = expand(head + d.fromList(constants, columns) + " " + conflict)
	for n, c := range columns[i.own:] {
		constants = append(constants, fmt.Sprintf("$%d%s", n+2, d.as(c.kind))) //nolint:mnd // the parameters after the tenant
	}
	constant := fmt.Sprintf("INSERT INTO {%s} (%s) ", table, strings.Join(slices.Concat([]string{"tenant"}, names[i.own:], names[:i.own]), ", "))
	i.alike = expand(constant + d.fromList(constants, columns[:i.own]) + " " + conflict)
	return i
}

// values returns the parameters of that many rows.
func (i *insert) values(rows int) string {
	list := make([]string, rows)
	parameter := 1
	for r := range list {
		row := []string{"$1"}
		for _, c := range i.columns {
			parameter++
			row = append(row, fmt.Sprintf("$%d%s", parameter, i.dialect.as(c.kind)))
		}
		list[r] = "(" + strings.Join(row, ", ") + ")"
	}
	return "VALUES " + strings.Join(list, ", ")
}

// of returns the query that writes the rows, at least one.
func (i *insert) of(tenant string, rows [][]any) query {
	args := []any{tenant}
	switch {
	case len(rows) <= maxFew:
		for _, row := range rows {
			args = i.appendTo(args, row)
		}
		return query{sql: i.few[len(rows)-1], args: args}
	case i.areAlike(rows):
		args = i.appendTo(args, rows[0][i.own:])
		return query{sql: i.alike, args: append(args, i.dialect.listOf(i.columns[:i.own], rows)...)}
	}
	return query{sql: i.many, args: append(args, i.dialect.listOf(i.columns, rows)...)}
}

// areAlike reports whether there are columns marked as alike, and all rows have
// the same values in them.
func (i *insert) areAlike(rows [][]any) bool {
	return i.own < len(i.columns) && !slices.ContainsFunc(rows, func(row []any) bool {
		return !slices.Equal(row[i.own:], rows[0][i.own:])
	})
}

func (i *insert) appendTo(args, values []any) []any {
	for _, value := range values {
		if at, ok := value.(time.Time); ok {
			value = i.dialect.instant(at)
		}
		args = append(args, value)
	}
	return args
}
