package activation

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// runInterval is how often [Engine.Run] looks for what is due, give or take a
// tenth.
const runInterval = time.Minute

// overlapping is how many calls of RenewDue may run at once: while one is kept by
// a slow source, others do what has become due at the others.
const overlapping = 4

// Run is for hosts without a job queue. It calls [Engine.RenewDue] every minute
// or so, also while a slow source keeps an earlier call. Where the store is a
// [Watcher], it lets snapshots of entitlements know at once what other
// processes have written. It returns when the context ends, with its error, and
// all goroutines that it started have ended then. Errors of RenewDue are
// logged.
//
// It returns [ErrNoDueLister] at once if the store is no [DueLister].
func (e *Engine) Run(ctx context.Context) error {
	if _, ok := optional[DueLister](e.store); !ok {
		return fmt.Errorf("activation: run: %w", ErrNoDueLister)
	}
	var watching, calls sync.WaitGroup
	defer watching.Wait()
	defer calls.Wait()
	if watcher, ok := optional[Watcher](e.store); ok {
		watching.Go(func() { e.watch(ctx, watcher) })
	}
	free := make(chan struct{}, overlapping)
	for {
		select {
		case free <- struct{}{}:
			calls.Go(func() {
				e.renewAndLog(ctx)
				<-free
			})
		default: // as many calls run as may run at once
		}
		if err := e.pause(ctx); err != nil {
			return err
		}
	}
}

func (e *Engine) renewAndLog(ctx context.Context) {
	if err := e.RenewDue(ctx); err != nil && ctx.Err() == nil {
		e.logger.LogAttrs(ctx, slog.LevelError, "license: checks failed", loggedError(err))
	}
}

// watch lets the store tell which snapshots are out of date. Changes that it
// misses are noticed when the snapshots reach their maximum age.
func (e *Engine) watch(ctx context.Context, watcher Watcher) {
	for {
		err := watcher.Watch(ctx, e.snapshots.expire)
		if ctx.Err() != nil {
			return
		}
		e.logger.LogAttrs(ctx, slog.LevelWarn, "license: the store can't be watched", loggedError(err))
		if e.pause(ctx) != nil {
			return
		}
	}
}

func (e *Engine) pause(ctx context.Context) error {
	timer := time.NewTimer(runInterval + time.Duration(float64(runInterval)*0.1*(2*e.random()-1)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
