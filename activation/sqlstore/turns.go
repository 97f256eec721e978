package sqlstore

import (
	"context"
	"sync"
)

// turns lets Updates of a tenant that come from this process wait here rather
// than in the database, where each that waits has a connection, so that one busy
// tenant does not take all those of the pool.
type turns struct {
	atOnce  int
	mu      sync.Mutex
	tenants map[string]*turn
}

type turn struct {
	token   chan struct{} // holds one for each Update that runs
	waiting int           // with those that run
}

// waitingInDatabase is how many Updates of a tenant run at once where one of
// them may wait for the other in the database. It has the tenant's row as soon
// as the other has committed, without a way to this process and back.
const waitingInDatabase = 2

func newTurns(f *flavor) *turns {
	t := &turns{atOnce: waitingInDatabase, tenants: make(map[string]*turn)}
	if f.oneWriter {
		t.atOnce = 1
	}
	return t
}

// take waits for the turn of a tenant until the context ends, and returns what
// ends the turn.
func (t *turns) take(ctx context.Context, tenant string) (end func(), err error) {
	t.mu.Lock()
	mine := t.tenants[tenant]
	if mine == nil {
		mine = &turn{token: make(chan struct{}, t.atOnce)}
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
