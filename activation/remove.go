package activation

import (
	"context"
	"log/slog"
	"slices"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Remove removes the active license of an owner and releases its seats, with
// what requires them. It forgets the pending offers, the state of checks and the
// expected identity, so the owner's source is asked again only by hand; the
// highest numbers stay, so that an old license is refused later. It returns how
// many assignments of each module have ended; a dry run says so before, and
// [Tenant.AllHolders] lists the holders. See docs/spec/planning.md, Activation.
//
// The error matches [ErrProtected] for an owner of [WithProtectedOwners]. If
// nothing is kept for the owner, Remove succeeds and changes nothing.
func (a *Actor) Remove(ctx context.Context, owner string) (released map[string]int64, err error) {
	owner = folded(owner)
	return run(ctx, a.operation(OperationRemove, owner), func(ctx context.Context, o *operation) (map[string]int64, error) {
		if o.engine.protected[owner] {
			return nil, ErrProtected
		}
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (map[string]int64, error) {
			return x.remove(ctx, owner)
		})
	})
}

func (x *transaction) remove(ctx context.Context, name string) (map[string]int64, error) {
	owner := x.owner(name)
	names, err := x.assignedOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if owner.Active == nil && len(owner.Pending) == 0 && owner.Expected == (planner.Expected{}) && owner.Check == (CheckRecord{}) && len(names) == 0 {
		return map[string]int64{}, nil
	}
	history, err := x.w.AppendHistory(ctx, removal(x, owner))
	if err != nil {
		return nil, err
	}
	released, err := x.releaseAll(ctx, names, history)
	if err != nil {
		return nil, err
	}
	x.licenses = x.licenses.Without(name)
	delete(x.opened, name)
	delete(x.unverified, name)
	if err := x.putOwner(ctx, OwnerRecord{Owner: name, Raised: owner.Raised}); err != nil {
		return nil, err
	}
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "removed", slog.String("by", x.op.by), slog.Int("modules", len(released)))
	})
	return released, x.countSeats(ctx)
}

func removal(x *transaction, owner OwnerRecord) HistoryEntry {
	entry := HistoryEntry{At: x.now, Kind: HistoryRemoved, By: x.op.by, Owner: owner.Owner}
	if owner.Active != nil {
		from := owner.Active.Licensee
		entry.From, entry.FromLicensee = owner.Active.Number, &from
	}
	return entry
}

// assignedOf returns the modules of an owner that are assigned to anybody,
// whether they are licensed or not.
func (x *transaction) assignedOf(ctx context.Context, owner string) ([]string, error) {
	census, err := x.count(ctx)
	if err != nil {
		return nil, err
	}
	return assigned(census, func(module string) bool {
		of, _ := license.SplitName(module)
		return of == owner
	}), nil
}

// releaseAll releases modules from everybody.
func (x *transaction) releaseAll(ctx context.Context, modules []string, history int64) (map[string]int64, error) {
	released := make(map[string]int64)
	if len(modules) == 0 {
		return released, nil
	}
	return released, eachHolder(ctx, x.w, modules, func(page []seat.Holder) error {
		var ending []seat.Assignment
		for _, h := range page {
			for _, module := range h.Assigned {
				if slices.Contains(modules, module) {
					ending = append(ending, seat.Assignment{Holder: h.ID, Module: module})
				}
			}
		}
		decision := seat.Release(x.licenses, page, ending...)
		for _, c := range decision.Changes {
			released[c.Module]++
		}
		if err := x.putHolders(ctx, decision.Holders); err != nil {
			return err
		}
		return x.appendLog(ctx, history, decision.Changes)
	})
}
