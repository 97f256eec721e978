package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxFew is how many rows are written as VALUES. Where the database is several
// servers, that is one statement for one of them, while a SELECT from a list of
// rows goes through the one that knows them all, and makes each commit one in
// two phases.
const maxFew = 8

// kind is what a column holds.
type kind int

const (
	texts kind = iota
	numbers
	instants
)

// column is a column of a table, in an insert. Those that are alike, which mostly have
// one value in all rows, come last.
type column struct {
	name  string
	kind  kind
	alike bool
}

const (
	own   = false
	alike = true
)

// insert writes rows of a tenant. A row is the values of the columns that are
// not the tenant: string, int64 or time.Time.
type insert struct {
	dialect *flavor
	columns []column
	own     int      // how many columns are not alike
	few     []string // for one row, for two and so on
	many    string
	alike   string // for many rows that differ in their own columns alone
}

// newInsert returns what writes rows of a table; conflict is what is done where
// a row is there.
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
		constants = append(constants, fmt.Sprintf("$%d%s", n+2, d.as(c.kind))) //nolint:mnd // behind the tenant
	}
	constant := fmt.Sprintf("INSERT INTO {%s} (%s) ", table, strings.Join(slices.Concat([]string{"tenant"}, names[i.own:], names[:i.own]), ", "))
	i.alike = expand(constant + d.fromList(constants, columns[:i.own]) + " " + conflict)
	return i
}

// values is so many rows of parameters.
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

// of returns the query that writes the rows, of which there is at least one.
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

// areAlike reports whether there are such columns, and all rows have the same
// in them.
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
