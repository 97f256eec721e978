package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// opening is what an Update reads when it begins. For the seats of few holders
// it is one statement. For many holders, or if each statement has to ask for
// the present state, the holders are read when they are asked for.
type opening struct {
	w          *writer
	ids        []string // nil if they are not read yet
	remembered *state
	trusting   bool // what is remembered is taken for current, so owners and census are not read
	recalled   bool // what is remembered is current
}

func (w *writer) opening() *opening {
	o := &opening{w: w}
	if ids := setOf(possible(w.seats)); len(ids) <= w.gathering/2 && !w.outdated {
		o.ids = ids
	}
	if len(o.ids) > 0 {
		o.remembered = w.states.take(w.tenant)
	}
	o.trusting = len(o.ids) == 1 && o.remembered != nil && !o.remembered.overtaken
	return o
}

// queries is called again if the tenant's row did not exist.
func (o *opening) queries() []query {
	w := o.w
	w.there, o.recalled = false, false
	if len(o.ids) == 0 {
		return []query{w.listingOwners(), w.counting()}
	}
	var known activation.Revision
	if o.remembered != nil {
		known = o.remembered.revision
	}
	if o.trusting {
		return []query{{
			sql: w.statements.reopening, args: []any{w.tenant, o.ids[0], known.Number, known.Token}, each: o.scanTrusting,
		}}
	}
	w.owners, w.census = []activation.OwnerRecord{}, newCensus(&w.sets)
	for _, id := range o.ids {
		w.people.known[id] = 0
	}
	q := query{sql: w.statements.opening, args: []any{w.tenant, o.ids[0]}, each: o.scan}
	if len(o.ids) > 1 {
		q.sql, q.args[1] = w.statements.openings, w.dialect.texts(o.ids)
	}
	q.args = append(q.args, known.Number, known.Token)
	return []query{q}
}

// The kinds of rows in an opening.
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

// scanTrusting reads the row of a reopening. The tenant's row was read before
// it.
func (o *opening) scanTrusting(row row) error {
	var combination, known int64
	err := row.Scan(&combination, &known)
	o.w.people.known[o.ids[0]] = combination
	o.recalled = known > 0 && known == o.w.row.record.Revision.Number-1
	return err
}

// read is called when all queries have run. If the opening trusted in vain that
// nobody else had written the tenant, it reads owners and census.
func (o *opening) read(ctx context.Context) error {
	w := o.w
	w.overtaken = o.remembered != nil && !o.recalled
	switch {
	case o.recalled:
		w.recalled, w.began = o.remembered, o.remembered.read
		w.owners, w.census = slices.Clone(o.remembered.owners), o.remembered.census
	case o.trusting:
		if err := w.run(ctx, w.listingOwners(), w.counting()); err != nil {
			return err
		}
	}
	slices.SortFunc(w.owners, func(a, b activation.OwnerRecord) int { return strings.Compare(a.Owner, b.Owner) })
	return nil
}
