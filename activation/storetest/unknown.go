package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// canceledInCommit ends contexts while Updates are committed. The report must
// be what is there.
func canceledInCommit(e *env) {
	n := 0
	for range e.amount(5, 20) {
		for left := range 10 {
			ctx := newCountdown(e.Context())
			err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
				if err := mark(ctx, w, n); err != nil {
					return err
				}
				ctx.start(left)
				return nil
			})
			ctx.cancel()
			e.checkMark(e.store, n, err, context.Canceled)
			n++
		}
	}
	random := e.random()
	for range e.amount(50, 200) {
		e.cancelSoon(n, random.IntN(50))
		n++
	}
}

// cancelSoon ends the context of an Update from another goroutine, after its
// function has returned.
func (e *env) cancelSoon(n, yields int) {
	e.Helper()
	ctx, cancel := context.WithCancel(e.Context())
	var returning atomic.Bool
	canceled := make(chan struct{})
	go func() {
		defer close(canceled)
		defer cancel()
		for !returning.Load() {
			runtime.Gosched()
		}
		for range yields {
			runtime.Gosched()
		}
	}()
	err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
		defer returning.Store(true)
		return mark(ctx, w, n)
	})
	returning.Store(true)
	<-canceled
	e.checkMark(e.store, n, err, context.Canceled)
}

// mark leaves something at three places.
func mark(ctx context.Context, w activation.Writer, n int) error {
	id := fmt.Sprintf("u%d", n)
	if err := w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.web"}}); err != nil {
		return err
	}
	if err := w.PutSamples(ctx, activation.Sample{Day: day(1), Module: "acme." + id, InUse: 1}); err != nil {
		return err
	}
	return w.AppendLog(ctx, activation.LogEntry{At: second(n), Holder: id, Module: "acme.web", Cause: seat.CauseAssigned})
}

// checkMark compares what an Update with a mark returned with what is there.
func (e *env) checkMark(store activation.Store, n int, result, expected error) {
	e.Helper()
	c := e.contentsIn(store, tenant)
	id := fmt.Sprintf("u%d", n)
	places := 0
	for _, found := range []bool{
		slices.ContainsFunc(c.Holders, func(h seat.Holder) bool { return h.ID == id }),
		slices.ContainsFunc(c.Samples, func(s activation.Sample) bool { return s.Module == "acme."+id }),
		slices.ContainsFunc(c.Log, func(l activation.LogEntry) bool { return l.Holder == id }),
	} {
		if found {
			places++
		}
	}
	switch {
	case places != 0 && places != 3:
		e.Errorf("Update %d (%v): %d of 3 writes are kept", n, result, places)
	case result == nil && places == 0:
		e.Errorf("Update %d returned nil, and nothing of it is kept", n)
	case errors.Is(result, activation.ErrOutcomeUnknown):
	case result != nil && places != 0:
		e.Errorf("Update %d returned %v, which is not ErrOutcomeUnknown, and is kept", n, result)
	case result != nil && !errors.Is(result, expected):
		e.Errorf("Update %d returned %v, want ErrOutcomeUnknown or %v", n, result, expected)
	}
}

// connectionLost loses the connection in commits, and repeats what was not
// known to be done.
func connectionLost(e *env) {
	if e.factory.Cut == nil {
		e.Fatal(`Factory.Cut is missing; if that is meant, exempt the store from "ConnectionLost" with a reason`)
	}
	for i, reached := range []bool{false, true} {
		cut := e.factory.Cut(e, e.place, reached)
		ctx := e.Context()
		err := cut.Update(ctx, tenant, func(w activation.Writer) error { return mark(ctx, w, i) })
		if !errors.Is(err, activation.ErrOutcomeUnknown) {
			e.Errorf("the connection was lost in a commit (reached the database: %t): Update returns %v, want ErrOutcomeUnknown", reached, err)
		}
		e.checkMark(e.store, i, err, nil)
		e.update(tenant, func(ctx context.Context, w activation.Writer) error {
			known, err := w.Holders(ctx, fmt.Sprintf("u%d", i))
			if err != nil || len(known) > 0 {
				return err
			}
			return mark(ctx, w, i)
		})
		e.checkMark(e.store, i, nil, nil)
		if log := e.contents(tenant).Log; len(log) != i+1 {
			e.Errorf("after repeating it, there are %d log entries, want %d", len(log), i+1)
		}
	}
}
