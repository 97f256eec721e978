package activation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// selecting has a renewal with one plan and two smaller ones for three users of the
// plan, of whom u1 has an add-on that needs the plan.
func selecting(t *testing.T) (*stage, activation.Digest) {
	t.Helper()
	s := newStage(t)
	s.begin(acme(1), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	s.load(acme(2, withLite(2), quantity("plan", 1)))
	return s, s.plan().Offer
}

// plan is what the dialog shows.
func (s *stage) plan(selected ...planner.Selection) *activation.Preview {
	s.Helper()
	preview, err := s.crm.Plan(s.Context(), "acme", selected...)
	require.NoError(s, err)
	return preview
}

func (s *stage) selects(by string, offer activation.Digest, add planner.Selection, drop ...seat.Assignment) *activation.Preview {
	s.Helper()
	preview, err := s.crm.As(by).Select(s.Context(), offer, add, drop...)
	require.NoError(s, err)
	return preview
}

func toLite(holders ...string) (all planner.Selection) {
	for _, id := range holders {
		all.Switches = append(all.Switches, swap(id, "acme.plan", "acme.lite"))
	}
	return all
}

// TestSelect: what two administrators choose is kept together, over a restart, and
// nothing happens before one of them activates what is on the screen.
func TestSelect(t *testing.T) {
	s, offer := selecting(t)
	s.selects("eva", offer, toLite("u3"))
	preview := s.selects("ida", offer, ticks("acme.plan", "u1"))
	assert.Equal(t, planner.Ready, preview.Plan.Status)
	s.crm = s.start(s.store, trusting(t, vendorKey)).Tenant("tenant-42")
	assert.Equal(t, preview, s.plan(), "over a restart")
	assert.Equal(t, toLite("u3").And(ticks("acme.plan", "u1")), preview.Approve().Selection)
	assert.Equal(t, planner.Blocked, s.plan(planner.Selection{}).Plan.Status, "as if nothing were chosen")
	assert.Equal(t, activation.WaitingBlocked, s.owner().Pending.Waiting, "nobody has approved it")
	assert.Len(t, s.assigned(), 3)

	result, err := s.crm.As("ida").Activate(t.Context(), activation.Approval{Offer: offer, Seen: preview.Seen})
	require.NoError(t, err)
	assert.True(t, result.Activated)
	assert.Equal(t, map[string][]string{"u2": {"acme.plan"}, "u3": {"acme.lite"}}, s.assigned())
	record, err := s.record()
	require.NoError(t, err)
	assert.True(t, record.Active.Selected.Empty())
}

// TestSelectedSolves: the status says whether what is chosen solves all that blocks an
// offer, and nobody is told any more that it is blocked.
func TestSelectedSolves(t *testing.T) {
	s, offer := selecting(t)
	pending := func(solved bool, needs string) {
		t.Helper()
		assert.Equal(t, solved, s.owner().Pending.Solved)
		assert.Equal(t, planner.Blocked, s.owner().Pending.Plan.Status, "which is without what is selected")
		var texts []string
		for _, item := range s.attention() {
			texts = append(texts, item.String())
		}
		assert.Contains(t, texts, needs)
	}
	const blocked = "acme: license 2 is blocked: acme.plan would have 3 of 1 seat in use, release 2"
	pending(false, blocked)
	s.selects("eva", offer, toLite("u3"))
	pending(false, blocked)
	s.selects("ida", offer, ticks("acme.plan", "u1"))
	pending(true, "acme: license 2 waits to be activated by somebody (selected)")
	require.NoError(t, errOf(s.crm.As("ida").Release(t.Context(), gives("acme.plan", "u1")...)))
	pending(true, "acme: license 2 waits to be activated by somebody (selected)") // by what still fits
	require.NoError(t, s.crm.As("eva").Unselect(t.Context(), offer))
	pending(false, "acme: license 2 is blocked: acme.plan would have 2 of 1 seat in use, release 1")
}

// TestSelectChanges: of each assignment the last choice holds, and each
// administrator changes what that one has touched.
func TestSelectChanges(t *testing.T) {
	for _, test := range []struct {
		name string
		add  planner.Selection
		drop []seat.Assignment
		want planner.Selection
	}{
		{"nothing", planner.Selection{}, nil, toLite("u1").And(ticks("acme.plan", "u2"))},
		{"one more", ticks("acme.plan", "u3"), nil, toLite("u1").And(ticks("acme.plan", "u2", "u3"))},
		{"the same again", ticks("acme.plan", "u2"), nil, toLite("u1").And(ticks("acme.plan", "u2"))},
		{"a release becomes a switch", toLite("u2"), nil, toLite("u1", "u2")},
		{"a switch becomes a release", ticks("acme.plan", "u1"), nil, ticks("acme.plan", "u1", "u2")},
		{"one less", planner.Selection{}, gives("acme.plan", "u1", "u3"), ticks("acme.plan", "u2")},
		{"dropped and added", ticks("acme.plan", "u2"), gives("acme.plan", "u1", "u2"), ticks("acme.plan", "u2")},
		{"all", planner.Selection{}, gives("acme.plan", "u1", "u2"), planner.Selection{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, offer := selecting(t)
			s.selects("eva", offer, toLite("u1").And(ticks("acme.plan", "u2")))
			preview := s.selects("ida", offer, test.add, test.drop...)
			assert.Equal(t, test.want, preview.Approve().Selection)
			assert.Equal(t, preview, s.plan())
			assert.True(t, preview.Dropped.Empty())
		})
	}
}

// TestSelectRefused changes nothing where what is added does not fit.
func TestSelectRefused(t *testing.T) {
	s, offer := selecting(t)
	before := s.selects("eva", offer, ticks("acme.plan", "u2"))
	for _, add := range []planner.Selection{
		ticks("acme.plan", "nobody"), ticks("acme.addon", "u3"),
		{Switches: []seat.Swap{swap("u3", "acme.plan", "acme.none")}},
		{Switches: []seat.Swap{swap("u3", "acme.plan", "acme.plan")}},
	} {
		_, err := s.crm.As("eva").Select(t.Context(), offer, ticks("acme.plan", "u1").And(add), gives("acme.plan", "u2")...)
		assert.Equal(t, activation.ClassInvalid, activation.Classify(err), err)
		fits, unfit := ticks("acme.plan", "u1").And(add).Fit(err)
		assert.Equal(t, add, unfit)
		assert.Equal(t, ticks("acme.plan", "u1"), fits)
		assert.Equal(t, before, s.plan())
	}
	_, err := s.crm.As("eva").Select(t.Context(), activation.DigestOf(nil), planner.Selection{})
	require.ErrorIs(t, err, activation.ErrNoOffer)
	require.NoError(t, s.crm.As("eva").Unselect(t.Context(), activation.DigestOf(nil)))
}

// TestSelectTooMuch keeps no more than the limit.
func TestSelectTooMuch(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1, quantity("plan", activation.MaxSelected+1)), 0)
	everybody := users(activation.MaxSelected + 1)
	var all planner.Selection
	for i, h := range everybody {
		h.ID = fmt.Sprintf("p%05d", i)
		everybody[i], h.Assigned = h, []string{"acme.plan"}
		everybody[i] = h
		all.Releases = append(all.Releases, seat.Assignment{Holder: h.ID, Module: "acme.plan"})
	}
	s.put(everybody)
	s.load(acme(2, quantity("plan", 1)))
	offer := s.plan().Offer
	_, err := s.crm.As("eva").Select(t.Context(), offer, all)
	var size *activation.SelectionSizeError
	require.ErrorAs(t, err, &size)
	assert.Equal(t, activation.SelectionSizeError{Selected: activation.MaxSelected + 1, Max: activation.MaxSelected}, *size)
	assert.Equal(t, activation.ClassRefused, activation.Classify(err))
	assert.ErrorContains(t, err, "20001 assignments would be selected, and at most 20000 may be")

	all.Releases = all.Releases[1:]
	assert.Equal(t, planner.Ready, s.selects("eva", offer, all).Plan.Status)
	_, err = s.crm.As("eva").Select(t.Context(), offer, ticks("acme.plan", "p00000"))
	require.ErrorAs(t, err, &size, "one by one as well")
}

// TestSelectedThatIsGone leaves out what does not fit any more, says so, and
// forgets it with the next choice.
func TestSelectedThatIsGone(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*stage)
	}{
		{"released", func(s *stage) {
			require.NoError(s, errOf(s.crm.As("ida").Release(s.Context(), gives("acme.plan", "u3")...)))
		}},
		{"left", func(s *stage) { require.NoError(s, errOf(s.crm.As("ida").Retire(s.Context(), "u3"))) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, offer := selecting(t)
			seen := s.selects("eva", offer, ticks("acme.plan", "u2").And(toLite("u3"))).Seen
			test.change(s)
			preview := s.plan()
			assert.Equal(t, toLite("u3"), preview.Dropped)
			assert.Equal(t, ticks("acme.plan", "u2"), preview.Approve().Selection)
			_, err := s.crm.As("eva").Activate(t.Context(), activation.Approval{Offer: offer, Seen: seen})
			require.ErrorIs(t, err, activation.ErrStale)

			preview = s.selects("ida", offer, planner.Selection{})
			assert.Equal(t, toLite("u3"), preview.Dropped)
			assert.True(t, s.plan().Dropped.Empty(), "forgotten")
			require.NoError(t, errOf(s.crm.As("eva").Activate(t.Context(), preview.Approve())))
			assert.Equal(t, map[string][]string{"u1": {"acme.addon", "acme.plan"}}, s.assigned())
		})
	}
}

// TestSelectedIsSeen: nobody activates what another has chosen meanwhile, unless
// all is approved by name.
func TestSelectedIsSeen(t *testing.T) {
	s, offer := selecting(t)
	looked := s.selects("eva", offer, ticks("acme.plan", "u2", "u3"))
	s.selects("ida", offer, ticks("acme.plan", "u1"), gives("acme.plan", "u2")...)
	kept := activation.Approval{Offer: offer, Seen: looked.Seen}
	_, err := s.crm.As("eva").Activate(t.Context(), kept)
	require.ErrorIs(t, err, activation.ErrStale)
	var refused *activation.NotActivatedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, s.plan(), refused.Fresh)
	require.NoError(t, s.crm.As("ida").Unselect(t.Context(), offer))
	_, err = s.crm.As("eva").Activate(t.Context(), kept)
	require.ErrorIs(t, err, activation.ErrStale, "nothing is chosen any more")
	assert.Len(t, s.assigned(), 3)
	require.NoError(t, errOf(s.crm.As("eva").Activate(t.Context(), looked.Approve())))
	assert.Equal(t, map[string][]string{"u1": {"acme.addon", "acme.plan"}}, s.assigned())
}

// TestSelectedIsLeftOut: somebody who has looked at the plan without what another
// keeps, and approves that, gets it.
func TestSelectedIsLeftOut(t *testing.T) {
	s := newStage(t, activation.WithPolicy(func(p *planner.Plan) bool { return p.From == 0 }))
	s.begin(acme(1), 3)
	s.load(acme(2))
	s.selects("ida", s.plan().Offer, ticks("acme.plan", "u2"))
	approval := s.plan(planner.Selection{}).Approve()
	require.True(t, approval.Empty())
	require.NoError(t, errOf(s.crm.As("eva").Activate(t.Context(), approval)))
	assert.Len(t, s.assigned(), 3)
}

// TestSelectedDoesNotActivate: a check goes by what the license needs, and not by
// what somebody is about to choose. The same license sent again keeps it; another
// one, or none, forgets it.
func TestSelectedDoesNotActivate(t *testing.T) {
	s, offer := selecting(t)
	s.selects("eva", offer, ticks("acme.plan", "u2", "u3"))
	s.feed.send("again", s.sealed(acme(2, withLite(2), quantity("plan", 1))))
	assert.False(t, s.renew().Activated)
	assert.Equal(t, ticks("acme.plan", "u2", "u3"), s.plan().Approve().Selection)

	s.load(acme(3, withLite(2), quantity("plan", 1)))
	assert.True(t, s.plan().Approve().Empty(), "chosen for another offer")
	offer = s.plan().Offer
	s.selects("eva", offer, ticks("acme.plan", "u2", "u3"))
	require.NoError(t, s.crm.As("eva").Dismiss(t.Context(), offer))
	s.load(acme(3, withLite(2), quantity("plan", 1)))
	assert.True(t, s.plan().Approve().Empty(), "dismissed")

	s.selects("eva", offer, ticks("acme.plan", "u2"))
	require.NoError(t, errOf(s.crm.As("ida").Release(t.Context(), gives("acme.plan", "u1", "u3")...)))
	assert.True(t, s.renew().Activated, "it is ready without")
	assert.Equal(t, map[string][]string{"u2": {"acme.plan"}}, s.assigned(), "which nobody has approved")
}

// TestSelectAndSchedule: for an offer that begins later, what is chosen is carried
// out once it is scheduled, and another choice has to be scheduled anew.
func TestSelectAndSchedule(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	s.load(acme(2, withLite(2), quantity("plan", 1), validFrom(today.Add(30*day))))
	offer := s.plan().Offer
	preview := s.selects("eva", offer, toLite("u3").And(ticks("acme.plan", "u1")))
	assert.Equal(t, planner.Ready, preview.Upcoming.Status)
	assert.Nil(t, preview.Schedule)
	schedule := func() {
		t.Helper()
		require.NoError(t, errOf(s.crm.As("ida").Schedule(t.Context(), activation.Approval{Offer: offer, Seen: s.plan().Seen})))
	}
	schedule()
	assert.Equal(t, toLite("u3").And(ticks("acme.plan", "u1")), s.plan().Schedule.Selection)
	assert.Equal(t, "ida", s.plan().Schedule.By)

	preview = s.selects("eva", offer, toLite("u1"))
	assert.Nil(t, preview.Schedule, "which was for something else")
	assert.Equal(t, toLite("u1", "u3"), preview.Approve().Selection)
	require.NoError(t, s.crm.As("eva").Unselect(t.Context(), offer))
	assert.True(t, s.plan().Approve().Empty())
	s.selects("eva", offer, toLite("u1", "u3"))
	_, err := s.crm.As("ida").Schedule(t.Context(), activation.Approval{Offer: offer, Seen: s.plan(planner.Selection{}).Seen})
	require.ErrorIs(t, err, activation.ErrStale)
	schedule()
	s.clock.set(today.Add(30 * day))
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, map[string][]string{"u1": {"acme.lite"}, "u2": {"acme.plan"}, "u3": {"acme.lite"}}, s.assigned())
}

// TestSelectedBegins: what nobody has scheduled waits for somebody, and is still
// chosen.
func TestSelectedBegins(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	s.load(acme(2, quantity("plan", 1), validFrom(today.Add(time.Hour))))
	s.selects("eva", s.plan().Offer, ticks("acme.plan", "u1", "u3"))
	s.clock.add(2 * time.Hour)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, activation.WaitingBlocked, s.owner().Pending.Waiting)
	preview := s.plan()
	assert.Equal(t, planner.Ready, preview.Plan.Status)
	require.NoError(t, errOf(s.crm.As("eva").Activate(t.Context(), preview.Approve())))
	assert.Equal(t, map[string][]string{"u2": {"acme.plan"}}, s.assigned())
}

// TestProposeOnSelected proposes what is still to do.
func TestProposeOnSelected(t *testing.T) {
	s, offer := selecting(t)
	s.selects("eva", offer, ticks("acme.plan", "u2"))
	preview, proposal, err := s.crm.Propose(t.Context(), "acme", []string{"u3", "u1"})
	require.NoError(t, err)
	assert.Equal(t, toLite("u3"), proposal.Selection)
	assert.Equal(t, toLite("u3").And(ticks("acme.plan", "u2")), preview.Approve().Selection)
	assert.Equal(t, preview.Plan, s.selects("eva", offer, proposal.Selection).Plan)
}

// TestEraseSelected replaces the id of somebody who is selected.
func TestEraseSelected(t *testing.T) {
	s, offer := selecting(t)
	s.selects("eva", offer, toLite("u3").And(ticks("acme.plan", "u2")))
	require.NoError(t, s.crm.As("eva").Erase(t.Context(), "u3", "p3"))
	require.NoError(t, s.crm.As("eva").Erase(t.Context(), "u2", "p2"))
	record, err := s.record()
	require.NoError(t, err)
	assert.Equal(t, toLite("p3").And(ticks("acme.plan", "p2")), record.Pending[0].Selected)
}
