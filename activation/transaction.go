package activation

import (
	"context"
	"slices"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// chunk is how many holders or entries of the log are handed to a store at
// once.
const chunk = 1000

// transaction is an update on its way: the situation that it has read, kept
// true to what it writes.
type transaction struct {
	*situation
	op      *operation
	w       Writer
	checked bool // an owner's record changed, so the tenant may be due at another time
	seats   []Sample
	notices []func(context.Context) // called after the commit
	wishing wishing
}

// finish records the instant, and when the tenant is due. An operation about
// seats alone leaves the record as it is where the instant is recorded already,
// or nearly. So the record is not written once more for every seat.
func (x *transaction) finish(ctx context.Context) error {
	if err := x.settleWishes(ctx); err != nil {
		return err
	}
	if x.checked || len(x.unverified) > 0 {
		x.record.Due = x.due()
	}
	if len(x.op.holders) > 0 && x.record == x.began && x.now.Before(x.record.Newest.Add(recordAfter)) {
		return nil
	}
	if x.now.After(x.record.Newest) {
		x.record.Newest = x.now
	}
	return x.w.PutTenant(ctx, x.record)
}

// after notes what is to happen once the transaction is committed.
func (x *transaction) after(notice func(context.Context)) { x.notices = append(x.notices, notice) }

func (x *transaction) putOwner(ctx context.Context, record OwnerRecord) error {
	x.checked = true
	if x.engine.tell != nil {
		x.lookWithin(0)
	}
	if err := x.w.PutOwner(ctx, record); err != nil {
		return err
	}
	if record.Active != nil {
		record.Active.Envelope = nil // stored now
	}
	for i := range record.Pending {
		record.Pending[i].Envelope = nil
	}
	x.remember(record)
	return nil
}

// remember replaces what is known of an owner.
func (x *transaction) remember(record OwnerRecord) {
	if i := slices.IndexFunc(x.owners, func(o OwnerRecord) bool { return o.Owner == record.Owner }); i >= 0 {
		x.owners[i] = record
	} else {
		x.owners = append(x.owners, record)
	}
}

// carryOut stores a decision about holders and logs it, with those whose kind or
// type has changed. Each holder is written once.
func (x *transaction) carryOut(ctx context.Context, decision seat.Decision, changed ...seat.Holder) error {
	decided := make(map[string]bool, len(decision.Holders))
	for _, h := range decision.Holders {
		decided[h.ID] = true
	}
	changed = slices.DeleteFunc(changed, func(h seat.Holder) bool { return decided[h.ID] })
	if err := x.putHolders(ctx, append(changed, decision.Holders...)); err != nil {
		return err
	}
	if len(decision.Changes) == 0 {
		return nil
	}
	if err := x.appendLog(ctx, 0, decision.Changes); err != nil {
		return err
	}
	x.seatsMoved(len(decision.Changes))
	return x.countSeats(ctx)
}

func (x *transaction) putHolders(ctx context.Context, holders []seat.Holder) error {
	for some := range slices.Chunk(holders, chunk) {
		if err := x.w.PutHolders(ctx, some...); err != nil {
			return err
		}
	}
	return nil
}

func (x *transaction) appendLog(ctx context.Context, history int64, changes []seat.Change) error {
	x.noteChanges(changes)
	for some := range slices.Chunk(changes, chunk) {
		entries := make([]LogEntry, len(some))
		for i, c := range some {
			entries[i] = LogEntry{
				At: x.now, By: x.op.by, Holder: c.Holder, Module: c.Module, Cause: c.Cause, To: c.To, History: history,
			}
		}
		if err := x.w.AppendLog(ctx, entries...); err != nil {
			return err
		}
	}
	return nil
}

// countSeats counts for the observer, if there is one, what is in use now.
func (x *transaction) countSeats(ctx context.Context) error {
	if x.engine.observer == nil || x.op.bound || x.op.dry {
		return nil
	}
	x.counted = false
	census, err := x.count(ctx)
	x.seats = samples(x.licenses, census, time.Time{})
	return err
}

// discard is the writer of a dry run.
type discard struct{ Reader }

func (discard) PutTenant(context.Context, TenantRecord) error              { return nil }
func (discard) PutOwner(context.Context, OwnerRecord) error                { return nil }
func (discard) PutHighest(context.Context, string, string, int64) error    { return nil }
func (discard) PutHolders(context.Context, ...seat.Holder) error           { return nil }
func (discard) DeleteHolders(context.Context, ...string) error             { return nil }
func (discard) AppendHistory(context.Context, HistoryEntry) (int64, error) { return 0, nil }
func (discard) AppendLog(context.Context, ...LogEntry) error               { return nil }
func (discard) PutSamples(context.Context, ...Sample) error                { return nil }
func (discard) PutWishes(context.Context, ...Wish) error                   { return nil }
func (discard) DeleteWishes(context.Context, ...seat.Assignment) error     { return nil }
func (discard) RenameHolder(context.Context, string, string) error         { return nil }
