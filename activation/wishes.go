package activation

import (
	"context"
	"iter"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// Wish is a module that a holder should have, by [Actor.Sync], and could not be
// given. See docs/spec/sync.md, Unmet wishes.
type Wish struct {
	seat.Assignment
	// Place is where it comes in the host's order, from 1.
	Place int64 `json:"place"`
	// Rule is the code of the first reason, as [seat.Refusal.Rule] has it, when
	// it was looked at last.
	Rule string `json:"rule"`
	// From is the bundle that the holder keeps until it is given the module,
	// empty for none.
	From string `json:"from,omitzero"`
	// Waits says that it is met by itself when there is room for it.
	Waits bool `json:"waits,omitzero"`
	// Since is when it was unmet first.
	Since time.Time `json:"since,omitzero"`
}

// WishCount is how many unmet wishes for a module have the same reason.
type WishCount struct {
	Module string `json:"module"`
	Rule   string `json:"rule"`
	Count  int64  `json:"count"`
}

// WishPage returns a page of the unmet wishes for the modules, all of them for
// none, in their order: at most limit of those behind a wish. The zero Wish
// begins, the last wish of a page goes on, and a page shorter than limit is the
// last. A limit below 1 is refused.
func (t *Tenant) WishPage(ctx context.Context, modules []string, after Wish, limit int) ([]Wish, error) {
	return run(ctx, t.operation(OperationWishes, ""), func(ctx context.Context, o *operation) ([]Wish, error) {
		if limit < 1 {
			return nil, invalid("a page of %d wishes", limit)
		}
		return view(ctx, o, func(ctx context.Context, r Reader) ([]Wish, error) {
			return r.Wishes(ctx, modules, after, limit)
		})
	})
}

// AllWishes returns the unmet wishes for the modules, all of them for none, in
// their order. They are read in pages, each in a transaction of its own, so that a
// wish which ends meanwhile may be missing. Use [Tenant.WishPage] for a screen with
// pages. An error ends the sequence.
func (t *Tenant) AllWishes(ctx context.Context, modules ...string) iter.Seq2[Wish, error] {
	return all(func(last *Wish) ([]Wish, error) {
		var after Wish
		if last != nil {
			after = *last
		}
		return t.WishPage(ctx, modules, after, chunk)
	})
}
