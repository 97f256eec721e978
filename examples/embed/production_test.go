package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

// newEngine is what a service sets up at its start.
func newEngine(store activation.Store, trust *signed.Trust, feedURL, token string,
	logger *slog.Logger, observer activation.Observer,
) (*activation.Engine, error) {
	feed, err := online.New(feedURL, online.WithToken(token), online.WithUserAgent("ExampleCRM/10.3"))
	if err != nil {
		return nil, err
	}
	return activation.New(store, trust,
		activation.WithSource("acme", feed),          // asked when a check is due
		activation.WithProtectedOwners("acme"),       // never removed by an administrator
		activation.WithPolicy(withoutLosses),         // what may be activated without asking
		activation.WithSnapshotMaxAge(5*time.Second), // how late another process's changes may be noticed
		activation.WithLogger(logger),                // silent otherwise
		activation.WithObserver(observer),            // metrics
	)
}

// withoutLosses leaves to an administrator what takes anything away.
func withoutLosses(plan *planner.Plan) bool {
	for _, change := range plan.Changes {
		if change.Change == license.Removed || change.Added < 0 {
			return false
		}
	}
	return true
}

// serve runs the scheduled checks beside the service, and ends with it.
func serve(ctx context.Context, engine *activation.Engine, service func(ctx context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() {
		if err := engine.Run(ctx); !errors.Is(err, context.Canceled) {
			slog.ErrorContext(ctx, "no scheduled checks", slog.Any("error", err))
		}
	})
	err := service(ctx)
	stop()
	background.Wait()
	return err
}

// observed hands on what the engine does.
type observed chan activation.Observation

func (o observed) Observe(_ context.Context, observation activation.Observation) {
	select {
	case o <- observation:
	default:
	}
}

func TestScheduledChecks(t *testing.T) {
	ctx, folder := t.Context(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "acme"), 0o700))
	publish := func(envelope []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "acme", "4711.license.json"), envelope, 0o600))
	}
	publish(issue(t, vendorKey(t), 1, 21))
	catalog, err := online.NewFolder(folder)
	require.NoError(t, err)
	handler, err := online.NewHandler(catalog)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()

	trust, err := signed.ParseTrust(trusted)
	require.NoError(t, err)
	observations := make(observed, 100)
	h := openHost(t, 1) // license 1, and no check is planned
	engine, err := newEngine(h.store, trust, server.URL, "token", slog.New(slog.DiscardHandler), observations)
	require.NoError(t, err)
	crm := engine.Tenant("tenant-43")
	require.NoError(t, crm.As("eva").Expect(ctx, "acme", planner.Expected{Serial: "4711"}))
	require.NoError(t, serve(ctx, engine, func(context.Context) error {
		for observation := range observations {
			if observation.Operation == activation.OperationRenew && observation.Tenant == "tenant-43" {
				assert.Equal(t, activation.OutcomeActivated, observation.Outcome)
				return nil
			}
		}
		return nil
	}))
	status, err := crm.Status(ctx)
	require.NoError(t, err)
	assert.Equal(t, int64(1), status.Owners[0].Number)

	// What takes seats away waits.
	publish(issue(t, vendorKey(t), 2, 20))
	result, err := crm.Renew(ctx, "acme")
	require.NoError(t, err)
	assert.Equal(t, activation.WaitingPolicy, result.Waiting)
	assert.Equal(t, planner.Ready, result.Plan.Status)
	_, err = crm.As("eva").Remove(ctx, "acme")
	require.ErrorIs(t, err, activation.ErrProtected)
}

// activeUsers reads the host's users and what each should have, as they are now,
// some of them first.
func activeUsers(ctx context.Context, tx pgx.Tx, first ...string) iter.Seq2[seat.Holder, error] {
	return func(yield func(seat.Holder, error) bool) {
		rows, err := tx.Query(ctx, `SELECT id FROM users WHERE active ORDER BY id = ANY($1) DESC, id`, first)
		if err != nil {
			yield(seat.Holder{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			user := seat.Holder{Kind: license.User, Type: "internal", Assigned: []string{"acme.sales"}}
			if err := rows.Scan(&user.ID); !yield(user, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(seat.Holder{}, err)
		}
	}
}

// sync gives every active user a seat, first those who have to be in, such as
// administrators, and takes back what others have. It runs when the first license
// has come, and once a night. The lock keeps it from retiring somebody who is
// invited after the users were read, and from giving a seat to somebody who is
// deactivated then.
func (h *host) sync(ctx context.Context, first ...string) (result activation.SyncResult, err error) {
	defer h.crm.Committed()
	err = pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE users IN SHARE MODE`); err != nil {
			return err
		}
		result, err = h.crm.In(h.store.Bind(tx)).As("night").Sync(ctx, activeUsers(ctx, tx, first...), activation.SyncOptions{})
		return err
	})
	return result, err
}

func TestSync(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 2)
	_, err := h.pool.Exec(ctx, `INSERT INTO users (id) VALUES ('ann'), ('bob'), ('joe')`)
	require.NoError(t, err)
	first, err := h.sync(ctx, "bob")
	require.NoError(t, err)
	require.Len(t, first.Wishes, 1)
	assert.Equal(t, "joe", first.Wishes[0].Holder)
	assert.Equal(t, "no-free-seat", first.Wishes[0].Rule)

	// Somebody works past the host.
	_, err = h.pool.Exec(ctx, `UPDATE users SET active = false WHERE id = 'bob'`)
	require.NoError(t, err)
	_, err = h.pool.Exec(ctx, `INSERT INTO users (id) VALUES ('zoe')`)
	require.NoError(t, err)
	night, err := h.sync(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, []int64{1, 1, 1}, []int64{night.Gone, night.Admitted, night.Unmet})
	both(t, h, "ann true\nbob false\njoe true\nzoe true", "ann [acme.sales]\njoe [acme.sales]\nzoe []")
	require.NoError(t, h.deactivate(ctx, "joe"))
	require.NoError(t, h.reactivate(ctx, "bob"), "who was forgotten may return")
	_, err = h.pool.Exec(ctx, `DELETE FROM users`)
	require.NoError(t, err)
	_, err = h.sync(ctx)
	require.ErrorIs(t, err, activation.ErrNobodyPresent)
}

// TestSyncWaits compares while somebody is being invited.
func TestSyncWaits(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 2)
	require.NoError(t, h.invite(ctx, "ann"))
	tx, err := h.pool.Begin(ctx)
	require.NoError(t, err)
	defer tx.Rollback(context.Background()) //nolint:errcheck // it is committed
	_, err = tx.Exec(ctx, `INSERT INTO users (id) VALUES ('bob')`)
	require.NoError(t, err)
	_, err = h.crm.In(h.store.Bind(tx)).As("admin").Admit(ctx, holder("bob", "acme.sales"))
	require.NoError(t, err)

	night := make(chan error, 1)
	go func() {
		_, err := h.sync(ctx)
		night <- err
	}()
	waits(t, h, tx, night)
	require.NoError(t, tx.Commit(ctx))
	require.NoError(t, <-night)
	both(t, h, "ann true\nbob true", "ann [acme.sales]\nbob [acme.sales]")
}

// TestSyncWaitsForLeavers compares while somebody is being deactivated.
func TestSyncWaitsForLeavers(t *testing.T) {
	ctx, h := t.Context(), openHost(t, 2)
	_, err := h.pool.Exec(ctx, `INSERT INTO users (id) VALUES ('ann'), ('bob')`)
	require.NoError(t, err)
	tx, err := h.pool.Begin(ctx)
	require.NoError(t, err)
	defer tx.Rollback(context.Background()) //nolint:errcheck // it is committed
	_, err = tx.Exec(ctx, `UPDATE users SET active = false WHERE id = 'ann'`)
	require.NoError(t, err)

	adopted := make(chan error, 1)
	go func() {
		_, err := h.sync(ctx)
		adopted <- err
	}()
	waits(t, h, tx, adopted)
	_, err = h.crm.In(h.store.Bind(tx)).As("admin").Retire(ctx, "ann")
	require.NoError(t, err)
	require.NoError(t, tx.Commit(ctx))
	require.NoError(t, <-adopted)
	both(t, h, "ann false\nbob true", "bob [acme.sales]")
}

// waits returns when somebody waits for the transaction, who is not done.
func waits(t *testing.T, h *host, tx pgx.Tx, done <-chan error) {
	t.Helper()
	for waiting := 0; waiting == 0; {
		require.Empty(t, done, "nobody waits")
		require.NoError(t, h.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
			WHERE NOT l.granted AND $1 = ANY (pg_blocking_pids(a.pid))`, tx.Conn().PgConn().PID()).Scan(&waiting))
	}
}
