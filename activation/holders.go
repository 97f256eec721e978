package activation

import (
	"context"
	"iter"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// HolderQuery says which holders are meant. The zero HolderQuery means all. At most
// one of Assigned, Occupying and Blocker is given.
type HolderQuery struct {
	// Assigned means the holders to whom at least one of these modules is
	// assigned, by full name.
	Assigned []string
	// Occupying means the holders who occupy a seat of a module, because it is
	// assigned to them or a bundle that includes it is.
	Occupying string
	// Blocker means the holders whom a blocker of Plan concerns.
	Blocker planner.Blocker
	Plan    *planner.Plan
	// Names returns how the host calls some holders of a tenant, by id; one who is
	// missing has no name. Only [Tenant.NamedHolderPage] asks it. The Directory of
	// sqlstore has such a method.
	Names func(ctx context.Context, tenant string, holders []string) (map[string]string, error)
}

// Holders returns those of the holders that are known, with what is assigned to
// them, ordered by id.
func (t *Tenant) Holders(ctx context.Context, ids ...string) ([]seat.Holder, error) {
	return run(ctx, t.operation(OperationHolders, ""), func(ctx context.Context, o *operation) ([]seat.Holder, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]seat.Holder, error) {
			return r.Holders(ctx, ids...)
		})
	})
}

// HolderPage returns a page of holders, in bytewise order of their ids: at most
// limit of those whose id is greater than after. An empty after begins, the last
// id of a page goes on, and a page shorter than limit is the last. A limit below
// 1 is refused.
func (t *Tenant) HolderPage(ctx context.Context, query HolderQuery, after string, limit int) ([]seat.Holder, error) {
	return run(ctx, t.operation(OperationHolders, ""), func(ctx context.Context, o *operation) ([]seat.Holder, error) {
		if limit < 1 {
			return nil, invalid("a page of %d holders", limit)
		}
		if err := query.check(); err != nil {
			return nil, err
		}
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) ([]seat.Holder, error) {
			return s.page(ctx, query, after, limit)
		})
	})
}

// AllHolders returns all holders that are meant, in bytewise order of their ids.
// They are read in pages, each in a transaction of its own, so that changes
// meanwhile may be missing. Use it for exports and jobs; a screen asks for one page
// by [Tenant.HolderPage]. An error ends the sequence.
func (t *Tenant) AllHolders(ctx context.Context, query HolderQuery) iter.Seq2[seat.Holder, error] {
	return all(func(last *seat.Holder) ([]seat.Holder, error) {
		after := ""
		if last != nil {
			after = last.ID
		}
		return t.HolderPage(ctx, query, after, chunk)
	})
}

// all goes through pages of chunk entries each.
func all[T any](read func(last *T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T
		for {
			page, err := read(last)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
				last = &page[i]
			}
			if len(page) < chunk {
				return
			}
		}
	}
}

func (q HolderQuery) check() error {
	given := 0
	for _, is := range []bool{len(q.Assigned) > 0, q.Occupying != "", q.Plan != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return invalid("a query of holders asks for more than one thing")
	case q.Plan == nil && q.Blocker.Module != "":
		return invalid("the plan of the blocker is missing")
	}
	return nil
}

// minFetch is how many holders are asked for at least, so that a page of which
// few holders are meant does not take many round trips.
const minFetch = 100

func (s *situation) page(ctx context.Context, q HolderQuery, after string, limit int) ([]seat.Holder, error) {
	switch {
	case q.Occupying != "":
		return s.HoldersWith(ctx, s.givers(q.Occupying), after, limit)
	case q.Plan == nil:
		return s.HoldersWith(ctx, q.Assigned, after, limit)
	}
	modules := q.Plan.AssignedNames(q.Blocker)
	if len(modules) == 0 {
		return nil, nil
	}
	var page []seat.Holder
	for {
		fetch := max(limit, minFetch)
		holders, err := s.HoldersWith(ctx, modules, after, fetch)
		if err != nil {
			return nil, err
		}
		for _, h := range holders {
			after = h.ID
			if q.Plan.Affects(q.Blocker, h) {
				if page = append(page, h); len(page) == limit {
					return page, nil
				}
			}
		}
		if len(holders) < fetch {
			return page, nil
		}
	}
}

// givers returns the modules by whose assignment a seat of a module is occupied.
func (s *situation) givers(module string) []string {
	modules := []string{module}
	if e := s.licenses.Module(module); e != nil {
		for _, giver := range e.IncludedBy {
			modules = append(modules, giver.Name)
		}
	}
	return modules
}
