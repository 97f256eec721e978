package activation

import (
	"context"
	"slices"

	"github.com/seatwright/seatwright/seat"
)

// Erase replaces a holder's id by a pseudonym wherever it stands: as a holder,
// in the log, as an actor. The holder keeps its modules; call [Actor.Retire]
// first for a person who has left. Erasing an id that stands nowhere changes
// nothing. See docs/spec/storage.md, Erase.
//
// The pseudonym is the host's, and must not be the id of another holder, nor
// anything that the id could be guessed from. One that a holder has is refused
// as long as the id stands anywhere, so that nobody gets the history of somebody
// who has left.
func (a *Actor) Erase(ctx context.Context, holder, pseudonym string) error {
	return do(ctx, a.operation(OperationErase, ""), func(ctx context.Context, o *operation) error {
		for _, id := range []string{holder, pseudonym} {
			if err := seat.CheckID(id); err != nil {
				return invalid("%w", err)
			}
		}
		if holder == pseudonym {
			return invalid("the pseudonym is the id itself")
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
					return struct{}{}, invalid("the pseudonym is the id of another holder")
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
		if owner.Active != nil && owner.Active.By == id || slices.ContainsFunc(owner.Pending, names(id)) {
			return true, nil
		}
	}
	for entry, err := range entries(ctx, s.History, func(e HistoryEntry) int64 { return e.ID }) {
		if err != nil || entry.By == id {
			return true, err
		}
	}
	for entry, err := range entries(ctx, s.Log, func(e LogEntry) int64 { return e.ID }) {
		if err != nil || entry.By == id || entry.Holder == id {
			return true, err
		}
	}
	return false, nil
}

// names reports of an offer whether an id stands in it.
func names(id string) func(StoredLicense) bool {
	return func(l StoredLicense) bool {
		return l.By == id || slices.Contains(l.Selected.Holders(), id) || l.Schedule != nil && (l.Schedule.By == id ||
			slices.Contains(l.Schedule.Holders(), id))
	}
}
