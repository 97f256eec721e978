package storetest_test

import (
	"context"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

type wishTap struct {
	everything
	page  func(ctx context.Context, modules []string, after activation.Wish, limit int) ([]activation.Wish, error)
	drop  func(ctx context.Context, of ...seat.Assignment) error
	count func(ctx context.Context) ([]activation.WishCount, error)
}

func (w wishTap) Wishes(ctx context.Context, modules []string, after activation.Wish, limit int) ([]activation.Wish, error) {
	if w.page != nil {
		return w.page(ctx, modules, after, limit)
	}
	return w.everything.Wishes(ctx, modules, after, limit)
}

func (w wishTap) DeleteWishes(ctx context.Context, of ...seat.Assignment) error {
	if w.drop != nil {
		return w.drop(ctx, of...)
	}
	return w.everything.DeleteWishes(ctx, of...)
}

func (w wishTap) WishCounts(ctx context.Context) ([]activation.WishCount, error) {
	if w.count != nil {
		return w.count(ctx)
	}
	return w.everything.WishCounts(ctx)
}

// wishesByHolder pages by the holder alone.
func wishesByHolder(t *tampered) {
	t.tapAll(func(w everything) activation.Writer {
		return wishTap{everything: w, page: func(ctx context.Context, modules []string, after activation.Wish, limit int) ([]activation.Wish, error) {
			all, err := w.Wishes(ctx, modules, activation.Wish{}, 1000)
			slices.SortStableFunc(all, func(a, b activation.Wish) int { return strings.Compare(a.Holder, b.Holder) })
			all = slices.DeleteFunc(all, func(w activation.Wish) bool { return w.Holder <= after.Holder })
			return all[:min(limit, len(all))], err
		}}
	})
}

// wishesOfOneModule forgets all wishes of a holder when one of them ends.
func wishesOfOneModule(t *tampered) {
	t.tapAll(func(w everything) activation.Writer {
		return wishTap{everything: w, drop: func(ctx context.Context, of ...seat.Assignment) error {
			for i := range of {
				of[i].Module = ""
			}
			return w.DeleteWishes(ctx, of...)
		}}
	})
}

// countsMetWishes never counts less than before.
func countsMetWishes(t *tampered) {
	highest := new(beside[activation.WishCount, int64])
	t.tapAll(func(w everything) activation.Writer {
		return wishTap{everything: w, count: func(ctx context.Context) ([]activation.WishCount, error) {
			counts, err := w.WishCounts(ctx)
			for i, c := range counts {
				key := activation.WishCount{Module: c.Module, Rule: c.Rule}
				if known, _ := highest.find(key); known > c.Count {
					counts[i].Count = known
				}
				highest.put(key, counts[i].Count)
			}
			return counts, err
		}}
	})
}

type renamingTap struct{ everything }

func (w renamingTap) RenameHolder(ctx context.Context, id, pseudonym string) error {
	wishes, err := w.Wishes(ctx, nil, activation.Wish{}, 1000)
	if err != nil {
		return err
	}
	if err := w.everything.RenameHolder(ctx, id, pseudonym); err != nil {
		return err
	}
	return w.PutWishes(ctx, slices.DeleteFunc(wishes, func(w activation.Wish) bool { return w.Holder != id })...)
}

// eraseLeavesWishes leaves the wishes of who is erased.
func eraseLeavesWishes(t *tampered) {
	t.tapAll(func(w everything) activation.Writer { return renamingTap{w} })
}
