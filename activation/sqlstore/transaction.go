package sqlstore

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

const commit = "COMMIT"

// commitPatience is how long a commit may take after its context has ended, so
// that its outcome is known.
const commitPatience = 10 * time.Second

// bounds are the statements that begin and end a transaction: one of our own,
// or a part of the host's.
type bounds struct {
	begin    []string
	commit   string
	rollback []string
	// host says that a transaction of the host may read an earlier state than
	// the one that it writes to. That has to be checked.
	host bool
}

func (b bounds) beginning() (queries []query) {
	for _, statement := range b.begin {
		queries = append(queries, query{sql: statement})
	}
	return queries
}

// within is a part of a transaction that the host has begun.
var within = bounds{
	begin: []string{"SAVEPOINT seatwright"}, commit: "RELEASE SAVEPOINT seatwright",
	rollback: []string{"ROLLBACK TO SAVEPOINT seatwright", "RELEASE SAVEPOINT seatwright"},
}

// viewOn runs a View on a session, once. With empty bounds, it leaves a
// transaction of the host as it is.
func (s *settings) viewOn(
	ctx context.Context, on session, b bounds, tenant string, fn func(activation.Reader) error,
) (result finished) {
	r := &reader{settings: s, session: on, tenant: tenant}
	defer r.close()
	defer func() { result.rollback = s.rollback(ctx, on, b) }()
	if b.host {
		result.err = r.look(ctx)
	}
	if result.err == nil {
		result.err = r.run(ctx, append(b.beginning(), r.beginning()...)...)
	}
	if result.err != nil {
		result.conflict = conflicts(result.err)
		return result
	}
	result.err = fn(r)
	return result
}

// work is what an Update does in its transaction. It returns the last writer.
// That is the given one unless several Updates share the transaction.
type work func(w *writer) (last *writer, err error)

// running is the work of one Update.
func running(fn func(activation.Writer) error) work {
	return func(w *writer) (*writer, error) { return w, fn(w) }
}

// updateOn runs an Update on a session, once. It may concern the seats of some
// holders only.
func (s *settings) updateOn(
	ctx context.Context, on session, b bounds, tenant string, seats []string, do work,
) (result finished) {
	w := newWriter(s, on, tenant)
	defer func() { w.close() }()
	defer func() { w.remember(result.written && b.commit == commit) }()
	defer func() {
		if !result.written { // also when fn panics
			result.rollback = s.rollback(ctx, on, b)
		}
		result.conflict = result.err != nil && conflicts(w.failed)
	}()
	result.err = w.begin(ctx, b, seats)
	if result.err != nil {
		return result
	}
	if w, result.err = do(w); result.err != nil {
		return result
	}
	w.close()
	if w.failed == nil {
		// What was sent is settled before the commit is sent: if it fails, it
		// is known that nothing was committed.
		w.failed = ended(ctx, on.run(ctx))
	}
	if w.failed == nil {
		w.failed = ctx.Err()
	}
	// Rolling back an Update that wrote nothing would release the tenant's
	// row, and a transaction of the host relies on what it has read until its
	// end.
	if result.err = w.failed; result.err != nil || !w.wrote() && b.commit == commit {
		return result
	}
	result.err = s.commit(ctx, on, b, w)
	w.failed = result.err
	result.written = result.err == nil
	return result
}

// finished is how a View or an Update ended: its error, the error in rolling it
// back, whether it wrote something, and whether it met a conflict.
type finished struct {
	err, rollback     error
	written, conflict bool
}

// commit writes the rest and commits. From here on it ignores the end of the
// context, so that the outcome is known.
func (s *settings) commit(ctx context.Context, on session, b bounds, w *writer) error {
	queries := w.last()
	if b.commit != commit {
		return ended(ctx, on.run(ctx, append(queries, query{sql: b.commit})...))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
	switch on.(type) {
	case *pgxSession, connSession: // they send everything at once, with the commit
	default:
		if err := on.run(ctx, queries...); err != nil {
			return err // and nothing was committed
		}
		queries = nil
	}
	err := on.run(ctx, append(queries, query{sql: commit})...)
	if err == nil || rolledBack(err) {
		return err
	}
	return unknownOutcome(err)
}

func (s *settings) rollback(ctx context.Context, on session, b bounds) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
	_ = on.run(ctx) // what was sent is undone, even if it failed
	for _, statement := range b.rollback {
		if err := on.run(ctx, query{sql: statement}); err != nil {
			return err
		}
	}
	return nil
}

// retry runs fn again while it meets conflicts, for a while.
func (s *settings) retry(ctx context.Context, fn func() (conflict bool, err error)) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = time.Millisecond, 50*time.Millisecond
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		conflict, err := fn()
		if last = err; err != nil && !conflict {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(s.wait))
	if err == nil || ctx.Err() != nil && last == nil {
		return err
	}
	return ended(ctx, last)
}

// check is called first by every call.
func check(ctx context.Context, tenant string) error {
	if err := seat.CheckID(tenant); err != nil {
		return err
	}
	return ctx.Err()
}
