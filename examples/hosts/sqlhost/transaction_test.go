package sqlhost_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/examples/hosts/sqlhost"
	"github.com/seatwright/seatwright/internal/pgtest"
)

var suite = hosttest.Suite{
	DSN:   pgtest.DSN,
	Open:  open,
	Polls: true,
}

func TestMain(m *testing.M) { os.Exit(hosttest.Main(m, suite, pgtest.Main)) }

func TestTransactions(t *testing.T) { hosttest.Run(t, suite) }

// host has repositories that find the transaction in the context.
type host struct{ sqlhost.Transactions }

func open(ctx context.Context, dsn string, options ...activation.Option) (*hosttest.Host, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.NewDB(db, sqlstore.PostgreSQL)
	if err != nil {
		return nil, err
	}
	engine, err := hosttest.Engine(store, options...)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, hosttest.CreateTables)
	h := host{sqlhost.Transactions{DB: db, Store: store, Engine: engine}}
	return &hosttest.Host{
		Engine: engine, Invite: h.invite, Nested: h.nested, Conflict: &pgconn.PgError{Code: "40001"},
		Column: func(ctx context.Context, query string) ([]string, error) { return hosttest.Column(ctx, db, query) },
		Close:  func() error { return errors.Join(store.Close(), db.Close()) },
	}, errors.Join(err, store.Migrate(ctx))
}

func (h *host) invite(ctx context.Context, id string, more func() error) (refused error) {
	err := h.Do(ctx, hosttest.Tenant, func(ctx context.Context) (err error) {
		if refused, err = h.admit(ctx, id); err != nil {
			return err
		}
		return more()
	})
	return errors.Join(err, refused)
}

func (h *host) admit(ctx context.Context, id string) (refused, err error) {
	return hosttest.Invite(ctx, h.Seats(ctx, hosttest.Tenant, "admin"), id, func(statement, id string) error {
		_, err := sqlhost.TxOf(ctx).ExecContext(ctx, statement, id)
		return err
	})
}

func (h *host) nested(ctx context.Context, outer, inner string) error {
	failed := errors.New("not this part")
	return h.Do(ctx, hosttest.Tenant, func(ctx context.Context) error {
		err := h.Do(ctx, hosttest.Tenant, func(ctx context.Context) error {
			refused, err := h.admit(ctx, inner)
			return errors.Join(refused, err, failed)
		})
		if !errors.Is(err, failed) {
			return err
		}
		return h.Do(ctx, hosttest.Tenant, func(ctx context.Context) error {
			refused, err := h.admit(ctx, outer)
			return errors.Join(refused, err)
		})
	})
}
