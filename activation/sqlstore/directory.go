package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// Directory finds the host's people together with what they hold, for pages of
// a user interface. Use it for lists that are searched, ordered or longer than
// a page. For a single holder use the engine, and for figures of seats its
// status: they read nothing of the host's.
//
// A Directory reads a view or a table that the host names. It has one row for
// each person that the host has now, even one who never had an assignment, and
// these columns:
//
//   - tenant and holder, the ids, as text;
//   - kind, "user" or "satellite", and type, as in [seat.Holder];
//   - name, as text;
//   - last_seen, NULL for people who were never seen: a timestamptz in PostgreSQL,
//     in MySQL a datetime in UTC, and in SQLite an integer, microseconds since
//     1970.
//
// The folder templates has an example for each database. Pages are read from
// indexes of the host's table, on (tenant, id), (tenant, lower(name), id) and
// (tenant, last_seen, id). Without them, everybody is sorted for each page. If
// the view has an expression, such as a cast of the id, index that expression.
// In SQLite, append lower(name) to all three lists, so that a search reads only
// the indexes. In MySQL the second index is on (tenant, name, id), because
// names are ordered as their column collates.
//
// Tenants and ids are compared as bytes, whatever the collation of a column.
//
// The holders of a module are looked up in the store's tables by combinations.
// Up to 20,000 holders are looked up all at once. Of more, they are looked up
// in the order of the page until it is full. A search goes through the names in
// that order until the page is full, and through all names if it finds little.
// In PostgreSQL, indexes of pg_trgm on lower(name) and lower(id) prevent that;
// in SQLite, [WithSearchIndex] does. A count reads everybody whom it counts.
// See docs/scaling.md.
//
// Kind and type are those of the view, even if the store has not been told of
// them yet.
//
// A Directory is safe for concurrent use.
type Directory struct {
	*settings
	store activation.Store
	view  string // quoted for SQL
	index string // quoted for SQL, empty for none
	few   int64  // see fewHolders
	most  int    // see maxCandidates
}

// Directory returns a directory over a view, "view" or "schema.view". The name
// is used exactly as it is, upper case included. It does not check whether
// there is such a view; the first query does. The error is an [*OptionsError].
func (s *Postgres) Directory(view string, options ...DirectoryOption) (*Directory, error) {
	return newDirectory(s.settings, s, view, options)
}

// Directory returns a directory over a view, "view" or "schema.view". The name
// is used exactly as it is, upper case included. It does not check whether
// there is such a view; the first query does. The error is an [*OptionsError].
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

// Find returns a page of the people that a query asks for. Going through the
// pages finds each person once whose place in the order stays the same, even
// while others come, go and move. The error is a [*QueryError] if the query is
// wrong.
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

// Count returns how many people Find lists on all pages together. It ignores
// Order, After and Limit. It reads everybody it counts, so do not call it for
// every page. The error is a [*QueryError] if the query is wrong.
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

// Entries returns the entries of the given holders that the host has now, each
// once, ordered by id bytewise. Use it when you know the ids already. The error
// is a [*QueryError] if there are more than [MaxDirectoryPage] ids, or an
// invalid one.
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

// Names returns the names of the given holders that the host has now, by id. It
// can be used as the Names of an [activation.HolderQuery]. The error is that of
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
		return fn(r.(*reader)) //nolint:errcheck // the readers of this package's stores are of this type
	})
}

// holding is which holders have the modules of a query.
type holding struct {
	wanted       bool // it is still to be checked who has the modules
	combinations []int64
	few          bool // the holders below are all of them
	holders      []string
}

// fewHolders is the number of holders up to which they are looked up one by
// one, whatever the size of a page.
const fewHolders = 20_000

// holding finds out who has some of the modules. There are two ways to a page
// of p such people. One looks up all h of them and sorts. The other goes
// through everybody in the order of the page until it is full. That takes p·n/h
// people if they are spread evenly among n. The shorter way is taken.
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

// people returns the people that a listing of a part finds.
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
			continue // the store does not know this person yet
		}
		c := r.census.byID[combination.Int64]
		if c == nil {
			return nil, errNoCombination
		}
		found[i].Assigned = slices.Clone(c.modules)
	}
	return found, nil
}
