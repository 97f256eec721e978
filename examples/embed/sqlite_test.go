package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

func openFile(name string, trust *signed.Trust) (*sql.DB, *activation.Tenant, error) {
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlstore.NewDB(db, sqlstore.SQLite)
	if err != nil {
		return nil, nil, err
	}
	if err := store.Migrate(context.Background()); err != nil {
		return nil, nil, err
	}
	engine, err := activation.New(store, trust)
	if err != nil {
		return nil, nil, err
	}
	return db, engine.Tenant("tenant-42"), nil
}

// desk is a host whose users commit by themselves: a user is written first, and
// not active before it has its seats.
type desk struct {
	changing sync.Mutex // not while the night compares
	users    *committedUsers
	crm      *activation.Tenant
}

func (d *desk) invite(ctx context.Context, id string) error {
	if err := d.users.insertInactive(ctx, id, "acme.sales"); err != nil {
		return err
	}
	err := d.reactivate(ctx, id)
	if errors.Is(err, seat.ErrNoFreeSeat) {
		return errors.Join(err, d.users.delete(ctx, id))
	}
	return err
}

// reactivate takes the seats first: whoever is active has them.
func (d *desk) reactivate(ctx context.Context, id string) error {
	d.changing.Lock()
	defer d.changing.Unlock()
	held, err := d.users.held(ctx, id)
	if err != nil {
		return err
	}
	user := seat.Holder{ID: id, Kind: license.User, Type: "internal", Assigned: held}
	if _, err := d.crm.As("admin").Admit(ctx, user); err != nil {
		return err
	}
	return d.users.activate(ctx, id)
}

// deactivate gives the seats back last.
func (d *desk) deactivate(ctx context.Context, id string) error {
	d.changing.Lock()
	defer d.changing.Unlock()
	has, err := d.crm.Holders(ctx, id)
	if err != nil {
		return err
	}
	if err := d.users.deactivate(ctx, id, has); err != nil {
		return err
	}
	_, err = d.crm.As("admin").Retire(ctx, id)
	return err
}

// compare takes back what those have who are not active: what is left of an
// invitation or a deactivation that did not come to its end.
func (d *desk) compare(ctx context.Context) ([]activation.Drift, error) {
	d.changing.Lock()
	defer d.changing.Unlock()
	return d.crm.As("night").Reconcile(ctx, d.users.active(ctx))
}

// committedUsers is the repository of such a host. Every method commits.
type committedUsers struct {
	db   *sql.DB
	fail error // what the next change fails with
}

func (u *committedUsers) change(ctx context.Context, statement string, args ...any) error {
	if err := u.fail; err != nil {
		u.fail = nil
		return err
	}
	result, err := u.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errors.New("there is no such user"))
	}
	return nil
}

func (u *committedUsers) insertInactive(ctx context.Context, id string, modules ...string) error {
	held, err := json.Marshal(modules)
	if err != nil {
		return err
	}
	return u.change(ctx, `INSERT INTO users (id, active, held) VALUES (?1, false, ?2)`, id, string(held))
}

func (u *committedUsers) delete(ctx context.Context, id string) error {
	return u.change(ctx, `DELETE FROM users WHERE id = ?1`, id)
}

func (u *committedUsers) activate(ctx context.Context, id string) error {
	return u.change(ctx, `UPDATE users SET active = true WHERE id = ?1`, id)
}

func (u *committedUsers) deactivate(ctx context.Context, id string, has []seat.Holder) error {
	modules := []string{}
	for _, h := range has {
		modules = append(modules, h.Assigned...)
	}
	held, err := json.Marshal(modules)
	if err != nil {
		return err
	}
	return u.change(ctx, `UPDATE users SET active = false, held = ?2 WHERE id = ?1 AND active`, id, string(held))
}

func (u *committedUsers) held(ctx context.Context, id string) (held []string, err error) {
	var text string
	if err := u.db.QueryRowContext(ctx, `SELECT held FROM users WHERE id = ?1 AND NOT active`, id).Scan(&text); err != nil {
		return nil, err
	}
	err = json.Unmarshal([]byte(text), &held)
	return held, err
}

func (u *committedUsers) active(ctx context.Context) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		rows, err := u.db.QueryContext(ctx, `SELECT id FROM users WHERE active ORDER BY id`)
		if err != nil {
			yield(seat.Holder{}, err)
			return
		}
		defer rows.Close() //nolint:errcheck // it was only read
		for rows.Next() {
			h := seat.Holder{Kind: license.User, Type: "internal"}
			if err := rows.Scan(&h.ID); !yield(h, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(seat.Holder{}, err)
		}
	}
}

func newDesk(t *testing.T, seats int64) *desk {
	t.Helper()
	trust, err := signed.ParseTrust(trusted)
	require.NoError(t, err)
	db, crm, err := openFile(filepath.Join(t.TempDir(), "crm.db"), trust)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), `CREATE TABLE users (id TEXT PRIMARY KEY, active INTEGER NOT NULL, held TEXT NOT NULL)`)
	require.NoError(t, err)
	require.NoError(t, crm.As("admin").Expect(t.Context(), "acme", planner.Expected{Serial: "4711"}))
	h := &host{crm: crm}
	require.NoError(t, h.load(t.Context(), written(t, issue(t, vendorKey(t), 1, seats))))
	return &desk{users: &committedUsers{db: db}, crm: crm}
}

// rows are the users of the host, and seats what is in use.
func (d *desk) rows(t *testing.T) (users []string, seats []string) {
	t.Helper()
	rows, err := d.users.db.QueryContext(t.Context(), `SELECT id || iif(active, ' active ', ' inactive ') || held FROM users ORDER BY id`)
	require.NoError(t, err)
	defer rows.Close() //nolint:errcheck // it was only read
	for rows.Next() {
		var row string
		require.NoError(t, rows.Scan(&row))
		users = append(users, row)
	}
	require.NoError(t, rows.Err())
	for h, err := range d.crm.AllHolders(t.Context(), activation.HolderQuery{Occupying: "acme.sales"}) {
		require.NoError(t, err)
		seats = append(seats, h.ID)
	}
	return users, seats
}

func TestNoTransactionPassedOn(t *testing.T) {
	ctx, d := t.Context(), newDesk(t, 1)
	expect := func(users, seats []string) {
		t.Helper()
		gotUsers, gotSeats := d.rows(t)
		assert.Equal(t, users, gotUsers)
		assert.Equal(t, seats, gotSeats)
	}
	require.NoError(t, d.invite(ctx, "ann"))
	require.ErrorIs(t, d.invite(ctx, "bob"), seat.ErrNoFreeSeat)
	require.Error(t, d.invite(ctx, "ann"), "there is one")
	expect([]string{`ann active ["acme.sales"]`}, []string{"ann"})

	require.NoError(t, d.deactivate(ctx, "ann"))
	expect([]string{`ann inactive ["acme.sales"]`}, nil)
	require.NoError(t, d.invite(ctx, "bob"))
	require.ErrorIs(t, d.reactivate(ctx, "ann"), seat.ErrNoFreeSeat)
	require.NoError(t, d.deactivate(ctx, "bob"))
	require.NoError(t, d.reactivate(ctx, "ann"))
	expect([]string{`ann active ["acme.sales"]`, `bob inactive ["acme.sales"]`}, []string{"ann"})
	drift, err := d.compare(ctx)
	require.NoError(t, err)
	assert.Empty(t, drift, "bob has left as people do")
}

// TestStopsHalfway stops the host between its commits.
func TestStopsHalfway(t *testing.T) {
	ctx, d, stopped := t.Context(), newDesk(t, 1), errors.New("stopped")

	// A seat that nobody uses, which the night takes back.
	require.NoError(t, d.users.insertInactive(ctx, "ann", "acme.sales"))
	d.users.fail = stopped
	require.ErrorIs(t, d.reactivate(ctx, "ann"), stopped)
	users, seats := d.rows(t)
	assert.Equal(t, []string{`ann inactive ["acme.sales"]`}, users)
	assert.Equal(t, []string{"ann"}, seats)
	_, err := d.compare(ctx)
	require.ErrorIs(t, err, activation.ErrNobodyPresent, "nobody at all is active")

	require.NoError(t, d.users.insertInactive(ctx, "zoe"))
	require.NoError(t, d.reactivate(ctx, "zoe"))
	drift, err := d.compare(ctx)
	require.NoError(t, err)
	assert.Len(t, drift, 1)
	_, seats = d.rows(t)
	assert.Empty(t, seats)
	require.NoError(t, d.reactivate(ctx, "ann"), "it may be repeated")

	// Nobody is active who has no seat; the seat is given back by the night.
	has, err := d.crm.Holders(ctx, "ann")
	require.NoError(t, err)
	require.NoError(t, d.users.deactivate(ctx, "ann", has))
	_, err = d.compare(ctx)
	require.NoError(t, err)
	users, seats = d.rows(t)
	assert.Equal(t, []string{`ann inactive ["acme.sales"]`, `zoe active null`}, users)
	assert.Empty(t, seats)
}

// TestOwnTransactionInTheWay calls the engine while a transaction of the host
// is open that was not passed on.
func TestOwnTransactionInTheWay(t *testing.T) {
	ctx, d := t.Context(), newDesk(t, 1)
	store, err := sqlstore.NewDB(d.users.db, sqlstore.SQLite, sqlstore.WithWait(50*time.Millisecond))
	require.NoError(t, err)
	tx, err := d.users.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(ctx, `INSERT INTO users (id, active, held) VALUES ('ann', true, '[]')`)
	require.NoError(t, err)
	_, err = d.crm.In(store).As("host").Admit(ctx, holder("ann"))
	require.ErrorContains(t, err, "database is locked")
	require.NoError(t, tx.Rollback())
	_, err = d.crm.In(store).As("host").Admit(ctx, holder("ann"))
	require.NoError(t, err)
}
