package pgxhost_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // pgtest asks for it
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/examples/hosts/pgxhost"
	"github.com/seatwright/seatwright/internal/pgtest"
)

var suite = hosttest.Suite{
	DSN: pgtest.DSN,
	Open: func(ctx context.Context, dsn string, options ...activation.Option) (*hosttest.Host, error) {
		h, err := open(ctx, dsn, options...)
		if err != nil {
			return nil, err
		}
		return h.host(), nil
	},
}

func TestMain(m *testing.M) { os.Exit(hosttest.Main(m, suite, pgtest.Main)) }

func TestTransactions(t *testing.T) { hosttest.Run(t, suite) }

// host is a host of many tenants, whose users are in one table.
type host struct{ pgxhost.Transactions }

// tables are made by the owner, and used by a role that policies bind. The role is
// of the whole server, whose tests run at the same time.
const tables = `
	SELECT pg_advisory_xact_lock(4711);
	DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'crm_app') THEN CREATE ROLE crm_app; END IF;
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO crm_app', current_schema());
		EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO crm_app', current_schema());
	END $$;
	CREATE TABLE IF NOT EXISTS users (
		tenant text NOT NULL DEFAULT current_setting('crm.tenant'), id text NOT NULL, PRIMARY KEY (tenant, id));
	CREATE TABLE IF NOT EXISTS audit (tenant text NOT NULL DEFAULT current_setting('crm.tenant'), refused text NOT NULL);
	ALTER TABLE users ENABLE ROW LEVEL SECURITY;
	ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
	DROP POLICY IF EXISTS own ON users;
	DROP POLICY IF EXISTS own ON audit;
	CREATE POLICY own ON users USING (tenant = current_setting('crm.tenant'));
	CREATE POLICY own ON audit USING (tenant = current_setting('crm.tenant'));
	GRANT SELECT, INSERT, UPDATE, DELETE ON users, audit TO crm_app;`

func open(ctx context.Context, dsn string, options ...activation.Option) (*host, error) {
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.NewPostgres(pool)
	if err != nil {
		return nil, err
	}
	engine, err := hosttest.Engine(store, options...)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, tables)
	return &host{pgxhost.Transactions{Pool: pool, Store: store, Engine: engine, Role: "crm_app"}}, err
}

func (h *host) host() *hosttest.Host {
	return &hosttest.Host{
		Engine: h.Engine, Invite: h.invite, Nested: h.nested, Column: h.column, Conflict: &pgconn.PgError{Code: "40001"},
		Close: func() error { defer h.Pool.Close(); return h.Store.Close() },
	}
}

func (h *host) invite(ctx context.Context, id string, more func() error) (refused error) {
	err := h.Do(ctx, hosttest.Tenant, "admin", func(tx pgxhost.Tx) (err error) {
		if refused, err = admit(ctx, tx, id); err != nil {
			return err
		}
		return more()
	})
	return errors.Join(err, refused)
}

func admit(ctx context.Context, tx pgxhost.Tx, id string) (refused, err error) {
	return hosttest.Invite(ctx, tx.Seats, id, func(statement, id string) error {
		_, err := tx.Exec(ctx, statement, id)
		return err
	})
}

func (h *host) nested(ctx context.Context, outer, inner string) error {
	failed := errors.New("not this part")
	return h.Do(ctx, hosttest.Tenant, "admin", func(tx pgxhost.Tx) error {
		err := pgx.BeginFunc(ctx, tx, func(pgx.Tx) error {
			refused, err := admit(ctx, tx, inner)
			return errors.Join(refused, err, failed)
		})
		if !errors.Is(err, failed) {
			return err
		}
		refused, err := admit(ctx, tx, outer)
		return errors.Join(refused, err)
	})
}

func (h *host) column(ctx context.Context, query string) (values []string, err error) {
	err = h.Do(ctx, hosttest.Tenant, "reader", func(tx pgxhost.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err == nil {
			values, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	return values, err
}

// TestPolicies: the role sees the rows of its tenant, and owns nothing.
func TestPolicies(t *testing.T) {
	ctx := t.Context()
	h, err := open(ctx, pgtest.DSN(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.host().Close()) })
	require.NoError(t, hosttest.Buy(ctx, h.Engine, 2))
	require.NoError(t, h.invite(ctx, "ann", func() error { return nil }))
	require.NoError(t, h.Do(ctx, "tenant-43", "admin", func(tx pgxhost.Tx) error {
		var users int
		require.NoError(t, tx.QueryRow(ctx, `SELECT count(*) FROM users`).Scan(&users))
		assert.Zero(t, users, "those of another tenant")
		_, err := tx.Seats.Admit(ctx, hosttest.User("ann"))
		require.Error(t, err, "its seats neither")
		return nil
	}))
	var refused *pgconn.PgError
	require.ErrorAs(t, h.Do(ctx, hosttest.Tenant, "admin", func(tx pgxhost.Tx) error {
		_, err := tx.Exec(ctx, `DROP TABLE users`)
		return err
	}), &refused)
	assert.Equal(t, "42501", refused.Code)
	var role string
	require.NoError(t, h.Pool.QueryRow(ctx, `SELECT current_user`).Scan(&role))
	assert.NotEqual(t, "crm_app", role, "the role ends with the transaction")
}
