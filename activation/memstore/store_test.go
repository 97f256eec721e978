package memstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/storetest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	var stores sync.Map // by place, the first store that was opened; others have data of their own
	storetest.Run(t, storetest.Factory{
		Open: func(_ testing.TB, place string) activation.Store {
			store := memstore.New()
			stores.LoadOrStore(place, store)
			return store
		},
		Spoil: func(t testing.TB, place, tenant string) {
			t.Helper()
			store, _ := stores.Load(place)
			store.(*memstore.Store).Spoil(tenant) //nolint:errcheck // nothing else is in the map
		},
		Exempt: map[string]string{"Durability": "what is in memory ends with the process"},
	})
}

func put(ctx context.Context, store activation.Store, tenant string, ids ...string) error {
	return store.Update(ctx, tenant, func(w activation.Writer) error {
		for _, id := range ids {
			if err := w.PutHolders(ctx, seat.Holder{ID: id, Kind: license.User}); err != nil {
				return err
			}
		}
		return nil
	})
}

func remove(ctx context.Context, store activation.Store, tenant string, ids ...string) error {
	return store.Update(ctx, tenant, func(w activation.Writer) error { return w.DeleteHolders(ctx, ids...) })
}

func revision(t *testing.T, store activation.Store) activation.Revision {
	t.Helper()
	var record activation.TenantRecord
	require.NoError(t, store.View(t.Context(), "t", func(r activation.Reader) (err error) {
		record, err = r.Tenant(t.Context())
		return err
	}))
	return record.Revision
}

// TestNoWaiting nests what would wait for itself if anything waited: a View in
// an Update, and an Update in a View.
func TestNoWaiting(t *testing.T) {
	ctx, store := t.Context(), memstore.New()
	require.NoError(t, put(ctx, store, "t", "u1"))
	count := func(r activation.Reader) int {
		holders, err := r.HoldersWith(ctx, nil, "", 10)
		require.NoError(t, err)
		return len(holders)
	}
	require.NoError(t, store.Update(ctx, "t", func(w activation.Writer) error {
		require.NoError(t, w.PutHolders(ctx, seat.Holder{ID: "u2", Kind: license.User}))
		require.Equal(t, 2, count(w))
		require.NoError(t, put(ctx, store, "another", "u1"))
		return store.View(ctx, "t", func(r activation.Reader) error {
			require.Equal(t, 1, count(r))
			return nil
		})
	}))
	require.NoError(t, store.View(ctx, "t", func(r activation.Reader) error {
		require.NoError(t, put(ctx, store, "t", "u3"))
		require.Equal(t, 2, count(r))
		return nil
	}))
	require.NoError(t, store.View(ctx, "t", func(r activation.Reader) error {
		require.Equal(t, 3, count(r))
		return nil
	}))
}

// TestUsedTooLate keeps readers and writers beyond their functions.
func TestUsedTooLate(t *testing.T) {
	ctx, store := t.Context(), memstore.New()
	refused := errors.New("refused")
	for _, outcome := range []error{nil, refused} {
		var reader activation.Reader
		var writer activation.Writer
		require.Equal(t, outcome, store.View(ctx, "t", func(r activation.Reader) error {
			reader = r
			return outcome
		}))
		require.Equal(t, outcome, store.Update(ctx, "t", func(w activation.Writer) error {
			writer = w
			require.NoError(t, w.PutHighest(ctx, "acme", "S-1", 1))
			return outcome
		}))
		changes, ok := reader.(activation.ChangeReader)
		require.True(t, ok)
		before := revision(t, store)
		const text = "memstore: a reader or writer was used after its function had returned"
		for name, call := range map[string]func() error{
			"Tenant":         func() error { _, err := reader.Tenant(ctx); return err },
			"Owners":         func() error { _, err := reader.Owners(ctx); return err },
			"Envelope":       func() error { _, err := reader.Envelope(ctx, activation.Digest{}); return err },
			"Highest":        func() error { _, err := reader.Highest(ctx, "acme", "S-1"); return err },
			"Census":         func() error { _, err := reader.Census(ctx); return err },
			"Holders":        func() error { _, err := reader.Holders(ctx, "u1"); return err },
			"HoldersWith":    func() error { _, err := reader.HoldersWith(ctx, nil, "", 1); return err },
			"History":        func() error { _, err := reader.History(ctx, 0, 1); return err },
			"Log":            func() error { _, err := reader.Log(ctx, 0, 1); return err },
			"Samples":        func() error { _, err := writer.Samples(ctx, "", reference, reference); return err },
			"ChangedHolders": func() error { _, _, _, err := changes.ChangedHolders(ctx, activation.Revision{}); return err },
			"PutTenant":      func() error { return writer.PutTenant(ctx, activation.TenantRecord{}) },
			"PutOwner":       func() error { return writer.PutOwner(ctx, activation.OwnerRecord{Owner: "acme"}) },
			"PutHighest":     func() error { return writer.PutHighest(ctx, "acme", "S-1", 9) },
			"PutHolders":     func() error { return writer.PutHolders(ctx, seat.Holder{ID: "u1", Kind: license.User}) },
			"DeleteHolders":  func() error { return writer.DeleteHolders(ctx, "u1") },
			"AppendHistory":  func() error { _, err := writer.AppendHistory(ctx, activation.HistoryEntry{}); return err },
			"AppendLog":      func() error { return writer.AppendLog(ctx, activation.LogEntry{}) },
			"PutSamples":     func() error { return writer.PutSamples(ctx, activation.Sample{}) },
			"RenameHolder":   func() error { return writer.RenameHolder(ctx, "u1", "u2") },
		} {
			require.EqualError(t, call(), text, name)
		}
		require.Equal(t, before, revision(t, store))
	}
}

// TestForgetsTheGone lets more holders come and go than are remembered. A
// revision from before is then not known, and what is known is right.
func TestForgetsTheGone(t *testing.T) {
	const remembered = 1000
	ctx, store := t.Context(), memstore.New()
	require.NoError(t, put(ctx, store, "t", "stays"))
	begin := revision(t, store)
	var middle activation.Revision
	for i := range 2 * remembered {
		id := fmt.Sprintf("u%04d", i)
		require.NoError(t, put(ctx, store, "t", id))
		require.NoError(t, remove(ctx, store, "t", id))
		if i == remembered+remembered/2 {
			middle = revision(t, store)
		}
	}
	require.NoError(t, store.View(ctx, "t", func(r activation.Reader) error {
		changes, ok := r.(activation.ChangeReader)
		require.True(t, ok)
		_, _, known, err := changes.ChangedHolders(ctx, begin)
		require.NoError(t, err)
		require.False(t, known, "the first of those who went are forgotten")
		changed, gone, known, err := changes.ChangedHolders(ctx, middle)
		require.NoError(t, err)
		require.True(t, known)
		require.Empty(t, changed)
		require.Len(t, gone, remembered/2-1)
		require.Equal(t, "u1501", gone[0])
		return nil
	}))
}

// TestNothingWritten neither changes a revision nor gives a hint.
func TestNothingWritten(t *testing.T) {
	ctx, store := t.Context(), memstore.New()
	require.NoError(t, put(ctx, store, "t", "u1"))
	require.NoError(t, store.Update(ctx, "t", func(w activation.Writer) error {
		record, err := w.Tenant(ctx)
		require.Equal(t, int64(2), record.Revision.Number)
		return err
	}))
	require.Equal(t, int64(1), revision(t, store).Number)
}

// TestWatch tells two tenants, one of them written twice, together.
func TestWatch(t *testing.T) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	store := memstore.New()
	var told []string
	wrote := false
	watching, ended := make(chan struct{}), make(chan error)
	go func() {
		ended <- store.Watch(ctx, func(tenant string) {
			told = append(told, tenant)
			if !wrote { // the watcher is busy meanwhile
				wrote = true
				for _, id := range []string{"c", "b", "c"} {
					if err := put(ctx, store, id, "u1"); err != nil {
						told = append(told, err.Error())
					}
				}
				close(watching)
			}
			if tenant == "c" {
				cancel()
			}
		})
	}()
	for begun := false; !begun && ctx.Err() == nil; {
		require.NoError(t, put(t.Context(), store, "a", "u1"))
		select {
		case <-watching:
			begun = true
		default:
		}
	}
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Equal(t, "a", told[0])
	require.Contains(t, told, "b")
	require.Contains(t, told, "c")
}
