package activation

import (
	"context"
	"maps"
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/seat"
)

// The notes say this of unmet wishes, so that nobody looks for them in vain.
const (
	wishesKept = "kept" // there are unmet wishes
	wishesWait = "wait" // the engine is to meet some of them by itself
)

// maxMet is how many wishes are looked at in a transaction.
const maxMet = 10_000

// wishing is what a transaction has to do with unmet wishes.
type wishing struct {
	state string // what the notes say, see wishesKept; "" for none
	read  bool
	// over are the wishes that have ended, freed the modules that were given back,
	// and relicensed says that the licenses are others.
	over       []seat.Assignment
	freed      map[string]bool
	relicensed bool
}

// wishes returns what the notes say of them, "" for none.
func (x *transaction) wishes() string {
	if !x.wishing.read {
		x.wishing.state, x.wishing.read = readNotes(x.record.Notes).Wishes, true
	}
	return x.wishing.state
}

func (x *transaction) noteWishes(state string) {
	if x.wishes() != state {
		noted := readNotes(x.record.Notes)
		noted.Wishes = state
		x.record.Notes, x.wishing.state = noted.text(), state
	}
	if x.engine.tell != nil {
		x.lookWithin(seatsLater)
	}
}

// noteChanges notes which wishes end with changes of assignments, and what comes
// free. Sync looks after its own.
func (x *transaction) noteChanges(changes []seat.Change) {
	if x.wishes() == "" || x.op.name == OperationSync {
		return
	}
	for _, c := range changes {
		if c.Cause == seat.CauseAssigned {
			x.wishing.over = append(x.wishing.over, c.Assignment)
			continue
		}
		if x.wishing.freed == nil {
			x.wishing.freed = make(map[string]bool)
		}
		x.wishing.freed[c.Module] = true
		if c.To != "" {
			x.wishing.over = append(x.wishing.over, seat.Assignment{Holder: c.Holder, Module: c.To})
		}
	}
}

// leave notes that holders have left, so that they wish for nothing any more.
func (x *transaction) leave(holders ...string) {
	if x.wishes() == "" {
		return
	}
	for _, id := range holders {
		x.wishing.over = append(x.wishing.over, seat.Assignment{Holder: id})
	}
}

// settleWishes forgets the wishes that have ended, and meets those that wait for
// what has come free.
func (x *transaction) settleWishes(ctx context.Context) error {
	if x.wishes() == "" || x.op.dry {
		return nil
	}
	if err := x.dropWishes(ctx, x.wishing.over...); err != nil {
		return err
	}
	if x.wishes() != wishesWait || x.op.name == OperationSync || len(x.wishing.freed) == 0 && !x.wishing.relicensed {
		return nil
	}
	by := x.op.by
	x.op.by = byEngine // the one who gave a seat back does not give it to others
	defer func() { x.op.by = by }()
	return x.meet(ctx)
}

// dropWishes forgets wishes.
func (x *transaction) dropWishes(ctx context.Context, of ...seat.Assignment) error {
	if len(of) == 0 {
		return nil
	}
	if err := x.w.DeleteWishes(ctx, of...); err != nil {
		return err
	}
	counts, err := x.w.WishCounts(ctx)
	if err != nil {
		return err
	}
	state := x.wishes()
	if len(counts) == 0 {
		state = ""
	}
	x.noteWishes(state)
	return nil
}

// keepWishes keeps wishes, from now on where they are new.
func (x *transaction) keepWishes(ctx context.Context, wishes []Wish) error {
	if len(wishes) == 0 {
		return nil
	}
	state := wishesKept
	if x.wishes() != "" {
		state = x.wishes()
	}
	for i := range wishes {
		if wishes[i].Since.IsZero() {
			wishes[i].Since = x.now
		}
		if wishes[i].Waits {
			state = wishesWait
		}
	}
	x.noteWishes(state)
	return x.w.PutWishes(ctx, wishes...)
}

// meet gives what there is room for to those who wait, in their order. It begins
// again where a change of plans gives a seat back.
func (x *transaction) meet(ctx context.Context) error {
	var after Wish
	for looked := 0; looked < maxMet; {
		x.counted = false
		modules, err := x.wishable(ctx)
		if err != nil || len(modules) == 0 {
			return err
		}
		page, err := x.w.Wishes(ctx, modules, after, chunk)
		if err != nil || len(page) == 0 {
			return err
		}
		freed, err := x.meetSome(ctx, page)
		switch {
		case err != nil:
			return err
		case freed:
			after = Wish{}
			looked += chunk
		case len(page) < chunk:
			return nil
		default:
			after = page[len(page)-1]
			looked += len(page)
		}
	}
	return nil
}

// wishable returns the modules that are wished and have room, as far as they have
// something to do with what has happened.
func (x *transaction) wishable(ctx context.Context) ([]string, error) {
	counts, err := x.w.WishCounts(ctx)
	if err != nil {
		return nil, err
	}
	inUse, err := x.inUse(ctx)
	if err != nil {
		return nil, err
	}
	freed := occupancy.Of(x.licenses, slices.Collect(maps.Keys(x.wishing.freed)))
	var modules []string
	for _, c := range counts {
		e := x.licenses.Module(c.Module)
		if e == nil || !e.Module.Kind.Assignable() || e.Module.Restricted() && inUse[e.Index] >= e.Module.Capacity() {
			continue
		}
		waits := c.Rule == ruleNoFreeSeat && slices.ContainsFunc(occupancy.WithIncluded(e), freed.Has)
		if (waits || x.wishing.relicensed) && !slices.Contains(modules, c.Module) {
			modules = append(modules, c.Module)
		}
	}
	return modules, nil
}

// ruleNoFreeSeat is the code of what waits for a seat.
var ruleNoFreeSeat = seat.Refusal{Err: seat.ErrNoFreeSeat}.Rule()

// meetSome meets what it can of some wishes, and reports whether anything was given
// back for it.
func (x *transaction) meetSome(ctx context.Context, wishes []Wish) (freed bool, err error) {
	wishes = slices.DeleteFunc(wishes, func(w Wish) bool { return !w.Waits })
	ids := make([]string, len(wishes))
	for i, w := range wishes {
		ids[i] = w.Holder
	}
	holders, err := x.known(ctx, ids)
	if err != nil {
		return false, err
	}
	state, err := x.state(ctx)
	if err != nil {
		return false, err
	}
	plan := seat.Sync(state, wanting(wishes, byID(holders)))
	if err := x.carryOut(ctx, plan.Decision); err != nil {
		return false, err
	}
	unmet := make(map[seat.Assignment]seat.Unmet, len(plan.Unmet))
	for _, u := range plan.Unmet {
		unmet[u.Assignment] = u
	}
	var met []seat.Assignment
	var altered []Wish
	for _, w := range wishes {
		switch u, still := unmet[w.Assignment]; {
		case !still:
			met = append(met, w.Assignment)
		case u.Rule() != w.Rule:
			w.Rule = u.Rule()
			altered = append(altered, w)
		}
	}
	if err := x.keepWishes(ctx, altered); err != nil {
		return false, err
	}
	ended := func(c seat.Change) bool { return c.Cause != seat.CauseAssigned }
	return slices.ContainsFunc(plan.Changes, ended), x.dropWishes(ctx, met...)
}

// wanting returns what holders have and wish, in the order of their first
// wishes, without what they keep until then. A holder who is not known any more
// wishes nothing.
func wanting(wishes []Wish, known map[string]seat.Holder) []seat.Wanted {
	var wanted []seat.Wanted
	places := make(map[string]int)
	for _, w := range wishes {
		h, there := known[w.Holder]
		if !there {
			continue
		}
		i, before := places[w.Holder]
		if !before {
			i = len(wanted)
			places[w.Holder] = i
			wanted = append(wanted, seat.Wanted{Holder: h, Wants: slices.Clone(h.Assigned)})
		}
		if w.From != "" {
			wanted[i].Wants = slices.DeleteFunc(wanted[i].Wants, func(module string) bool { return module == w.From })
		}
		wanted[i].Wants = append(wanted[i].Wants, w.Module)
	}
	return wanted
}
