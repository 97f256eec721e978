package activation_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// spoilt is a store whose census counts one holder too many of each combination,
// until it is counted anew.
type spoilt struct {
	activation.Store
	mended, lacking bool
}

func (s *spoilt) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return s.Store.View(ctx, tenant, func(r activation.Reader) error { return fn(spoiltReader{r, s}) })
}

func (s *spoilt) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	return s.Store.Update(ctx, tenant, func(w activation.Writer) error {
		if s.lacking {
			return fn(plainWriter{w, s})
		}
		return fn(spoiltWriter{plainWriter{w, s}})
	})
}

type spoiltReader struct {
	activation.Reader
	store *spoilt
}

func (r spoiltReader) Census(ctx context.Context) (seat.Census, error) {
	return r.store.census(r.Reader.Census(ctx))
}

type plainWriter struct {
	activation.Writer
	store *spoilt
}

func (w plainWriter) Census(ctx context.Context) (seat.Census, error) {
	return w.store.census(w.Writer.Census(ctx))
}

type spoiltWriter struct{ plainWriter }

func (w spoiltWriter) RecountCensus(context.Context) error {
	w.store.mended = true
	return nil
}

func (s *spoilt) census(census seat.Census, err error) (seat.Census, error) {
	for i := range census {
		if !s.mended {
			census[i].Count++
		}
	}
	return census, err
}

func TestRepair(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	store := &spoilt{Store: s.store}
	var seen observer
	engine := s.start(store, trusting(t, vendorKey), activation.WithObserver(&seen))
	crm := engine.Tenant("tenant-42")
	require.NoError(t, crm.RenewDue(t.Context()), "samples are taken, by a census that is wrong")
	sample := func() int64 {
		return collect(t, crm.Samples(t.Context(), "acme.plan", today.Truncate(day), today))[0].InUse
	}
	require.Equal(t, int64(3), sample())
	want := []activation.Drift{{Code: activation.DriftCensus, Subject: `user "internal" acme.plan`, Stored: "3", Found: "2"}}
	drift, err := crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(want, drift))

	dry, err := crm.As("ida").DryRun().Repair(t.Context())
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(want, dry))
	require.False(t, store.mended, "a dry run only reports")

	seen.clear()
	mended, err := crm.As("ida").Repair(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"repair done"}, seen.outcomes())
	assert.Equal(t, int64(2), seen.seen[0].Seats[1].InUse)
	assert.Empty(t, cmp.Diff(want, mended))
	drift, err = crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
	assert.Equal(t, int64(2), sample(), "figures follow")
	history, err := crm.History(t.Context(), 0, 1)
	require.NoError(t, err)
	assert.Equal(t, activation.HistoryRepaired, history[0].Kind)
	assert.Equal(t, "ida", history[0].By)

	again, err := crm.As("ida").Repair(t.Context())
	require.NoError(t, err)
	assert.Empty(t, again)
	same, err := crm.History(t.Context(), 0, 1)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(history, same), "where nothing is wrong, nothing is written")
}

// A writer that hides what the store can do is told so, and nothing changes.
func TestRepairWithoutRecounter(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	store := &spoilt{Store: s.store, lacking: true}
	_, err := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42").As("ida").Repair(t.Context())
	require.EqualError(t, err, "activation: repair: the store can't count its census anew")
	assert.Equal(t, []string{"activated 0-6", "identity-changed 0-0"}, s.history())
}
