package activation

import (
	"context"
	"errors"
	"time"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Store keeps what tenants have: licenses, offers, holders with their seats,
// history. It holds no rules; those are in packages license and seat and in
// the planner. This file is all that the author of a store reads, and package
// storetest says whether the store is right. See docs/spec/storage.md.
//
// A tenant that was never written is an empty one, not an error. Tenant ids
// follow [seat.CheckID]; the engine has checked them. Tenants never see each
// other. A store may be used from any number of goroutines, and several
// processes may share what is behind it.
//
// Texts are kept byte by byte; they are valid UTF-8 without NUL. Instants are
// kept to the microsecond at least; their location is not.
//
// Optional interfaces that the engine looks for, with its plain way where they
// are missing: [ChangeReader], on a Reader; [Recounter], on a Writer;
// [DueLister], [Watcher] and [Notifier], on a Store. A store that wraps another one has a method
// Unwrap() Store.
type Store interface {
	// View runs fn on one consistent state of the tenant, which does not
	// change while fn runs. It returns the error of fn as it is.
	View(ctx context.Context, tenant string, fn func(Reader) error) error

	// Update runs fn in a transaction, as if all Updates of a tenant ran one
	// after another. If fn returns nil, everything that it wrote is kept, and
	// is there after a crash; otherwise nothing is, and the error is returned
	// as it is. After a conflict fn may run again, from the beginning, so it
	// does nothing outside the store. A panic in fn, a context that ends and a
	// connection that is lost leave nothing half done.
	//
	// When it is not known whether the transaction was committed, the error
	// wraps [ErrOutcomeUnknown].
	Update(ctx context.Context, tenant string, fn func(Writer) error) error
}

// ErrOutcomeUnknown is wrapped by the error of a [Store.Update] that may or
// may not have been committed, because the connection was lost meanwhile.
// Every operation of the engine may simply be repeated.
var ErrOutcomeUnknown = errors.New("activation: it is not known whether the change was stored")

// Reader reads one tenant, within a [Store.View] or a [Store.Update]; in an
// Update it sees what was written before. It is used by one goroutine at a
// time, and not after the function has returned. What it returns is the
// caller's.
type Reader interface {
	HolderLister

	// Tenant returns what is kept of the tenant as a whole.
	Tenant(ctx context.Context) (TenantRecord, error)

	// Owners returns what is kept for each owner, ordered by name, without the
	// bytes of envelopes.
	Owners(ctx context.Context) ([]OwnerRecord, error)

	// Envelope returns the bytes that were stored with a digest, as an active
	// license or a pending offer; nil if there are none.
	Envelope(ctx context.Context, digest Digest) ([]byte, error)

	// Highest returns the highest number that [Writer.PutHighest] was given
	// for an owner and serial, 0 if none.
	Highest(ctx context.Context, owner, serial string) (int64, error)

	// Census counts the holders of the tenant for each combination of kind,
	// type and assigned modules, those without any module among them. Its cost
	// grows with the combinations, not with the holders.
	Census(ctx context.Context) (seat.Census, error)

	// Holders returns those of the holders that are known, ordered by id. What
	// can't be an id, by [seat.CheckID], is nobody's, and no error.
	Holders(ctx context.Context, ids ...string) ([]seat.Holder, error)

	// History returns entries with an ID below before, the newest first, at
	// most limit. A before of 0 begins with the newest.
	History(ctx context.Context, before int64, limit int) ([]HistoryEntry, error)

	// Log returns entries with an ID below before, the newest first, at most
	// limit. A before of 0 begins with the newest.
	Log(ctx context.Context, before int64, limit int) ([]LogEntry, error)

	// Samples returns those of a module that are from the given days or
	// between, ordered by day. An empty module means all, ordered by day, then
	// module.
	Samples(ctx context.Context, module string, from, to time.Time) ([]Sample, error)
}

// HolderLister lists holders page by page. A store does it by an index; a list
// in memory will do.
type HolderLister interface {
	// HoldersWith returns, in bytewise order of their ids, the first holders
	// whose id is greater than after and to whom at least one of the modules
	// is assigned: as many as there are, but no more than limit. No modules
	// means all holders. The last id of a page goes on, also when holders came
	// and went meanwhile.
	HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error)
}

// Writer writes one tenant, within a [Store.Update]. The store keeps copies
// of what it is given.
type Writer interface {
	Reader

	// PutTenant replaces what is kept of the tenant as a whole, but for the
	// revision, which is the store's.
	PutTenant(ctx context.Context, record TenantRecord) error

	// PutOwner replaces what is kept for the owner. An envelope without bytes
	// keeps those that are stored with its digest; one with bytes replaces
	// them. Bytes that no owner's record names any more are forgotten.
	PutOwner(ctx context.Context, record OwnerRecord) error

	// PutHighest records that a number was activated for an owner and serial.
	// A lower number than the recorded one changes nothing.
	PutHighest(ctx context.Context, owner, serial string, number int64) error

	// PutHolders inserts holders and replaces those who are known. A holder to
	// whom nothing is assigned is kept like any other. Of two with one id the
	// later counts. Ids follow [seat.CheckID]; the engine has checked them.
	PutHolders(ctx context.Context, holders ...seat.Holder) error

	// DeleteHolders forgets holders. Those who are not known are passed over,
	// as is what can't be an id.
	DeleteHolders(ctx context.Context, ids ...string) error

	// AppendHistory adds an entry and returns its ID, which is greater than
	// any that the tenant's history has had.
	AppendHistory(ctx context.Context, entry HistoryEntry) (int64, error)

	// AppendLog adds entries in their order. Their IDs are the store's,
	// greater than any that the tenant's log has had.
	AppendLog(ctx context.Context, entries ...LogEntry) error

	// PutSamples inserts samples and replaces those of the same day and
	// module. Of two such the later counts.
	PutSamples(ctx context.Context, samples ...Sample) error

	// RenameHolder replaces an id by another wherever it stands: as a holder,
	// in the log, as an actor, also where no holder has it any more. It is how
	// a person is erased. If both ids are those of holders, that is an error,
	// and nothing is replaced.
	RenameHolder(ctx context.Context, id, pseudonym string) error
}

// ChangeReader is a [Reader] that can say which holders changed, so that a
// snapshot of many holders is refreshed for the price of the change. Without
// it, all holders are read.
type ChangeReader interface {
	// ChangedHolders returns the holders who were changed after a revision, as
	// they are now, and the ids of those who are gone. It is false if the
	// store can't say, after which all holders are read: for a revision that it
	// has forgotten, that is beyond its own, or whose token is another one than
	// it had. The zero Revision is that of a tenant that was never written.
	ChangedHolders(ctx context.Context, since Revision) (changed []seat.Holder, gone []string, known bool, err error)
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
	// Watch calls notify with the tenants that were written until the context
	// ends, and returns its error. Calls may be lost and may come together. It
	// does not call notify after it has returned.
	Watch(ctx context.Context, notify func(tenant string)) error
}

// Notifier is a [Store] whose [Watcher] does not see by itself what is written
// in a transaction of the host. Without it, that is noticed when the revision
// is read.
type Notifier interface {
	// Notify lets the Watch of every process know that a tenant was written. It
	// does not wait, and may be lost.
	Notify(tenant string)
}

// Revision names a state of a tenant. Two are the same state if they are equal;
// nothing is said by one of their fields alone, since a database that has lost
// its last commits, as after a failover to a replica that lagged behind or after
// a restore, counts to the same numbers once more.
type Revision struct {
	// Number grows with every Update that writes anything.
	Number int64
	// Token is drawn at random by each of them. It is empty if the Update was
	// one of a version of the store that drew none.
	Token string
}

// TenantRecord is what a store keeps of a tenant as a whole. The zero
// TenantRecord is that of one that was never written.
type TenantRecord struct {
	// Revision is another one after every Update that writes anything. The
	// store sets it. Within an Update its number is already the one that the commit gives.
	Revision Revision
	// Newest is the newest instant that was recorded.
	Newest time.Time
	// NewestIssued is the newest issuedAt of a license that was activated.
	NewestIssued time.Time
	// Due is when a source is to be asked, or seats in use are to be sampled,
	// next; zero for never.
	Due time.Time
	// LeasedUntil is until when a worker has claimed the tenant's due checks.
	LeasedUntil time.Time
	// LeasedBy names that worker, so that one who comes late does not give back
	// the lease of another.
	LeasedBy string
	// Sampled is the day of the last samples.
	Sampled time.Time
}

// OwnerRecord is what a store keeps of an owner in a tenant.
type OwnerRecord struct {
	// Owner is the owner's name.
	Owner string
	// BindTo is what the installation expects of this owner's licenses.
	BindTo BindTo
	// Active is the active license, nil if there is none.
	Active *StoredLicense
	// Pending is the offer that waits for an administrator, nil if none does.
	Pending *StoredLicense
	// Check is how the owner's source was asked.
	Check CheckRecord
}

// StoredLicense is a signed envelope in a store: an active license, or an
// offer. The license itself is read from the bytes at every load, so that a
// changed row is noticed.
type StoredLicense struct {
	// Digest is that of the envelope's bytes.
	Digest Digest
	// Envelope is the bytes as they came. It is nil in what a store returns;
	// see [Reader.Envelope].
	Envelope []byte
	// Licensee and Number are those of the license.
	Licensee license.Licensee
	Number   int64
	// Source says where it came from, By who activated or loaded it, At when.
	Source string
	By     string
	At     time.Time
	// Unseen is true until an administrator has acknowledged a license that
	// was activated automatically.
	Unseen bool
}

// CheckRecord is what a store keeps of the checks of an owner's source.
type CheckRecord struct {
	// LastTry and LastSuccess are when the source was last asked, and when it
	// last answered other than with a problem; zero for never.
	LastTry, LastSuccess time.Time
	// Outcome is the code of the last answer, Title and Detail its texts, and
	// Message and MessageURL what the owner has to say.
	Outcome, Title, Detail string
	Message, MessageURL    string
	// NewLicensee is what the source says the licensee is called now; nil
	// unless the outcome is that.
	NewLicensee *license.Licensee
	// ETag is that of the last envelope.
	ETag string
	// Failures is the number of problems in a row.
	Failures int
	// Next is when to ask again; zero means only by hand.
	Next time.Time
}

// HistoryKind says what an entry of the history is about.
type HistoryKind string

// The kinds of history entries, see docs/spec/planning.md, Activation.
const (
	// HistoryActivated: a license was activated, by itself or by somebody.
	HistoryActivated HistoryKind = "activated"
	// HistoryRemoved: the active license was removed, see [Tenant.Remove].
	HistoryRemoved HistoryKind = "removed"
	// HistoryIdentityChanged: another serial or company is expected, see
	// [Tenant.Expect].
	HistoryIdentityChanged HistoryKind = "identity-changed"
	// HistoryClockReset: the newest recorded instant was forgotten, see
	// [Tenant.ResetClock].
	HistoryClockReset HistoryKind = "clock-reset"
)

// HistoryEntry is an activation, a removal, a change of the expected identity
// or a reset of the recorded instant. The assignments that ended or moved with
// it are in the log, under its ID.
type HistoryEntry struct {
	// ID is set by the store.
	ID   int64       `json:"id"`
	At   time.Time   `json:"at"`
	Kind HistoryKind `json:"kind"`
	// By is the host's word for who did it.
	By string `json:"by"`
	// Owner is empty for what concerns the tenant.
	Owner  string `json:"owner,omitempty"`
	Source string `json:"source,omitempty"`
	// From and To are issue numbers, 0 for no license.
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// FromLicensee and ToLicensee are given where they differ.
	FromLicensee *license.Licensee `json:"fromLicensee,omitempty"`
	ToLicensee   *license.Licensee `json:"toLicensee,omitempty"`
	// Automatic says that nobody was asked.
	Automatic bool `json:"automatic,omitempty"`
	// Changes are those of the plan.
	Changes []Change `json:"changes,omitempty"`
}

// LogEntry is an assignment that began, ended or moved.
type LogEntry struct {
	// ID is set by the store.
	ID     int64      `json:"id"`
	At     time.Time  `json:"at"`
	By     string     `json:"by"`
	Holder string     `json:"holder"`
	Module string     `json:"module"`
	Cause  seat.Cause `json:"cause"`
	// To is the module that a moved assignment became.
	To string `json:"to,omitempty"`
	// History is the ID of the history entry that it belongs to, 0 if none.
	History int64 `json:"history,omitempty"`
}

// Sample is the seats of a module on a day.
type Sample struct {
	// Day is midnight UTC.
	Day    time.Time `json:"day"`
	Module string    `json:"module"`
	InUse  int64     `json:"inUse"`
	// Capacity is 0 for an unrestricted module.
	Capacity     int64 `json:"capacity"`
	Unrestricted bool  `json:"unrestricted,omitempty"`
}
