package sqlstore_test

import (
	"bytes"
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
)

// cutPostgres opens a store whose connections are lost in the commit.
func cutPostgres(t testing.TB, dsn string, reached bool, options ...sqlstore.Option) activation.Store {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	// Every statement is sent with its text.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &cutConn{Conn: conn, at: "COMMIT\x00", reached: reached}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store, err := sqlstore.NewPostgres(pool, options...)
	require.NoError(t, err)
	return store
}

// cutConn is a connection that is lost when COMMIT is sent.
type cutConn struct {
	net.Conn
	at      string // the bytes that COMMIT is sent as
	reached bool   // whether COMMIT reaches the server
	sent    atomic.Bool
}

func (c *cutConn) Write(b []byte) (int, error) {
	if !bytes.Contains(b, []byte(c.at)) {
		return c.Conn.Write(b)
	}
	c.sent.Store(true)
	if !c.reached {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}

// Read waits for the answer and loses it.
func (c *cutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && c.sent.Load() {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return n, err
}
