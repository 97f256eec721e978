package start_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // pgtest asks for it
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/examples/hosts/start"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/source/online"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// feed serves a license.
func feed(t *testing.T) string {
	t.Helper()
	envelope, err := hosttest.Envelope(2)
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "acme"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "acme", "4711.license.json"), envelope, 0o600))
	catalog, err := online.NewFolder(folder)
	require.NoError(t, err)
	handler, err := online.NewHandler(catalog)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// TestOpen: the first license comes by itself.
func TestOpen(t *testing.T) {
	ctx, logger := t.Context(), slog.New(slog.DiscardHandler)
	pool, err := pgxpool.New(ctx, pgtest.DSN(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	trust, err := hosttest.Trust()
	require.NoError(t, err)
	trusted, err := trust.MarshalJSON()
	require.NoError(t, err)

	store, err := sqlstore.NewPostgres(pool) // whoever sets up the host says which license it expects
	require.NoError(t, err)
	require.NoError(t, store.Migrate(ctx))
	url := feed(t)
	source, err := online.New(url)
	require.NoError(t, err)
	engine, err := hosttest.Engine(store, activation.WithSource("acme", source))
	require.NoError(t, err)
	require.NoError(t, engine.Tenant(hosttest.Tenant).As("admin").Expect(ctx, "acme", planner.Expected{Serial: "4711"}))

	licenses, err := start.Open(ctx, pool, trusted, url, logger)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for number := int64(0); number != 1; { // each look is a query
		status, err := licenses.Engine.Tenant(hosttest.Tenant).Status(ctx)
		require.NoError(t, err)
		number = status.Owner("acme").Number
	}
	require.NoError(t, licenses.Close())
}

func TestOpenRefuses(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), pgtest.DSN(t))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	_, err = start.Open(t.Context(), pool, []byte("{}"), "ftp://example.com", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "there is no trusted key")
	require.ErrorContains(t, err, "the address of the feed")
}
