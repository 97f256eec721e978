package sqlstore

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seatwright/seatwright/activation"
)

// turns makes Updates of a tenant from this process wait here rather than in
// the database. There each waiting Update would hold a connection, and one busy
// tenant would take the whole pool. Updates of seats that have waited share a
// transaction.
type turns struct {
	*settings
	attempt attempt
	mu      sync.Mutex
	// waiting has an entry for a tenant while a transaction of it runs, or
	// waits for a lane. In a database with one writer, there is one entry for
	// all tenants.
	waiting map[string][]*call
	// ready are the tenants whose first waiting call waits for a lane, and
	// taken is how many lanes are taken. The mutex guards both.
	ready []string
	taken int
	// together says that tenants may share transactions.
	together atomic.Bool
}

// attempt runs a transaction about the seats of some holders, once.
type attempt func(ctx context.Context, scopes []scope, do work) finished

// call is an Update on its way.
type call struct {
	ctx context.Context //nolint:containedctx // others check by it whether the caller still waits
	scope
	fn   func(activation.Writer) error
	told chan told
	// alone says that the call shares no transaction, apart that it shares one
	// with calls of its tenant only, and shared is the one in which it runs.
	// The mutex of the turns guards them, stage and lane.
	alone, apart bool
	shared       *shared
	stage        stage
	lane         *lane // if it runs by itself in one
	// The results of the call in a shared transaction.
	err            error
	wrote, spoiled bool
}

// stage is how far a call has come.
type stage int

const (
	waits  stage = iota // it waits for its turn, or for the others in a shared transaction
	runs                // its function runs, or it has been told how it ended
	leaves              // its caller waits no more
)

// told is what a call is told: that it is its turn, that it should run with a
// writer of a shared transaction, or how it has ended.
type told struct {
	turn   bool
	writer *writer
	err    error
}

func newTurns(s *settings, once attempt) *turns {
	return &turns{settings: s, attempt: once, waiting: make(map[string][]*call)}
}

// update runs an Update when it is its turn, or in the transaction of others
// that have waited with it. The function always runs in its caller's goroutine.
func (t *turns) update(ctx context.Context, tenant string, holders []string, fn func(activation.Writer) error) error {
	if err := check(ctx, tenant); err != nil {
		return err
	}
	c := &call{ctx: ctx, scope: scope{tenant, holders}, fn: fn, alone: len(holders) == 0}
	if t.enter(c) { //nolint:contextcheck // calls that run after this one have contexts of their own
		return t.runAlone(c) //nolint:contextcheck // calls that run after this one have contexts of their own
	}
	for ended := ctx.Done(); ; {
		select {
		case next := <-c.told:
			switch {
			case next.turn:
				return t.runAlone(c) //nolint:contextcheck // calls that run after this one have contexts of their own
			case next.writer != nil:
				c.run(next.writer)
				ended = ctx.Done() // its caller may leave again
			default:
				return next.err
			}
		case <-ended:
			if t.leave(c) {
				return ctx.Err()
			}
			ended = nil
		}
	}
}

func (t *turns) runAlone(c *call) error {
	defer t.end(c)
	return t.retry(c.ctx, func() (bool, error) {
		result := t.attempt(c.ctx, []scope{c.scope}, running(c.fn))
		return result.conflict, result.err
	})
}

// enter reports whether a call may run at once. Otherwise it waits.
func (t *turns) enter(c *call) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting, busy := t.waiting[t.key(c)]
	if !busy && t.passes(c) {
		t.waiting[t.key(c)] = nil
		return true
	}
	c.told = make(chan told, 1)
	t.waiting[t.key(c)] = append(waiting, c)
	if !busy {
		t.ready = append(t.ready, t.key(c))
	}
	return false
}

func (t *turns) key(c *call) string {
	if t.dialect.oneWriter {
		return ""
	}
	return c.tenant
}

// leave removes a call whose context has ended. It returns false if the
// function of the call runs, or may have been committed already.
func (t *turns) leave(c *call) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.stage != waits || c.shared != nil && c.shared.committing {
		return false
	}
	c.stage = leaves
	if c.shared != nil {
		c.shared.left()
		return true
	}
	t.waiting[t.key(c)] = slices.DeleteFunc(t.waiting[t.key(c)], func(other *call) bool { return other == c })
	return true
}

// end ends a turn, and begins that of the first ones that wait.
func (t *turns) end(c *call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear(c.lane)
	t.pass(c)
	t.depart()
}

// pass makes the first ones of a tenant that wait run, or wait for a lane.
// Calls that shared a transaction in vain come before the others. The mutex is
// held.
func (t *turns) pass(c *call, again ...*call) {
	waiting := slices.Concat(again, t.waiting[t.key(c)])
	if len(waiting) == 0 {
		delete(t.waiting, t.key(c))
		return
	}
	t.waiting[t.key(c)] = waiting
	if t.gathers(waiting[0]) {
		t.ready = append(t.ready, t.key(c))
		return
	}
	t.proceed(t.key(c))
}

// proceed makes the first ones of a tenant run, by themselves. The mutex is held.
func (t *turns) proceed(key string) {
	var taken room
	calls, others := taken.first(t.waiting[key])
	t.waiting[key] = others
	t.start([][]*call{calls}, nil)
}

// start makes calls run in one transaction. The mutex is held.
func (t *turns) start(groups [][]*call, in *lane) {
	if len(groups) > 1 || len(groups[0]) > 1 {
		t.share(groups, in)
		return
	}
	c := groups[0][0]
	c.stage, c.lane = runs, in
	c.told <- told{turn: true}
}

const (
	// maxShared is how many Updates share a transaction, and maxSharedHolders of
	// how many holders in all. A plain Update behind them waits for one of these.
	maxShared        = 32
	maxSharedHolders = 256
)

// room is how much of a transaction is taken.
type room struct{ calls, holders int }

// first returns the first waiting call with those that may share its
// transaction, and the others. It returns no calls if the first one has no room.
func (r *room) first(waiting []*call) (calls, others []*call) {
	head := waiting[0]
	for _, c := range waiting {
		shares := len(calls) > 0 && !head.alone && !c.alone && c.tenant == head.tenant
		if (c == head || shares) && r.takes(c) {
			calls = append(calls, c)
		} else {
			others = append(others, c)
		}
	}
	return calls, others
}

// takes makes room for a call, if there is any. The first one always has room.
func (r *room) takes(c *call) bool {
	if r.calls > 0 && (r.calls >= maxShared || r.holders+len(c.holders) > maxSharedHolders) {
		return false
	}
	r.calls, r.holders = r.calls+1, r.holders+len(c.holders)
	return true
}
