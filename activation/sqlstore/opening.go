package sqlstore

import (
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// opening is what an Update reads when it begins. About the seats of few holders
// it is one statement; otherwise, and where each statement has to ask for what is
// there now, the holders are read when they are asked for.
type opening struct {
	w          *writer
	ids        []string // none if they are not read yet
	remembered *state
	recalled   bool // what is remembered is so
}

func (w *writer) opening(seats []string) *opening {
	o := &opening{w: w}
	if ids := setOf(possible(seats)); len(ids) <= w.gathering/2 && !w.outdated {
		o.ids = ids
	}
	if len(o.ids) > 0 {
		o.remembered = w.states.take(w.tenant)
	}
	return o
}

// queries may be asked for again, when the tenant's row was not there.
func (o *opening) queries() []query {
	w := o.w
	w.there, o.recalled = false, false
	if len(o.ids) == 0 {
		return []query{w.listingOwners(), w.counting()}
	}
	w.owners, w.census = []activation.OwnerRecord{}, newCensus(&w.sets)
	for _, id := range o.ids {
		w.people.known[id] = 0
	}
	q := query{sql: w.statements.opening, args: []any{w.tenant, o.ids[0]}, each: o.scan}
	if len(o.ids) > 1 {
		q.sql, q.args[1] = w.statements.openings, w.dialect.texts(o.ids)
	}
	var known activation.Revision
	if o.remembered != nil {
		known = o.remembered.revision
	}
	q.args = append(q.args, known.Number, known.Token)
	return []query{q}
}

// These say what a row of an opening is.
const (
	openedKnown       = "known"
	openedHolder      = "holder"
	openedCombination = "combination"
	openedOwner       = "owner"
)

func (o *opening) scan(row row) error {
	var what, name, typ, text string
	var number, count int64
	if err := row.Scan(&what, &name, &number, &typ, &text, &count); err != nil {
		return err
	}
	switch what {
	case openedKnown:
		o.recalled = number > 0
	case openedHolder:
		o.w.people.known[name] = number
	case openedCombination:
		return o.w.census.read(combination{id: number, kind: license.Kind(name), typ: typ, text: text, holders: count})
	case openedOwner:
		return o.w.addOwner(name, text)
	}
	return nil
}

// read is told when all was read.
func (o *opening) read() {
	if o.recalled {
		o.w.recalled, o.w.began = o.remembered, o.remembered.read
		o.w.owners, o.w.census = slices.Clone(o.remembered.owners), o.remembered.census
	}
	slices.SortFunc(o.w.owners, func(a, b activation.OwnerRecord) int { return strings.Compare(a.Owner, b.Owner) })
}
