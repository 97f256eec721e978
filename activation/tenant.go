package activation

// Tenant is one installation or database, as the engine sees it. It is a
// handle: make one whenever it is needed, from any goroutine.
//
// A Tenant reads, plans, answers and checks what is due. An [Actor] has the
// operations that change something on somebody's behalf; [Tenant.As] makes one.
//
// Every operation is one transaction, but for [Tenant.Renew], which asks a
// source between two, [Actor.Import] and the sequences, which are many. An
// operation that returns an error has changed nothing, save where the error
// wraps [ErrOutcomeUnknown]; and every operation may be repeated after that,
// because what is done already succeeds and changes nothing. [Classify] sorts
// errors.
type Tenant struct {
	engine *Engine
	store  Store
	id     string
	bound  bool // to a transaction of the host; the engine does not see how it ends
	dry    bool
}

// ID returns the tenant's id.
func (t *Tenant) ID() string { return t.id }

// In returns a handle whose operations run in another store handle of the same
// store: one that is bound to a transaction which the host has begun, so that
// creating a user and giving it a seat commit together. A refusal has only
// read, and leaves the host's transaction usable; after any other error the
// host rolls back. See docs/spec/storage.md, Host transactions.
//
// As the engine does not see the commit, success is neither logged nor
// observed, and snapshots of entitlements learn of it when the host calls
// [Tenant.Committed], or at the next poll of the revision. [Tenant.Renew] is
// refused, as no transaction may be open while a source is asked.
func (t *Tenant) In(store Store) *Tenant {
	bound := *t
	bound.store, bound.bound = store, true
	return &bound
}

// DryRun returns a handle whose operations answer as they would, and store
// nothing. See [Actor.DryRun].
func (t *Tenant) DryRun() *Tenant {
	dry := *t
	dry.dry = true
	return &dry
}

// Committed says that a transaction of the host in which operations have run, by
// [Tenant.In], was committed: the next [Tenant.Entitlements] reads what has
// changed, and other processes are told, where the store is a [Notifier]. Call it
// after each such commit. A call too many costs a read of the revision. Without it,
// a user who was just given a seat may be refused until [WithSnapshotMaxAge] is
// over. It is not needed where operations run in transactions of their own. It does
// not wait, and has no error. See docs/spec/storage.md, Update.
func (t *Tenant) Committed() {
	t.engine.snapshots.expire(t.id)
	if notifier, ok := optional[Notifier](t.engine.store); ok && !t.dry {
		notifier.Notify(t.id)
	}
}
