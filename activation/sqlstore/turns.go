package sqlstore

import (
	"context"
	"sync"
)

// turns lets Updates of a tenant that come from this process wait here rather
// than in the database, where each that waits has a connection, so that one busy
// tenant does not take all those of the pool.
type turns struct {
	mu      sync.Mutex
	tenants map[string]*turn
}

type turn struct {
	token   chan struct{} // holds one while an Update runs
	waiting int           // with the one that runs
}

func newTurns() *turns { return &turns{tenants: make(map[string]*turn)} }

// take waits for the turn of a tenant until the context ends, and returns what
// ends the turn.
func (t *turns) take(ctx context.Context, tenant string) (end func(), err error) {
	t.mu.Lock()
	mine := t.tenants[tenant]
	if mine == nil {
		mine = &turn{token: make(chan struct{}, 1)}
		t.tenants[tenant] = mine
	}
	mine.waiting++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.waiting--; mine.waiting == 0 {
			delete(t.tenants, tenant)
		}
	}
	select {
	case mine.token <- struct{}{}:
		return func() { <-mine.token; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
