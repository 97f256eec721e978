package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

// TestCutActivation loses the connection at each message of an activation in
// turn, with a release and a switch in it: before the server has got it, and after
// it has answered.
func TestCutActivation(t *testing.T) {
	for _, answered := range []bool{false, true} {
		t.Run(fmt.Sprintf("answered %t", answered), func(t *testing.T) {
			dsn := pgtest.DSN(t)
			_, store := openPostgres(t, dsn)
			engine := newEngine(t, store)
			lost := &loss{answered: answered}
			weak := newEngine(t, losing(t, dsn, lost))
			var found struct{ undone, done, unknown int }
			for n := 0; ; n++ {
				crm := engine.Tenant(fmt.Sprintf("tenant-%d", n))
				request := blocked(t, crm)
				// What it reads before is not counted.
				if _, err := weak.Tenant(crm.ID()).Plan(t.Context(), "acme"); err != nil {
					require.NoError(t, err)
				}
				lost.at.Store(int64(n))
				lost.armed.Store(true)
				_, err := weak.Tenant(crm.ID()).As("host").Activate(t.Context(), request)
				cut := !lost.armed.Swap(false)
				done := activated(t, crm)
				switch {
				case !cut:
					require.NoError(t, err)
					require.True(t, done)
				case errors.Is(err, activation.ErrOutcomeUnknown):
					found.unknown++
				default:
					require.Error(t, err)
					require.False(t, done, "it was activated, and the error is %v", err)
				}
				if done {
					found.done++
				} else {
					found.undone++
				}
				_, err = crm.As("host").Activate(t.Context(), request)
				require.NoError(t, err, "repeating it")
				require.True(t, activated(t, crm))
				history, err := crm.History(t.Context(), 0, 10)
				require.NoError(t, err)
				require.Len(t, history, 3, "what was expected, and two activations")
				verified(t, crm)
				if !cut {
					break
				}
			}
			t.Logf("%+v", found)
			require.Positive(t, found.undone)
			require.Positive(t, found.unknown)
			if answered {
				require.Greater(t, found.done, 1)
			}
		})
	}
}

// blocked has a pending license with two seats less than are in use, and returns
// how it is activated: one user is moved to what the license has more of, and one
// released.
func blocked(t *testing.T, crm *activation.Tenant) activation.Approval {
	t.Helper()
	licensed(t, crm, 3, 3)
	require.NoError(t, errOf(crm.As("eva").Assign(t.Context(), plans("u1", "u2", "u3")...)))
	result, err := crm.As("eva").Load(t.Context(), bytes.NewReader(acme(t, 2, 1)))
	require.NoError(t, err)
	require.Equal(t, activation.WaitingBlocked, result.Waiting)
	preview, err := crm.Plan(t.Context(), "acme", planner.Selection{
		Releases: plans("u3"), Switches: []seat.Swap{{Holder: "u2", From: "acme.plan", To: "acme.addon"}},
	})
	require.NoError(t, err)
	require.Equal(t, planner.Ready, preview.Plan.Status)
	return preview.Approve()
}

// activated reports whether all of the activation is there, and fails the test
// if only a part of it is. The server may still be about to finish it.
func activated(t *testing.T, crm *activation.Tenant) bool {
	t.Helper()
	for {
		before := number(t, crm)
		of := func(module string) (ids []string) {
			holders, err := crm.HolderPage(t.Context(), activation.HolderQuery{Occupying: module}, "", 10)
			require.NoError(t, err)
			for _, h := range holders {
				ids = append(ids, h.ID)
			}
			return ids
		}
		kept, moved := of("acme.plan"), of("acme.addon")
		if before != number(t, crm) {
			continue
		}
		if before == 1 {
			require.Equal(t, []string{"u1", "u2", "u3"}, kept)
			require.Empty(t, moved)
		} else {
			require.Equal(t, []string{"u1"}, kept)
			require.Equal(t, []string{"u2"}, moved)
		}
		return before == 2
	}
}

func number(t *testing.T, crm *activation.Tenant) int64 {
	t.Helper()
	status, err := crm.Status(t.Context())
	require.NoError(t, err)
	return status.Owners[0].Number
}

// loss is which message is lost.
type loss struct {
	answered bool
	armed    atomic.Bool
	at       atomic.Int64
}

// losing returns a store whose connections are lost at a message.
func losing(t *testing.T, dsn string, lost *loss, options ...sqlstore.Option) activation.Store {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.MaxConns = 1
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec // all of a batch is sent at once
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &losingConn{Conn: conn, loss: lost}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store, err := sqlstore.NewPostgres(pool, options...)
	require.NoError(t, err)
	return store
}

// losingConn forwards whole messages up to one. Each has a letter and a length.
type losingConn struct {
	net.Conn
	*loss
	after atomic.Bool // whether the connection is lost before the answer
}

func (c *losingConn) Write(b []byte) (int, error) {
	for rest := b; c.armed.Load() && len(rest) >= 5; {
		if c.at.Add(-1) < 0 {
			c.armed.Store(false)
			if c.answered {
				c.after.Store(true)
				break
			}
			_, _ = c.Conn.Write(b[:len(b)-len(rest)])
			_ = c.Close()
			return 0, net.ErrClosed
		}
		rest = rest[min(len(rest), 1+int(binary.BigEndian.Uint32(rest[1:5]))):]
	}
	return c.Conn.Write(b)
}

func (c *losingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && c.after.Load() {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return n, err
}
