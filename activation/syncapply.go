package activation

import (
	"context"
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/seat"
)

// carryOut makes a plan true, piece by piece. It decides by what is there then.
func (s *syncing) carryOut(ctx context.Context, plan seat.SyncPlan) error {
	unmet := s.wishesOf(plan.Unmet)
	targets := s.targets(plan)
	s.skipped, s.all = make(map[string]bool), len(s.gone)+len(targets)
	if err := s.dropWishes(ctx, unmet); err != nil {
		return err
	}
	for some := range slices.Chunk(s.gone, chunk) {
		if err := s.retire(ctx, some); err != nil {
			return err
		}
	}
	for len(targets) > 0 {
		some := distinct(targets)
		if err := s.change(ctx, some); err != nil {
			return err
		}
		targets = targets[len(some):]
	}
	unmet = append(unmet, s.refused...)
	unmet = slices.DeleteFunc(unmet, func(w Wish) bool { return s.skipped[w.Holder] })
	slices.SortStableFunc(unmet, func(a, b Wish) int { return int(a.Place - b.Place) })
	s.listWishes(unmet)
	return s.putWishes(ctx, unmet)
}

// target is a holder as it is to be after a step.
type target struct {
	i     int // the place among the wanted holders
	wants []string
}

// targets are the steps of the plan, and before them those who are only to be known
// or of another kind or type.
func (s *syncing) targets(plan seat.SyncPlan) []target {
	of := make(map[string]int, len(s.wanted))
	for i, w := range s.wanted {
		of[w.ID] = i
	}
	stepping := make(map[int]bool)
	var steps, targets []target
	for _, step := range plan.Steps {
		i := of[step.ID]
		stepping[i] = true
		steps = append(steps, target{i: i, wants: step.Assigned})
	}
	for i, from := range s.origins {
		if (!from.known || from.changed) && !stepping[i] {
			targets = append(targets, target{i: i, wants: from.holder.Assigned})
		}
	}
	return append(targets, steps...)
}

// distinct returns the first targets, as many as fit into a transaction and are of
// different holders.
func distinct(targets []target) []target {
	there := make(map[int]bool)
	for n, t := range targets {
		if n == chunk || there[t.i] {
			return targets[:n]
		}
		there[t.i] = true
	}
	return targets
}

// retire forgets who is gone, unless somebody else has changed them meanwhile.
func (s *syncing) retire(ctx context.Context, gone []seat.Holder) error {
	forgotten, err := update(ctx, s.operation, verifyRecent, func(ctx context.Context, x *transaction) ([]seat.Holder, error) {
		known, err := x.known(ctx, idsOf(gone))
		if err != nil {
			return nil, err
		}
		was := byID(gone)
		known = slices.DeleteFunc(known, func(h seat.Holder) bool { return !alike(h, was[h.ID]) })
		if err := x.forget(ctx, known); err != nil {
			return nil, err
		}
		return known, x.countSeats(ctx)
	})
	if err != nil {
		return err
	}
	s.result.Gone += int64(len(forgotten))
	s.result.Skipped += int64(len(gone) - len(forgotten))
	s.changed(seat.Retire(forgotten...).Changes)
	s.progress(len(gone))
	return nil
}

// changed holders of a transaction, and those who stayed as they are.
type changing struct {
	plan    seat.SyncPlan
	targets []target // the holders that are decided about
	skipped []string
}

// change takes a step of each of some holders.
func (s *syncing) change(ctx context.Context, targets []target) error {
	made, err := update(ctx, s.operation, verifyRecent, func(ctx context.Context, x *transaction) (changing, error) {
		made, known, err := s.decide(ctx, x, targets)
		if err != nil {
			return made, err
		}
		var changed []seat.Holder
		for _, t := range made.targets {
			if was, there := known[s.wanted[t.i].ID]; !there || was.Kind != s.wanted[t.i].Kind || was.Type != s.wanted[t.i].Type {
				h := s.wanted[t.i].Holder
				h.Assigned = was.Assigned
				changed = append(changed, h)
			}
		}
		return made, x.carryOut(ctx, made.plan.Decision, changed...)
	})
	if err != nil {
		return err
	}
	s.made(made)
	s.progress(len(targets))
	return nil
}

// decide decides anew what becomes of holders, apart from those whom somebody else
// has changed.
func (s *syncing) decide(ctx context.Context, x *transaction, targets []target) (made changing, known map[string]seat.Holder, err error) {
	ids := make([]string, len(targets))
	for n, t := range targets {
		ids[n] = s.wanted[t.i].ID
	}
	holders, err := x.known(ctx, ids)
	if err != nil {
		return made, nil, err
	}
	known = byID(holders)
	var wanted []seat.Wanted
	for _, t := range targets {
		w := s.wanted[t.i]
		h, there := known[w.ID]
		if s.skipped[w.ID] || there != s.origins[t.i].known || there && !alike(h, s.origins[t.i].holder) {
			made.skipped = append(made.skipped, w.ID)
			continue
		}
		made.targets = append(made.targets, t)
		w.Assigned, w.Wants = h.Assigned, t.wants
		wanted = append(wanted, w)
	}
	state, err := x.state(ctx)
	if err != nil {
		return made, nil, err
	}
	made.plan = seat.Sync(state, wanted)
	return made, known, nil
}

// made notes what a transaction has stored.
func (s *syncing) made(made changing) {
	after := byID(made.plan.Holders)
	for _, t := range made.targets {
		from := &s.origins[t.i]
		s.count(from.known, from.changed)
		is := s.wanted[t.i].Holder
		if is.Assigned = from.holder.Assigned; after[is.ID].ID != "" {
			is = after[is.ID]
		}
		from.holder, from.known, from.changed = is, true, false
	}
	for _, u := range made.plan.Unmet {
		if i := made.targets[u.Index].i; s.manages(u.Module) && slices.Contains(s.wanted[i].Wants, u.Module) {
			s.refused = append(s.refused, s.wish(i, u))
		}
	}
	for _, id := range made.skipped {
		if !s.skipped[id] {
			s.skipped[id] = true
			s.result.Skipped++
		}
	}
	s.changed(made.plan.Changes)
}

func (s *syncing) progress(done int) {
	if s.done += done; s.options.Progress != nil {
		s.options.Progress(s.done, s.all)
	}
}

// dropWishes forgets the wishes that are not unmet any more, before they can be
// met by somebody who gives a seat back.
func (s *syncing) dropWishes(ctx context.Context, unmet []Wish) error {
	left := make(map[seat.Assignment]bool, len(unmet))
	for _, w := range unmet {
		left[w.Assignment] = true
	}
	var over []seat.Assignment
	for of := range s.stored {
		if !left[of] {
			over = append(over, of)
		}
	}
	for some := range slices.Chunk(over, chunk) {
		if _, err := update(ctx, s.operation, verifyRecent, func(ctx context.Context, x *transaction) (struct{}, error) {
			return struct{}{}, x.dropWishes(ctx, some...)
		}); err != nil {
			return err
		}
	}
	return nil
}

// putWishes keeps what is unmet and is not kept like that, of holders whom nobody
// has changed meanwhile.
func (s *syncing) putWishes(ctx context.Context, unmet []Wish) error {
	unmet = slices.DeleteFunc(slices.Clone(unmet), func(w Wish) bool { return s.stored[w.Assignment] == w })
	from := make(map[string]seat.Holder, len(unmet))
	if len(unmet) > 0 {
		for _, of := range s.origins {
			from[of.holder.ID] = of.holder
		}
	}
	for some := range slices.Chunk(unmet, chunk) {
		if _, err := update(ctx, s.operation, verifyRecent, func(ctx context.Context, x *transaction) (struct{}, error) {
			ids := make([]string, len(some))
			for i, w := range some {
				ids[i] = w.Holder
			}
			holders, err := x.known(ctx, ids)
			if err != nil {
				return struct{}{}, err
			}
			known := byID(holders)
			return struct{}{}, x.keepWishes(ctx, slices.DeleteFunc(slices.Clone(some), func(w Wish) bool {
				return !alike(known[w.Holder], from[w.Holder])
			}))
		}); err != nil {
			return err
		}
	}
	return nil
}

// alike reports whether a holder is what it was.
func alike(a, b seat.Holder) bool {
	return a.ID == b.ID && a.Kind == b.Kind && a.Type == b.Type && slices.Equal(nameset.Of(a.Assigned), nameset.Of(b.Assigned))
}
