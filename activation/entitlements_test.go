package activation_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// counted is a store that counts Views, and fails or waits when told to.
type counted struct {
	activation.Store
	views  atomic.Int64
	broken atomic.Pointer[error]
	plain  bool // hides the optional interfaces of the store
	gate   chan struct{}
}

func (c *counted) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	c.views.Add(1)
	if c.gate != nil {
		<-c.gate
	}
	if err := c.broken.Load(); err != nil {
		return *err
	}
	return c.Store.View(ctx, tenant, func(r activation.Reader) error {
		if c.plain {
			return fn(struct{ activation.Reader }{r})
		}
		return fn(r)
	})
}

func (c *counted) fail(err error) { c.broken.Store(&err) }

func entitlements(t *testing.T, crm *activation.Tenant) *activation.Entitlements {
	t.Helper()
	ent, err := crm.Entitlements(t.Context())
	require.NoError(t, err)
	return ent
}

func TestEntitlementsFollow(t *testing.T) {
	for name, plain := range map[string]bool{"by what changed": false, "by reading all": true} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6, expires(today.Add(day)), graceUntil(today.Add(2*day))), 2)
			store := &counted{Store: s.store, plain: plain}
			crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
			require.NoError(t, errOf(crm.As("host").Admit(t.Context(), users(3)...)))

			ent := entitlements(t, crm)
			assert.Equal(t, seat.Entitlement{Reason: seat.ReasonLicensed, Through: "acme.plan"}, ent.Check("u1", "acme.web"))
			assert.Equal(t, seat.AccessNone, ent.Check("u3", "acme.web").Access())
			views := store.views.Load()
			assert.Same(t, ent, entitlements(t, crm))
			assert.Equal(t, views, store.views.Load(), "nothing has changed, nothing is read")

			require.NoError(t, errOf(crm.As("eva").Assign(t.Context(), gives("acme.plan", "u3")...)))
			assert.True(t, entitlements(t, crm).Check("u3", "acme.web").Allowed(), "own changes show at once")
			assert.True(t, entitlements(t, crm).For("u3").Check("acme.web").Allowed())
			assert.False(t, ent.Check("u3", "acme.web").Allowed(), "a snapshot never changes")

			_, err := s.crm.As("eva").Retire(t.Context(), "u3") // by another process
			require.NoError(t, err)
			assert.True(t, entitlements(t, crm).Check("u3", "acme.web").Allowed())
			s.clock.add(10 * time.Second)
			assert.False(t, entitlements(t, crm).Check("u3", "acme.web").Allowed(), "others' changes show after the maximum age")

			s.clock.set(today.Add(day))
			assert.Equal(t, seat.ReasonInGrace, entitlements(t, crm).Check("u1", "acme.web").Reason)
			s.clock.set(today.Add(2 * day))
			assert.Equal(t, seat.AccessReadOnly, entitlements(t, crm).Check("u1", "acme.web").Access())
			s.load(acme(7))
			assert.Equal(t, seat.AccessReadOnly, entitlements(t, crm).Check("u1", "acme.web").Access())
			s.clock.add(time.Minute)
			assert.True(t, entitlements(t, crm).Module("acme.web").Check("u1").Allowed())
		})
	}
}

// Without a store the last snapshot goes on, and time does too.
// TestEntitlementsOfAWrongClock has a clock run ahead of the end of a license,
// and set right.
func TestEntitlementsOfAWrongClock(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, expires(today.Add(day))), 1)
	require.True(t, entitlements(t, s.crm).Check("u1", "acme.web").Allowed())
	s.clock.set(today.AddDate(1, 0, 0))
	require.Equal(t, seat.ReasonLapsed, entitlements(t, s.crm).Check("u1", "acme.web").Reason)
	s.clock.set(today)
	assert.Equal(t, seat.ReasonLicensed, entitlements(t, s.crm).Check("u1", "acme.web").Reason, "nothing was recorded meanwhile")

	s.clock.set(today.AddDate(1, 0, 0))
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(2)...)))
	require.Equal(t, seat.ReasonLapsed, entitlements(t, s.crm).Check("u1", "acme.web").Reason)
	s.clock.set(today)
	assert.Equal(t, seat.ReasonLapsed, entitlements(t, s.crm).Check("u1", "acme.web").Reason, "a clock that is set back extends no license")
	require.NoError(t, errOf(s.crm.As("eva").ResetClock(t.Context())))
	assert.Equal(t, seat.ReasonLicensed, entitlements(t, s.crm).Check("u1", "acme.web").Reason)
}

func TestEntitlementsWithoutStore(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, expires(today.Add(time.Hour))), 1)
	store := &counted{Store: s.store}
	crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
	down := errors.New("down")
	store.fail(down)
	_, err := crm.Entitlements(t.Context())
	require.ErrorIs(t, err, down, "there is nothing to go on with")
	store.broken.Store(nil)
	ent := entitlements(t, crm)
	require.NoError(t, ent.Err())
	assert.Zero(t, ent.Age())

	store.fail(down)
	s.clock.add(30 * time.Minute)
	ent = entitlements(t, crm)
	assert.True(t, ent.Check("u1", "acme.web").Allowed())
	require.ErrorIs(t, ent.Err(), down)
	assert.Equal(t, 30*time.Minute, ent.Age())
	views := store.views.Load()
	entitlements(t, crm)
	assert.Equal(t, views, store.views.Load(), "a store that is down is left alone for a while")

	s.clock.add(30 * time.Minute)
	assert.Equal(t, seat.ReasonLapsed, entitlements(t, crm).Check("u1", "acme.web").Reason, "derived in memory")
	store.broken.Store(nil)
	s.clock.add(time.Second)
	ent = entitlements(t, crm)
	require.NoError(t, ent.Err())
	assert.Zero(t, ent.Age())
}

// While one goroutine refreshes, the others do not wait.
func TestEntitlementsReadersNeverWait(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	store := &counted{Store: s.store}
	crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
	last := entitlements(t, crm)
	store.gate = make(chan struct{})
	s.clock.add(time.Minute)
	var refreshing sync.WaitGroup
	refreshing.Go(func() {
		_, err := crm.Entitlements(t.Context())
		assert.NoError(t, err)
	})
	for store.views.Load() < 2 { // until the refresh is under way
		assert.NoError(t, t.Context().Err())
	}
	assert.Same(t, last, entitlements(t, crm))
	close(store.gate)
	refreshing.Wait()
	assert.NotSame(t, last, entitlements(t, crm))
}

// A caller who goes away says nothing about the store.
func TestEntitlementsCallerGoesAway(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	entitlements(t, s.crm)
	s.clock.add(time.Minute)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	ent, err := s.crm.Entitlements(gone)
	require.NoError(t, err)
	require.NoError(t, ent.Err())
	ent = entitlements(t, s.crm)
	assert.Zero(t, ent.Age(), "the next one reads")
}

// There is no license at all: the engine answers.
func TestEntitlementsWithoutLicense(t *testing.T) {
	s := newStage(t)
	assert.Equal(t, seat.Entitlement{Reason: seat.ReasonNotLicensed}, entitlements(t, s.crm).Check("u1", "acme.web"))
}

func TestEntitlementChecksDoNotAllocate(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	ctx := t.Context()
	allocations := testing.AllocsPerRun(100, func() {
		ent, err := s.crm.Entitlements(ctx)
		if err != nil || !ent.Check("u1", "acme.web").Allowed() {
			t.Error("not allowed")
		}
	})
	assert.Zero(t, allocations)
}
