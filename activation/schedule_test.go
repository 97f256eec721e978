package activation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// TestUpcoming shows in December that three seats will be too many in January.
func TestUpcoming(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	s.load(acme(2, quantity("plan", 2), validFrom(today.Add(30*day))))

	preview, err := s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, []planner.Rejection{planner.RejectionNotYetValid}, preview.Plan.Rejections)
	assert.Equal(t, planner.Blocked, preview.Upcoming.Status)
	assert.Equal(t, int64(1), preview.Upcoming.Blockers[0].MustRemove)
	preview, err = s.crm.Plan(t.Context(), "acme", ticks("acme.plan", "u2"))
	require.NoError(t, err)
	assert.Equal(t, planner.Ready, preview.Upcoming.Status, "with the same releases")
	_, err = s.crm.Plan(t.Context(), "acme", ticks("acme.addon", "u2"))
	var notAssigned *planner.NotAssignedError
	require.ErrorAs(t, err, &notAssigned)
	assert.Equal(t, planner.Blocked, s.owner().Pending.Upcoming.Status)

	s.load(acme(3, licensee("Example AS", "S-1"), expires(today)))
	assert.Equal(t, int64(2), s.owner().Pending.Plan.To)
	s.clock.add(30 * day)
	assert.Nil(t, s.owner().Pending.Upcoming, "it has begun")
}

// scheduled has a renewal that begins in 30 days with a seat less, with releases
// that are scheduled.
func scheduled(t *testing.T, releases []seat.Assignment, options ...activation.Option) (*stage, activation.Digest) {
	t.Helper()
	s := newStage(t, options...)
	s.begin(acme(1), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	s.load(acme(2, quantity("plan", 2), validFrom(today.Add(30*day))))
	preview, err := s.crm.Plan(t.Context(), "acme", planner.Selection{Releases: releases})
	require.NoError(t, err)
	preview, err = s.crm.As("eva").Schedule(t.Context(), preview.Approve())
	require.NoError(t, err)
	assert.Equal(t, releases, preview.Schedule.Releases)
	assert.Equal(t, "eva", preview.Schedule.By)
	return s, preview.Offer
}

func TestSchedule(t *testing.T) {
	one, other := gives("acme.plan", "u1"), gives("acme.plan", "u2")
	tests := []struct {
		name     string
		releases []seat.Assignment
		options  []activation.Option
		do       func(*stage, activation.Digest)
		want     activation.Waiting // why it waits after its beginning, empty if it was activated
		misfit   string
		left     int // how many holders have seats then
	}{
		{"carried out", one, nil, func(*stage, activation.Digest) {}, "", "", 2},
		{"though the policy would ask", one, []activation.Option{activation.WithPolicy(func(p *planner.Plan) bool {
			return p.From == 0
		})}, func(*stage, activation.Digest) {}, "", "", 2},
		{"replaced", one, nil, func(s *stage, offer activation.Digest) { reschedule(s, offer, other) }, "", "", 2},
		{"taken back", one, nil, func(s *stage, offer activation.Digest) {
			require.NoError(s, s.crm.As("eva").Unselect(s.Context(), offer))
			require.NoError(s, s.crm.As("eva").Unselect(s.Context(), offer), "twice is once")
		}, activation.WaitingBlocked, "", 3},
		{"forgotten with the offer", one, nil, func(s *stage, offer activation.Digest) {
			require.NoError(s, s.crm.As("eva").Dismiss(s.Context(), offer))
			s.load(acme(2, quantity("plan", 2), validFrom(today.Add(30*day))))
		}, activation.WaitingBlocked, "", 3},
		{"kept when the offer is loaded again", one, nil, func(s *stage, _ activation.Digest) {
			s.load(acme(2, quantity("plan", 2), validFrom(today.Add(30*day))))
		}, "", "", 2},
		{"somebody has released it before", one, nil, func(s *stage, _ activation.Digest) {
			require.NoError(s, errOf(s.crm.As("eva").Release(s.Context(), gives("acme.addon", "u1")...)))
			require.NoError(s, errOf(s.crm.As("eva").Release(s.Context(), one...)))
		}, activation.WaitingSchedule, "acme.plan can't be released from holder", 2},
		{"the cascade has changed", other, nil, func(s *stage, _ activation.Digest) {
			require.NoError(s, errOf(s.crm.As("eva").Assign(s.Context(), gives("acme.addon", "u2")...)))
		}, activation.WaitingSchedule, "the releases and switches take with them what they did not when they were scheduled", 3},
		{"the holder has left", one, nil, func(s *stage, _ activation.Digest) {
			_, err := s.crm.As("eva").Reconcile(s.Context(), presenting(nil, users(3)[1:]...))
			require.NoError(s, err)
		}, activation.WaitingSchedule, "is not known", 2},
		{"it is too little by now", nil, nil, func(*stage, activation.Digest) {}, activation.WaitingBlocked, "", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, offer := scheduled(t, test.releases, test.options...)
			assert.Equal(t, activation.WaitingNotYetValid, s.owner().Pending.Waiting)
			test.do(s, offer)
			s.clock.set(today.Add(30 * day))

			require.NoError(t, s.engine.RenewDue(t.Context()))

			owner := s.owner()
			assert.Len(t, s.assigned(), test.left)
			if test.want == "" {
				require.Equal(t, int64(2), owner.Number)
				assert.Equal(t, "eva", owner.By, "who has approved it")
				assert.True(t, owner.Unseen)
				assert.Nil(t, owner.Pending)
				return
			}
			require.Equal(t, int64(1), owner.Number)
			assert.Equal(t, test.want, owner.Pending.Waiting)
			assert.Contains(t, owner.Pending.Misfit, test.misfit)
			assert.Equal(t, test.misfit != "", owner.Pending.Misfit != "")
			approve(s, "u3") // an administrator can still activate it
		})
	}
}

func reschedule(s *stage, offer activation.Digest, releases []seat.Assignment) {
	s.Helper()
	preview, err := s.crm.PlanOffer(s.Context(), offer, planner.Selection{Releases: releases})
	require.NoError(s, err)
	_, err = s.crm.As("eva").Schedule(s.Context(), preview.Approve())
	require.NoError(s, err)
	assert.Equal(s, releases, s.owner().Pending.Schedule.Releases)
	assert.Equal(s, planner.Ready, s.owner().Pending.Upcoming.Status, "shown with what is scheduled")
}

func TestScheduleRefused(t *testing.T) {
	s, offer := scheduled(t, gives("acme.plan", "u1"))
	as := s.crm.As("eva")
	_, err := as.Schedule(t.Context(), activation.Approval{Offer: offer, Selection: ticks("acme.plan", "u2")})
	require.ErrorIs(t, err, activation.ErrStale)
	preview, err := s.crm.PlanOffer(t.Context(), offer, ticks("acme.plan", "u3"))
	require.NoError(t, err)
	_, err = as.Schedule(t.Context(), activation.Approval{Offer: preview.Offer, Seen: preview.Seen, Selection: ticks("acme.plan", "u1")})
	require.ErrorIs(t, err, activation.ErrStale, "u1's takes its add-on with it")
	_, err = as.Schedule(t.Context(), activation.Approval{Offer: preview.Offer, Seen: preview.Seen, Selection: ticks("acme.addon", "u3")})
	var notAssigned *planner.NotAssignedError
	require.ErrorAs(t, err, &notAssigned)
	_, err = as.Schedule(t.Context(), activation.Approval{Offer: activation.DigestOf(nil)})
	require.ErrorIs(t, err, activation.ErrNoOffer)
	_, err = s.crm.PlanOffer(t.Context(), activation.DigestOf(nil))
	require.ErrorIs(t, err, activation.ErrNoOffer)
	require.NoError(t, as.Unselect(t.Context(), activation.DigestOf(nil)))
	assert.Equal(t, gives("acme.plan", "u1"), s.owner().Pending.Schedule.Releases, "nothing has changed")

	s.clock.add(30 * day)
	preview, err = s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	_, err = as.Schedule(t.Context(), preview.Approve())
	require.ErrorIs(t, err, activation.ErrRejected, "it has begun: activate it")
}

// TestPendingByBeginning has an interim license and a renewal wait.
func TestPendingByBeginning(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	s.load(acme(3, quantity("plan", 3), validFrom(today.Add(30*day))))
	s.load(acme(2, quantity("plan", 2)))
	numbers := func() (numbers []int64) {
		previews, err := s.crm.Pending(t.Context())
		require.NoError(t, err)
		for _, p := range previews {
			numbers = append(numbers, p.Plan.To)
		}
		return numbers
	}
	assert.Equal(t, []int64{2, 3}, numbers())
	owner := s.owner()
	assert.Equal(t, int64(2), owner.Pending.Plan.To)
	require.Len(t, owner.Others, 1)
	assert.Equal(t, int64(3), owner.Others[0].Plan.To)
	preview, err := s.crm.PlanOffer(t.Context(), owner.Others[0].Offer)
	require.NoError(t, err)
	assert.Equal(t, planner.Ready, preview.Upcoming.Status)

	s.load(acme(4, quantity("plan", 1), validFrom(today.Add(40*day))))
	s.load(acme(5, quantity("plan", 3), validFrom(today.Add(30*day))))
	assert.Equal(t, []int64{2, 5, 4}, numbers(), "of one beginning the highest")
	approve(s, "u1")
	assert.Equal(t, []int64{5, 4}, numbers())
	s.clock.add(30 * day)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, int64(5), s.owner().Number)
	assert.Empty(t, numbers(), "4 is older now")
}

// TestPendingIsBounded has more beginnings than are kept.
func TestPendingIsBounded(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	for i := range 2 * activation.MaxPending {
		s.load(acme(int64(2+i), validFrom(today.Add(time.Duration(40-i)*day))))
	}
	previews, err := s.crm.Pending(t.Context())
	require.NoError(t, err)
	assert.Len(t, previews, activation.MaxPending)
	assert.Equal(t, int64(1+2*activation.MaxPending), previews[0].Plan.To, "those that begin first")
}

// TestBothBegin has two offers that begin at different times while nobody looks.
func TestBothBegin(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 1)
	s.load(acme(2, validFrom(today.Add(day))))
	s.load(acme(3, validFrom(today.Add(2*day))))
	s.clock.add(3 * day)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, []string{"activated 1-3", "activated 0-1", "identity-changed 0-0"}, s.history())
}
