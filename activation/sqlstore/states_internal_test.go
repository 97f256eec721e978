package sqlstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
)

// TestStates remembers for a minute, each state for one Update, and few of them.
func TestStates(t *testing.T) {
	known := func(owners int, age time.Duration) *state {
		return &state{owners: make([]activation.OwnerRecord, owners), census: newCensus(nil), read: time.Now().Add(-age)}
	}
	s := new(states)
	require.Nil(t, s.take("never"))

	s.put("young", known(1, time.Minute-time.Second))
	require.NotNil(t, s.take("young"))
	require.Nil(t, s.take("young"), "it belongs to one Update at a time")

	s.put("old", known(1, time.Minute))
	require.Nil(t, s.take("old"), "a row that was changed by hand is noticed within a minute")
	require.Zero(t, s.size)

	s.put("large", known(maxStates, 0))
	require.Nil(t, s.take("large"))
	for i := range 10 {
		s.put("tenant-42", known(maxStates/8, 0))
		s.put(fmt.Sprint(i), known(maxStates/4, 0))
		require.LessOrEqual(t, s.size, maxStates)
		require.NotNil(t, s.tenants[fmt.Sprint(i)], "the latest")
	}
	for tenant := range s.tenants {
		s.take(tenant)
	}
	require.Zero(t, s.size)
}
