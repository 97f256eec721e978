package activation_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

// held is a store whose Views, while it is shut, wait with the state that they
// have.
type held struct {
	activation.Store
	gate chan struct{} // nil while it is open
}

func (h *held) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	return h.Store.View(ctx, tenant, func(r activation.Reader) error {
		if gate := h.gate; gate != nil {
			<-gate
		}
		return fn(r)
	})
}

// TestEntitlementsIncludeOwnWrites has somebody write before and while another
// goroutine refreshes, and ask then. What the caller wrote is in what the caller
// gets.
func TestEntitlementsIncludeOwnWrites(t *testing.T) {
	tests := []struct {
		name           string
		before, during bool // whether the write comes before or during another refresh
	}{
		{"written before the other reads", true, false},
		{"written while the other reads", false, true},
		{"written before and while", true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.begin(acme(6), 1)
				store := &held{Store: s.store}
				crm := s.start(store, trusting(t, vendorKey)).Tenant("tenant-42")
				require.NoError(t, errOf(crm.As("host").Admit(t.Context(), users(3)...)))
				require.False(t, entitlements(t, crm).Check("u2", "acme.web").Allowed())

				if test.before {
					require.NoError(t, errOf(crm.As("eva").Assign(t.Context(), gives("acme.plan", "u2")...)))
				} else {
					s.clock.add(day) // so that the other goroutine refreshes as well
				}
				gate := make(chan struct{})
				store.gate = gate
				var asking sync.WaitGroup
				asking.Go(func() {
					_, err := crm.Entitlements(t.Context())
					assert.NoError(t, err)
				})
				synctest.Wait()
				if test.during {
					require.NoError(t, errOf(crm.As("eva").Assign(t.Context(), gives("acme.plan", "u3")...)))
				}
				asking.Go(func() {
					ent, err := crm.Entitlements(t.Context())
					assert.NoError(t, err)
					assert.Equal(t, test.before, ent.Check("u2", "acme.web").Allowed(), "u2 has a seat")
					assert.Equal(t, test.during, ent.Check("u3", "acme.web").Allowed(), "u3 has a seat")
				})
				synctest.Wait()
				store.gate = nil
				close(gate)
				asking.Wait()
			})
		})
	}
}

// TestEntitlementsOfAClockThatIsSetBack has a clock without a monotonic reading:
// it says nothing about how old a snapshot is, so the store is read.
func TestEntitlementsOfAClockThatIsSetBack(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	crm := s.start(s.store, trusting(t, vendorKey)).Tenant("tenant-42")
	require.True(t, entitlements(t, crm).Check("u1", "acme.web").Allowed())

	_, err := s.crm.As("eva").Retire(t.Context(), "u1") // by another engine
	require.NoError(t, err)
	s.clock.add(-time.Minute)

	ent := entitlements(t, crm)
	assert.False(t, ent.Check("u1", "acme.web").Allowed(), "others' changes show after the maximum age, whatever the clock does")
	assert.Zero(t, ent.Age())
	s.clock.add(-time.Minute)
	assert.Zero(t, ent.Age(), "no age is below zero")
}

// slow is a store whose Views take three seconds, of which the state is as of the
// first.
type slow struct {
	activation.Store
	clock *testClock
	views int
}

func (s *slow) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	s.views++
	return s.Store.View(ctx, tenant, func(r activation.Reader) error {
		s.clock.add(3 * time.Second)
		return fn(r)
	})
}

// TestEntitlementsAgeFromTheBeginning has readings that take their time: what
// others write meanwhile may be missing, so the age counts from where they began,
// and so does the maximum age.
func TestEntitlementsAgeFromTheBeginning(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	store := &slow{Store: s.store, clock: s.clock}
	crm := s.start(store, trusting(t, vendorKey), activation.WithSnapshotMaxAge(10*time.Second)).Tenant("tenant-42")

	ent := entitlements(t, crm)
	assert.Equal(t, 3*time.Second, ent.Age())
	s.clock.add(7*time.Second - 1)
	assert.Same(t, ent, entitlements(t, crm))
	assert.Equal(t, 10*time.Second-1, ent.Age(), "it grows while the snapshot is kept")
	s.clock.add(1)
	assert.Equal(t, 3*time.Second, entitlements(t, crm).Age(), "it was read again")
	assert.Equal(t, 2, store.views)
}

// TestEntitlementsWithoutAge notices at once what another process has written.
func TestEntitlementsWithoutAge(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	beside := s.start(s.store, trusting(t, vendorKey), activation.WithSnapshotMaxAge(0)).Tenant("tenant-42")
	require.True(t, entitlements(t, beside).Check("u1", "acme.plan").Allowed())
	require.NoError(t, errOf(s.crm.As("eva").Retire(t.Context(), "u1")))
	require.False(t, entitlements(t, beside).Check("u1", "acme.plan").Allowed())
}
