package activation

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/seatwright/seatwright/seat"
)

// UpdateHolders makes holders known, or updates kind and type of those who are.
// What is assigned to them stays as it is; an Assigned that is given here is not
// looked at. A host calls it when a user is created or changes its type. A
// holder whose modules do not fit it any more keeps them until a new license
// asks: docs/spec/planning.md, Blockers.
func (t *Tenant) UpdateHolders(ctx context.Context, holders ...seat.Holder) error {
	return do(ctx, t, "update-holders", "", func(ctx context.Context, o *operation) error {
		if err := checkHolders(holders); err != nil || len(holders) == 0 {
			return err
		}
		_, err := update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (struct{}, error) {
			_, changed, err := x.merge(ctx, holders)
			if err != nil {
				return struct{}{}, err
			}
			return struct{}{}, x.putHolders(ctx, changed)
		})
		return err
	})
}

// ErrNobodyPresent is returned by [Tenant.Reconcile] when the host has no holder
// at all and some are kept: that is more often a query that went wrong than a
// company without users. [Tenant.Retire] releases them if it is meant.
var ErrNobodyPresent = errors.New("the host has no holders at all, and some are kept")

// Reconcile compares what is kept of holders with those that the host has now,
// all of them, and repairs what drifted: holders who are not known are made
// known, kind and type are updated, and who is gone is retired and forgotten. It
// returns what it found, at most [MaxDrift]; a dry run only reports.
//
// The sequence is read to its end before the transaction begins, so it may be a
// query of the host's; an error in it is returned, and nothing has changed then.
// An empty one is [ErrNobodyPresent] where holders are kept.
func (t *Tenant) Reconcile(ctx context.Context, by string, present iter.Seq2[seat.Holder, error]) ([]Drift, error) {
	return run(ctx, t, "reconcile", "", func(ctx context.Context, o *operation) ([]Drift, error) {
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
			return x.reconcile(ctx, by, all)
		})
	})
}

func (x *transaction) reconcile(ctx context.Context, by string, present []seat.Holder) ([]Drift, error) {
	var found drifts
	absent := make(map[string]seat.Holder, len(present))
	for _, h := range present {
		absent[h.ID] = h
	}
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
				found.add(DriftHolderGone, stored.ID, describeHolder(stored), "")
			case h.Kind != stored.Kind || h.Type != stored.Type:
				found.add(DriftHolderChanged, h.ID, describeHolder(stored), describeHolder(h))
				h.Assigned = stored.Assigned
				changed = append(changed, h)
			}
		}
		if err := x.putHolders(ctx, changed); err != nil {
			return err
		}
		return x.forget(ctx, by, gone)
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
func (x *transaction) forget(ctx context.Context, by string, gone []seat.Holder) error {
	if len(gone) == 0 {
		return nil
	}
	if err := x.appendLog(ctx, by, 0, seat.Retire(gone...).Changes); err != nil {
		return err
	}
	ids := make([]string, len(gone))
	for i, h := range gone {
		ids[i] = h.ID
	}
	return x.w.DeleteHolders(ctx, ids...)
}

func describeHolder(h seat.Holder) string { return fmt.Sprintf("%s %q", h.Kind, h.Type) }

// Erase replaces a holder's id by a pseudonym wherever it stands: as a holder,
// in the log, as an actor. What the holder has stays; [Tenant.Retire] comes first
// for a person who has left. Erasing an id that stands nowhere changes nothing.
// See docs/spec/storage.md, Erase.
//
// The pseudonym is the host's, and must not be the id of another holder, nor
// anything that the id could be guessed from. One that a holder has is refused
// as long as the id stands anywhere, so that nobody gets the history of somebody
// who has left.
func (t *Tenant) Erase(ctx context.Context, holder, pseudonym string) error {
	return do(ctx, t, "erase", "", func(ctx context.Context, o *operation) error {
		for _, id := range []string{holder, pseudonym} {
			if err := seat.CheckID(id); err != nil {
				return err
			}
		}
		if holder == pseudonym {
			return errors.New("the pseudonym is the id itself")
		}
		_, err := update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (struct{}, error) {
			others, err := x.known(ctx, []string{pseudonym})
			if err != nil {
				return struct{}{}, err
			}
			if len(others) > 0 {
				// It may be the holder who was erased, if this is done again.
				stands, err := x.stands(ctx, holder)
				switch {
				case err != nil:
					return struct{}{}, err
				case stands:
					return struct{}{}, errors.New("the pseudonym is the id of another holder")
				}
			}
			return struct{}{}, x.w.RenameHolder(ctx, holder, pseudonym)
		})
		return err
	})
}

// stands reports whether an id is anywhere in what is kept: as a holder, as an
// actor, or in the log.
func (s *situation) stands(ctx context.Context, id string) (bool, error) {
	known, err := s.known(ctx, []string{id})
	if err != nil || len(known) > 0 {
		return true, err
	}
	for _, owner := range s.owners {
		for _, stored := range []*StoredLicense{owner.Active, owner.Pending} {
			if stored != nil && stored.By == id {
				return true, nil
			}
		}
	}
	inHistory, err := anyEntry(ctx, s.History, func(e HistoryEntry) (int64, bool) { return e.ID, e.By == id })
	if err != nil || inHistory {
		return true, err
	}
	return anyEntry(ctx, s.Log, func(e LogEntry) (int64, bool) { return e.ID, e.By == id || e.Holder == id })
}

// anyEntry pages through entries, the newest first, until one is found.
func anyEntry[T any](
	ctx context.Context, read func(ctx context.Context, before int64, limit int) ([]T, error), is func(T) (id int64, found bool),
) (bool, error) {
	before := int64(0)
	for {
		page, err := read(ctx, before, chunk)
		if err != nil {
			return false, err
		}
		for _, entry := range page {
			id, found := is(entry)
			if found {
				return true, nil
			}
			before = id
		}
		if len(page) < chunk {
			return false, nil
		}
	}
}
