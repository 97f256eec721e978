package activation

import (
	"context"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// ChangeReader is a [Reader] that can say which holders changed, so that a
// snapshot of many holders is refreshed for the price of the change. Without
// it, all holders are read.
type ChangeReader interface {
	// ChangedHolders returns the holders who were changed after a revision, as
	// they are now, and the ids of those who are gone. It is false if the
	// store can't say, after which all holders are read: for a revision that it
	// has forgotten, that is beyond its own, or whose token is another one than
	// it had. The zero Revision is that of a tenant that was never written. It
	// can't say for a revision before a call of [Writer.RenameHolder] that has
	// replaced an id, since nobody may learn the old id any more. No id comes
	// twice, in whatever order. An id that came and went since the revision may be
	// among those who are gone.
	ChangedHolders(ctx context.Context, since Revision) (changed []seat.Holder, gone []string, known bool, err error)
}

// SnapshotReader is a [Reader] that goes through all holders at once, as the first
// snapshot of a tenant needs them. Without it, they are read page by page, by
// [Reader.HoldersWith], which takes about three times as long.
type SnapshotReader interface {
	// EachHolder calls visit for every holder of the tenant, each once, in any
	// order. It sees what the Reader sees. Holders may share what is in Assigned,
	// which visit only reads. Visit uses the store for nothing.
	EachHolder(ctx context.Context, visit func(seat.Holder)) error
}

// Recounter is a [Writer] that keeps the census beside the holders, where it may
// come to differ from them, by a defect or by a hand that changed the database.
// Without it, the census is taken to be counted from the holders at every read.
type Recounter interface {
	// RecountCensus counts the holders, all of them, and keeps the result as the
	// census, which Census returns from then on. It changes no holder, and
	// writes nothing where the census is right.
	RecountCensus(ctx context.Context) error
}

// SeatUpdater is a [Store] that can be told beforehand whose seats an Update is
// about, so that it reads them together with what it begins with. In a database
// that is a round trip less. Without it, [Store.Update] runs the function.
type SeatUpdater interface {
	// UpdateSeats is [Store.Update] for a function that gives, moves or takes
	// seats of these holders, with about one entry of the log for each id. They
	// may repeat, and an id that can't be one is passed over. The function may
	// read and write whatever else it likes; it sees the same state as in Update.
	//
	// Updates that have waited together may share a transaction, also those of
	// different tenants. Each function then sees what those of its tenant before
	// it have written, and its Update has an error and a revision of its own. All
	// are kept, or each runs again. They return together, so a function that waits
	// for another Update to return, of whatever tenant, may wait for ever.
	//
	// The store may take from memory what this process has itself written last,
	// if nobody has written the tenant since. A row that was changed by other
	// means than an Update is noticed within a minute.
	UpdateSeats(ctx context.Context, tenant string, holders []string, fn func(Writer) error) error
}

// DueLister is a [Store] that finds the tenants whose checks are due, over all
// tenants. [Engine.RenewDue] needs it.
type DueLister interface {
	// Due returns the tenants whose [TenantRecord.Due] is set and not after
	// now, whatever their lease, ordered by id, from the first whose id is
	// greater than after, at most limit.
	Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error)
}

// Watcher is a [Store] that can tell that something was written, by whatever
// process. Without it, the revision is read now and then.
type Watcher interface {
	// Watch calls notify with the tenants that were written, by this process or
	// another one, until the context ends, and returns the context's error. A Watch
	// that can't go on returns why; the engine calls it again after a while. Calls
	// may be lost and may come together, and never overlap. Several Watches may run
	// at once. It does not call notify after it has returned.
	Watch(ctx context.Context, notify func(tenant string)) error
}

// Notifier is a [Store] whose [Watcher] does not see by itself what is written
// in a transaction of the host. Without it, that is noticed when the revision
// is read.
type Notifier interface {
	// Notify lets the Watch of every process know that a tenant was written. It
	// returns at once, also while an Update of the tenant runs. The hint may be
	// lost.
	Notify(tenant string)
}
