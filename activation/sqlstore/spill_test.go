package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

var errChanged = errors.New("the function changed its mind")

// TestFailedSpill has the database refuse what an Update has sent and not waited
// for. The Update fails however it goes on, its outcome is known, and the store
// and a transaction of the host remain usable.
func TestFailedSpill(t *testing.T) {
	pool, store := openPostgres(t, pgtest.DSN(t), sqlstore.WithGathering(few))
	ctx := t.Context()
	_, err := pool.Exec(ctx, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT ON seatwright_log FOR EACH ROW WHEN (NEW.holder = 'refused') EXECUTE FUNCTION refuse()`)
	require.NoError(t, err)
	spill := func(w activation.Writer, holder string) error {
		entry := activation.LogEntry{At: today, By: "eva", Holder: holder, Module: "acme.plan", Cause: seat.CauseAssigned}
		return w.AppendLog(ctx, slices.Repeat([]activation.LogEntry{entry}, few)...)
	}
	put := func(w activation.Writer) error { return w.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User}) }
	goesOn := map[string]func(w activation.Writer) error{
		"and ends":        func(activation.Writer) error { return nil },
		"and writes":      put,
		"and writes more": func(w activation.Writer) error { return spill(w, "u1") },
		"and reads":       func(w activation.Writer) error { return errOf(w.HoldersWith(ctx, nil, "", few)) },
		"and panics":      func(activation.Writer) error { panic(errChanged) },
		"and refuses":     func(activation.Writer) error { return errChanged },
		"and hides the error": func(w activation.Writer) error {
			_ = errOf(w.HoldersWith(ctx, nil, "", few))
			return nil
		},
	}
	for name, next := range goesOn {
		t.Run(name, func(t *testing.T) {
			update := func(store activation.Store) (err error) {
				defer func() {
					if raised := recover(); raised != nil {
						err = errChanged
					}
				}()
				return store.Update(ctx, "tenant-42", func(w activation.Writer) error {
					require.NoError(t, spill(w, "refused"), "it is sent, and not waited for")
					return next(w)
				})
			}
			requireRefused := func(err error) {
				t.Helper()
				require.Error(t, err)
				require.NotErrorIs(t, err, activation.ErrOutcomeUnknown)
				if !errors.Is(err, errChanged) {
					require.ErrorContains(t, err, "refused by the test")
				}
			}
			requireRefused(update(store))
			require.NoError(t, store.Update(ctx, "tenant-42", put))

			tx, err := pool.Begin(ctx)
			require.NoError(t, err)
			defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // it is committed, if nothing failed
			requireRefused(update(store.Bind(tx)))
			require.NoError(t, store.Bind(tx).Update(ctx, "tenant-42", put))
			require.NoError(t, tx.Commit(ctx))
			require.Empty(t, logOf(ctx, t, store, "tenant-42"))
		})
	}
	require.NoError(t, store.Update(ctx, "tenant-42", func(w activation.Writer) error { return spill(w, "u1") }))
	require.Len(t, logOf(ctx, t, store, "tenant-42"), few)
}

// TestSpillOutlivesItsCall ends the context of a call that has sent something
// when the call has returned, as a caller with a timeout for each call does.
func TestSpillOutlivesItsCall(t *testing.T) {
	_, store := openPostgres(t, pgtest.DSN(t), sqlstore.WithGathering(few))
	const calls = 20
	require.NoError(t, store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		for range calls {
			ctx, cancel := context.WithCancel(t.Context())
			entry := activation.LogEntry{At: today, By: "eva", Holder: "u1", Module: "acme.plan", Cause: seat.CauseAssigned}
			err := w.AppendLog(ctx, slices.Repeat([]activation.LogEntry{entry}, few)...)
			if cancel(); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Len(t, logOf(t.Context(), t, store, "tenant-42"), 2*few)
}

func logOf(ctx context.Context, t *testing.T, store activation.Store, tenant string) (entries []activation.LogEntry) {
	t.Helper()
	require.NoError(t, store.View(ctx, tenant, func(r activation.Reader) (err error) {
		entries, err = r.Log(ctx, 0, 2*few)
		return err
	}))
	return entries
}
