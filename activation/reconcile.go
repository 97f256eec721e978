package activation

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/seatwright/seatwright/seat"
)

// ErrNobodyPresent is returned by [Actor.Reconcile] when the host has no holder at
// all and some are kept: the cause is more often a query that went wrong than a
// company without users. [Actor.Retire] releases them if it is meant.
var ErrNobodyPresent = errors.New("the host has no holders at all, and some are kept")

// Reconcile compares the holders that are kept with those that the host has now,
// all of them, and repairs what drifted. Unknown holders are made known, kind and
// type are updated, and holders who are gone are retired and forgotten. It returns
// what it found, at most [MaxDrift]; a dry run only reports. A holder who is gone
// and has nothing assigned any more was retired before, and is no drift.
//
// It is for hosts whose administrators give seats by hand: seats of holders who are
// there stay as they are. A host that knows who should have what calls [Actor.Sync]
// instead. The sequence is read to its end before the transaction begins, so it may
// be a query of the host's; an error in it is returned, and nothing has changed
// then. An empty one is [ErrNobodyPresent] where holders are kept.
func (a *Actor) Reconcile(ctx context.Context, present iter.Seq2[seat.Holder, error]) ([]Drift, error) {
	return run(ctx, a.operation(OperationReconcile, ""), func(ctx context.Context, o *operation) ([]Drift, error) {
		var all []seat.Holder
		for h, err := range present {
			if err != nil {
				return nil, fmt.Errorf("read the host's holders: %w", err)
			}
			h.Assigned = nil
			all = append(all, h)
		}
		if err := checkHolders(all); err != nil {
			return nil, err
		}
		return update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) ([]Drift, error) {
			return x.reconcile(ctx, all)
		})
	})
}

func (x *transaction) reconcile(ctx context.Context, present []seat.Holder) ([]Drift, error) {
	var found drifts
	absent := byID(present)
	err := eachHolder(ctx, x.w, nil, func(page []seat.Holder) error {
		if len(present) == 0 && len(page) > 0 {
			return ErrNobodyPresent
		}
		var gone, changed []seat.Holder
		for _, stored := range page {
			h, there := absent[stored.ID]
			delete(absent, stored.ID)
			switch {
			case !there:
				gone = append(gone, stored)
				if len(stored.Assigned) > 0 {
					found.add(DriftHolderGone, stored.ID, describeHolder(stored)+" "+strings.Join(stored.Assigned, " "), "")
				}
			case h.Kind != stored.Kind || h.Type != stored.Type:
				found.add(DriftHolderChanged, h.ID, describeHolder(stored), describeHolder(h))
				h.Assigned = stored.Assigned
				changed = append(changed, h)
			}
		}
		if err := x.putHolders(ctx, changed); err != nil {
			return err
		}
		return x.forget(ctx, gone)
	})
	if err != nil {
		return nil, err
	}
	var added []seat.Holder
	for _, h := range present {
		if _, missing := absent[h.ID]; missing {
			h.Assigned = nil
			added = append(added, h)
			found.add(DriftHolderUnknown, h.ID, "", describeHolder(h))
		}
	}
	if err := x.putHolders(ctx, added); err != nil {
		return nil, err
	}
	return found.list, x.countSeats(ctx)
}

// forget retires holders and deletes them.
func (x *transaction) forget(ctx context.Context, gone []seat.Holder) error {
	if len(gone) == 0 {
		return nil
	}
	if err := x.appendLog(ctx, 0, seat.Retire(gone...).Changes); err != nil {
		return err
	}
	ids := idsOf(gone)
	x.leave(ids...)
	return x.w.DeleteHolders(ctx, ids...)
}

func describeHolder(h seat.Holder) string { return fmt.Sprintf("%s %q", h.Kind, h.Type) }
