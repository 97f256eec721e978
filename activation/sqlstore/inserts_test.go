package sqlstore_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/seat"
)

// statementsSent notes what pgx sends.
type statementsSent struct {
	mu    sync.Mutex
	texts []string
}

func (s *statementsSent) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (s *statementsSent) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, data.SQL)
}

func (s *statementsSent) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (s *statementsSent) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (s *statementsSent) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// inserted returns the inserts since it was asked last.
func (s *statementsSent) inserted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var inserts []string
	for _, text := range s.texts {
		if strings.HasPrefix(text, "INSERT") {
			inserts = append(inserts, text)
		}
	}
	s.texts = nil
	return inserts
}

// TestFewRows writes the few rows of daily operations as VALUES, and many from a
// list.
func TestFewRows(t *testing.T) {
	ctx := t.Context()
	_, migrated := openPostgres(t, pgtest.DSNFor(t, t.Name()))
	require.NoError(t, migrated.Migrate(ctx))
	config, err := pgxpool.ParseConfig(pgtest.DSNFor(t, t.Name()))
	require.NoError(t, err)
	sent := new(statementsSent)
	config.ConnConfig.Tracer = sent
	pool, err := pgxpool.NewWithConfig(ctx, config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	store, err := sqlstore.NewPostgres(pool)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	crm := newEngine(t, store).Tenant("tenant-42")
	licensed(t, crm, 100, 5)
	for name, operation := range map[string]func() error{
		"a small activation": func() error { return errOf(crm.As("eva").Load(ctx, bytes.NewReader(acme(t, 2, 100)))) },
		"assign":             func() error { return errOf(crm.As("eva").Assign(ctx, plans("u3", "u4")...)) },
		"switch": func() error {
			_, err := crm.As("eva").Switch(ctx, seat.Swap{Holder: "u1", From: "acme.plan", To: "acme.addon"})
			return err
		},
		"release": func() error {
			_, err := crm.As("eva").Release(ctx, plans("u2")...)
			return err
		},
	} {
		require.NoError(t, errOf(crm.As("eva").Assign(ctx, plans("u1", "u2")...)), name)
		sent.inserted()
		require.NoError(t, operation(), name)
		inserts := sent.inserted()
		require.NotEmpty(t, inserts, name)
		for _, text := range inserts {
			require.Contains(t, text, "VALUES", name)
			require.NotContains(t, text, "unnest", name)
		}
	}
	licensed(t, newEngine(t, store).Tenant("another"), 100, 9)
	require.Contains(t, strings.Join(sent.inserted(), "\n"), "unnest", "many rows")
	verified(t, crm)
}

// TestManyEntries writes more entries of the log than are written as VALUES: such
// that have everything but their holders in common, and such that differ in one
// thing each.
func TestManyEntries(t *testing.T) {
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		alike := func() []activation.LogEntry {
			var entries []activation.LogEntry
			for _, id := range []string{"u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9", "u10"} {
				entries = append(entries, activation.LogEntry{
					At: today, By: "eva", Holder: id, Module: "acme." + id, Cause: seat.CauseMoved, To: "acme.plan", History: 7,
				})
			}
			return entries
		}
		for name, change := range map[string]func(*activation.LogEntry){
			"nothing": func(*activation.LogEntry) {},
			"instant": func(e *activation.LogEntry) { e.At = e.At.AddDate(0, 0, 1) },
			"none":    func(e *activation.LogEntry) { e.At = time.Time{} },
			"actor":   func(e *activation.LogEntry) { e.By = "adam" },
			"cause":   func(e *activation.LogEntry) { e.Cause = seat.CauseReleased },
			"to":      func(e *activation.LogEntry) { e.To = "" },
			"history": func(e *activation.LogEntry) { e.History = 0 },
		} {
			want := alike()
			change(&want[len(want)-1])
			require.NoError(t, store.Update(ctx, name, func(w activation.Writer) error { return w.AppendLog(ctx, want...) }))
			var got []activation.LogEntry
			require.NoError(t, store.View(ctx, name, func(r activation.Reader) (err error) {
				got, err = r.Log(ctx, 0, len(want)+1)
				return err
			}))
			require.Len(t, got, len(want), name)
			for i := range want {
				want[i].ID = int64(i) + 1
				require.Equal(t, want[i], got[len(got)-1-i], name)
			}
		}
	})
}
