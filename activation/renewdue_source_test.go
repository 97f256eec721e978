package activation_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

// updated is a store that counts Updates.
type updated struct {
	activation.Store
	updates int
}

func (u *updated) Unwrap() activation.Store { return u.Store }

func (u *updated) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	u.updates++
	return u.Store.Update(ctx, tenant, fn)
}

// withoutSources is an engine of the same tenants that can ask nobody.
func (s *stage) withoutSources(store activation.Store) *activation.Engine {
	s.Helper()
	engine, err := activation.New(store, trusting(s.T, vendorKey),
		activation.WithClock(s.clock.read), activation.WithRandom(func() float64 { return 0.5 }))
	require.NoError(s, err)
	return engine
}

func (s *stage) due() []string {
	s.Helper()
	due, err := s.store.Due(s.Context(), s.clock.read(), "", 10)
	require.NoError(s, err)
	return due
}

// TestRenewDueWithoutTheSource has no engine that could ask. The tenant is looked
// at for an hour, and then not before the next day.
func TestRenewDueWithoutTheSource(t *testing.T) {
	s := newStage(t)
	s.expect("S-1") // on an engine that has the source and ends here
	store := &updated{Store: s.store}
	engine := s.withoutSources(store)

	for range 60 {
		require.NoError(t, engine.RenewDue(t.Context()))
		require.Equal(t, []string{"tenant-42"}, s.due(), "another engine may have the source")
		s.clock.add(time.Minute)
	}
	assert.Zero(t, store.updates, "looking writes nothing")
	require.NoError(t, engine.RenewDue(t.Context()))
	written := store.updates
	assert.Empty(t, s.due())
	assert.Equal(t, today.Add(time.Hour+day-72*time.Minute), s.owner().Check.Next, "a day later, give or take")

	for range 22 * 60 {
		require.NoError(t, engine.RenewDue(t.Context()))
		s.clock.add(time.Minute)
	}
	assert.Equal(t, written, store.updates)
	s.clock.add(time.Hour)
	require.NoError(t, s.engine.RenewDue(t.Context()), "the source is back")
	assert.Len(t, s.feed.asked, 1)
	assert.Empty(t, s.due())
}

// TestRenewDueBesideAnEngineWithoutTheSource has two engines look every minute,
// first the one that can't ask. The other one asks as if it were alone.
func TestRenewDueBesideAnEngineWithoutTheSource(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	store := &updated{Store: s.store}
	other := s.withoutSources(store)
	const days = 3
	for range days * 24 * 60 {
		require.NoError(t, other.RenewDue(t.Context()))
		require.NoError(t, s.engine.RenewDue(t.Context()))
		s.clock.add(time.Minute)
	}
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, days)
	assert.LessOrEqual(t, store.updates, 2*(days+1), "it takes the days' samples")
}

// TestRenewDueWritesNothingWhileClaimed has a worker come to a tenant that another
// one has claimed.
func TestRenewDueWritesNothingWhileClaimed(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	store := &updated{Store: s.store}
	engine := s.start(store, trusting(t, vendorKey))
	s.clock.add(day)
	require.NoError(t, s.store.Update(t.Context(), "tenant-42", func(w activation.Writer) error {
		record, err := w.Tenant(t.Context())
		if err != nil {
			return err
		}
		record.LeasedUntil = s.clock.read().Add(time.Minute)
		return w.PutTenant(t.Context(), record)
	}))
	require.NoError(t, engine.RenewDue(t.Context()))
	assert.Zero(t, store.updates)
	s.clock.add(time.Minute)
	require.NoError(t, engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 1)
}
