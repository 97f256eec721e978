package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// wish is one that lacks a free seat, with changes applied to it.
func wish(place int64, holder, module string, changes ...func(*activation.Wish)) activation.Wish {
	w := activation.Wish{Assignment: seat.Assignment{Holder: holder, Module: module}, Place: place, Rule: "no-free-seat", Since: second(1)}
	for _, change := range changes {
		change(&w)
	}
	return w
}

func compareWishes(a, b activation.Wish) int {
	return cmp.Or(cmp.Compare(a.Place, b.Place), strings.Compare(a.Holder, b.Holder), strings.Compare(a.Module, b.Module))
}

// countWishes is what a store should count.
func countWishes(wishes []activation.Wish) []activation.WishCount {
	var counts []activation.WishCount
	for _, w := range wishes {
		i := slices.IndexFunc(counts, func(c activation.WishCount) bool { return c.Module == w.Module && c.Rule == w.Rule })
		if i < 0 {
			i, counts = len(counts), append(counts, activation.WishCount{Module: w.Module, Rule: w.Rule})
		}
		counts[i].Count++
	}
	slices.SortFunc(counts, func(a, b activation.WishCount) int {
		return cmp.Or(strings.Compare(a.Module, b.Module), strings.Compare(a.Rule, b.Rule))
	})
	return counts
}

// listWishes pages through the wishes, and returns an error where a page is not as
// it should be.
func listWishes(ctx context.Context, r activation.Reader, modules []string, limit int) ([]activation.Wish, error) {
	var all []activation.Wish
	var after activation.Wish
	for {
		page, err := r.Wishes(ctx, modules, after, limit)
		if err != nil {
			return nil, err
		}
		if len(page) > limit {
			return nil, fmt.Errorf("a page of %d wishes was asked for, and has %d", limit, len(page))
		}
		for _, w := range page {
			if compareWishes(w, after) <= 0 {
				return nil, fmt.Errorf("the wish %+v is listed after %+v", w, after)
			}
			after = w
		}
		all = append(all, page...)
		if len(page) < limit {
			return all, nil
		}
	}
}

// keepsWishes lists them in their order, whatever pages and modules are asked for.
func keepsWishes(e *env) {
	all := []activation.Wish{
		wish(1, "b", "acme.web"), wish(2, "B", "acme.web"), wish(2, "a", "acme.mail"), wish(2, "a", "acme.web"), wish(7, "a", "ACME.web"),
		wish(1<<40, "c", "acme.mail"),
	}
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		if err := w.PutWishes(ctx, wish(9, "a", "acme.web"), all[5], all[3], all[1]); err != nil {
			return err
		}
		return w.PutWishes(ctx, all[4], all[2], wish(5, "b", "acme.web"), all[0], wish(3, "d", "acme.web"), wish(3, "d", "acme.mail"), wish(3, "e", "acme.web"))
	})
	counted := func() (sum int64) {
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			counts, err := r.WishCounts(ctx)
			for _, c := range counts {
				sum += c.Count
			}
			return err
		})
		return sum
	}
	e.same("how many wishes there are", int64(len(all)+3), counted())
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.DeleteWishes(ctx, seat.Assignment{Holder: "d"}, seat.Assignment{Holder: "e", Module: "acme.web"},
			seat.Assignment{Holder: "a", Module: "acme.none"}, seat.Assignment{Holder: "A"})
	})
	e.same("how many are left", int64(len(all)), counted())
	e.view(tenant, func(ctx context.Context, r activation.Reader) error {
		for _, modules := range [][]string{nil, {"acme.web"}, {"acme.mail", "acme.web"}, {"acme.none"}} {
			var want []activation.Wish
			for _, w := range all {
				if len(modules) == 0 || slices.Contains(modules, w.Module) {
					want = append(want, w)
				}
			}
			for limit := 1; limit <= len(all)+1; limit++ {
				got, err := listWishes(ctx, r, modules, limit)
				if err != nil {
					return err
				}
				e.same(fmt.Sprintf("the wishes for %q in pages of %d", modules, limit), want, got)
			}
		}
		none, err := r.Wishes(ctx, nil, activation.Wish{}, 0)
		if len(none) > 0 {
			e.Errorf("a page of 0 wishes has %d", len(none))
		}
		return err
	})
}

// renameWishes is RenameHolder of the mirror, for wishes.
func (m *mirror) renameWishes(id, pseudonym string) {
	if id == pseudonym {
		return
	}
	var renamed []activation.Wish
	for _, w := range m.wishes {
		if w.Holder == id {
			w.Holder = pseudonym
			renamed = append(renamed, w)
		}
	}
	m.dropWishes(seat.Assignment{Holder: id})
	m.putWishes(renamed...)
}

func (m *mirror) putWishes(wishes ...activation.Wish) {
	for _, w := range wishes {
		m.dropWishes(w.Assignment)
		m.wishes = append(m.wishes, w)
	}
	slices.SortFunc(m.wishes, compareWishes)
}

func (m *mirror) dropWishes(of ...seat.Assignment) {
	m.wishes = slices.DeleteFunc(m.wishes, func(w activation.Wish) bool {
		return slices.ContainsFunc(of, func(a seat.Assignment) bool {
			return a.Holder == w.Holder && (a.Module == w.Module || a.Module == "")
		})
	})
}

func (m *mirror) stepWishes(t *rapid.T) step {
	wishes := make([]activation.Wish, rapid.IntRange(0, 12).Draw(t, "wishes"))
	for i := range wishes {
		wishes[i] = wish(rapid.Int64Range(1, 4).Draw(t, "place"), drawActor(t), fmt.Sprint("acme.", rapid.IntRange(0, 2).Draw(t, "module")))
		wishes[i].Waits = rapid.Bool().Draw(t, "waits")
		wishes[i].Rule = rapid.SampledFrom([]string{"no-free-seat", "prerequisite"}).Draw(t, "rule")
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		next.putWishes(wishes...)
		return w.PutWishes(ctx, wishes...)
	}
}

func (m *mirror) stepDropWishes(t *rapid.T) step {
	of := make([]seat.Assignment, rapid.IntRange(0, 4).Draw(t, "wishes"))
	for i := range of {
		of[i] = seat.Assignment{Holder: drawActor(t), Module: rapid.SampledFrom([]string{"", "acme.0", "acme.1"}).Draw(t, "module")}
	}
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		next.dropWishes(of...)
		return w.DeleteWishes(ctx, of...)
	}
}

// stepWishPage reads wishes in the middle of an Update.
func (m *mirror) stepWishPage(t *rapid.T) step {
	modules, limit := rapid.SampledFrom([][]string{nil, {"acme.0"}, {"acme.1", "acme.2"}}).Draw(t, "modules"), rapid.IntRange(1, 5).Draw(t, "limit")
	return func(ctx context.Context, w activation.Writer, next *mirror) error {
		got, err := listWishes(ctx, w, modules, limit)
		want := slices.DeleteFunc(slices.Clone(next.wishes), func(w activation.Wish) bool {
			return len(modules) > 0 && !slices.Contains(modules, w.Module)
		})
		if diff := gocmp.Diff(want, got, exactly...); err == nil && diff != "" {
			next.Fatalf("the wishes for %q, in an Update (-want +got):\n%s", modules, diff)
		}
		return err
	}
}
