package sqlstore

import "time"

// DirectoryOrder is the order of people. Equal ones are ordered by id.
type DirectoryOrder int

const (
	// ByName orders by name without regard to case, as the column collates.
	ByName DirectoryOrder = iota
	// ByHolder orders by the id, as the column collates.
	ByHolder
	// ByLastSeen orders by when somebody was last seen: first people who
	// never were, then those whom nobody has seen for the longest time. Use
	// it to find seats that are not needed any more.
	ByLastSeen
)

// part is a part of an order: people with a value to order by, people without
// one (NULL), or everybody by id. Each part is read from an index.
type part struct {
	order      DirectoryOrder
	descending bool
	none       bool   // people are ordered by id alone
	after      *place // nil to begin with the first person
}

// partsOf returns the parts of an order from a place on.
func partsOf(q DirectoryQuery, after *place) []part {
	some := part{order: q.Order, descending: q.Descending}
	none := some
	none.none = true
	parts := []part{none, some}
	switch {
	case q.Order == ByHolder:
		parts = []part{none}
	case q.Descending:
		parts = []part{some, none}
	}
	if after != nil && parts[0].none != after.None {
		parts = parts[1:]
	}
	parts[0].after = after
	return parts
}

// restrict restricts a listing to a part, and to people after its place.
func (p part) restrict(l *listing) {
	column := p.order.column("v", l.dialect.folded)
	switch {
	case column == "":
	case p.none:
		l.that(column + " IS NULL")
	default:
		l.that(column + " IS NOT NULL")
	}
	if p.after == nil {
		return
	}
	sign := ">"
	if p.descending {
		sign = "<"
	}
	holder := string(p.after.Holder)
	if p.none {
		l.that("v.holder "+sign+" %s", holder)
		return
	}
	at, as := any(string(p.after.Name)), "%s"
	if p.order == ByLastSeen {
		at, as = l.dialect.day(time.UnixMicro(p.after.Seen)), l.dialect.seenAt
	} else {
		// SQLite looks up a single expression in an index, but no pair with
		// one.
		l.that(column+" "+sign+"= "+as, at)
	}
	l.that("("+column+", v.holder) "+sign+" ("+as+", %s)", at, holder)
}

// by returns what a part is ordered by, in the view or on a page. People
// without a value are ordered by it too, so that the database uses the index
// that has it.
func (p part) by(table, folded string) string {
	direction := ""
	if p.descending {
		direction = " DESC"
	}
	order := table + ".holder" + direction
	if column := p.order.column(table, folded); column != "" {
		order = column + direction + ", " + order
	}
	return order
}

// column returns the column that comes before the id in an order.
func (o DirectoryOrder) column(table, folded string) string {
	switch o {
	case ByName:
		return folded
	case ByLastSeen:
		return table + ".last_seen"
	}
	return ""
}
