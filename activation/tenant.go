package activation

import (
	"context"

	"github.com/seatwright/seatwright/seat"
)

// Tenant is one installation or database, as the engine sees it. It is a
// handle: make one whenever it is needed, from any goroutine.
//
// Every operation is one transaction, but for [Tenant.Renew], which asks a
// source between two, and [Tenant.Import], which is many. An operation that returns an error has changed nothing,
// save where the error wraps [ErrOutcomeUnknown]; and every operation may be
// repeated after that, because what is done already succeeds and changes
// nothing.
//
// Who may do what is the host's business. Where an operation asks by whom, the
// host's word for the actor goes into the history and the log.
type Tenant struct {
	engine *Engine
	store  Store
	id     string
	bound  bool // to a transaction of the host, of which the end is not known
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
// nothing: what releasing a seat would also release, whom a filled module would
// leave over, what removing a license would release.
func (t *Tenant) DryRun() *Tenant {
	dry := *t
	dry.dry = true
	return &dry
}

// HoldersWith returns a page of the holders to whom at least one of the modules
// is assigned, in bytewise order of their ids: at most limit of those whose id
// is greater than after. No modules means all holders. It makes a Tenant a
// [HolderLister], for [Plan.BlockerHolders].
func (t *Tenant) HoldersWith(ctx context.Context, modules []string, after string, limit int) ([]seat.Holder, error) {
	return run(ctx, t, "list-holders", "", func(ctx context.Context, o *operation) ([]seat.Holder, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]seat.Holder, error) {
			return r.HoldersWith(ctx, modules, after, limit)
		})
	})
}

// HoldersOf returns a page of the holders who occupy a seat of a module, because
// it is assigned to them or a bundle that includes it is. Pages are those of
// [Tenant.HoldersWith].
func (t *Tenant) HoldersOf(ctx context.Context, module, after string, limit int) ([]seat.Holder, error) {
	return run(ctx, t, "list-holders", "", func(ctx context.Context, o *operation) ([]seat.Holder, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) ([]seat.Holder, error) {
			modules := []string{module}
			if e := s.licenses.Module(module); e != nil {
				for _, giver := range e.IncludedBy {
					modules = append(modules, giver.Name)
				}
			}
			return s.HoldersWith(ctx, modules, after, limit)
		})
	})
}

// Holders returns those of the holders that are known, with what is assigned to
// them, ordered by id.
func (t *Tenant) Holders(ctx context.Context, ids ...string) ([]seat.Holder, error) {
	return run(ctx, t, "read-holders", "", func(ctx context.Context, o *operation) ([]seat.Holder, error) {
		return view(ctx, o, func(ctx context.Context, r Reader) ([]seat.Holder, error) {
			return r.Holders(ctx, ids...)
		})
	})
}

// Committed says that a transaction of the host in which operations have run,
// by [Tenant.In], was committed: the next [Tenant.Entitlements] reads what has
// changed, and other processes are told, where the store is a [Notifier]. A call
// too many costs a read of the revision; without it, the change is noticed after
// [WithMaxAge]. It does not wait. See docs/spec/storage.md, Update.
func (t *Tenant) Committed() {
	t.engine.snapshots.expire(t.id)
	if notifier, ok := optional[Notifier](t.engine.store); ok && !t.dry {
		notifier.Notify(t.id)
	}
}
