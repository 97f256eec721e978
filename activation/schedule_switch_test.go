package activation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// scheduledSwitches has a renewal that begins in 30 days with one plan and two
// smaller ones for three users of the plan. It is scheduled that u1, whose add-on
// goes with it, and u3 get the smaller plan.
func scheduledSwitches(t *testing.T) (*stage, planner.Selection) {
	t.Helper()
	s := newStage(t)
	s.begin(acme(1), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	s.load(acme(2, withLite(2), quantity("plan", 1), needsWeb, validFrom(today.Add(30*day))))
	selected := planner.Selection{
		Switches: []seat.Swap{swap("u1", "acme.plan", "acme.lite"), swap("u3", "acme.plan", "acme.lite")},
	}
	preview, err := s.crm.Plan(t.Context(), "acme", selected)
	require.NoError(t, err)
	assert.Equal(t, selected.Switches, preview.Upcoming.Switches)
	assert.Equal(t, planner.Ready, preview.Upcoming.Status)
	preview, err = s.crm.As("eva").Schedule(t.Context(), preview.Approve())
	require.NoError(t, err)
	assert.Equal(t, selected, preview.Schedule.Selection)
	return s, selected
}

// TestScheduledSwitches: what is scheduled is kept with the offer, over a restart
// as well, and carried out when it begins.
func TestScheduledSwitches(t *testing.T) {
	s, selected := scheduledSwitches(t)
	s.engine = s.start(s.store, trusting(t, vendorKey, spareKey))
	s.crm = s.engine.Tenant("tenant-42")
	pending := s.owner().Pending
	assert.Equal(t, selected, pending.Schedule.Selection)
	assert.Equal(t, selected.Switches, pending.Upcoming.Switches, "shown with what is scheduled")
	assert.Equal(t, map[string][]string{"u1": {"acme.addon", "acme.plan"}, "u2": {"acme.plan"}, "u3": {"acme.plan"}}, s.assigned(), "nothing has happened yet")

	s.clock.set(today.Add(30 * day))
	require.NoError(t, s.engine.RenewDue(t.Context()))

	owner := s.owner()
	assert.Equal(t, int64(2), owner.Number)
	assert.Equal(t, "eva", owner.By, "who has approved it")
	assert.Nil(t, owner.Pending)
	assert.Equal(t, map[string][]string{"u1": {"acme.lite"}, "u2": {"acme.plan"}, "u3": {"acme.lite"}}, s.assigned())
	assert.Equal(t, "activated 1-2", s.history()[0])
	assert.Equal(t, []string{"cascade u1 acme.addon", "switched u1 acme.plan", "switched u3 acme.plan"}, s.loggedSince(4))
	history, err := s.crm.History(t.Context(), 0, 1)
	require.NoError(t, err)
	assert.Equal(t, "eva", history[0].By)
	log, err := s.crm.Log(t.Context(), 0, 3)
	require.NoError(t, err)
	for _, e := range log {
		assert.Equal(t, history[0].ID, e.History)
		assert.Equal(t, "eva", e.By)
		if e.Cause == seat.CauseSwitched {
			assert.Equal(t, "acme.lite", e.To)
		}
	}
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

// TestScheduledSwitchesThatDoNotFit: the offer waits, says why, and nothing of it is
// carried out. By hand it goes on.
func TestScheduledSwitchesThatDoNotFit(t *testing.T) {
	lite := planner.Selection{Switches: []seat.Swap{swap("u2", "acme.plan", "acme.lite")}}
	for _, test := range []struct {
		name    string
		do      func(*stage)
		waiting activation.Waiting
		misfit  string
		by      planner.Selection // what is chosen by hand instead
	}{
		{
			"somebody has released what is switched", func(s *stage) {
				require.NoError(s, errOf(s.crm.As("ida").Release(s.Context(), gives("acme.plan", "u3")...)))
			},
			activation.WaitingSchedule, `holder "u3" can't be switched from acme.plan to acme.lite, because the former is not assigned`, lite,
		},
		{
			"the cascade has changed", func(s *stage) {
				require.NoError(s, errOf(s.crm.As("ida").Assign(s.Context(), gives("acme.addon", "u3")...)))
			},
			activation.WaitingSchedule, "the releases and switches take with them what they did not when they were scheduled", ticks("acme.plan", "u1", "u3"),
		},
		{
			"the holder has left", func(s *stage) {
				_, err := s.crm.As("ida").Reconcile(s.Context(), presenting(nil, users(3)[:2]...))
				require.NoError(s, err)
			},
			activation.WaitingSchedule, `holder "u3" is not known`, lite,
		},
		{
			"it is too little by now", func(s *stage) {
				require.NoError(s, errOf(s.crm.As("ida").Release(s.Context(), gives("acme.addon", "u1")...)))
				preview, err := s.crm.Plan(s.Context(), "acme", lite)
				require.NoError(s, err)
				_, err = s.crm.As("eva").Schedule(s.Context(), preview.Approve())
				require.NoError(s, err)
			},
			activation.WaitingBlocked, "",
			planner.Selection{Releases: gives("acme.plan", "u1"), Switches: lite.Switches},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := scheduledSwitches(t)
			test.do(s)
			before := s.assigned()
			s.clock.set(today.Add(30 * day))
			require.NoError(t, s.engine.RenewDue(t.Context()))

			owner := s.owner()
			assert.Equal(t, int64(1), owner.Number)
			assert.Equal(t, test.waiting, owner.Pending.Waiting)
			assert.Contains(t, owner.Pending.Misfit, test.misfit)
			assert.Equal(t, test.misfit != "", owner.Pending.Misfit != "")
			assert.Equal(t, before, s.assigned(), "nothing of it is carried out")

			preview, err := s.crm.Plan(t.Context(), "acme", test.by)
			require.NoError(t, err)
			_, err = s.crm.As("eva").Activate(t.Context(), preview.Approve())
			require.NoError(t, err)
			assert.Equal(t, int64(2), s.owner().Number)
		})
	}
}
