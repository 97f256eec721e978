package sqlstore

import (
	"fmt"
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

// column is a column of a table, in an insert.
type column struct {
	name string
	kind kind
}

// insert writes rows of a tenant. A row is the values of the columns that are
// not the tenant: string, int64 or time.Time.
type insert struct {
	dialect *flavor
	columns []column
	few     []string // for one row, for two and so on
	many    string
}

// newInsert returns what writes rows of a table; conflict is what is done where
// a row is there.
func newInsert(d *flavor, expand func(string) string, table, conflict string, columns ...column) *insert {
	i := &insert{dialect: d, columns: columns}
	names := make([]string, len(columns))
	for n, c := range columns {
		names[n] = c.name
	}
	head := fmt.Sprintf("INSERT INTO {%s} (tenant, %s) ", table, strings.Join(names, ", "))
	for rows := 1; rows <= maxFew; rows++ {
		i.few = append(i.few, expand(head+i.values(rows)+" "+conflict))
	}
	i.many = expand(head + d.fromList(columns) + " " + conflict)
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
	if len(rows) > maxFew {
		return query{sql: i.many, args: append([]any{tenant}, i.dialect.listOf(i.columns, rows)...)}
	}
	args := []any{tenant}
	for _, row := range rows {
		for _, value := range row {
			if at, ok := value.(time.Time); ok {
				value = i.dialect.instant(at)
			}
			args = append(args, value)
		}
	}
	return query{sql: i.few[len(rows)-1], args: args}
}
