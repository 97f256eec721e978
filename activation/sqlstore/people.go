package sqlstore

import (
	"context"
	"slices"

	"github.com/seatwright/seatwright/seat"
)

// keptRevisions is the number of revisions for which gone holders are
// remembered.
const keptRevisions = 100_000

// people is what an Update knows of holders: their combinations, 0 for an id
// without a holder, and which rows are still to be written. Everyone who is
// changed is known.
type people struct {
	known   map[string]int64
	touched map[string]bool // by id, whether it was a holder before
	order   []string        // the touched ids, in order
	counted map[int64]bool  // combinations whose count is still to be written
	last    *combination    // of the holder that was put last: holders that come together are often alike
}

func (p *people) clear() {
	p.known = make(map[string]int64)
	p.touched, p.order = make(map[string]bool), nil
	p.counted = make(map[int64]bool)
}

// move puts a holder into another combination without counting.
func (p *people) move(id string, to int64) {
	if _, already := p.touched[id]; !already {
		p.touched[id] = p.known[id] != 0
		p.order = append(p.order, id)
	}
	p.known[id] = to
}

// know reads the combinations of holders that are not known yet. When many are
// known and all are written, it forgets them first, so that all of ids are
// known afterwards. They are forgotten nowhere else.
func (w *writer) know(ctx context.Context, ids []string) error {
	if len(w.people.known) >= w.gathering {
		if err := w.run(ctx); err != nil {
			return err
		}
		clear(w.people.known)
	}
	var unknown []string
	for _, id := range ids {
		if _, known := w.people.known[id]; !known {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return w.ready(ctx)
	}
	unknown = setOf(unknown)
	rows, err := w.places(ctx, w.lookUp(unknown))
	if err != nil {
		return err
	}
	for _, id := range unknown {
		w.people.known[id] = 0
	}
	for _, p := range rows {
		w.people.known[p.id] = p.combination
	}
	return nil
}

// Holders reads only those that it does not know yet.
func (w *writer) Holders(ctx context.Context, ids ...string) ([]seat.Holder, error) {
	ids = possible(ids)
	if err := w.know(ctx, ids); err != nil {
		return nil, err
	}
	holders := make([]seat.Holder, 0, len(ids))
	for _, id := range setOf(ids) {
		if c := w.census.byID[w.people.known[id]]; c != nil {
			holders = append(holders, c.holder(id))
		}
	}
	return holders, nil
}

func (w *writer) PutHolders(ctx context.Context, holders ...seat.Holder) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
		if err := checkTexts(append(h.Assigned[:len(h.Assigned):len(h.Assigned)], string(h.Kind), h.Type)...); err != nil {
			return err
		}
	}
	if err := checkIDs(ids); err != nil {
		return err
	}
	for some := range slices.Chunk(holders, w.gathering/2) {
		if err := w.putSome(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) putSome(ctx context.Context, holders []seat.Holder) error {
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.ID
	}
	if err := w.know(ctx, ids); err != nil {
		return err
	}
	for _, h := range holders {
		w.count1(w.people.known[h.ID], -1)
		c := w.combinationOf(h)
		w.people.move(h.ID, c.id)
		w.count1(c.id, 1)
	}
	return w.spill(ctx)
}

// combinationOf returns the combination of a holder. It makes a new one if
// needed.
func (w *writer) combinationOf(h seat.Holder) *combination {
	if c := w.people.last; c != nil && c.kind == h.Kind && c.typ == h.Type && slices.Equal(c.modules, h.Assigned) {
		return c
	}
	w.people.last = w.findCombination(h)
	return w.people.last
}

func (w *writer) findCombination(h seat.Holder) *combination {
	c := &combination{kind: h.Kind, typ: h.Type, modules: setOf(h.Assigned)}
	if c.text = jsonText(c.modules); len(c.modules) == 0 {
		c.text = "[]"
	}
	if known := w.census.byKey[c.key()]; known != nil {
		return known
	}
	w.row.combinations++
	c.id = w.row.combinations
	w.census.add(c)
	return c
}

func (w *writer) count1(id, more int64) {
	if c := w.census.byID[id]; c != nil {
		c.holders += more
		w.people.counted[id] = true
	}
}

// RecountCensus implements [activation.Recounter].
func (w *writer) RecountCensus(ctx context.Context) error {
	found := make(map[int64]int64)
	if err := w.run(ctx, query{sql: w.statements.recount, args: []any{w.tenant}, each: func(row row) error {
		var id, holders int64
		err := row.Scan(&id, &holders)
		found[id] = holders
		return err
	}}); err != nil {
		return err
	}
	for id := range found {
		if w.census.byID[id] == nil {
			return errNoCombination // the census lacks it, so it is not known what these holders have
		}
	}
	for id, c := range w.census.byID {
		if c.holders != found[id] {
			c.holders = found[id]
			w.people.counted[id] = true
			w.written = true
		}
	}
	return nil
}

func (w *writer) DeleteHolders(ctx context.Context, ids ...string) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for some := range slices.Chunk(possible(ids), w.gathering/2) {
		if err := w.know(ctx, some); err != nil {
			return err
		}
		for _, id := range some {
			if c := w.people.known[id]; c != 0 {
				w.count1(c, -1)
				w.people.move(id, 0)
			}
		}
		if err := w.spill(ctx); err != nil {
			return err
		}
	}
	w.forgetGone()
	return nil
}

// forgetGone forgets holders that went long ago. Older snapshots are made anew.
func (w *writer) forgetGone() {
	if floor := w.row.record.Revision.Number - keptRevisions; floor > w.row.changesSince {
		w.row.changesSince = floor
		w.later(w.statements.trimGone, floor)
	}
}

// peopleQueries writes the changed holders, in the order of the keys. In
// another order, the indexes cost nearly twice as much. It does not look for
// rows of new holders: everyone who is changed is known, and nobody else
// writes. Looking would double the cost.
func (w *writer) peopleQueries() []query {
	var came, went []string
	var adds, puts, gone [][]any
	revision := w.row.record.Revision.Number // of the last Update that wrote
	if !w.written && len(w.earlier) > 0 {
		revision--
	}
	slices.Sort(w.people.order)
	for _, id := range w.people.order {
		switch c, was := w.people.known[id], w.people.touched[id]; {
		case c != 0 && was:
			puts = append(puts, []any{id, c, revision})
		case c != 0:
			came, adds = append(came, id), append(adds, []any{id, c, revision})
		case was:
			went, gone = append(went, id), append(gone, []any{id, revision})
		}
	}
	var queries []query
	if len(puts) > 0 {
		queries = append(queries, w.statements.putHolders.of(w.tenant, puts))
	}
	if len(came) > 0 {
		queries = append(queries, w.statements.addHolders.of(w.tenant, adds),
			w.dropping(came, w.statements.dropGone, w.statements.dropManyGone))
	}
	if len(went) > 0 {
		queries = append(queries, w.dropping(went, w.statements.dropHolders, w.statements.dropManyHolders),
			w.statements.putGone.of(w.tenant, gone))
	}
	clear(w.people.touched)
	w.people.order = w.people.order[:0]
	return queries
}

func (w *writer) dropping(ids []string, few, many string) query {
	statement := few
	if len(ids) > maxFew {
		statement = many
	}
	return query{sql: statement, args: []any{w.tenant, w.dialect.texts(ids)}}
}

// censusQueries writes the combinations whose count has changed. It does so
// once, in the end: nothing reads them meanwhile, and each version of a row
// that a transaction writes makes the next one more expensive.
func (w *writer) censusQueries() (queries []query) {
	var counted [][]any
	for id := range w.people.counted {
		if c := w.census.byID[id]; c.holders == 0 {
			queries = append(queries, query{sql: w.statements.dropCensus, args: []any{w.tenant, id}})
		} else {
			counted = append(counted, []any{c.id, string(c.kind), c.typ, c.text, c.holders})
		}
	}
	if len(counted) > 0 {
		queries = append(queries, w.statements.putCensus.of(w.tenant, counted))
	}
	clear(w.people.counted)
	return queries
}
