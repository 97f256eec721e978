package activation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// TestResetClockOfPlannedChecks has checks planned by a clock that is ahead, in
// every way that checks are planned, and by the right one.
func TestResetClockOfPlannedChecks(t *testing.T) {
	nextCheck := func(at time.Time) func(*license.License) {
		return func(l *license.License) { l.NextCheck = &at }
	}
	tests := []struct {
		name string
		// first is the license that the right clock sees.
		first func(*license.License)
		ahead time.Duration
		// do is done while the clock is ahead.
		do   func(*stage)
		want time.Time
	}{
		{"by a check", unchanged, 1000 * day, func(s *stage) { s.renew() }, today},
		{"by a check, minutes ahead", unchanged, 10 * time.Minute, func(s *stage) { s.renew() }, today},
		{"by an activation", unchanged, 1000 * day, func(s *stage) { s.load(acme(7)) }, today},
		{"by an activation that asks for a wait", unchanged, 1000 * day, func(s *stage) {
			s.load(acme(7, nextCheck(today.Add(1003*day))))
		}, today},
		{"by an activation, two days ahead", unchanged, 2 * day, func(s *stage) { s.load(acme(7)) }, today},
		{"by a change of the serial", unchanged, 1000 * day, func(s *stage) { s.expect("S-2") }, today},
		{"by the right clock", unchanged, 1000 * day, func(s *stage) {
			require.NoError(s, errOf(s.crm.As("host").Admit(s.Context(), users(2)...)))
		}, today.Add(day)},
		{"by the right clock, at what the license asks for", nextCheck(today.Add(20 * day)), 1000 * day, func(s *stage) {
			require.NoError(s, errOf(s.crm.As("host").Admit(s.Context(), users(2)...)))
		}, today.Add(20 * day)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6, test.first), 1)
			s.clock.add(test.ahead)
			test.do(s)
			s.clock.set(today)

			require.NoError(t, errOf(s.crm.As("eva").ResetClock(t.Context())))

			assert.Equal(t, test.want, s.owner().Check.Next)
			status, err := s.crm.Status(t.Context())
			require.NoError(t, err)
			assert.False(t, status.NextCheck.After(test.want), "the tenant is due when its owner is, or before")
			require.NoError(t, s.engine.RenewDue(t.Context()))
			assert.False(t, s.owner().Check.Next.After(today.Add(30*day)), "by the right clock again")
		})
	}
}

func unchanged(*license.License) {}

// TestLongestWait has a license that asks to be left alone for years.
func TestLongestWait(t *testing.T) {
	s := newStage(t, activation.WithRandom(func() float64 { return 0 }))
	end := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	s.begin(acme(6, func(l *license.License) { l.NextCheck = &end }), 1)
	assert.Equal(t, today.Add(30*day), s.owner().Check.Next)
	s.renew()
	assert.Equal(t, today.Add(30*day), s.owner().Check.Next)
}
