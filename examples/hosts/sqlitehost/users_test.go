package sqlitehost_test

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/examples/hosts/sqlitehost"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

var suite = hosttest.Suite{
	DSN: func(t testing.TB) string {
		t.Helper()
		return "file:" + filepath.ToSlash(filepath.Join(t.TempDir(), "crm.db")) + "?_pragma=busy_timeout(20000)&_txlock=immediate"
	},
	Open: func(ctx context.Context, dsn string, options ...activation.Option) (*hosttest.Host, error) {
		h, err := open(ctx, dsn, options...)
		if err != nil {
			return nil, err
		}
		return h.host(), nil
	},
	Polls: true,
}

func TestMain(m *testing.M) { os.Exit(hosttest.Main(m, suite, (*testing.M).Run)) }

func TestUsers(t *testing.T) { hosttest.Run(t, suite) }

// host has no transaction that it could hand on: whatever it writes is committed.
type host struct {
	sqlitehost.Users
	db    *sql.DB
	store *sqlstore.DB
}

func open(ctx context.Context, dsn string, options ...activation.Option) (*host, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.NewDB(db, sqlstore.SQLite)
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
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY);
		CREATE TABLE IF NOT EXISTS audit (refused TEXT NOT NULL)`)
	return &host{sqlitehost.Users{Engine: engine}, db, store}, err
}

// busy is what modernc.org/sqlite says of a database that another one writes.
type busy struct{}

func (busy) Error() string { return "database is locked" }
func (busy) Code() int     { return 517 } // SQLITE_BUSY_SNAPSHOT

func (h *host) host() *hosttest.Host {
	return &hosttest.Host{
		Engine: h.Engine, Invite: h.invite, Nested: h.nested, Conflict: busy{},
		Column: func(ctx context.Context, query string) ([]string, error) { return hosttest.Column(ctx, h.db, query) },
		Close:  func() error { return errors.Join(h.store.Close(), h.db.Close()) },
	}
}

// written writes a row and commits it, if nothing fails before that.
func (h *host) written(ctx context.Context, statement, id string, before func() error) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if _, err := tx.ExecContext(ctx, statement, id); err != nil {
		return err
	}
	if err := before(); err != nil {
		return err
	}
	return tx.Commit()
}

func nothing() error { return nil }

func (h *host) invite(ctx context.Context, id string, more func() error) error {
	err := h.Admit(ctx, hosttest.Tenant, "admin", hosttest.User(id), func(ctx context.Context) error {
		return h.written(ctx, `INSERT INTO users (id) VALUES ($1)`, id, more)
	})
	if errors.Is(err, seat.ErrNoFreeSeat) {
		return errors.Join(err, h.written(ctx, `INSERT INTO audit (refused) VALUES ($1)`, id, nothing))
	}
	return err
}

// nested is two invitations, as this host has no transaction around them.
func (h *host) nested(ctx context.Context, outer, inner string) error {
	failed := errors.New("not this part")
	if err := h.invite(ctx, inner, func() error { return failed }); !errors.Is(err, failed) {
		return err
	}
	return h.invite(ctx, outer, nothing)
}

func (h *host) retire(ctx context.Context, id string, more func() error) error {
	return h.Retire(ctx, hosttest.Tenant, "admin", id, func(ctx context.Context) error {
		return h.written(ctx, `DELETE FROM users WHERE id = $1`, id, more)
	})
}

func (h *host) users(ctx context.Context) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		ids, err := hosttest.Column(ctx, h.db, `SELECT id FROM users ORDER BY id`)
		if err != nil {
			yield(seat.Holder{}, err)
			return
		}
		for _, id := range ids {
			if !yield(seat.Holder{ID: id, Kind: license.User, Type: "internal"}, nil) {
				return
			}
		}
	}
}

// TestStopsHalfway stops the host between two commits: nobody is active who has no
// seat, and the night takes back the seats that nobody uses.
func TestStopsHalfway(t *testing.T) {
	ctx, stopped := t.Context(), errors.New("stopped")
	h, err := open(ctx, suite.DSN(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.host().Close()) })
	require.NoError(t, hosttest.Buy(ctx, h.Engine, 2))
	crm := h.Engine.Tenant(hosttest.Tenant)
	holders := func() (ids []string) {
		for holder, err := range crm.AllHolders(ctx, activation.HolderQuery{Occupying: hosttest.Module}) {
			require.NoError(t, err)
			ids = append(ids, holder.ID)
		}
		return ids
	}
	require.NoError(t, h.invite(ctx, "ann", nothing))
	require.ErrorIs(t, h.retire(ctx, "ann", func() error { return stopped }), stopped)
	assert.Equal(t, []string{"ann"}, holders(), "who is active has a seat")

	_, err = crm.As("admin").Admit(ctx, hosttest.User("bob")) // and then it stops
	require.NoError(t, err)
	drift, err := h.Compare(ctx, hosttest.Tenant, h.users(ctx))
	require.NoError(t, err)
	assert.Len(t, drift, 1)
	assert.Equal(t, []string{"ann"}, holders())
	require.NoError(t, h.retire(ctx, "ann", nothing))
	assert.Empty(t, holders())
}
