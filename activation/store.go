package activation

import (
	"context"
	"errors"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// Store keeps what tenants have: licenses, offers, holders with their seats,
// history. It holds no rules; those are in packages license and seat and in
// the planner. This file is all that the author of a store reads, and package
// storetest says whether the store is right. See docs/spec/storage.md.
//
// A tenant that was never written is an empty one, not an error. Tenant ids
// follow [seat.CheckID]; the engine has checked them. A store may be used from any
// number of goroutines, and several processes may share what is behind it.
//
// # What it promises
//
// Package storetest prints the sentence of the promise that is broken:
//
//   - Keeps: what was written is read, every field of it; what was never
//     written is empty; the revision grows with every change
//   - Isolation: tenants never see each other; every key leads with the tenant
//   - View: View runs a function on one consistent state, and returns its
//     error as it is; what it returns is the caller's
//   - Update: Update runs a function in a transaction, as if Updates of a
//     tenant ran one after another; its error rolls everything back and is
//     returned as it is; a context that ends or a panic leaves nothing half
//     done
//   - OutcomeUnknown: when it is not known whether an Update was committed,
//     the error says so (ErrOutcomeUnknown), and repeating it is safe
//   - Census: the census is the number of holders for every combination of
//     kind, type and assigned modules, consistent with the transaction
//   - Paging: holders are listed by id, by module held, in bytewise order,
//     with a cursor that stays valid while rows change
//   - Changes: the store says which holders changed or went since a revision,
//     or that it can't say; the result is that of a full reload
//   - Watch: a hint tells that a tenant was written, until the context ends,
//     and none comes afterwards
//   - Due: due checks are listed over all tenants, ordered by tenant, page by
//     page, also those that are due this instant or leased
//   - Erase: erasing replaces a holder's id by a pseudonym everywhere, history
//     and log included
//   - Ids: ids are bytes: they differ by case, accents, width, white space and
//     length, and none is an instruction
//   - Model: whatever is written, in whatever order and however much of it, is
//     read as plain lists in memory would have it
//   - Limits: what is large by the specification, or many at a time, is kept
//     like anything else
//   - Durability: what Update returned nil for survives a crash; several
//     processes may share what is behind a store
//   - HostTransactions: operations run inside a transaction that the host has
//     begun, and are kept or not with it; a refusal leaves it usable
//
// # Values
//
// Texts are kept byte by byte; they are valid UTF-8 without NUL. Instants are
// from the year 1 to the end of 9999 in UTC, and are kept to the microsecond at
// least; finer digits may be cut off, and are never rounded up. Their location is
// not kept. The zero instant is none. An empty list and a nil one are the same.
// Every order of texts is bytewise. The modules that a holder has are a set: they
// come back ordered, each once.
//
// A limit below 1 reads nothing. A page that is shorter than its limit is the
// last. The entry that a page begins behind may be gone.
//
// No part of a tenant refers to another one. A wish, an entry of the log, a
// selection or a schedule may name a holder, a module or an entry of the history that is not kept.
//
// # Transactions
//
// Updates of one tenant run one after another. A View waits for no Update, nor for
// a transaction of the host. An Update may wait for Views, and for Updates of other
// tenants. A function uses its Reader or Writer alone: a View or Update of the
// store that it calls may wait for ever. In a database, an Update writes the
// tenant's row first, in a statement of its own, and reads afterwards: to lock and
// then count oversells at REPEATABLE READ, at which the count is older than the
// lock. A function that met a conflict may run again any number of times, until
// the context ends.
//
// A store may be bound to a transaction that the host has begun; how is the
// store's own affair, as sqlstore's Bind. It then does all that it does in that
// transaction, which keeps or drops what the function wrote. A function that
// fails leaves nothing of its own behind, as with a savepoint, and the host
// goes on. One that writes nothing keeps other Updates of the tenant waiting until
// the transaction ends, as one that writes: the host goes by what it has read. A
// conflict is the host's to retry, since it alone can begin again.
// Rows of the host are never locked, and ours come last.
//
// # Optional interfaces
//
// The engine looks for them, and has a plain way where they are missing:
// [ChangeReader] and [SnapshotReader], on a Reader; [Recounter], on a Writer;
// [DueLister], [SeatUpdater], [Watcher] and [Notifier], on a Store. A Store that wraps another one has a method
// Unwrap() Store, by which those of the inner one are found, but for SeatUpdater,
// which would go past its own Update. A Reader or a Writer
// that wraps another one implements ChangeReader, SnapshotReader and Recounter
// itself, by calling the inner one's; without that, holders are read anew at each
// change, page by page, and a census can't be repaired.
type Store interface {
	// View runs fn on one consistent state of the tenant, which does not
	// change while fn runs, and includes every Update that had returned nil
	// before, in whatever process. It returns the error of fn as it is, and that
	// of a context that had ended before.
	View(ctx context.Context, tenant string, fn func(Reader) error) error

	// Update runs fn in a transaction, as if all Updates of a tenant ran one
	// after another. If fn returns nil, everything that it wrote is kept, and
	// is there after a crash; otherwise nothing is, and the error is returned
	// as it is. After a conflict fn may run again, from the beginning, so it
	// does nothing outside the store. A panic in fn, a context that ends and a
	// connection that is lost leave nothing half done. If the context has ended
	// when fn returns nil, nothing is kept, and the error wraps the context's. An
	// Update that waits for another one returns when its context ends.
	//
	// When it is not known whether the transaction was committed, the error
	// wraps [ErrOutcomeUnknown].
	Update(ctx context.Context, tenant string, fn func(Writer) error) error
}

// ErrOutcomeUnknown is wrapped by the error of a [Store.Update] that may or may not
// have been committed, because the connection was lost or the context ended during
// the commit. An Update that is known to be committed returns nil. Every operation
// of the engine may simply be repeated.
var ErrOutcomeUnknown = errors.New("activation: it is not known whether the change was stored")

// Reader reads one tenant, within a [Store.View] or a [Store.Update]; in an
// Update it sees what was written before. It is used by one goroutine at a
// time, and not after the function has returned. Its results are the caller's.
type Reader interface {
	// Tenant returns what is kept of the tenant as a whole.
	Tenant(ctx context.Context) (TenantRecord, error)

	// Owners returns what is kept for each owner, ordered by name, without the
	// bytes of envelopes. A record never goes: one that has nothing but a name
	// says that nothing is kept for the owner any more.
	Owners(ctx context.Context) ([]OwnerRecord, error)

	// Envelope returns the bytes that were stored with a digest, as an active
	// license or a pending offer; nil if there are none.
	Envelope(ctx context.Context, digest Digest) ([]byte, error)

	// Highest returns the highest number that [Writer.PutHighest] was given
	// for an owner and serial, 0 if none.
	Highest(ctx context.Context, owner, serial string) (int64, error)

	// Census counts the holders of the tenant for each combination of kind,
	// type and assigned modules, those without any module among them. Each
	// combination comes once, in any order, with a count of 1 or more. The cost
	// should grow with the combinations and not with the holders, so that a store
	// of many keeps the census beside them.
	Census(ctx context.Context) (seat.Census, error)

	// Holders returns those of the holders that are known, ordered by id. A
	// text that can't be an id, by [seat.CheckID], is nobody's, and no error.
	Holders(ctx context.Context, ids ...string) ([]seat.Holder, error)

	// HoldersWith returns, in bytewise order of their ids, the first holders
	// whose id is greater than after and to whom at least one of the modules
	// is assigned: as many as there are, but no more than limit. No modules
	// means all holders. The last id of a page goes on, also when holders came
	// and went meanwhile. A store does it by an index.
	HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error)

	// History returns entries with an ID below before, the newest first, at
	// most limit. A before of 0 begins with the newest.
	History(ctx context.Context, before int64, limit int) ([]HistoryEntry, error)

	// Log returns entries with an ID below before, the newest first, at most
	// limit. A before of 0 begins with the newest.
	Log(ctx context.Context, before int64, limit int) ([]LogEntry, error)

	// Samples returns those of a module whose Day is not before from and not
	// after to, ordered by day. An empty module means all, ordered by day, then
	// module. A Day is midnight UTC, so that a from of 01:00 leaves out that day.
	Samples(ctx context.Context, module string, from, to time.Time) ([]Sample, error)

	// Wishes returns unmet wishes ordered by place, then holder, then module,
	// both bytewise: those behind a wish, by these three, at most limit. The
	// zero Wish begins. With modules, only those for one of them.
	Wishes(ctx context.Context, modules []string, after Wish, limit int) ([]Wish, error)

	// WishCounts counts the unmet wishes for each module and rule, ordered by
	// module, then rule. Its cost may grow with the wishes.
	WishCounts(ctx context.Context) ([]WishCount, error)
}

// Writer writes one tenant, within a [Store.Update]. The store keeps copies
// of what it is given.
type Writer interface {
	Reader

	// PutTenant replaces what is kept of the tenant as a whole, but for the
	// revision, which is the store's.
	PutTenant(ctx context.Context, record TenantRecord) error

	// PutOwner replaces what is kept for the owner. Bytes of envelopes are kept
	// once for each digest in a tenant, and are not compared with it. An envelope
	// without bytes keeps those that are stored with its digest; one with bytes
	// replaces them. Bytes that no owner's record names any more are forgotten.
	PutOwner(ctx context.Context, record OwnerRecord) error

	// PutHighest records that a number was activated for an owner and serial.
	// A lower number than the recorded one changes nothing.
	PutHighest(ctx context.Context, owner, serial string, number int64) error

	// PutHolders inserts holders and replaces those who are known. A holder to
	// whom nothing is assigned is kept like any other. Of two with one id the
	// later counts. Ids follow [seat.CheckID]; the engine has checked them.
	PutHolders(ctx context.Context, holders ...seat.Holder) error

	// DeleteHolders forgets holders, and leaves wishes and log as they are. Those
	// who are not known are passed over, as is a text that can't be an id.
	DeleteHolders(ctx context.Context, ids ...string) error

	// AppendHistory adds an entry and returns its ID, which is 1 or more, and
	// greater than any that the tenant's history has had.
	AppendHistory(ctx context.Context, entry HistoryEntry) (int64, error)

	// AppendLog adds entries in their order. Their IDs are the store's, 1 or more,
	// greater than any that the tenant's log has had, and may have gaps.
	AppendLog(ctx context.Context, entries ...LogEntry) error

	// PutSamples inserts samples and replaces those of the same day and
	// module. Of two such the later counts.
	PutSamples(ctx context.Context, samples ...Sample) error

	// PutWishes inserts wishes and replaces those of the same holder for the same
	// module. Of two such the later counts.
	PutWishes(ctx context.Context, wishes ...Wish) error

	// DeleteWishes forgets the wishes of holders for modules. Without a module,
	// all wishes of the holder are meant. Wishes that are not there are passed
	// over.
	DeleteWishes(ctx context.Context, wishes ...seat.Assignment) error

	// RenameHolder replaces an id by another, also where no holder has it any
	// more. The places are [seat.Holder.ID], Holder and By of the log, By of the
	// history, Holder of wishes, and those of [OwnerRecord.RenameHolder]. Nothing else
	// is replaced. It is how a person is erased. An id that is renamed to itself stays. If both ids are
	// those of holders, that is an error, and nothing is replaced. If both wish
	// for a module, the wish of id replaces that of the pseudonym.
	RenameHolder(ctx context.Context, id, pseudonym string) error
}

// Revision names a state of a tenant. Two are the same state if they are equal.
// One of their fields alone says nothing: a database that has lost its last
// commits counts to the same numbers once more, as after a restore, or a
// failover to a replica that lagged behind.
type Revision struct {
	// Number grows with every Update that writes anything. After an Update that
	// only reads, or whose writes change nothing, it may be a higher one or the
	// same.
	Number int64 `json:"number"`
	// Token is drawn at random by each Update that changes Number. It is empty if
	// an earlier version of the store, which drew none, ran that Update.
	Token string `json:"token,omitzero"`
}

// TenantRecord is what a store keeps of a tenant as a whole. The zero
// TenantRecord is that of one that was never written.
type TenantRecord struct {
	// Revision is a new one after every Update that writes anything. The store sets
	// it. Within an Update its number is already the one that it will have.
	Revision Revision `json:"revision,omitzero"`
	// Newest is the newest instant that was recorded. Operations about seats
	// alone record it once a minute.
	Newest time.Time `json:"newest,omitzero"`
	// NewestIssued is the newest issuedAt of a license that was activated.
	NewestIssued time.Time `json:"newestIssued,omitzero"`
	// Due is when something is to be done next: a source is to be asked, an offer
	// or a state of a license begins, or seats in use are to be sampled. It is zero
	// for never.
	Due time.Time `json:"due,omitzero"`
	// LeasedUntil is the end of a lease: until then one worker alone tells the host
	// what needs attention. A check of a source is claimed by its owner's
	// [CheckRecord.Next].
	LeasedUntil time.Time `json:"leasedUntil,omitzero"`
	// LeasedBy names that worker, so that a worker that comes late does not give
	// back the lease of another.
	LeasedBy string `json:"leasedBy,omitzero"`
	// Sampled is the day of the last samples.
	Sampled time.Time `json:"sampled,omitzero"`
	// Look is when to look next at what needs attention, zero for never, and Notes
	// is the engine's own text about that, of at most 64 KiB. See
	// docs/spec/attention.md, Telling.
	Look  time.Time `json:"look,omitzero"`
	Notes string    `json:"notes,omitzero"`
}

// OwnerRecord is what a store keeps of an owner in a tenant.
type OwnerRecord struct {
	// Owner is the owner's name.
	Owner string `json:"owner"`
	// Expected is what the installation expects of this owner's licenses.
	Expected planner.Expected `json:"expected,omitzero"`
	// Before is what was expected before another serial or company was, until a
	// license is activated; nil if that did not change.
	Before *planner.Expected `json:"before,omitzero"`
	// Active is the active license, nil if there is none.
	Active *StoredLicense `json:"active,omitzero"`
	// Pending is the offers that wait, at most [MaxPending], the one to decide
	// about first.
	Pending []StoredLicense `json:"pending,omitzero"`
	// Check is how the owner's source was asked.
	Check CheckRecord `json:"check,omitzero"`
	// Settled is when the engine last decided about the offers that wait and begin;
	// zero for never.
	Settled time.Time `json:"settled,omitzero"`
	// Raised says which keys have signed the highest numbers, and what these
	// licenses said. It has at most [MaxRaised] numbers, the latest one last, and
	// is kept when the license is removed.
	Raised []RaisedNumber `json:"raised,omitzero"`
}

// MaxPending is how many offers of an owner may wait in a tenant.
const MaxPending = 8

// MaxRaised is how many numbers an owner's record in a tenant has. When there are
// more, those of the serials that were activated longest ago are left out; their
// highest numbers stay, by [Writer.PutHighest].
const MaxRaised = 64

// RaisedNumber is the highest number of a serial that was activated by licenses
// of a key.
type RaisedNumber struct {
	Serial string `json:"serial"`
	// Key is the id of the key that has signed the license, Grantor that of the
	// one that has granted it, if it was granted. Both are empty for numbers of
	// which the key is not known.
	Key     string `json:"key,omitzero"`
	Grantor string `json:"grantor,omitzero"`
	Number  int64  `json:"number"`
	// Content is the SHA-256 of what the license said, so that its number is not
	// used again for something else. It is zero where that is not known.
	Content Digest `json:"content,omitzero"`
}

// StoredLicense is a signed envelope in a store: an active license, or an
// offer. The license itself is read from the bytes at every load, so that a
// changed row is noticed.
type StoredLicense struct {
	// Digest is that of the envelope's bytes.
	Digest Digest `json:"digest"`
	// Envelope is the bytes as they came. It is nil in what a store returns;
	// see [Reader.Envelope].
	Envelope []byte `json:"envelope,omitzero"`
	// Licensee and Number are those of the license.
	Licensee license.Licensee `json:"licensee"`
	Number   int64            `json:"number"`
	// Source says where it came from, By who activated or loaded it, At when.
	Source string    `json:"source"`
	By     string    `json:"by,omitzero"`
	At     time.Time `json:"at,omitzero"`
	// Unseen is true until an administrator has acknowledged a license that
	// was activated automatically.
	Unseen bool `json:"unseen,omitzero"`
	// ETag is what the source has called it, empty for nothing. It lives as long
	// as the license or offer is kept: a source that is shown the ETag of what
	// was not kept would never send it again.
	ETag string `json:"etag,omitzero"`
	// Begins is the validFrom of an offer, zero if it has none.
	Begins time.Time `json:"begins,omitzero"`
	// Offered is when the source last had an offer, zero for one that somebody
	// has loaded. Withdrawn is when the source answered for the first time since
	// then that it has something else, zero if it did not, or if the offer had
	// begun by then.
	Offered   time.Time `json:"offered,omitzero"`
	Withdrawn time.Time `json:"withdrawn,omitzero"`
	// Selected is what administrators have selected for an offer, and nobody has
	// scheduled.
	Selected planner.Selection `json:"selected,omitzero"`
	// Schedule is what is to be done with the activation of an offer, nil for
	// nothing.
	Schedule *Schedule `json:"schedule,omitzero"`
}

// RenameHolder replaces an id in all that is kept for an owner, as
// [Writer.RenameHolder] wants it, and reports whether it was there. It changes what
// the record shares with its copies.
func (o *OwnerRecord) RenameHolder(id, pseudonym string) (found bool) {
	rename := func(text *string) {
		if *text == id {
			*text, found = pseudonym, true
		}
	}
	renameIn := func(s planner.Selection) {
		for i := range s.Releases {
			rename(&s.Releases[i].Holder)
		}
		for i := range s.Switches {
			rename(&s.Switches[i].Holder)
		}
	}
	if o.Active != nil {
		rename(&o.Active.By)
	}
	for i := range o.Pending {
		pending := &o.Pending[i]
		rename(&pending.By)
		renameIn(pending.Selected)
		if pending.Schedule != nil {
			rename(&pending.Schedule.By)
			renameIn(pending.Schedule.Selection)
		}
	}
	return found
}

// Schedule is the approval of an offer that begins later. See [Actor.Schedule].
type Schedule struct {
	// Selection is what is released and switched with the activation.
	planner.Selection
	// By says who has approved it, At when.
	By string    `json:"by"`
	At time.Time `json:"at,omitzero"`
	// Cascade stands for what they take with them, as it was seen.
	Cascade string `json:"cascade,omitzero"`
}

// CheckRecord is what a store keeps of the checks of an owner's source.
type CheckRecord struct {
	// LastTry and LastSuccess are when the source was last asked, and when it
	// last answered other than with a problem or with a license that was
	// refused; zero for never.
	LastTry     time.Time `json:"lastTry,omitzero"`
	LastSuccess time.Time `json:"lastSuccess,omitzero"`
	// Outcome is the code of the last answer, Title and Detail its texts, and
	// Message and MessageURL what the owner has to say.
	Outcome    source.Kind `json:"outcome,omitempty"`
	Title      string      `json:"title,omitempty"`
	Detail     string      `json:"detail,omitempty"`
	Message    string      `json:"message,omitempty"`
	MessageURL string      `json:"messageUrl,omitempty"`
	// Reason, Status and MediaType are those of a problem of the source; see
	// [source.Problem].
	Reason    source.Reason `json:"reason,omitempty"`
	Status    int           `json:"status,omitempty"`
	MediaType string        `json:"mediaType,omitempty"`
	// NewLicensee is who the licensee is now, to be confirmed by [Actor.Expect],
	// with the names as they were sent; nil unless the outcome is that. Clean
	// them by [source.CleanText] where they are shown.
	NewLicensee *license.Licensee `json:"newLicensee,omitempty"`
	// Refused is the last license that the source has sent and that was refused,
	// nil if it has had something better since.
	Refused *RefusedLicense `json:"refused,omitempty"`
	// DismissedETag is that of the offer that was dismissed, as long as the
	// source has nothing else, so that it does not send it again.
	DismissedETag string `json:"dismissedETag,omitempty"`
	// Unverified says that the active license did not verify when the source was
	// asked.
	Unverified bool `json:"unverified,omitempty"`
	// Failures is the number of problems in a row, a license that is refused
	// among them.
	Failures int `json:"failures,omitempty"`
	// Next is when to ask again; zero means only by hand. While the source is asked
	// for what is due, it is when another worker may.
	Next time.Time `json:"next,omitzero"`
}

// HistoryKind says what an entry of the history is about.
type HistoryKind string

// The kinds of history entries, see docs/spec/planning.md, Activation.
const (
	// HistoryActivated: a license was activated, by itself or by somebody.
	HistoryActivated HistoryKind = "activated"
	// HistoryRemoved: the active license was removed, see [Actor.Remove].
	HistoryRemoved HistoryKind = "removed"
	// HistoryIdentityChanged: another serial or company is expected, see
	// [Actor.Expect].
	HistoryIdentityChanged HistoryKind = "identity-changed"
	// HistoryClockReset: the newest recorded instant was forgotten, see
	// [Actor.ResetClock].
	HistoryClockReset HistoryKind = "clock-reset"
	// HistoryRepaired: the census was counted anew, see [Actor.Repair].
	HistoryRepaired HistoryKind = "repaired"
)

// HistoryEntry is an activation, a removal, a change of the expected identity
// or a reset of the recorded instant. The assignments that ended or moved with
// it are in the log, under its ID.
type HistoryEntry struct {
	// ID is set by the store.
	ID   int64       `json:"id"`
	At   time.Time   `json:"at,omitzero"`
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
	Changes []planner.ModuleChange `json:"changes,omitempty"`
}

// LogEntry is an assignment that began, ended or moved.
type LogEntry struct {
	// ID is set by the store.
	ID     int64      `json:"id"`
	At     time.Time  `json:"at,omitzero"`
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
	Day    time.Time `json:"day,omitzero"`
	Module string    `json:"module"`
	InUse  int64     `json:"inUse"`
	// Capacity is what was bought and the overdraft; 0 for an unrestricted
	// module.
	Capacity int64 `json:"capacity"`
	// Overdraft is how much of Capacity is beyond what was bought. It is 0 in
	// samples of programs that did not keep it yet.
	Overdraft int64 `json:"overdraft,omitempty"`
	// Wished is how many holders should have it and can't be given it: the unmet
	// wishes of [Actor.Sync].
	Wished       int64 `json:"wished,omitempty"`
	Unrestricted bool  `json:"unrestricted,omitempty"`
}
