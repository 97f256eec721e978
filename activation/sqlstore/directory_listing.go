package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
)

// listing is a query over the host's view under construction. In its text the
// view is v, and our table of holders h.
type listing struct {
	*settings
	from  string
	where []string
	args  []any
}

// listing begins a query over the people of a tenant, its first parameter.
func (d *Directory) listing(tenant string) *listing {
	l := &listing{settings: d.settings, from: d.view + " AS v"}
	l.that(d.dialect.ofTenant, tenant)
	return l
}

// that adds a condition with its parameters.
func (l *listing) that(condition string, args ...any) {
	l.where = append(l.where, l.numbered(condition, args...))
}

// numbered adds parameters, and returns a text with their numbers in the places
// of %s. Only our own texts are formatted and expanded.
func (l *listing) numbered(text string, args ...any) string {
	numbers := make([]any, len(args))
	for i, arg := range args {
		l.args = append(l.args, arg)
		numbers[i] = "$" + strconv.Itoa(len(l.args))
	}
	return l.dialect.expand(l.prefix, fmt.Sprintf(text, numbers...))
}

// among restricts to some holders, and looks up each of them in the view.
func (l *listing) among(ids []string) *listing {
	l.from = l.numbered(l.dialect.among, l.dialect.texts(ids)) + l.from
	l.that(l.dialect.isAmong)
	return l
}

// like restricts a listing to the people of a query, whatever their modules.
func (l *listing) like(q DirectoryQuery) *listing {
	if q.Kind != "" {
		l.that(fmt.Sprintf(l.dialect.is, "v.kind"), string(q.Kind))
	}
	if q.Type != "" {
		l.that(fmt.Sprintf(l.dialect.is, "v.type"), q.Type)
	}
	if q.Search != "" {
		l.that(l.dialect.search, l.dialect.pattern(q.Search))
	}
	return l
}

// containing returns the pattern for texts that contain a text.
func containing(text string) string { return "%" + likeEscapes.Replace(text) + "%" }

// likeEscapes escapes the characters that have a meaning in LIKE.
var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// having restricts to holders of modules, in the cheapest way to a page.
func (l *listing) having(h holding) *listing {
	if h.few {
		l.among(h.holders)
	}
	if h.wanted {
		l.that(l.dialect.having, l.dialect.numbers(h.combinations))
	}
	return l
}

// counted restricts to holders of modules, in the cheapest way to all of them.
func (l *listing) counted(h holding) *listing {
	if !h.wanted || h.few {
		return l.having(h)
	}
	l.that(l.dialect.holding, l.dialect.numbers(h.combinations))
	return l
}

// page returns the query for the first people in a part of an order. It looks
// up modules only for those on the page.
func (l *listing) page(p part, limit int) query {
	p.restrict(l)
	return query{args: l.args, sql: `SELECT p.holder, p.kind, p.type, p.name, ` + fmt.Sprintf(l.dialect.seen, "p.last_seen") + `, p.folded, h.combination
		FROM (SELECT v.holder, v.kind, v.type, v.name, v.last_seen, ` + l.dialect.folded + ` AS folded FROM ` + l.all() +
		" ORDER BY " + p.by("v", l.dialect.folded) + " LIMIT " + strconv.Itoa(limit) + ") AS p" +
		l.dialect.expand(l.prefix, " LEFT JOIN {holder} AS h ON h.tenant = $1 AND h.holder = "+fmt.Sprintf(l.dialect.bytes, "p.holder")) +
		" ORDER BY " + p.by("p", "p.folded")}
}

// count returns the query for the number of people.
func (l *listing) count() query {
	return query{sql: "SELECT count(*) FROM " + l.all(), args: l.args}
}

func (l *listing) all() string { return l.from + " WHERE " + strings.Join(l.where, " AND ") }
