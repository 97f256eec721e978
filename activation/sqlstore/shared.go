package sqlstore

import (
	"context"
	"errors"

	"github.com/seatwright/seatwright/activation"
)

// shared is a transaction in which several Updates of a tenant run one after
// another. It keeps what all of them wrote, or nothing. If nothing, each runs
// again by itself, so that none fails because of another.
type shared struct {
	*turns
	calls  []*call
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
func (t *turns) share(calls []*call) {
	// It ends when nobody waits for it any more.
	ctx, cancel := context.WithCancel(context.WithoutCancel(calls[0].ctx))
	s := &shared{turns: t, calls: calls, cancel: cancel, ran: make(chan struct{}), waiting: len(calls)}
	for _, c := range calls {
		c.shared = s
	}
	go s.transact(ctx)
}

func (s *shared) transact(ctx context.Context) {
	err := errShared
	defer func() { //nolint:contextcheck // calls that run after this one have contexts of their own
		_ = recover() // each call runs again by itself, and panics there
		s.cancel()
		s.settle(err)
	}()
	var holders []string
	for _, c := range s.calls {
		holders = append(holders, c.holders...)
	}
	err = s.retry(ctx, func() (bool, error) {
		result := s.attempt(ctx, s.calls[0].tenant, holders, s.runAll)
		return result.conflict && !s.began, result.err
	})
}

// runAll runs the functions one after another, each in its caller's goroutine.
func (s *shared) runAll(w *writer) (*writer, error) {
	for _, c := range s.calls {
		if !s.lets(c) {
			continue
		}
		if s.began {
			w = w.next()
		}
		s.began = true
		c.told <- told{writer: w}
		<-s.ran
		if c.spoiled || w.failed != nil || c.err != nil && w.written {
			return w, errShared
		}
		c.wrote = w.written
		s.waits(c)
	}
	if !s.commits() {
		return w, errShared
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

func (s *shared) waits(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.stage = waits
}

// commits reports whether all callers who have written still wait. From then on
// they wait for the outcome.
func (s *shared) commits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
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
// whole, the calls that are known to be undone run by themselves. A refusal
// counts as undone: it may depend on what another call wrote.
func (s *shared) settle(err error) {
	var again []*call
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		c.shared = nil
		if c.stage == leaves {
			continue
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
			c.alone, c.stage, c.wrote = true, waits, false
			again = append(again, c)
		}
	}
	s.pass(s.calls[0], again...)
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
