package sqlstore

import (
	"context"
	"slices"
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

// scope is what a transaction is about in one tenant: the seats of some holders,
// or anything if there are none.
type scope struct {
	tenant  string
	holders []string
}

// work is what is done in a transaction, with a writer for each scope. Where
// several Updates of a tenant share the transaction, it puts the last of their
// writers in the place of the first.
type work func(writers []*writer) error

// running is the work of one Update.
func running(fn func(activation.Writer) error) work {
	return func(writers []*writer) error { return fn(writers[0]) }
}

// updateOn runs an Update on a session, once, or several that share the
// transaction.
func (s *settings) updateOn(ctx context.Context, on session, b bounds, scopes []scope, do work) (result finished) {
	writers := make([]*writer, len(scopes))
	for i, of := range scopes {
		writers[i] = newWriter(s, on, of)
	}
	defer func() {
		for _, w := range writers {
			w.close()
			w.remember(result.committed && w.wrote() && b.commit == commit)
		}
	}()
	defer func() {
		if !result.committed { // also when fn panics
			result.rollback = s.rollback(ctx, on, b)
		}
		result.conflict = result.err != nil && slices.ContainsFunc(writers, func(w *writer) bool { return conflicts(w.failed) })
	}()
	if result.err = begin(ctx, b, writers); result.err != nil {
		return result
	}
	if result.err = do(writers); result.err != nil {
		return result
	}
	result.err = settled(ctx, on, writers)
	wrote := tenantsOf(writers)
	// Rolling back an Update that wrote nothing would release the tenant's
	// row, and a transaction of the host relies on what it has read until its
	// end.
	if result.err != nil || len(wrote) == 0 && b.commit == commit {
		return result
	}
	result.err = s.commit(ctx, on, b, writers)
	writers[0].failed = result.err
	if result.err == nil {
		result.committed, result.wrote = true, wrote
	}
	return result
}

// settled returns what has failed in the transaction so far. It waits for what
// was sent, before the commit is sent. So if that fails, it is known that nothing
// was committed.
func settled(ctx context.Context, on session, writers []*writer) error {
	for _, w := range writers {
		w.close()
		if w.failed != nil {
			return w.failed
		}
	}
	if err := ended(ctx, on.run(ctx)); err != nil {
		writers[0].failed = err
		return err
	}
	return ctx.Err()
}

// tenantsOf returns the tenants that were written.
func tenantsOf(writers []*writer) (tenants []string) {
	for _, w := range writers {
		if w.wrote() {
			tenants = append(tenants, w.tenant)
		}
	}
	return tenants
}

// finished is how a View or an Update ended: its error, the error in rolling it
// back, whether it was committed, which tenants were written, and whether it met
// a conflict.
type finished struct {
	err, rollback       error
	committed, conflict bool
	wrote               []string
}

// commit writes the rest and commits. The commit, with the statements that go out
// together with it, ignores the end of the context, so that its outcome is known.
func (s *settings) commit(ctx context.Context, on session, b bounds, writers []*writer) error {
	var queries []query
	for _, w := range writers {
		if w.wrote() || b.commit != commit {
			queries = append(queries, w.last()...)
		} else {
			queries = append(queries, w.undo())
		}
	}
	if b.commit != commit {
		return ended(ctx, on.run(ctx, append(queries, query{sql: b.commit})...))
	}
	switch on.(type) {
	case *pgxSession, connSession: // they send everything at once, with the commit
	default:
		if err := ended(ctx, on.run(ctx, queries...)); err != nil {
			return err // and nothing was committed
		}
		queries = nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
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
