package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// wishStatements are the statements about unmet wishes.
type wishStatements struct {
	page, pageOf, counts string
	find, drop, dropOne  string
	dropTaken, rename    string
	put                  *insert
}

func newWishStatements(
	lists lists, expand func(string) string, insertInto func(table, conflict string, columns ...column) *insert,
) wishStatements {
	page := func(behind string) string {
		return expand(`SELECT holder, module, place, rule, kept, waits, since FROM {wish}
			WHERE tenant = $1 AND (place, holder, module) > ` + behind + ` ORDER BY place, holder, module LIMIT ` + lists.limit)
	}
	return wishStatements{
		page:    page(`($2, $4, $5)`),
		pageOf:  page(`($4, $5, $6) AND module ` + lists.in),
		counts:  expand(`SELECT module, rule, count(*) FROM {wish} WHERE tenant = $1 GROUP BY module, rule ORDER BY module, rule`),
		find:    expand(`SELECT holder, module FROM {wish} WHERE tenant = $1 AND holder ` + lists.in),
		drop:    expand(fmt.Sprintf(lists.drop, "wish")),
		dropOne: expand(`DELETE FROM {wish} WHERE tenant = $1 AND holder = $2 AND module = $3`),
		dropTaken: expand(`DELETE FROM {wish} WHERE tenant = $1 AND holder = $3
			AND module IN (SELECT module FROM (SELECT module FROM {wish} WHERE tenant = $1 AND holder = $2) AS taken)`),
		rename: expand(`UPDATE {wish} SET holder = $3 WHERE tenant = $1 AND holder = $2`),
		put: insertInto("wish", `ON CONFLICT (tenant, holder, module) DO UPDATE SET place = excluded.place, rule = excluded.rule,
			kept = excluded.kept, waits = excluded.waits, since = excluded.since`,
			column{"holder", texts, own}, column{"module", texts, own}, column{"place", numbers, own}, column{"rule", texts, own},
			column{"kept", texts, own}, column{"waits", numbers, own}, column{"since", instants, own}),
	}
}

func (r *reader) Wishes(ctx context.Context, modules []string, after activation.Wish, limit int) (wishes []activation.Wish, err error) {
	if err := checkTexts(append(modules[:len(modules):len(modules)], after.Holder, after.Module)...); err != nil {
		return nil, err
	}
	if limit <= 0 {
		return nil, r.ready(ctx)
	}
	q := query{sql: r.statements.wishes.page, args: []any{r.tenant, after.Place, limit, after.Holder, after.Module}}
	if len(modules) > 0 {
		q.sql, q.args = r.statements.wishes.pageOf, []any{r.tenant, r.dialect.texts(modules), limit, after.Place, after.Holder, after.Module}
	}
	q.each = func(row row) error {
		var w activation.Wish
		var waits int64
		err := row.Scan(&w.Holder, &w.Module, &w.Place, &w.Rule, &w.From, &waits, storedInstant{&w.Since})
		w.Waits = waits != 0
		wishes = append(wishes, w)
		return err
	}
	err = r.run(ctx, q)
	return wishes, err
}

func (r *reader) WishCounts(ctx context.Context) (counts []activation.WishCount, err error) {
	err = r.run(ctx, query{sql: r.statements.wishes.counts, args: []any{r.tenant}, each: func(row row) error {
		var c activation.WishCount
		err := row.Scan(&c.Module, &c.Rule, &c.Count)
		counts = append(counts, c)
		return err
	}})
	return counts, err
}

// PutWishes writes each wish once, as PostgreSQL requires.
func (w *writer) PutWishes(ctx context.Context, wishes ...activation.Wish) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	last := make(map[seat.Assignment]int, len(wishes))
	for i, wish := range wishes {
		if err := checkIDs([]string{wish.Holder}); err != nil {
			return err
		}
		if err := checkKeys(wish.Module); err != nil {
			return err
		}
		if err := checkTexts(wish.Rule, wish.From); err != nil {
			return err
		}
		last[wish.Assignment] = i
	}
	rows := make([][]any, 0, len(wishes))
	for i, wish := range wishes {
		if last[wish.Assignment] == i {
			waits := int64(0)
			if wish.Waits {
				waits = 1
			}
			rows = append(rows, []any{wish.Holder, wish.Module, wish.Place, wish.Rule, wish.From, waits, wish.Since})
		}
	}
	for some := range slices.Chunk(rows, w.gathering) {
		w.others = append(w.others, w.statements.wishes.put.of(w.tenant, some))
	}
	return nil
}

// DeleteWishes first looks which of the wishes exist, because few do: anything
// that is assigned may have been a wish.
func (w *writer) DeleteWishes(ctx context.Context, of ...seat.Assignment) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	meant := make(map[seat.Assignment]bool, len(of))
	holders := make([]string, len(of))
	for i, a := range of {
		meant[a], holders[i] = true, a.Holder
	}
	var whole []string
	for some := range slices.Chunk(setOf(possible(holders)), w.gathering) {
		if err := w.run(ctx, query{
			sql: w.statements.wishes.find, args: []any{w.tenant, w.dialect.texts(some)},
			each: func(row row) error {
				var a seat.Assignment
				if err := row.Scan(&a.Holder, &a.Module); err != nil {
					return err
				}
				switch {
				case meant[seat.Assignment{Holder: a.Holder}]:
					whole = append(whole, a.Holder)
				case meant[a]:
					w.later(w.statements.wishes.dropOne, a.Holder, a.Module)
				}
				return nil
			},
		}); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(setOf(whole), w.gathering) {
		w.later(w.statements.wishes.drop, w.dialect.texts(some))
	}
	return nil
}

// renameWishes renames a holder's wishes. They replace those of the new name.
func (w *writer) renameWishes(id, pseudonym string) {
	w.later(w.statements.wishes.dropTaken, id, pseudonym)
	w.later(w.statements.wishes.rename, id, pseudonym)
}
