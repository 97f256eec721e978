package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// pagesAreRight asks for random pages of a random population.
func pagesAreRight(e *env) {
	random := e.random()
	present := population{}
	for range e.amount(5, 15) {
		e.update(tenant, func(ctx context.Context, w activation.Writer) (err error) {
			next := present
			for range 8 {
				if next, err = next.churn(ctx, w, random); err != nil {
					return err
				}
			}
			present = next
			return e.compareAll(ctx, w, sortedHolders(present))
		})
		all := sortedHolders(present)
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			if err := e.compareAll(ctx, r, all); err != nil {
				return err
			}
			for range 30 {
				if err := e.comparePage(ctx, r, all, random); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// compareAll asks a reader that goes through all holders at once.
func (e *env) compareAll(ctx context.Context, r activation.Reader, all []seat.Holder) error {
	reader, ok := r.(activation.SnapshotReader)
	if !ok {
		return nil
	}
	var got []seat.Holder
	err := reader.EachHolder(ctx, func(h seat.Holder) { got = append(got, h) })
	slices.SortStableFunc(got, func(a, b seat.Holder) int { return strings.Compare(a.ID, b.ID) })
	if err == nil {
		e.same("all holders at once", all, got)
	}
	return err
}

func (e *env) comparePage(ctx context.Context, r activation.Reader, all []seat.Holder, random *rand.Rand) error {
	var modules []string
	for range random.IntN(4) {
		modules = append(modules, []string{"acme.web", "acme.mail", "acme.report", "acme.none"}[random.IntN(4)])
	}
	after, limit := "", 1+random.IntN(12)
	if random.IntN(4) > 0 {
		after = randomID(random) // perhaps no holder has it
	}
	got, err := r.HoldersWith(ctx, modules, after, limit)
	want := holdersWith(all, modules, after)
	e.same(fmt.Sprintf("%d holders with %q after %q", limit, modules, after), want[:min(limit, len(want))], got)
	return err
}

// pagesWhileRowsChange changes holders between two pages. Those who are there
// all the time are listed once; whoever comes or goes is listed once or not.
func pagesWhileRowsChange(e *env) {
	const seed = 1
	e.Logf("seed %d", seed)
	for i, modules := range [][]string{nil, {"acme.web"}, {"acme.mail", "acme.web"}} {
		name := fmt.Sprintf("tenant-%d", i)
		random := randomOf(seed + uint64(i))
		settled := e.settle(name)
		for range e.amount(2, 6) {
			listed := e.listWhileChanging(name, modules, random)
			if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) != len(listed) {
				e.Errorf("holders with %q are listed as %q", modules, listed)
			}
			kept := slices.DeleteFunc(listed, func(id string) bool { return !slices.Contains(settled, id) })
			e.same(fmt.Sprintf("holders with %q who were there all the time", modules), settled, kept)
		}
	}
}

// settle puts holders who stay, with room between their ids.
func (e *env) settle(tenant string) []string {
	var ids []string
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		for i := range 20 {
			id := fmt.Sprintf("h%02d", i*2)
			ids = append(ids[:i], id)
			if err := w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.web", "acme.mail"}}); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// listWhileChanging pages through holders; between two pages, one in three of
// the others comes, one in three goes, among them often the last of the page.
func (e *env) listWhileChanging(tenant string, modules []string, random *rand.Rand) (listed []string) {
	after := ""
	for {
		var page []seat.Holder
		e.view(tenant, func(ctx context.Context, r activation.Reader) (err error) {
			page, err = r.HoldersWith(ctx, modules, after, 3)
			return err
		})
		if len(page) == 0 {
			return listed
		}
		for _, h := range page {
			listed = append(listed, h.ID)
		}
		after = page[len(page)-1].ID
		e.update(tenant, func(ctx context.Context, w activation.Writer) error {
			for i := range 20 {
				id := fmt.Sprintf("h%02d", i*2+1)
				var err error
				switch random.IntN(3) {
				case 0:
					err = w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.web"}})
				case 1:
					err = w.DeleteHolders(ctx, id)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
}
