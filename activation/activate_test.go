package activation_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// A license with fewer seats waits for an administrator, who releases one.
func TestActivateWithReleases(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u3")...)))
	s.feed.send("", s.sealed(acme(7, quantity("plan", 2))))

	result := s.renew()
	assert.NotEmpty(t, result.Waiting)
	assert.Equal(t, planner.Blocked, result.Plan.Status)

	preview, err := s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	_, err = s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: preview.Offer, Seen: preview.Seen})
	var blocked *activation.NotActivatedError
	require.ErrorAs(t, err, &blocked)
	require.ErrorIs(t, err, activation.ErrBlocked)
	assert.Equal(t, int64(1), blocked.Fresh.Plan.Blockers[0].MustRemove)
	assert.ErrorContains(t, err, "license 7 of acme was not activated: acme.plan would have 3 of 2 seats in use, release 1")

	ticked := ticks("acme.plan", "u3")
	preview, err = s.crm.Plan(t.Context(), "acme", ticked)
	require.NoError(t, err)
	assert.Equal(t, planner.Ready, preview.Plan.Status)
	done, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{
		Offer: preview.Offer, Seen: preview.Seen, Selection: ticked,
	})
	require.NoError(t, err)
	assert.True(t, done.Activated)

	assert.Equal(t, map[string][]string{"u1": {"acme.plan"}, "u2": {"acme.plan"}}, s.assigned(), "addon required user")
	assert.Equal(t, []string{"activated 6-7", "activated 0-6", "identity-changed 0-0"}, s.history())
	log, err := s.crm.Log(t.Context(), 0, 2)
	require.NoError(t, err)
	want := []activation.LogEntry{
		{At: today, By: "eva", Holder: "u3", Module: "acme.plan", Cause: seat.CauseReleased, History: done.History},
		{At: today, By: "eva", Holder: "u3", Module: "acme.addon", Cause: seat.CauseCascaded, History: done.History},
	}
	for i := range log {
		log[i].ID = 0
	}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("log, the newest first (-want +got):\n%s", diff)
	}
	owner := s.owner()
	assert.Equal(t, int64(7), owner.Number)
	assert.Equal(t, "eva", owner.By)
	assert.False(t, owner.Unseen, "who has activated it has seen it")
	assert.Nil(t, owner.Pending)
}

func TestActivateMovesEverybody(t *testing.T) {
	s := newStage(t)
	const many = 2500 // more than one page
	s.begin(acme(6, quantity("plan", many), quantity("user", many), quantity("web", many)), many)
	s.feed.send("", s.sealed(acme(7, quantity("user", many), quantity("web", many), func(l *license.License) {
		l.Modules[1].Name, l.Modules[1].Quantity, l.Modules[1].Replaces = "suite", many, []string{"plan"}
	})))

	result := s.renew()

	require.True(t, result.Activated)
	assert.Equal(t, int64(many), result.Plan.Changes[0].Moved)
	left, err := s.crm.HolderPage(t.Context(), activation.HolderQuery{Assigned: []string{"acme.plan"}}, "", 1)
	require.NoError(t, err)
	assert.Empty(t, left)
	moved, err := s.crm.HolderPage(t.Context(), activation.HolderQuery{Assigned: []string{"acme.suite"}}, "", many+1)
	require.NoError(t, err)
	assert.Len(t, moved, many)
	log, err := s.crm.Log(t.Context(), 0, many+1)
	require.NoError(t, err)
	for _, entry := range log[:many] {
		if entry.Cause != seat.CauseMoved || entry.To != "acme.suite" || entry.History != result.History {
			t.Fatalf("log entry %+v, want one that moved to acme.suite with history %d", entry, result.History)
		}
	}
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

// Who releases something passes on what is left like everybody else, once.
func TestActivateReleasesAndMoves(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 2)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	require.NotEmpty(t, s.load(acme(7, quantity("user", 1), func(l *license.License) {
		l.Modules[1].Name, l.Modules[1].Replaces = "suite", []string{"plan"}
		l.Modules[4] = license.Module{Name: "addon2", Kind: license.User, Quantity: 2, Replaces: []string{"addon"}}
	})).Waiting)
	ticked := ticks("acme.plan", "u1")
	preview, err := s.crm.Plan(t.Context(), "acme", ticked)
	require.NoError(t, err)

	result, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{
		Offer: preview.Offer, Seen: preview.Seen, Selection: ticked,
	})

	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"u1": {"acme.addon2"}, "u2": {"acme.suite"}}, s.assigned())
	assert.Equal(t, []string{"moved u1 acme.addon", "released u1 acme.plan", "moved u2 acme.plan"}, s.loggedSince(3))
	assert.Len(t, result.Plan.Releases, 1)
}

// offered has license 7 pending, which would be ready but for the policy.
func offered(t *testing.T) (*stage, *activation.Preview) {
	t.Helper()
	s := newStage(t, activation.WithPolicy(func(*planner.Plan) bool { return false }))
	s.expect("S-1")
	s.load(acme(6))
	first, err := s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	_, err = s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: first.Offer, Seen: first.Seen})
	require.NoError(t, err)
	_, _, err = s.crm.As("eva").Fill(t.Context(), "acme.plan", users(3)...)
	require.NoError(t, err)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	require.NotEmpty(t, s.load(acme(7)).Waiting)
	preview, err := s.crm.Plan(t.Context(), "acme", ticks("acme.plan", "u1", "u2"))
	require.NoError(t, err)
	require.Equal(t, planner.Ready, preview.Plan.Status)
	return s, preview
}

func TestActivateStale(t *testing.T) {
	tests := []struct {
		name   string
		change func(*stage)
		status planner.Status // the status of the fresh plan
	}{
		{"the cascade is longer", func(s *stage) {
			require.NoError(s, errOf(s.crm.As("ida").Assign(s.Context(), gives("acme.addon", "u2")...)))
		}, planner.Ready},
		{"the cascade is shorter", func(s *stage) {
			_, err := s.crm.As("ida").Release(s.Context(), gives("acme.addon", "u1")...)
			require.NoError(s, err)
		}, planner.Ready},
		{"another owner has a license now", func(s *stage) {
			require.NoError(s, s.crm.As("ida").Expect(s.Context(), "partner", planner.Expected{Serial: "P"}))
			activatePartner(s)
		}, planner.Ready},
		{"the active license was removed", func(s *stage) {
			_, err := s.crm.As("ida").Remove(s.Context(), "acme")
			require.NoError(s, err)
			s.load(acme(7))
		}, planner.Ready},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, preview := offered(t)
			test.change(s)
			before := s.assigned()

			_, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{
				Offer: preview.Offer, Seen: preview.Seen, Selection: ticks("acme.plan", "u1", "u2"),
			})

			var stale *activation.NotActivatedError
			require.ErrorAs(t, err, &stale)
			require.ErrorIs(t, err, activation.ErrStale)
			assert.Equal(t, test.status, stale.Fresh.Plan.Status)
			assert.NotEqual(t, preview.Seen, stale.Fresh.Seen)
			assert.Equal(t, before, s.assigned())
		})
	}
}

func activatePartner(s *stage) {
	s.Helper()
	l := acme(1, licensee("Example AS", "P"), func(l *license.License) {
		l.Owner.Name, l.Modules = "partner", l.Modules[:1]
	})
	s.load(l)
	preview, err := s.crm.Plan(s.Context(), "partner")
	require.NoError(s, err)
	_, err = s.crm.As("ida").Activate(s.Context(), activation.Approval{Offer: preview.Offer, Seen: preview.Seen})
	require.NoError(s, err)
}

func TestActivateRefused(t *testing.T) {
	t.Run("nothing was seen", func(t *testing.T) {
		s, preview := offered(t)
		_, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: preview.Offer})
		var stale *activation.NotActivatedError
		require.ErrorAs(t, err, &stale)
		require.ErrorIs(t, err, activation.ErrStale)
		assert.Equal(t, preview.Offer, stale.Fresh.Offer)
	})
	t.Run("no such offer", func(t *testing.T) {
		s, preview := offered(t)
		require.NoError(t, s.crm.As("eva").Dismiss(t.Context(), preview.Offer))
		_, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: preview.Offer, Seen: preview.Seen})
		require.ErrorIs(t, err, activation.ErrNoOffer)
		_, err = s.crm.Plan(t.Context(), "acme")
		require.ErrorIs(t, err, activation.ErrNoOffer)
		require.NoError(t, s.crm.As("eva").Dismiss(t.Context(), preview.Offer), "dismissing twice is dismissing once")
	})
	t.Run("rejected by now", func(t *testing.T) {
		s, _ := offered(t)
		s.clock.set(today.AddDate(1, 0, 0))
		s.load(acme(8, func(l *license.License) { l.Expires = at(today.AddDate(2, 0, 0)) }))
		preview, err := s.crm.Plan(t.Context(), "acme")
		require.NoError(t, err)
		s.clock.set(today.AddDate(2, 0, 0))
		_, err = s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: preview.Offer, Seen: preview.Seen})
		var rejected *activation.NotActivatedError
		require.ErrorAs(t, err, &rejected)
		require.ErrorIs(t, err, activation.ErrRejected)
		assert.Equal(t, []planner.Rejection{planner.RejectionLapsed}, rejected.Fresh.Plan.Rejections)
		assert.ErrorContains(t, err, "license 8 of acme was not activated: lapsed")
	})
	t.Run("a release of what is not assigned", func(t *testing.T) {
		s, preview := offered(t)
		_, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{
			Offer: preview.Offer, Seen: preview.Seen, Selection: ticks("acme.addon", "u2", "nobody"),
		})
		var not *planner.NotAssignedError
		require.ErrorAs(t, err, &not)
		assert.Equal(t, planner.NotAssignedError{Holder: "u2", Module: "acme.addon"}, *not)
		require.ErrorIs(t, err, seat.ErrUnknownHolder)
	})
}

func at(instant time.Time) *time.Time { return &instant }

// Two administrators press the button at once: one activates, both succeed.
func TestActivateTwiceAtOnce(t *testing.T) {
	s, preview := offered(t)
	request := activation.Approval{
		Offer: preview.Offer, Seen: preview.Seen, Selection: ticks("acme.plan", "u1", "u2"),
	}
	const administrators = 8
	results := make([]*activation.Result, administrators)
	errs := make([]error, administrators)
	var all sync.WaitGroup
	for i := range administrators {
		all.Go(func() { results[i], errs[i] = s.crm.As("host").Activate(t.Context(), request) })
	}
	all.Wait()

	activated := 0
	for i, result := range results {
		require.NoError(t, errs[i])
		if result.Activated {
			activated++
		} else {
			assert.Equal(t, planner.Current, result.Plan.Status)
		}
	}
	assert.Equal(t, 1, activated)
	assert.Equal(t, []string{"activated 6-7", "activated 0-6", "identity-changed 0-0"}, s.history())
}

// Loading the active license again is current, also where it would be rejected.
func TestSameContentSucceedsEvenWhereRejected(t *testing.T) {
	s := newStage(t)
	l := acme(6, func(l *license.License) { l.Expires = at(today.AddDate(0, 1, 0)) })
	s.begin(l, 1)
	s.clock.set(today.AddDate(0, 2, 0))

	result := s.load(l)

	assert.False(t, result.Activated)
	assert.Equal(t, planner.Current, result.Plan.Status)
	assert.Equal(t, license.Lapsed, s.owner().State)
}

func TestPendingRules(t *testing.T) {
	few := quantity("plan", 1)
	begin := func(t *testing.T) *stage {
		t.Helper()
		s := newStage(t)
		s.begin(acme(6), 3)
		return s
	}
	pending := func(s *stage) int64 {
		previews, err := s.crm.Pending(s.Context())
		require.NoError(s, err)
		if len(previews) == 0 {
			return 0
		}
		return previews[0].Plan.To
	}
	t.Run("the highest number wins", func(t *testing.T) {
		s := begin(t)
		s.load(acme(8, few))
		result := s.load(acme(7, few))
		assert.Empty(t, result.Waiting)
		assert.Equal(t, int64(8), pending(s))
		assert.NotEmpty(t, s.load(acme(9, few)).Waiting)
		assert.Equal(t, int64(9), pending(s))
	})
	t.Run("a lower one that is ready is activated and leaves the higher", func(t *testing.T) {
		s := begin(t)
		s.load(acme(8, few))
		assert.True(t, s.load(acme(7)).Activated)
		assert.Equal(t, int64(8), pending(s))
	})
	t.Run("superseded by what is activated", func(t *testing.T) {
		s := begin(t)
		s.load(acme(7, few))
		assert.True(t, s.load(acme(8)).Activated)
		assert.Zero(t, pending(s))
	})
	t.Run("ready at a check with nothing new", func(t *testing.T) {
		s := begin(t)
		s.load(acme(7, few))
		_, err := s.crm.As("eva").Retire(t.Context(), "u1", "u2")
		require.NoError(t, err)
		s.feed.say(source.Outcome{Kind: source.KindCurrent})
		assert.True(t, s.renew().Activated)
		assert.Zero(t, pending(s))
	})
	t.Run("not yet valid waits, even while the source has a problem", func(t *testing.T) {
		s := begin(t)
		from := today.Add(2 * time.Hour)
		result := s.load(acme(7, validFrom(from)))
		assert.NotEmpty(t, result.Waiting)
		assert.Equal(t, []planner.Rejection{planner.RejectionNotYetValid}, result.Plan.Rejections)
		assert.Equal(t, int64(7), pending(s))
		s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonUnavailable, Temporary: true}))
		s.clock.set(from)
		assert.True(t, s.renew().Activated)
	})
	t.Run("rejected is not kept", func(t *testing.T) {
		s := begin(t)
		result := s.load(acme(7, licensee("Other", "S-1")))
		assert.Empty(t, result.Waiting)
		assert.Equal(t, []planner.Rejection{planner.RejectionWrongCompany}, result.Plan.Rejections)
		assert.Zero(t, pending(s))
	})
	t.Run("what is expected changes", func(t *testing.T) {
		s := begin(t)
		s.load(acme(7, few))
		s.expect("S-2")
		assert.Zero(t, pending(s))
		s.expect("S-1")
		assert.Equal(t, int64(7), pending(s), "it was nothing meanwhile")
		s.expect("S-2")
		require.True(t, s.load(acme(1, licensee("Example AS", "S-2"))).Activated)
		s.expect("S-1")
		assert.Zero(t, pending(s), "it was none any more")
	})
	t.Run("it lapses", func(t *testing.T) {
		s := begin(t)
		s.load(acme(7, few, expires(today.Add(time.Hour))))
		s.clock.add(time.Hour)
		assert.Zero(t, pending(s))
		_, err := s.crm.Plan(t.Context(), "acme")
		var rejected *activation.NotActivatedError
		require.ErrorAs(t, err, &rejected)
		require.ErrorIs(t, err, activation.ErrRejected)
		result := s.renew()
		assert.Empty(t, result.Waiting)
		_, err = s.crm.Plan(t.Context(), "acme")
		require.ErrorIs(t, err, activation.ErrNoOffer, "a check forgets it")
	})
}

// A license that activated itself is shown until somebody has seen it.
func TestAcknowledge(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	first := s.owner()
	require.True(t, first.Unseen)
	s.load(acme(7))
	require.NoError(t, s.crm.As("host").Acknowledge(t.Context(), first.Digest))
	assert.True(t, s.owner().Unseen, "it was the other license that was seen")
	require.NoError(t, s.crm.As("host").Acknowledge(t.Context(), s.owner().Digest))
	assert.False(t, s.owner().Unseen)
}

func TestPolicyWithoutWarnings(t *testing.T) {
	s := newStage(t, activation.WithPolicy(planner.WithoutWarnings))
	s.begin(acme(6), 1)
	assert.NotEmpty(t, s.load(acme(7, quantity("plan", 2))).Waiting, "quantity-reduced")
	assert.True(t, s.load(acme(8, quantity("plan", 4))).Activated)
}
