package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// enginePage is how many holders the engine reads and writes at a time.
const enginePage = 1000

// sizes are the numbers of holders around every limit of the store.
func (e *env) sizes() []int {
	var sizes []int
	for _, limit := range append([]int{enginePage}, e.factory.Limits...) {
		if limit < 1 {
			e.Fatalf("storetest: Factory.Limits has %d, which is no number of holders", limit)
		}
		sizes = append(sizes, limit-1, limit, limit+1, 3*limit)
	}
	return slices.Compact(slices.Sorted(slices.Values(sizes)))
}

// censusOfSizes writes as many holders in one Update as each limit of the store
// is about. Some of them are new, some change, some do not, and some come twice;
// between the writes it reads. Census and holders agree all the time.
func censusOfSizes(e *env) {
	for _, size := range e.sizes() {
		c := &crowd{env: e, tenant: fmt.Sprintf("tenant-%d", size), size: size, present: population{}}
		e.update(c.tenant, c.arrive)
		c.compare("after holders came")
		before := maps.Clone(c.present)
		e.update(c.tenant, func(ctx context.Context, w activation.Writer) error {
			c.present = maps.Clone(before)
			return c.change(ctx, w)
		})
		c.compare("after an Update of many kinds")
		if e.Failed() {
			return // other sizes would fail in the same way
		}
	}
}

// crowd is a tenant with many holders, as it should be.
type crowd struct {
	*env
	tenant  string
	size    int
	present population
}

func (c *crowd) holder(i int, holderType string, modules ...string) seat.Holder {
	return seat.Holder{ID: fmt.Sprintf("u%06d", i), Kind: license.User, Type: holderType, Assigned: modules}
}

// arrive puts all holders but the last third, of two types.
func (c *crowd) arrive(ctx context.Context, w activation.Writer) error {
	c.present = population{}
	var first []seat.Holder
	for i := range c.size - c.size/3 {
		first = append(first, c.holder(i, fmt.Sprint("type-", i%2), "acme.web"))
	}
	return c.put(ctx, w, first...)
}

// change does to the crowd all that one Update can do to holders.
func (c *crowd) change(ctx context.Context, w activation.Writer) error {
	if err := c.read(ctx, w); err != nil {
		return err
	}
	// The first half changes type, the others stay as they are or come; the
	// first one comes once more in the end.
	var all []seat.Holder
	for i := range c.size {
		h := c.holder(i, fmt.Sprint("type-", i%2), "acme.web")
		if i < c.size/2 {
			h.Type = "changed"
		}
		all = append(all, h)
	}
	if err := c.put(ctx, w, append(all, c.holder(0, "twice"))...); err != nil {
		return err
	}
	if err := c.read(ctx, w); err != nil {
		return err
	}
	for i := range all {
		all[i].Assigned = append(all[i].Assigned, "acme.mail")
	}
	if err := c.put(ctx, w, all...); err != nil {
		return err
	}
	if err := c.read(ctx, w); err != nil {
		return err
	}
	return c.leave(ctx, w)
}

// leave deletes a third of the crowd, some of them twice, and some who are
// nobody; then one of them comes back.
func (c *crowd) leave(ctx context.Context, w activation.Writer) error {
	ids := []string{"nobody"}
	for i := 0; i < c.size; i += 3 {
		ids = append(ids, c.holder(i, "").ID)
	}
	ids = append(ids, ids...)
	for _, id := range ids {
		delete(c.present, id)
	}
	if err := w.DeleteHolders(ctx, ids...); err != nil {
		return err
	}
	if err := c.read(ctx, w); err != nil {
		return err
	}
	return c.put(ctx, w, c.holder(0, "back"))
}

func (c *crowd) put(ctx context.Context, w activation.Writer, holders ...seat.Holder) error {
	for _, h := range holders {
		c.present[h.ID] = h
	}
	return w.PutHolders(ctx, holders...)
}

// read looks at some of the crowd, and counts all of it.
func (c *crowd) read(ctx context.Context, r activation.Reader) error {
	ids := []string{"nobody"}
	for _, i := range []int{0, c.size / 4, c.size / 2, c.size - 1} {
		ids = append(ids, c.holder(i, "").ID)
	}
	got, err := r.Holders(ctx, ids...)
	if err != nil {
		return err
	}
	c.same(fmt.Sprintf("%d holders: some of them, by id", c.size), c.present.byID(ids...), got)
	census, err := readCensus(ctx, r)
	if err != nil {
		return err
	}
	c.same(fmt.Sprintf("%d holders: the census", c.size), countHolders(sortedHolders(c.present)), census)
	return nil
}

// compare lists all holders, and counts them.
func (c *crowd) compare(when string) {
	c.Helper()
	c.view(c.tenant, func(ctx context.Context, r activation.Reader) error {
		got, err := listHolders(ctx, r, nil, c.size+1)
		if err != nil {
			return err
		}
		c.sameHolders(fmt.Sprintf("%d holders, %s", c.size, when), sortedHolders(c.present), got)
		census, err := readCensus(ctx, r)
		c.same(fmt.Sprintf("%d holders, %s: the census is not what counting them gives", c.size, when), countHolders(got), census)
		return err
	})
}

// sameHolders is same for lists that are long, of which it prints the first
// difference.
func (e *env) sameHolders(what string, want, got []seat.Holder) {
	e.Helper()
	if problem := differentHolders(want, got); problem != "" {
		e.Errorf("%s: %s", what, problem)
	}
}

// differentHolders says what the first difference is, nothing if there is none.
func differentHolders(want, got []seat.Holder) string {
	alike := func(a, b seat.Holder) bool {
		return a.ID == b.ID && a.Kind == b.Kind && a.Type == b.Type &&
			(slices.Equal(a.Assigned, b.Assigned) || slices.Equal(modulesOf(a), modulesOf(b)))
	}
	for i := range min(len(want), len(got)) {
		if !alike(want[i], got[i]) {
			return fmt.Sprintf("number %d of them is %s, want %s", i, describe(got[i]), describe(want[i]))
		}
	}
	if len(want) != len(got) {
		return fmt.Sprintf("%d are listed, want %d", len(got), len(want))
	}
	return ""
}

func modulesOf(h seat.Holder) []string {
	return slices.Compact(slices.Sorted(slices.Values(h.Assigned)))
}
