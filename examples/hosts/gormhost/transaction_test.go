package gormhost_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/hosts/gormhost"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/internal/pgtest"
)

func suite(prepared bool) hosttest.Suite {
	return hosttest.Suite{
		DSN: pgtest.DSN,
		Open: func(ctx context.Context, dsn string, options ...activation.Option) (*hosttest.Host, error) {
			return open(ctx, dsn, prepared, options...)
		},
		Polls: true,
	}
}

func TestMain(m *testing.M) { os.Exit(hosttest.Main(m, suite(false), pgtest.Main)) }

func TestTransactions(t *testing.T) { hosttest.Run(t, suite(false)) }

// TestPrepared: with PrepareStmt, GORM's transaction is one of its own.
func TestPrepared(t *testing.T) {
	host, err := open(t.Context(), pgtest.DSN(t), true)
	require.NoError(t, err)
	defer func() { require.NoError(t, host.Close()) }()
	require.NoError(t, hosttest.Buy(t.Context(), host.Engine, 2))
	require.NoError(t, host.Invite(t.Context(), "ann", func() error { return nil }))
	require.NoError(t, host.Nested(t.Context(), "bob", "joe"))
	users, err := host.Column(t.Context(), `SELECT id FROM users ORDER BY id`)
	require.NoError(t, err)
	require.Equal(t, []string{"ann", "bob"}, users)
}

// user and audit are the host's models.
type user struct {
	ID string `gorm:"primaryKey"`
}

type audit struct{ Refused string }

func (audit) TableName() string { return "audit" }

type host struct{ gormhost.Transactions }

func open(ctx context.Context, dsn string, prepared bool, options ...activation.Option) (*hosttest.Host, error) {
	orm, err := gorm.Open(postgres.Open(dsn), &gorm.Config{PrepareStmt: prepared, Logger: logger.Discard})
	if err != nil {
		return nil, err
	}
	db, err := orm.DB()
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
	h := host{gormhost.Transactions{DB: orm, Store: store, Engine: engine}}
	return &hosttest.Host{
		Engine: engine, Invite: h.invite, Nested: h.nested, Conflict: &pgconn.PgError{Code: "40P01"},
		Column: func(ctx context.Context, query string) ([]string, error) { return hosttest.Column(ctx, db, query) },
		Close:  func() error { return errors.Join(store.Close(), db.Close()) },
	}, errors.Join(err, store.Migrate(ctx))
}

func (h *host) invite(ctx context.Context, id string, more func() error) (refused error) {
	err := h.Do(ctx, hosttest.Tenant, "admin", func(tx *gorm.DB, seats *activation.Actor) (err error) {
		if refused, err = admit(ctx, tx, seats, id); err != nil {
			return err
		}
		return more()
	})
	return errors.Join(err, refused)
}

// admit writes the models as GORM does.
func admit(ctx context.Context, tx *gorm.DB, seats *activation.Actor, id string) (refused, err error) {
	if err := tx.Create(&user{ID: id}).Error; err != nil {
		return nil, err
	}
	return hosttest.Refused(ctx, seats, id, func() error {
		return errors.Join(tx.Delete(&user{ID: id}).Error, tx.Create(&audit{Refused: id}).Error)
	})
}

func (h *host) nested(ctx context.Context, outer, inner string) error {
	failed := errors.New("not this part")
	return h.Do(ctx, hosttest.Tenant, "admin", func(tx *gorm.DB, seats *activation.Actor) error {
		err := tx.Transaction(func(tx *gorm.DB) error {
			refused, err := admit(ctx, tx, seats, inner)
			return errors.Join(refused, err, failed)
		})
		if !errors.Is(err, failed) {
			return err
		}
		refused, err := admit(ctx, tx, seats, outer)
		return errors.Join(refused, err)
	})
}
