package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// updateNeverOversells runs random operations, some of which are canceled on
// their way, while a reader looks for a module with more seats in use than
// there are.
func updateNeverOversells(e *env) {
	e.update(tenant, func(ctx context.Context, w activation.Writer) error { return w.PutHolders(ctx, citizens()...) })
	e.soak(tenant, e.amount(2_000, 20_000), e.store)
}

// soak runs so many operations, or as many as there is time for, on stores
// that share what they keep.
func (e *env) soak(tenant string, operations int, stores ...activation.Store) {
	const goroutines = 8
	const seed = 1
	e.Logf("seed %d", seed)
	enough, cancel := context.WithTimeout(e.Context(), time.Duration(e.amount(2, 8))*time.Second)
	defer cancel()
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() { e.watchSeats(stores[0], tenant, done) })

	var begun, refused atomic.Int64
	together(goroutines, func(i int) {
		random := randomOf(seed + uint64(i))
		for enough.Err() == nil && !e.Failed() {
			n := begun.Add(1)
			if n > int64(operations) {
				return
			}
			ctx := newCountdown(e.Context()) //nolint:contextcheck // a countdown inherits from the context of the test
			if left := random.IntN(40); left < 10 {
				ctx.start(left)
			}
			refusal, err := randomOperation(random, int(n)/50).run(ctx, stores[i%len(stores)], tenant) //nolint:contextcheck // a countdown inherits from the context of the test
			ctx.cancel()
			if refusal != nil {
				refused.Add(1)
			}
			if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, activation.ErrOutcomeUnknown) {
				e.Errorf("Update: %v", err)
			}
		}
	})
	close(done)
	readers.Wait()
	e.Logf("%d operations, of which %d were refused", begun.Load(), refused.Load())
	e.checkTown(stores[0], tenant)
}

// watchSeats looks for an oversold module until it is told to stop.
func (e *env) watchSeats(store activation.Store, tenant string, done <-chan struct{}) {
	views := 0
	for ; ; views++ {
		select {
		case <-done:
			e.Logf("looked %d times for an oversold module", views)
			return
		default:
		}
		err := store.View(e.Context(), tenant, func(r activation.Reader) error {
			number, census, err := situation(e.Context(), r)
			if err != nil {
				return err
			}
			if found := oversold(number, census); found != "" {
				return errors.New("oversold: " + found)
			}
			holders, err := listHolders(e.Context(), r, nil, 100)
			if err != nil {
				return err
			}
			return differs(census, holders)
		})
		if err != nil {
			e.Errorf("a reader: %v", err)
			return
		}
	}
}

// differs returns an error if a census is not that of the holders.
func differs(census seat.Census, holders []seat.Holder) error {
	counts, err := censusMap(census)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(countHolders(holders), counts); diff != "" {
		return fmt.Errorf("the census is not that of the holders (-want +got):\n%s", diff)
	}
	return nil
}

// checkTown replays the log, which must lead to what is assigned, and the
// history, which must lead to the license.
func (e *env) checkTown(store activation.Store, tenant string) {
	e.Helper()
	got := e.contentsIn(store, tenant)
	people := make(map[string]seat.Holder)
	for _, h := range citizens() {
		people[h.ID] = h
	}
	for i := len(got.Log) - 1; i >= 0; i-- {
		entry := got.Log[i]
		h := people[entry.Holder]
		h.Assigned = slices.DeleteFunc(slices.Clone(h.Assigned), func(m string) bool { return m == entry.Module })
		if entry.Cause == seat.CauseAssigned {
			h.Assigned = append(h.Assigned, entry.Module)
		}
		if entry.To != "" && !slices.Contains(h.Assigned, entry.To) {
			h.Assigned = append(h.Assigned, entry.To)
		}
		people[entry.Holder] = h
	}
	e.same("what is assigned is not what the log says", sortedHolders(people), got.Holders)
	var number int64
	for i := len(got.History) - 1; i >= 0; i-- {
		if got.History[i].From != number {
			e.Errorf("an activation from license %d follows one to license %d", got.History[i].From, number)
		}
		number = got.History[i].To
	}
	if highest := got.Highest[identity{owner, "S-1"}]; highest != number {
		e.Errorf("the highest number is %d, and the history ends with %d", highest, number)
	}
}
