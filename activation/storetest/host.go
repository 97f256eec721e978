package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// levels returns how a host begins transactions.
func (e *env) levels() []string {
	e.Helper()
	if e.factory.Begin == nil {
		e.Fatal(`Factory.Begin is missing; if that is meant, exempt the store from "HostTransactions" with a reason`)
	}
	if len(e.factory.Levels) == 0 {
		return []string{""}
	}
	return e.factory.Levels
}

// begin begins a transaction of the host, in the first way that it has.
func (e *env) begin() (bound activation.Store, end func(commit bool) error) {
	e.Helper()
	return e.factory.Begin(e, e.place, e.levels()[0])
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
	e.goesOn(tenant, before)
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

// hostsTakeLastSeat has two transactions of the host at once that both read
// before either of them writes. Then each makes a user known, and asks for the
// one seat that is left.
func hostsTakeLastSeat(e *env) {
	capacity := edition(0).Module("acme.web").Module.Capacity()
	for _, level := range e.levels() {
		for round := range e.amount(1, 3) {
			name := fmt.Sprintf("%s %d", level, round)
			e.update(name, func(ctx context.Context, w activation.Writer) error {
				var holders []seat.Holder
				for i := range int(capacity) - 1 {
					holders = append(holders, seat.Holder{ID: fmt.Sprintf("w%d", i), Kind: license.User, Assigned: []string{"acme.web"}})
				}
				return w.PutHolders(ctx, holders...)
			})
			var winners atomic.Int64
			const moment = 200 * time.Millisecond
			meeting := newMeeting(2, moment)
			together(2, func(i int) {
				op := operation{kind: assigning, holder: fmt.Sprintf("u%d", i), module: "acme.web"}
				refusal, err := e.inHost(level, name, op, meeting)
				full := new(seat.NoFreeSeatError)
				switch {
				case err != nil:
					e.Errorf("assigning in a transaction of the host (%q): %v", level, err)
				case refusal == nil:
					winners.Add(1)
				case !errors.As(refusal, &full):
					e.Errorf("the transaction that came too late was refused with %v (%q), want a *seat.NoFreeSeatError", refusal, level)
				}
			})
			if winners.Load() != 1 {
				e.Errorf("in two transactions of the host (%q), %d were assigned the last seat, want 1", level, winners.Load())
			}
			got := e.contents(name)
			e.same("the census after two transactions of the host", countHolders(got.Holders), got.Census)
			if holding := holdersWith(got.Holders, []string{"acme.web"}, ""); int64(len(holding)) != capacity {
				e.Errorf("after two transactions of the host (%q), %d of %d seats are taken", level, len(holding), capacity)
			}
		}
	}
}

// inHost makes a holder known and runs an operation of it, by two Updates in a
// transaction of the host, which begins anew after a conflict, as hosts do. The
// meeting is between reading and writing.
func (e *env) inHost(level, tenant string, op operation, meeting *meeting) (refusal, err error) {
	const attempts = 10
	for range attempts {
		bound, end := e.factory.Begin(e, e.place, level)
		if err = bound.View(e.Context(), tenant, func(r activation.Reader) error {
			_, _, err := situation(e.Context(), r)
			return err
		}); err != nil {
			_ = end(false)
			continue
		}
		meeting.wait()
		if err = bound.Update(e.Context(), tenant, func(w activation.Writer) error {
			return w.PutHolders(e.Context(), seat.Holder{ID: op.holder, Kind: license.User})
		}); err != nil {
			_ = end(false)
			continue
		}
		if refusal, err = op.run(e.Context(), bound, tenant); err != nil {
			_ = end(false)
			continue
		}
		if err = end(refusal == nil); err == nil {
			return refusal, nil
		}
	}
	return nil, err
}
