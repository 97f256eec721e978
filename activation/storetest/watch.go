package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// watchHints writes until every tenant was told, as hints may be lost.
func watchHints(e *env) {
	watcher := mustBe[activation.Watcher](e, "Watch")
	tenants := []string{"north", "south"}
	for _, tenant := range tenants {
		e.populated(tenant)
	}
	ctx, cancel := context.WithCancel(e.Context())
	defer cancel()
	hints := make(chan string, 1000)
	ended := make(chan error, 1)
	var returned atomic.Bool
	go func() {
		err := watcher.Watch(ctx, func(tenant string) {
			if returned.Load() {
				e.Errorf("a hint for %q after Watch has returned", tenant)
				return
			}
			select {
			case hints <- tenant:
			default:
			}
		})
		returned.Store(true)
		ended <- err
	}()
	for _, tenant := range tenants {
		e.writeUntilHint(tenant, hints, tenants)
	}
	cancel()
	if err := e.awaitError(ended, "Watch to end with its context"); !errors.Is(err, context.Canceled) {
		e.Errorf("Watch returns %v, want context.Canceled", err)
	}
	for _, tenant := range tenants {
		e.writeOnce(tenant, 1)
	}
}

func (e *env) writeUntilHint(tenant string, hints <-chan string, tenants []string) {
	e.Helper()
	const attempts = 200
	for n := range attempts {
		e.writeOnce(tenant, n)
		pause := time.After(patience / attempts)
		for waiting := true; waiting; {
			select {
			case hint := <-hints:
				if !slices.Contains(tenants, hint) {
					e.Fatalf("a hint for %q, which was not written", hint)
				}
				if hint == tenant {
					return
				}
			case <-pause:
				waiting = false
			}
		}
	}
	e.Errorf("no hint for %q after %d Updates", tenant, attempts)
}

func (e *env) writeOnce(tenant string, n int) {
	e.Helper()
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.AppendLog(ctx, activation.LogEntry{At: second(n), Holder: "u1", Module: fmt.Sprintf("acme.m%d", n)})
	})
}
