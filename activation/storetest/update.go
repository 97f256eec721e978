package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
)

// updateReadsWhatItWrote makes one write after another in one Update, and in
// another tenant each in an Update of its own. Both read alike all the time.
func updateReadsWhatItWrote(e *env) {
	const stepwise = "stepwise"
	e.populated(tenant)
	e.populated(stepwise)
	var within []contents
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		within = nil
		for _, write := range writes() {
			if err := write.run(ctx, w); err != nil {
				return fmt.Errorf("%s: %w", write.name, err)
			}
			got, err := readContents(ctx, w)
			if err != nil {
				return err
			}
			within = append(within, got)
			e.checkIndexes(ctx, w)
		}
		return nil
	})
	for i, write := range writes() {
		e.update(stepwise, write.run)
		if diff := cmp.Diff(e.contents(stepwise), within[i], butForIDs...); diff != "" {
			e.Errorf("after %s an Update does not read what it wrote (-want +got):\n%s", write.name, diff)
		}
	}
}

// checkIndexes compares what is listed by module with what is listed at all.
func (e *env) checkIndexes(ctx context.Context, r activation.Reader) {
	e.Helper()
	all, err := listHolders(ctx, r, nil, 100)
	if err != nil {
		e.Errorf("listing all holders: %v", err)
	}
	for _, module := range []string{"acme.web", "acme.mail", "acme.report", "acme.sync"} {
		got, err := listHolders(ctx, r, []string{module}, 2)
		if err != nil {
			e.Errorf("listing the holders with %s: %v", module, err)
		}
		e.same("holders with "+module, holdersWith(all, []string{module}, ""), got)
	}
}

// way is a method of a store that runs a function in a transaction. Each has a
// tenant of its own, named after it.
type way struct {
	name string
	run  func(ctx context.Context, fn func(activation.Writer) error) error
}

// ways returns Update, and UpdateSeats of a store that has it.
func (e *env) ways() []way {
	all := []way{{"Update", func(ctx context.Context, fn func(activation.Writer) error) error {
		return e.store.Update(ctx, "Update", fn)
	}}}
	if seats, ok := e.store.(activation.SeatUpdater); ok {
		all = append(all, way{"UpdateSeats", func(ctx context.Context, fn func(activation.Writer) error) error {
			return seats.UpdateSeats(ctx, "UpdateSeats", []string{"u1", "u2", "u1"}, fn)
		}})
	}
	return all
}

// unchanged compares what is kept, and what the next transaction finds, with what
// was there before one that was rolled back: a store may remember what it has
// written.
func (e *env) unchanged(by way, before contents, format string, args ...any) {
	e.Helper()
	what := "after " + by.name + " " + fmt.Sprintf(format, args...)
	e.same(what, before, e.contents(by.name))
	var found contents
	err := by.run(e.Context(), func(w activation.Writer) (err error) {
		if found, err = readContents(e.Context(), w); err != nil {
			return err
		}
		return errOwn
	})
	if !errors.Is(err, errOwn) {
		e.Errorf("reading in %s: %v", by.name, err)
	}
	e.same(what+", in the next one", withoutRevision(before), withoutRevision(found))
}

// updateRollsBackOnError fails after each of the writes.
func updateRollsBackOnError(e *env) {
	for _, by := range e.ways() {
		before := e.populated(by.name)
		for n := range len(writes()) + 1 {
			ctx := e.Context()
			err := by.run(ctx, func(w activation.Writer) error {
				e.runAll(ctx, w, writes()[:n])
				return errOwn
			})
			if err != errOwn { //nolint:errorlint // it must be the same error, not wrapped
				e.Errorf("%s returns %v, want the error of its function as it is", by.name, err)
			}
			e.unchanged(by, before, "failed after %d writes", n)
		}
		e.goesOn(by.name, before)
	}
}

// runAll makes calls that succeed.
func (e *env) runAll(ctx context.Context, w activation.Writer, calls []call) {
	e.Helper()
	for _, c := range calls {
		if err := c.run(ctx, w); err != nil {
			e.Errorf("%s: %v", c.name, err)
		}
	}
}

// goesOn makes the writes that were rolled back.
func (e *env) goesOn(tenant string, before contents) {
	e.Helper()
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		e.runAll(ctx, w, writes())
		return nil
	})
	if cmp.Equal(before, e.contents(tenant), exactly...) {
		e.Error("after Updates that were rolled back, one that succeeds changes nothing")
	}
}

// updateRollsBackOnPanic panics after each of the writes.
func updateRollsBackOnPanic(e *env) {
	for _, by := range e.ways() {
		before := e.populated(by.name)
		for n := range len(writes()) + 1 {
			func() {
				defer func() {
					if recover() == nil {
						e.Errorf("a panic in %s does not pass through", by.name)
					}
				}()
				ctx := e.Context()
				_ = by.run(ctx, func(w activation.Writer) error {
					e.runAll(ctx, w, writes()[:n])
					panic(errOwn)
				})
			}()
			e.unchanged(by, before, "panicked after %d writes", n)
		}
		e.goesOn(by.name, before)
	}
}

// updateIsCanceled ends the context before each of the calls, and after the
// last one. The function returns the error of the call, or overlooks it.
func updateIsCanceled(e *env) {
	for _, by := range e.ways() {
		before := e.populated(by.name)
		for n := range len(calls()) + 1 {
			for _, overlook := range []bool{false, true} {
				if err := e.endsAfter(by, n, overlook); !errors.Is(err, context.Canceled) {
					e.Errorf("%s whose context ended after call %d returns %v, want context.Canceled", by.name, n, err)
				}
				e.unchanged(by, before, "whose context ended after call %d (errors overlooked: %t)", n, overlook)
			}
		}
		ctx, cancel := context.WithCancel(e.Context())
		cancel()
		if err := by.run(ctx, func(w activation.Writer) error {
			return w.PutHighest(e.Context(), "acme", "S-1", 1000)
		}); !errors.Is(err, context.Canceled) {
			e.Errorf("%s with a context that has ended returns %v, want context.Canceled", by.name, err)
		}
		e.unchanged(by, before, "with a context that had ended")
		e.goesOn(by.name, before)
	}
}

// endsAfter makes all calls in a transaction whose context ends after n of them.
func (e *env) endsAfter(by way, n int, overlook bool) error {
	ctx, cancel := context.WithCancel(e.Context())
	defer cancel()
	all := calls()
	return by.run(ctx, func(w activation.Writer) error {
		e.runAll(ctx, w, all[:n])
		cancel()
		for _, c := range all[n:] {
			if err := c.run(ctx, w); err != nil && !overlook {
				return err
			}
		}
		return nil
	})
}

// updateIsCanceledWhileWaiting ends the context of an Update while another
// one of the tenant runs.
func updateIsCanceledWhileWaiting(e *env) {
	before := e.populated(tenant)
	running, finish := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		begun := false
		first <- e.store.Update(e.Context(), tenant, func(w activation.Writer) error {
			if !begun {
				begun = true
				close(running)
			}
			<-finish
			return w.PutHighest(e.Context(), "acme", "S-1", 1000)
		})
	}()
	e.await(running, "an Update to begin")

	ctx, cancel := context.WithCancel(e.Context())
	waiting := make(chan error, 1)
	go func() {
		waiting <- e.store.Update(ctx, tenant, func(w activation.Writer) error {
			return w.PutHighest(ctx, "acme", "S-2", 1000)
		})
	}()
	cancel()
	second := e.awaitError(waiting, "an Update whose context has ended, while another one runs")
	close(finish)
	if err := e.awaitError(first, "the Update that runs"); err != nil {
		e.Errorf("the Update that ran returns %v", err)
	}
	want := maps.Clone(before.Highest)
	want[identity{"acme", "S-1"}] = 1000
	if second == nil { // it ran before the end of its context was noticed
		want[identity{"acme", "S-2"}] = 1000
	} else if !errors.Is(second, context.Canceled) {
		e.Errorf("the Update that waited returns %v, want context.Canceled", second)
	}
	e.same("the highest numbers", want, e.contents(tenant).Highest)
}
