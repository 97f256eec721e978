package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
)

// shared is a transaction in which several Updates run one after another, those
// of a tenant together. It keeps what all of them wrote, or nothing. If nothing,
// the Updates of each tenant run again, and in the end each by itself, so that
// none fails because of another.
type shared struct {
	*turns
	groups [][]*call // of a tenant each, in the order of the tenants
	lane   *lane
	cancel context.CancelFunc
	ran    chan struct{} // receives when one of the functions has run
	// began says that a function has run, so conflicts are not retried.
	began bool
	// waiting is the number of waiting callers. The mutex of the turns guards
	// it and committing.
	waiting    int
	committing bool
}

// errShared is why a shared transaction was undone. No caller sees it.
var errShared = errors.New("sqlstore: an Update could not share its transaction")

// share runs calls in one transaction, in a goroutine that belongs to none of
// their callers, since a caller may stop waiting or panic. The mutex is held.
func (t *turns) share(groups [][]*call, in *lane) {
	// All processes lock tenants in the same order, so that they do not wait
	// for each other.
	slices.SortFunc(groups, func(a, b []*call) int { return strings.Compare(a[0].tenant, b[0].tenant) })
	// It ends when nobody waits for it any more.
	ctx, cancel := context.WithCancel(context.WithoutCancel(groups[0][0].ctx))
	s := &shared{turns: t, groups: groups, lane: in, cancel: cancel, ran: make(chan struct{})}
	for _, c := range s.calls() {
		c.shared = s
		s.waiting++
	}
	go s.transact(ctx)
}

func (s *shared) calls() []*call { return slices.Concat(s.groups...) }

func (s *shared) transact(ctx context.Context) {
	err := errShared
	defer func() { //nolint:contextcheck // calls that run after this one have contexts of their own
		_ = recover() // each call runs again by itself, and panics there
		s.cancel()
		s.settle(err)
	}()
	scopes := make([]scope, len(s.groups))
	for i, calls := range s.groups {
		scopes[i].tenant = calls[0].tenant
		for _, c := range calls {
			scopes[i].holders = append(scopes[i].holders, c.holders...)
		}
	}
	err = s.retry(ctx, func() (bool, error) {
		result := s.attempt(ctx, scopes, s.runAll)
		// Several tenants do not wait together for what is in the way of one.
		return result.conflict && !s.began && len(scopes) == 1, result.err
	})
}

// runAll runs the functions one after another, each in its caller's goroutine.
func (s *shared) runAll(writers []*writer) error {
	for i, calls := range s.groups {
		var err error
		if writers[i], err = s.runGroup(writers[i], calls); err != nil {
			return err
		}
	}
	if !s.commits() {
		return errShared
	}
	return nil
}

// runGroup runs the functions of one tenant.
func (s *shared) runGroup(w *writer, calls []*call) (*writer, error) {
	for i, first := 0, true; i < len(calls); i++ {
		c := calls[i]
		if !s.lets(c) {
			continue
		}
		if !first {
			w = w.next()
		}
		first, s.began = false, true
		c.told <- told{writer: w}
		<-s.ran
		failed := c.spoiled || w.failed != nil || c.err != nil && w.written
		s.hasRun(c, w.written, failed)
		if failed {
			return w, errShared
		}
	}
	return w, nil
}

// lets reports whether the caller of the next function still waits.
func (s *shared) lets(c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.stage == leaves {
		return false
	}
	c.stage = runs
	return true
}

// hasRun records how the function of a call ended. If it failed so that nothing
// can be kept, it does not spoil another transaction.
func (s *shared) hasRun(c *call, wrote, failed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.alone = failed
	if !failed {
		c.stage, c.wrote = waits, wrote
	}
}

// commits reports whether all callers who have written still wait. From then on
// they wait for the outcome.
func (s *shared) commits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls() {
		if c.wrote && c.stage == leaves {
			return false
		}
	}
	s.committing = true
	return true
}

// left records that a caller has stopped waiting.
func (s *shared) left() {
	if s.waiting--; s.waiting == 0 {
		s.cancel()
	}
}

// settle tells each call its result. If the transaction was not kept as a
// whole, the calls that are known to be undone run again. A refusal counts as
// undone: it may depend on what another call wrote.
func (s *shared) settle(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear(s.lane)
	for _, calls := range s.groups {
		var again []*call
		for _, c := range calls {
			if s.repeats(c, err) {
				again = append(again, c)
			}
		}
		s.pass(calls[0], again...)
	}
	s.depart()
}

// repeats tells a call its result, or returns true if it runs again.
func (s *shared) repeats(c *call, err error) bool {
	c.shared = nil
	if c.stage == leaves {
		return false
	}
	c.stage = runs // it is about to be told, and must wait for that
	switch {
	case err == nil:
		c.told <- told{err: c.err}
	case c.spoiled:
		close(c.told)
	case c.wrote && errors.Is(err, activation.ErrOutcomeUnknown):
		c.told <- told{err: err}
	case c.ctx.Err() != nil:
		c.told <- told{err: c.ctx.Err()}
	default:
		if len(s.groups) > 1 {
			c.apart = true
		} else {
			c.alone = true
		}
		c.stage, c.wrote = waits, false
		return true
	}
	return false
}

// run runs the function with a writer of a shared transaction. If the function
// does not return, as in a panic, the transaction is undone first.
func (c *call) run(w *writer) {
	s := c.shared
	c.spoiled = true
	defer func() {
		w.close()
		s.ran <- struct{}{}
		if c.spoiled {
			<-c.told
		}
	}()
	if c.err = c.ctx.Err(); c.err == nil {
		c.err = c.fn(w)
	}
	if c.err == nil {
		c.err = c.ctx.Err()
	}
	c.spoiled = false
}
