package activation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seatwright/seatwright/internal/errtext"
)

// checks is the sources that are asked in one call of [Engine.RenewDue], each
// apart from the others: none waits for another.
type checks struct {
	engine  *Engine
	queues  map[string]*checkQueue // by owner
	failed  *failures
	running sync.WaitGroup
}

// checkQueue is the tenants for whom a source is to be asked, in the order in which
// they were listed. Each stands in it once.
type checkQueue struct {
	mu      sync.Mutex
	waiting []string
	workers int
}

func (e *Engine) newChecks(failed *failures) *checks {
	c := &checks{engine: e, queues: make(map[string]*checkQueue), failed: failed}
	for owner := range e.sources {
		c.queues[owner] = &checkQueue{}
	}
	return c
}

// add has a source asked for a tenant.
func (c *checks) add(ctx context.Context, owner, tenant string) {
	q := c.queues[owner]
	q.mu.Lock()
	q.waiting = append(q.waiting, tenant)
	q.mu.Unlock()
	c.start(ctx, owner)
}

// start has another goroutine ask, if there is something to ask for and there are
// not as many as may.
func (c *checks) start(ctx context.Context, owner string) {
	q := c.queues[owner]
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 && q.workers < perSource {
		q.workers++
		c.running.Go(func() { c.work(ctx, owner) })
	}
}

// work asks for one tenant after another. Those for whom the source may not be
// asked now are passed over: they stay due.
func (c *checks) work(ctx context.Context, owner string) {
	q, g := c.queues[owner], c.engine.gates[owner]
	for {
		tenant, ok := q.take()
		if !ok || ctx.Err() != nil {
			q.leave()
			return
		}
		switch g.enter(c.engine.clock()) {
		case paused:
			continue
		case full: // a probe or other calls are asking; the next to end goes on
			q.leave(tenant)
			return
		}
		err := c.engine.Tenant(tenant).operation(OperationRenewDue, "").askDue(ctx, owner)
		g.leave()
		if err != nil {
			c.failed.add(fmt.Errorf("tenant %q: %w", tenant, err))
		}
		c.start(ctx, owner)
	}
}

func (q *checkQueue) take() (tenant string, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return "", false
	}
	tenant, q.waiting = q.waiting[0], q.waiting[1:]
	return tenant, true
}

// leave ends a goroutine, and puts back what it has taken.
func (q *checkQueue) leave(taken ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.workers--
	q.waiting = append(taken, q.waiting...)
}

// checkAll asks the sources of a tenant, all of them at once. Those that may not be
// asked now are passed over: their checks stay due.
func (o *operation) checkAll(ctx context.Context, owners []string) error {
	var asking sync.WaitGroup
	failed := &failures{}
	for _, owner := range owners {
		g := o.engine.gates[owner]
		asking.Go(func() {
			if !g.turn(ctx, o.engine.clock) {
				return
			}
			defer g.leave()
			failed.add(o.operation(OperationRenewDue, "").askDue(ctx, owner))
		})
	}
	asking.Wait()
	return failed.err(errtext.Join)
}

// askDue asks the source of an owner, if its check is due and no other worker has
// claimed it, and looks at what needs attention then.
func (o *operation) askDue(ctx context.Context, owner string) error {
	claimed, err := update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (claim, error) {
		return x.claim(ctx, owner)
	})
	if errors.Is(err, errNotDue) {
		return nil
	}
	if err != nil {
		return err
	}
	failed := &failures{}
	if _, err := o.Renew(ctx, owner); err != nil {
		failed.add(fmt.Errorf("%s: %w", owner, err))
		if ctx.Err() == nil {
			failed.add(o.giveBack(ctx, owner, claimed))
		}
	}
	failed.add(o.attend(ctx, true))
	return failed.err(errtext.Join)
}

// claim is a check that a worker has claimed, by putting off when it is due, to
// beyond what the source may take. When the worker dies, it is due then.
type claim struct {
	before, until time.Time
	unverified    bool
}

// claim claims the check of an owner.
func (x *transaction) claim(ctx context.Context, name string) (claim, error) {
	owner := x.owner(name)
	if _, err := x.ask(name); err != nil || x.claimed() || !x.checkDue(owner) {
		return claim{}, errNotDue
	}
	claimed := claim{
		before: owner.Check.Next, unverified: owner.Check.Unverified,
		until: x.now.Add(askTimeout + leaseSlack).UTC().Truncate(time.Microsecond),
	}
	owner.Check.Next, owner.Check.Unverified = claimed.until, x.unverified[name] != nil
	return claimed, x.putCheck(ctx, owner)
}

// giveBack makes a check due again that has failed, unless another has become of
// it.
func (o *operation) giveBack(ctx context.Context, name string, claimed claim) error {
	_, err := update(ctx, o, verifyRecent, func(ctx context.Context, x *transaction) (struct{}, error) {
		owner := x.owner(name)
		if !owner.Check.Next.Equal(claimed.until) {
			return struct{}{}, nil
		}
		owner.Check.Next, owner.Check.Unverified = claimed.before, claimed.unverified
		return struct{}{}, x.putCheck(ctx, owner)
	})
	return err
}

// putCheck stores when a check is due, which is nothing to look at.
func (x *transaction) putCheck(ctx context.Context, owner OwnerRecord) error {
	x.checked = true
	x.remember(owner)
	return x.w.PutOwner(ctx, owner)
}
