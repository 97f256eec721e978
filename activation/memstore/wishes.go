package memstore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// wishes holds the unmet wishes of a tenant, by holder and module, and in
// order.
type wishes struct {
	of      tree[seat.Assignment, activation.Wish]
	ordered tree[activation.Wish, struct{}]
}

func newWishes() wishes {
	return wishes{
		of:      newTree[seat.Assignment, activation.Wish](compareAssignments),
		ordered: newTree[activation.Wish, struct{}](compareWishes),
	}
}

func compareAssignments(a, b seat.Assignment) int {
	return cmp.Or(strings.Compare(a.Holder, b.Holder), strings.Compare(a.Module, b.Module))
}

func compareWishes(a, b activation.Wish) int {
	return cmp.Or(cmp.Compare(a.Place, b.Place), compareAssignments(a.Assignment, b.Assignment))
}

func (w *wishes) put(wish activation.Wish) {
	w.remove(wish.Assignment)
	wish.Since = instant(wish.Since)
	w.of, w.ordered = w.of.with(wish.Assignment, wish), w.ordered.with(wish, struct{}{})
}

func (w *wishes) remove(of seat.Assignment) {
	if known, there := w.of.find(of); there {
		w.of, w.ordered = w.of.without(of), w.ordered.without(known)
	}
}

// ofHolder returns the wishes of a holder, by module.
func (w *wishes) ofHolder(holder string) (found []activation.Wish) {
	for _, wish := range w.of.above(seat.Assignment{Holder: holder}) {
		if wish.Holder != holder {
			break
		}
		found = append(found, wish)
	}
	return found
}

func (w *wishes) rename(id, pseudonym string) {
	for _, wish := range w.ofHolder(id) {
		w.remove(wish.Assignment)
		wish.Holder = pseudonym
		w.put(wish)
	}
}

func (r *reader) Wishes(ctx context.Context, modules []string, after activation.Wish, limit int) ([]activation.Wish, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	var found []activation.Wish
	for wish := range r.state.wishes.ordered.above(after) {
		if len(found) >= limit {
			break
		}
		if len(modules) == 0 || slices.Contains(modules, wish.Module) {
			found = append(found, wish)
		}
	}
	return found, nil
}

func (r *reader) WishCounts(ctx context.Context) ([]activation.WishCount, error) {
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	counts := make(map[activation.WishCount]int64) // by module and rule
	for _, wish := range r.state.wishes.of.all() {
		counts[activation.WishCount{Module: wish.Module, Rule: wish.Rule}]++
	}
	list := make([]activation.WishCount, 0, len(counts))
	for count, n := range counts {
		count.Count = n
		list = append(list, count)
	}
	slices.SortFunc(list, func(a, b activation.WishCount) int {
		return cmp.Or(strings.Compare(a.Module, b.Module), strings.Compare(a.Rule, b.Rule))
	})
	return list, nil
}

func (w *writer) PutWishes(ctx context.Context, put ...activation.Wish) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, wish := range put {
		w.state.wishes.put(wish)
	}
	return nil
}

func (w *writer) DeleteWishes(ctx context.Context, of ...seat.Assignment) error {
	if err := w.writing(ctx); err != nil {
		return err
	}
	for _, a := range of {
		if a.Module != "" {
			w.state.wishes.remove(a)
			continue
		}
		for _, wish := range w.state.wishes.ofHolder(a.Holder) {
			w.state.wishes.remove(wish.Assignment)
		}
	}
	return nil
}
