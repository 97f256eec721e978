package memstore

import (
	"context"
	"maps"
	"slices"
)

// watcher collects which tenants were written, until its Watch reports them.
type watcher struct {
	woken   chan struct{} // holds a token while something is to be told
	written map[string]struct{}
}

// Watch implements [activation.Watcher]. It calls notify in the goroutine that
// called Watch, and no Update waits for it. Tenants that are written meanwhile
// are reported together, each once.
func (s *Store) Watch(ctx context.Context, notify func(tenant string)) error {
	w := &watcher{woken: make(chan struct{}, 1), written: make(map[string]struct{})}
	s.mu.Lock()
	s.watchers[w] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.watchers, w)
		s.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.woken:
		}
		for _, id := range s.take(w) {
			if err := ctx.Err(); err != nil {
				return err
			}
			notify(id)
		}
	}
}

// take returns what is to be reported, sorted, and forgets it.
func (s *Store) take(w *watcher) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := slices.Sorted(maps.Keys(w.written))
	clear(w.written)
	return ids
}

// tell records for every watcher that a tenant was written.
func (s *Store) tell(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watchers {
		w.written[id] = struct{}{}
		select {
		case w.woken <- struct{}{}:
		default:
		}
	}
}
