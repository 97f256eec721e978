package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// errOwn is the error of a function that a case hands to a store.
var errOwn = errors.New("storetest: an error of the function")

// viewIsConsistent writes while a View is being read. A store may let the
// Update wait for the View, so that is not waited for long.
func viewIsConsistent(e *env) {
	const glimpses = 10
	before := e.populated(tenant)
	for range e.amount(3, 10) {
		written := make(chan error, 1)
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			first, err := r.Tenant(ctx)
			if err != nil {
				return err
			}
			e.same("the tenant at the beginning of a View", before.Tenant, first)
			go func() { written <- e.store.Update(ctx, tenant, changeEverything(ctx)) }()
			for glimpse := range glimpses {
				select {
				case err := <-written:
					written <- err
				case <-time.After(10 * time.Millisecond):
				}
				got, err := readContents(ctx, r)
				if err != nil {
					return err
				}
				e.same("the state changed while a View ran", before, got)
				if e.Failed() {
					e.Logf("it was seen at glimpse %d", glimpse)
					return nil
				}
			}
			return nil
		})
		if err := <-written; err != nil {
			e.Fatalf("Update beside a View: %v", err)
		}
		before = e.contents(tenant)
	}
}

// changeEverything makes every write, and changes something however often it
// is run.
func changeEverything(ctx context.Context) func(activation.Writer) error {
	return func(w activation.Writer) error {
		holders, err := w.Holders(ctx, "u1")
		if err != nil {
			return err
		}
		for _, write := range writes() {
			if write.name == "RenameHolder" {
				continue // a holder can be renamed only once
			}
			if err := write.run(ctx, w); err != nil {
				return err
			}
		}
		for i := range holders {
			holders[i].Type += "+"
		}
		return w.PutHolders(ctx, holders...)
	}
}

func viewReturnsError(e *env) {
	ctx := e.Context()
	if err := e.store.View(ctx, tenant, func(activation.Reader) error { return errOwn }); err != errOwn { //nolint:errorlint // it must be the same error, not wrapped
		e.Errorf("View returns %v, want the error of its function as it is", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				e.Error("a panic in View does not pass through")
			}
		}()
		_ = e.store.View(ctx, tenant, func(activation.Reader) error { panic(errOwn) })
	}()
	e.populated(tenant)
}

// viewIsCanceled ends the context before each of the calls.
func viewIsCanceled(e *env) {
	before := e.populated(tenant)
	for n, last := range reads() {
		ctx, cancel := context.WithCancel(e.Context())
		err := e.store.View(ctx, tenant, func(r activation.Reader) error {
			for _, read := range reads()[:n] {
				if err := read.run(ctx, r); err != nil {
					e.Errorf("%s, before the context ended: %v", read.name, err)
				}
			}
			cancel()
			return last.run(ctx, r)
		})
		if !errors.Is(err, context.Canceled) {
			e.Errorf("%s with a context that has ended: View returns %v, want context.Canceled", last.name, err)
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(e.Context())
	cancel()
	if err := e.store.View(ctx, tenant, func(activation.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		e.Errorf("View with a context that has ended returns %v, want context.Canceled", err)
	}
	e.same("after Views whose context ended", before, e.contents(tenant))
}

// viewReturnsCopies overwrites what was given to the store and what it has
// returned.
func viewReturnsCopies(e *env) {
	given := fixtureOf(0)
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		fresh := fixtureOf(0)
		err := fresh.write(ctx, w)
		spoil(&fresh.owners, &fresh.holders, &fresh.history, &fresh.log, &fresh.samples)
		return err
	})
	before := e.contents(tenant)
	e.same("holders after what was given was overwritten", given.contents().Holders, before.Holders)
	e.same("envelopes after what was given was overwritten", given.contents().Envelopes, before.Envelopes)
	e.same("owners after what was given was overwritten", given.contents().Owners, before.Owners)
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		if err := spoilAll(ctx, w); err != nil {
			return err
		}
		got, err := readContents(ctx, w)
		got.Tenant.Revision = before.Tenant.Revision // the Update may see its own new revision
		e.same("after what was returned was overwritten, in the same Update", before, got)
		return err
	})
	got := e.contents(tenant)
	got.Tenant.Revision = before.Tenant.Revision
	e.same("after what was returned was overwritten", before, got)
}

func spoilAll(ctx context.Context, r activation.Reader) error {
	found, err := readContents(ctx, r)
	if err != nil {
		return err
	}
	spoil(&found.Owners, &found.Holders, &found.History, &found.Log, &found.Samples)
	var census seat.Census
	if census, err = r.Census(ctx); err != nil {
		return err
	}
	byID, err := r.Holders(ctx, "u1", "u2")
	if err != nil {
		return err
	}
	raw, err := r.Envelope(ctx, fixtureOf(0).owners[1].Active.Digest)
	if err != nil {
		return err
	}
	spoil(&census, &byID, &raw)
	reader, ok := r.(activation.ChangeReader)
	if !ok {
		return nil
	}
	changed, gone, _, err := reader.ChangedHolders(ctx, activation.Revision{})
	spoil(&changed, &gone)
	return err
}
