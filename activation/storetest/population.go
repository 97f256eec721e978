package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// population is the holders of a tenant, as a case knows that they are.
type population map[string]seat.Holder

// byID are those of the holders with one of the ids, in order.
func (p population) byID(ids ...string) []seat.Holder {
	var found []seat.Holder
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if h, known := p[id]; known {
			found = append(found, h)
		}
	}
	return found
}

// churn changes random holders in the store and in a copy of the population,
// which it returns.
func (p population) churn(ctx context.Context, w activation.Writer, random *rand.Rand) (population, error) {
	next := maps.Clone(p)
	for range 1 + random.IntN(4) {
		if err := next.change(ctx, w, random); err != nil {
			return nil, err
		}
	}
	return next, nil
}

func (p population) change(ctx context.Context, w activation.Writer, random *rand.Rand) error {
	id := randomID(random)
	switch n := random.IntN(60); {
	case n < 10:
		delete(p, id)
		return w.DeleteHolders(ctx, id)
	case n == 10: // rarely, since after a renaming a store need not know older changes
		pseudonym := fmt.Sprintf("erased-%d", random.Uint64())
		if h, known := p[id]; known {
			delete(p, id)
			h.ID = pseudonym
			p[pseudonym] = h
		}
		return w.RenameHolder(ctx, id, pseudonym)
	default:
		var batch []seat.Holder
		for range 1 + random.IntN(3) {
			h := randomHolder(random)
			p[h.ID] = h
			batch = append(batch, h)
		}
		return w.PutHolders(ctx, batch...)
	}
}

// randomID draws from few, so that most of them are known after a while.
func randomID(random *rand.Rand) string {
	return fmt.Sprintf("%c%d", "uUv"[random.IntN(3)], random.IntN(10))
}

func randomHolder(random *rand.Rand) seat.Holder {
	h := seat.Holder{ID: randomID(random), Kind: license.User, Type: []string{"", "internal", "guest"}[random.IntN(3)]}
	if random.IntN(5) == 0 {
		h.Kind = license.Satellite
	}
	for _, module := range []string{"acme.web", "acme.mail", "acme.report"} {
		if random.IntN(2) == 0 {
			h.Assigned = append(h.Assigned, module)
		}
	}
	random.Shuffle(len(h.Assigned), func(i, j int) { h.Assigned[i], h.Assigned[j] = h.Assigned[j], h.Assigned[i] })
	return h
}

// holdersWith is what a store should list.
func holdersWith(all []seat.Holder, modules []string, after string) []seat.Holder {
	var found []seat.Holder
	for _, h := range all {
		wanted := len(modules) == 0 || slices.ContainsFunc(h.Assigned, func(m string) bool { return slices.Contains(modules, m) })
		if wanted && h.ID > after {
			found = append(found, h)
		}
	}
	return found
}

// censusCountsHolders compares the census with the holders after random
// changes, some of which are rolled back.
func censusCountsHolders(e *env) {
	random := e.random()
	present := population{}
	for range e.amount(40, 150) {
		ctx, rollBack := e.Context(), random.IntN(4) == 0
		var next population
		err := e.store.Update(ctx, tenant, func(w activation.Writer) (err error) {
			if next, err = present.churn(ctx, w, random); err != nil {
				return err
			}
			got, err := readCensus(ctx, w)
			e.same("the census within the Update", countHolders(sortedHolders(next)), got)
			if err == nil && rollBack {
				err = errOwn
			}
			return err
		})
		if !rollBack {
			present = next
		}
		if err != nil && !errors.Is(err, errOwn) {
			e.Fatalf("Update: %v", err)
		}
		got := e.contents(tenant)
		e.same("the census", countHolders(sortedHolders(present)), got.Census)
		e.same("the holders", sortedHolders(present), got.Holders)
	}
	e.censusForgets(present)
}

// censusForgets deletes everybody.
func (e *env) censusForgets(present population) {
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.DeleteHolders(ctx, slices.Collect(maps.Keys(present))...)
	})
	e.same("the census of nobody", map[string]int64{}, e.contents(tenant).Census)
}
