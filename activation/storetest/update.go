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

// updateRollsBackOnError fails after each of the writes.
func updateRollsBackOnError(e *env) {
	before := e.populated(tenant)
	for n := range len(writes()) + 1 {
		ctx := e.Context()
		err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
			e.runAll(ctx, w, writes()[:n])
			return errOwn
		})
		if err != errOwn { //nolint:errorlint // as it is
			e.Errorf("Update returns %v, want the error of its function as it is", err)
		}
		e.same(fmt.Sprintf("after an Update that failed after %d writes", n), before, e.contents(tenant))
	}
	e.goesOn(before)
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
func (e *env) goesOn(before contents) {
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
	before := e.populated(tenant)
	for n := range len(writes()) + 1 {
		func() {
			defer func() {
				if recover() == nil {
					e.Error("a panic in Update does not pass through")
				}
			}()
			ctx := e.Context()
			_ = e.store.Update(ctx, tenant, func(w activation.Writer) error {
				e.runAll(ctx, w, writes()[:n])
				panic(errOwn)
			})
		}()
		e.same(fmt.Sprintf("after an Update that panicked after %d writes", n), before, e.contents(tenant))
	}
	e.goesOn(before)
}

// updateIsCanceled ends the context before each of the calls, and after the
// last one. The function returns the error of the call, or overlooks it.
func updateIsCanceled(e *env) {
	before := e.populated(tenant)
	all := calls()
	for n := range len(all) + 1 {
		for _, overlook := range []bool{false, true} {
			ctx, cancel := context.WithCancel(e.Context())
			err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
				e.runAll(ctx, w, all[:n])
				cancel()
				for _, c := range all[n:] {
					if err := c.run(ctx, w); err != nil && !overlook {
						return err
					}
				}
				return nil
			})
			cancel()
			if !errors.Is(err, context.Canceled) {
				e.Errorf("Update whose context ended after call %d returns %v, want context.Canceled", n, err)
			}
			e.same(fmt.Sprintf("after an Update whose context ended after call %d (errors overlooked: %t)", n, overlook),
				before, e.contents(tenant))
		}
	}
	ctx, cancel := context.WithCancel(e.Context())
	cancel()
	if err := e.store.Update(ctx, tenant, func(w activation.Writer) error {
		return w.PutHighest(e.Context(), "acme", "S-1", 1000)
	}); !errors.Is(err, context.Canceled) {
		e.Errorf("Update with a context that has ended returns %v, want context.Canceled", err)
	}
	e.same("after an Update with a context that had ended", before, e.contents(tenant))
	e.goesOn(before)
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
	if second == nil { // it was quicker than the end of its context
		want[identity{"acme", "S-2"}] = 1000
	} else if !errors.Is(second, context.Canceled) {
		e.Errorf("the Update that waited returns %v, want context.Canceled", second)
	}
	e.same("the highest numbers", want, e.contents(tenant).Highest)
}
