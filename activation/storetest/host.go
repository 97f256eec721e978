package storetest

import (
	"context"
	"errors"

	"github.com/seatwright/seatwright/activation"
)

// begin begins a transaction of the host.
func (e *env) begin() (bound activation.Store, end func(commit bool) error) {
	e.Helper()
	if e.factory.Begin == nil {
		e.Fatal(`Factory.Begin is missing; if that is meant, exempt the store from "HostTransactions" with a reason`)
	}
	return e.factory.Begin(e, e.place)
}

// updateIn runs an Update that succeeds in a transaction of the host.
func (e *env) updateIn(bound activation.Store, fn func(context.Context, activation.Writer) error) {
	e.Helper()
	ctx := e.Context()
	if err := bound.Update(ctx, tenant, func(w activation.Writer) error { return fn(ctx, w) }); err != nil {
		e.Fatalf("Update in a transaction of the host: %v", err)
	}
}

// hostCommits looks from inside and outside, before and after the host has
// committed.
func hostCommits(e *env) {
	before := e.populated(tenant)
	bound, end := e.begin()
	e.updateIn(bound, func(ctx context.Context, w activation.Writer) error {
		e.runAll(ctx, w, writes()[:5])
		return nil
	})
	e.updateIn(bound, func(ctx context.Context, w activation.Writer) error {
		e.runAll(ctx, w, writes()[5:])
		return nil
	})
	inside := e.contentsIn(bound, tenant)
	e.same("from outside of a transaction that the host has not committed", before, e.contents(tenant))
	if err := end(true); err != nil {
		e.Fatalf("committing: %v", err)
	}
	after := e.contents(tenant)
	e.same("after the host has committed", inside, after)
	if after.Tenant.Revision.Number <= before.Tenant.Revision.Number {
		e.Errorf("the revision was %v and is %v after the host has committed", before.Tenant.Revision, after.Tenant.Revision)
	}
}

func hostRollsBack(e *env) {
	before := e.populated(tenant)
	bound, end := e.begin()
	e.updateIn(bound, func(ctx context.Context, w activation.Writer) error {
		e.runAll(ctx, w, writes())
		return nil
	})
	if err := end(false); err != nil {
		e.Fatalf("rolling back: %v", err)
	}
	e.same("after the host has rolled back", before, e.contents(tenant))
	e.goesOn(before)
}

// hostGoesOn refuses, before and after something was written, and goes on in
// the same transaction.
func hostGoesOn(e *env) {
	e.populated("twin")
	e.populated(tenant)
	bound, end := e.begin()
	ctx := e.Context()
	for _, calls := range [][]call{nil, writes()} {
		if err := bound.Update(ctx, tenant, func(w activation.Writer) error {
			if _, err := w.Census(ctx); err != nil {
				return err
			}
			e.runAll(ctx, w, calls)
			return errOwn
		}); !errors.Is(err, errOwn) {
			e.Errorf("a refusal in a transaction of the host: Update returns %v, want the error of its function", err)
		}
	}
	last := writes()[4]
	e.updateIn(bound, last.run)
	if err := end(true); err != nil {
		e.Fatalf("committing: %v", err)
	}
	e.update("twin", last.run)
	want, got := withoutRevision(e.contents("twin")), withoutRevision(e.contents(tenant))
	want.History, got.History, want.Log, got.Log = nil, nil, nil, nil // their IDs may have gaps
	e.same("after refusals in a transaction of the host, and one Update that succeeded", want, got)
}
