package activation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/seat"
)

// TestRecordedInstant is recorded once a minute by what concerns seats alone, and
// always by anything else. What it costs nothing to know is not written.
func TestRecordedInstant(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	plan := func(holder string) []seat.Assignment { return []seat.Assignment{{Holder: holder, Module: "acme.plan"}} }
	recorded := func() time.Time {
		status, err := s.crm.Status(t.Context())
		require.NoError(t, err)
		return status.Recorded
	}
	began := recorded()
	eva := s.crm.As("eva")

	s.clock.add(time.Minute - time.Microsecond)
	require.NoError(t, errOf(eva.Retire(t.Context(), "u1")))
	require.Equal(t, began, recorded(), "less than a minute later")
	s.clock.add(time.Microsecond)
	require.NoError(t, errOf(eva.Assign(t.Context(), plan("u1")...)))
	require.Equal(t, began.Add(time.Minute), recorded(), "a minute later")

	s.clock.add(time.Second)
	s.load(acme(7))
	require.Equal(t, began.Add(61*time.Second), recorded(), "an activation")

	s.clock.add(-7 * time.Minute)
	require.NoError(t, errOf(eva.Retire(t.Context(), "u1")))
	require.Equal(t, began.Add(61*time.Second), recorded(), "the clock went back")
}
