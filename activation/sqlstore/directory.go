package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// Directory finds the host's people beside what they hold, for pages of a user
// interface, by a view or a table that the host names. It has one row for each
// person that the host has now, whether anything was ever assigned or not, and
// these columns:
//
//   - tenant and holder, the ids, as text;
//   - kind, "user" or "satellite", and type, as in [seat.Holder];
//   - name, as text;
//   - last_seen, NULL for people who were never seen: a timestamptz in PostgreSQL,
//     in MySQL a datetime in UTC, and in SQLite an integer, microseconds since
//     1970.
//
// The folder templates has an example for each database. Pages are read off
// indexes of the host's table, on (tenant, id), (tenant, lower(name), id) and
// (tenant, last_seen, id); without them everybody is sorted for each page. An
// expression of the view, such as a cast of the id, has to be indexed as it is.
// In SQLite, lower(name) at the end of all three lets a search read the indexes
// alone. In MySQL the second index is on (tenant, name, id), as names are ordered
// as their column collates.
//
// Tenants and ids are compared as bytes, whatever a column's collation takes
// for the same.
//
// The holders of a module are looked up in the tables of the store by
// combinations. Up to 20,000 of them are looked up all at once; of more, those
// who come first in the order, until the page is full. A search goes through
// the names in the order of the page until it is full, through all of them if
// little is found; in PostgreSQL, indexes of pg_trgm on lower(name) and
// lower(id) prevent that, in SQLite [WithSearchIndex]. A count reads all whom it
// counts. See docs/scaling.md.
//
// Kind and type are those of the view, also where the store has not been told
// yet. Figures of seats do not come from here, and read nothing of the host's.
//
// A Directory may be used from any number of goroutines.
type Directory struct {
	*settings
	store activation.Store
	view  string // quoted
	index string // likewise, empty for none
	few   int64  // see fewHolders
	most  int    // see maxCandidates
}

// Directory returns a directory over a view, "view" or "schema.view". The name
// is taken as it is, upper case included. Whether there is such a view is not
// looked at before a query is made. The error is an [*OptionsError].
func (s *Postgres) Directory(view string, options ...DirectoryOption) (*Directory, error) {
	return newDirectory(s.settings, s, view, options)
}

// Directory returns a directory over a view, "view" or "schema.view". The name
// is taken as it is, upper case included. Whether there is such a view is not
// looked at before a query is made. The error is an [*OptionsError].
func (s *DB) Directory(view string, options ...DirectoryOption) (*Directory, error) {
	return newDirectory(s.settings, s, view, options)
}

func newDirectory(s *settings, store activation.Store, view string, options []DirectoryOption) (*Directory, error) {
	var wrong []error
	quoted, err := quotedName(view, s.dialect.quote)
	if err != nil {
		wrong = append(wrong, err)
	}
	d := &Directory{settings: s, store: store, view: quoted, few: fewHolders, most: maxCandidates}
	for _, option := range options {
		if option == nil {
			wrong = append(wrong, errNilOption)
		} else if err := option(d); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return nil, &OptionsError{Problems: wrong}
	}
	return d, nil
}

// Find returns a page of those who are wanted. Somebody who stays at a place in
// the order is found once by going through the pages, also while others come,
// go and move. The error is a [*QueryError] if the query is wrong.
func (d *Directory) Find(ctx context.Context, tenant string, q DirectoryQuery) (page DirectoryPage, err error) {
	after, err := q.check(tenant)
	if err != nil {
		return page, err
	}
	err = d.read(ctx, tenant, func(r *reader) error {
		who, err := d.holding(ctx, r, q)
		if err != nil {
			return err
		}
		var found []person
		for _, part := range partsOf(q, after) {
			more, err := r.people(ctx, part, d.listing(tenant).like(q).having(who).page(part, q.Limit+1-len(found)))
			if err != nil {
				return err
			}
			if found = append(found, more...); len(found) > q.Limit {
				break
			}
		}
		page = q.pageOf(tenant, found)
		return nil
	})
	return page, err
}

// Count returns how many people Find lists on all pages together. Order, After
// and Limit do not matter. The error is a [*QueryError] if the query is wrong.
func (d *Directory) Count(ctx context.Context, tenant string, q DirectoryQuery) (count int64, err error) {
	q.Order, q.After, q.Limit = ByName, "", 1
	if _, err := q.check(tenant); err != nil {
		return 0, err
	}
	err = d.read(ctx, tenant, func(r *reader) error {
		who, err := d.holding(ctx, r, q)
		if err != nil {
			return err
		}
		counting := d.listing(tenant).like(q).counted(who).count()
		counting.each = func(row row) error { return row.Scan(&count) }
		return r.run(ctx, counting)
	})
	return count, err
}

// Entries returns those of some holders whom the host has now, each once,
// ordered by id bytewise. There may be up to [MaxDirectoryPage] ids; the error
// is a [*QueryError] if there are more, or if one of them can be none.
func (d *Directory) Entries(ctx context.Context, tenant string, holders ...string) (entries []DirectoryEntry, err error) {
	if err := checkEntries(holders); err != nil {
		return nil, err
	}
	ids := setOf(holders)
	err = d.read(ctx, tenant, func(r *reader) error {
		all := part{order: ByHolder, none: true}
		found, err := r.people(ctx, all, d.listing(tenant).among(ids).page(all, len(ids)))
		entries = entriesOf(found)
		return err
	})
	slices.SortFunc(entries, func(a, b DirectoryEntry) int { return strings.Compare(a.ID, b.ID) })
	return entries, err
}

// Names returns the names of those of some holders whom the host has now, by id.
// It may be the Names of an [activation.HolderQuery]. The error is that of
// [Directory.Entries].
func (d *Directory) Names(ctx context.Context, tenant string, holders []string) (map[string]string, error) {
	entries, err := d.Entries(ctx, tenant, holders...)
	names := make(map[string]string, len(entries))
	for _, e := range entries {
		names[e.ID] = e.Name
	}
	return names, err
}

var _ func(context.Context, string, []string) (map[string]string, error) = (*Directory)(nil).Names

// read runs fn on one consistent state of a tenant and the view.
func (d *Directory) read(ctx context.Context, tenant string, fn func(*reader) error) error {
	return d.store.View(ctx, tenant, func(r activation.Reader) error {
		return fn(r.(*reader)) //nolint:errcheck // the stores of this package have no other
	})
}

// holding is which holders have modules that are wanted.
type holding struct {
	wanted       bool // what they have is still to be looked at
	combinations []int64
	few          bool // it is nobody but these
	holders      []string
}

// fewHolders are looked up one by one, however large or small a page is.
const fewHolders = 20_000

// holding finds out who has some of the modules. There are two ways to a page
// of p such people. One looks up all h of them and sorts. The other goes
// through everybody in the order of the page until it is full, which takes
// p·n/h people if they are spread evenly among n. The shorter way is taken.
func (r *reader) holding(ctx context.Context, q DirectoryQuery, few int64) (holding, error) {
	if len(q.Modules) == 0 {
		return holding{}, nil
	}
	if err := r.count(ctx); err != nil {
		return holding{}, err
	}
	who := holding{wanted: true, combinations: r.census.with(q.Modules)}
	h, n := r.census.holders(who.combinations)
	who.few = h <= few || h*h <= int64(q.Limit)*n
	if who.wanted = !who.few; who.wanted || h == 0 {
		return who, nil
	}
	err := r.run(ctx, query{
		sql: r.statements.holdersOf, args: []any{r.tenant, r.dialect.numbers(who.combinations)},
		each: func(row row) error {
			var id string
			err := row.Scan(&id)
			who.holders = append(who.holders, id)
			return err
		},
	})
	return who, err
}

// people returns whom a listing of a part finds.
func (r *reader) people(ctx context.Context, of part, listing query) (found []person, err error) {
	var combinations []sql.NullInt64
	listing.each = func(row row) error {
		p := person{place: place{None: of.none}}
		var kind, typ, name, folded sql.NullString
		var combination sql.NullInt64
		err := row.Scan(&p.ID, &kind, &typ, &name, storedInstant{&p.LastSeen}, &folded, &combination)
		p.Kind, p.Type, p.Name = license.Kind(kind.String), typ.String, name.String
		p.place.Holder = []byte(p.ID)
		switch {
		case of.none:
		case of.order == ByName:
			p.place.Name = []byte(folded.String)
		default:
			p.place.Seen = p.LastSeen.UnixMicro()
		}
		found, combinations = append(found, p), append(combinations, combination)
		return err
	}
	queries := []query{listing}
	if r.census == nil {
		queries = append(queries, r.counting())
	}
	if err := r.run(ctx, queries...); err != nil {
		return nil, err
	}
	for i, combination := range combinations {
		if !combination.Valid {
			continue // nobody has told the store yet
		}
		c := r.census.byID[combination.Int64]
		if c == nil {
			return nil, errNoCombination
		}
		found[i].Assigned = slices.Clone(c.modules)
	}
	return found, nil
}
