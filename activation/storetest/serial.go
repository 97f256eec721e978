package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// await waits for what happens at once in a store that works.
func (e *env) await(happened <-chan struct{}, what string) {
	e.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		e.Fatalf("waited %s for %s", patience, what)
	}
}

// awaitError is await for what ends with an error or nil.
func (e *env) awaitError(ended <-chan error, what string) error {
	e.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		e.Fatalf("waited %s for %s", patience, what)
		return nil
	}
}

// updateLosesNone counts up what is read, from several goroutines.
func updateLosesNone(e *env) {
	const goroutines = 8
	each := e.amount(10, 40)
	together(goroutines, func(int) {
		for range each {
			if err := e.countUp(); err != nil {
				e.Errorf("Update: %v", err)
				return
			}
		}
	})
	want := int64(goroutines * each)
	got := e.contents(tenant)
	if len(got.Samples) != 1 || got.Samples[0].InUse != want {
		e.Errorf("%d Updates counted up to %+v", want, got.Samples)
	}
	if len(got.Log) != int(want) {
		e.Errorf("%d Updates appended %d log entries", want, len(got.Log))
	}
	if len(got.Holders) != 1 || got.Holders[0].Type != fmt.Sprint(want) {
		e.Errorf("%d Updates counted up to %+v", want, got.Holders)
	}
	if got.Tenant.Revision.Number < want {
		e.Errorf("after %d Updates the revision is %v", want, got.Tenant.Revision)
	}
}

// countUp counts in a sample, in a holder, and by a log entry.
func (e *env) countUp() error {
	ctx := e.Context()
	return e.store.Update(ctx, tenant, func(w activation.Writer) error {
		samples, err := w.Samples(ctx, "acme.web", day(1), day(1))
		if err != nil {
			return err
		}
		counted := activation.Sample{Day: day(1), Module: "acme.web", InUse: 1}
		if len(samples) > 0 {
			counted.InUse += samples[0].InUse
		}
		holders, err := w.Holders(ctx, "u1")
		if err != nil {
			return err
		}
		next := 1
		if len(holders) > 0 {
			if _, err := fmt.Sscan(holders[0].Type, &next); err != nil {
				return err
			}
			next++
		}
		letOthersRun()
		if err := w.PutSamples(ctx, counted); err != nil {
			return err
		}
		if err := w.AppendLog(ctx, activation.LogEntry{Holder: "u1", Module: "acme.web", Cause: seat.CauseAssigned}); err != nil {
			return err
		}
		return w.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User, Type: fmt.Sprint(next)})
	})
}

// updateGivesLastSeatOnce lets many ask for the one seat that is left.
func updateGivesLastSeatOnce(e *env) {
	contenders := e.amount(16, 64)
	capacity := edition(0).Module("acme.web").Module.Capacity()
	for round := range e.amount(2, 5) {
		name := fmt.Sprintf("tenant-%d", round)
		e.update(name, func(ctx context.Context, w activation.Writer) error {
			for i := range contenders + int(capacity) - 1 {
				h := seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User}
				if i >= contenders {
					h.Assigned = []string{"acme.web"}
				}
				if err := w.PutHolders(ctx, h); err != nil {
					return err
				}
			}
			return nil
		})
		var winners, others atomic.Int64
		meeting := newMeeting(contenders, 2*time.Millisecond)
		together(contenders, func(i int) {
			op := operation{kind: assigning, holder: fmt.Sprintf("u%d", i), module: "acme.web", decided: sync.OnceFunc(meeting.wait)}
			refusal, err := op.run(e.Context(), e.store, name)
			full := new(seat.NoFreeSeatError)
			switch {
			case err != nil:
				e.Errorf("assigning: %v", err)
			case refusal == nil:
				winners.Add(1)
			case !errors.As(refusal, &full) || full.Capacity != capacity || full.InUse != capacity || full.Wanted != 1:
				e.Errorf("the one who came too late was refused with %v, want that %d of %d seats are in use", refusal, capacity, capacity)
			default:
				others.Add(1)
			}
		})
		if winners.Load() != 1 || others.Load() != int64(contenders-1) {
			e.Errorf("%d of %d were assigned the last seat, want 1", winners.Load(), contenders)
		}
	}
}

// meeting lets goroutines go on when all have come, or after a moment. In a
// store that runs one Update after another they never meet.
type meeting struct {
	missing atomic.Int64
	met     chan struct{}
	moment  time.Duration
}

func newMeeting(goroutines int, moment time.Duration) *meeting {
	m := &meeting{met: make(chan struct{}), moment: moment}
	m.missing.Store(int64(goroutines))
	return m
}

func (m *meeting) wait() {
	if m.missing.Add(-1) == 0 {
		close(m.met)
	}
	select {
	case <-m.met:
	case <-time.After(m.moment):
	}
}
