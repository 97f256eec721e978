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

// watchHints writes what is watched.
func watchHints(e *env) { e.hears("an Update", e.writeOnce) }

// watchHintsOfOthers writes by another store on the same data, as another process
// of the host does.
func watchHintsOfOthers(e *env) {
	other := *e
	other.store = e.factory.Open(e, e.place)
	e.hears("an Update of another store", other.writeOnce)
}

// watchNotices is told of tenants by another store, as after a commit of the host.
// Nobody waits for that, not even in the middle of an Update.
func watchNotices(e *env) {
	notifier, ok := as[activation.Notifier](e.factory.Open(e, e.place))
	if !ok {
		return // then Watch itself sees writes in transactions of the host
	}
	e.hears("a call of Notify", func(tenant string, _ int) { notifier.Notify(tenant) })
	e.update(tenant, func(context.Context, activation.Writer) error {
		told := make(chan struct{})
		go func() {
			notifier.Notify(tenant)
			close(told)
		}()
		e.await(told, "Notify to return while an Update of the tenant runs")
		return nil
	})
}

// hears does something about every tenant until Watch has told of it, as hints
// may be lost.
func (e *env) hears(what string, do func(tenant string, n int)) {
	e.Helper()
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
		if e.doUntilHint(what, do, tenant, hints, tenants); e.Failed() {
			return // to wait for the next one would be to wait in vain
		}
	}
	cancel()
	if err := e.awaitError(ended, "Watch to end with its context"); !errors.Is(err, context.Canceled) {
		e.Errorf("Watch returns %v, want context.Canceled", err)
	}
	for _, tenant := range tenants {
		do(tenant, 1)
	}
}

func (e *env) doUntilHint(what string, do func(string, int), tenant string, hints <-chan string, tenants []string) {
	e.Helper()
	const attempts = 200
	for n := range attempts {
		do(tenant, n)
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
	e.Errorf("no hint for %q after %s, %d times", tenant, what, attempts)
}

func (e *env) writeOnce(tenant string, n int) {
	e.Helper()
	e.update(tenant, func(ctx context.Context, w activation.Writer) error {
		return w.AppendLog(ctx, activation.LogEntry{At: second(n), Holder: "u1", Module: fmt.Sprintf("acme.m%d", n)})
	})
}
