package sqlstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
)

// Postgres keeps tenants in PostgreSQL over a pgx pool. It implements
// [activation.Store], [activation.SeatUpdater], [activation.DueLister],
// [activation.Watcher] and [activation.Notifier]. Its readers implement
// [activation.ChangeReader] and [activation.SnapshotReader]. It may be used by
// any number of goroutines and processes.
type Postgres struct {
	*settings
	pool    *pgxpool.Pool
	schema  schemaCheck
	notices *notices
	turns   *turns
}

var (
	_ activation.Store     = (*Postgres)(nil)
	_ activation.DueLister = (*Postgres)(nil)
	_ activation.Watcher   = (*Postgres)(nil)
	_ activation.Notifier  = (*Postgres)(nil)

	_ activation.SeatUpdater = (*Postgres)(nil)
)

// NewPostgres returns a store on a pool, which the host still owns. It does not
// connect; [Postgres.Migrate] makes the tables. The error is an
// [*OptionsError].
func NewPostgres(pool *pgxpool.Pool, options ...Option) (*Postgres, error) {
	s, err := newSettings(PostgreSQL, pool != nil, options)
	if err != nil {
		return nil, err
	}
	on := &pgxSession{batcher: pool}
	store := &Postgres{settings: s, pool: pool, notices: newNotices(s, on)}
	store.turns = newTurns(s, store.transact)
	store.turns.sends(on)
	return store, nil
}

// View implements [activation.Store]. Its transaction reads at REPEATABLE READ.
func (s *Postgres) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	if err := check(ctx, tenant); err != nil {
		return err
	}
	return s.with(ctx, func(on session) error {
		return s.viewOn(ctx, on, s.dialect.viewing, tenant, fn).err
	})
}

// Update implements [activation.Store]. Its transaction first writes the
// tenant's row. Conflicts are retried as long as [WithWait] says.
func (s *Postgres) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return s.UpdateSeats(ctx, tenant, nil, fn)
}

// UpdateSeats implements [activation.SeatUpdater].
func (s *Postgres) UpdateSeats(ctx context.Context, tenant string, holders []string, fn func(activation.Writer) error) error {
	return s.turns.update(ctx, tenant, holders, fn)
}

func (s *Postgres) transact(ctx context.Context, scopes []scope, do work) (result finished) {
	result.err = s.with(ctx, func(on session) error {
		result = s.updateOn(ctx, on, s.dialect.updating, scopes, do)
		return result.err
	})
	s.notices.add(result.wrote...)
	return result
}

// with runs fn on a connection. If the connection does not return as it was,
// the pool closes it.
func (s *Postgres) with(ctx context.Context, fn func(session) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	defer conn.Release()
	on := &pgxSession{batcher: conn}
	if err := s.schema.check(ctx, s.settings, on); err != nil {
		return err
	}
	return fn(on)
}

// Due implements [activation.DueLister].
func (s *Postgres) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	return s.dueOn(ctx, &pgxSession{batcher: s.pool}, now, after, limit)
}

// Notify implements [activation.Notifier]. Notices are collected for a moment
// and sent in the background. It must not be called after Close.
func (s *Postgres) Notify(tenant string) { s.notices.add(tenant) }

// Close waits until pending notices to other processes are sent. Call it before
// you close the pool, which it does not close.
func (s *Postgres) Close() error {
	s.notices.close()
	return nil
}

// Bind returns a store whose operations run in a transaction that the host has
// begun on the same database, at any isolation level. Use it to change seats
// together with the host's own rows; without such rows, use the store itself.
// Its writes are kept if the host commits.
//
// An Update that fails leaves nothing of its own in the transaction, which
// stays usable. The host retries conflicts: [errors.As] finds the driver's
// error. At READ COMMITTED a View sees what others commit meanwhile.
//
// Other processes notice the changes when the host calls
// [activation.Tenant.Committed] after its commit, or when they poll the
// revision. A transaction may be used by one goroutine at a time, through any
// number of stores; a second operation at the same time is refused.
func (s *Postgres) Bind(tx pgx.Tx) activation.Store {
	return &bound{settings: s.settings, schema: &s.schema, session: &pgxSession{batcher: tx}, key: keyOf(tx)}
}

func (s *settings) dueOn(ctx context.Context, on session, now time.Time, after string, limit int) (tenants []string, err error) {
	err = on.run(ctx, query{
		sql: s.statements.due, args: []any{s.dialect.day(now), after, max(limit, 0)},
		each: func(row row) error {
			var id string
			err := row.Scan(&id)
			tenants = append(tenants, id)
			return err
		},
	})
	return tenants, ended(ctx, err)
}
