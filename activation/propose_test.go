package activation_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// withLite adds a smaller plan to the license.
func withLite(seats int64) func(*license.License) {
	return func(l *license.License) {
		l.Modules = append(l.Modules, license.Module{
			Name: "lite", Kind: license.User, Quantity: seats, Bundle: true, Includes: []string{"user"}, SortOrder: 5,
		})
	}
}

// TestProposalIsActivated: what is proposed can be activated as it stands,
// switches with the releases.
func TestProposalIsActivated(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1, withLite(1)), 3)
	s.load(acme(2, withLite(1), quantity("plan", 1)))

	preview, proposal, err := s.crm.Propose(s.Context(), "ACME", []string{"u2", "stranger", "", "u1", "u2"})
	require.NoError(t, err)
	assert.Equal(t, []seat.Swap{{Holder: "u1", From: "acme.plan", To: "acme.lite"}}, proposal.Switches)
	assert.Equal(t, gives("acme.plan", "u2"), proposal.Releases)
	assert.Same(t, proposal.Plan, preview.Plan)
	assert.Equal(t, planner.Ready, preview.Plan.Status)
	assert.Equal(t, map[string][]string{"u1": {"acme.plan"}, "u2": {"acme.plan"}, "u3": {"acme.plan"}}, s.assigned(), "nothing is stored")

	result, err := s.crm.As("eva").Activate(s.Context(), preview.Approve())
	require.NoError(t, err)
	assert.True(t, result.Activated)
	assert.Equal(t, map[string][]string{"u1": {"acme.lite"}, "u3": {"acme.plan"}}, s.assigned())
}

// TestProposalComesOnTop: what is ticked stays, and there is nothing more to
// propose once it suffices.
func TestProposalComesOnTop(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	s.load(acme(2, quantity("plan", 1)))

	ticked := ticks("acme.plan", "u3")
	preview, proposal, err := s.crm.Propose(s.Context(), "acme", []string{"u3", "u2", "u1"}, ticked)
	require.NoError(t, err)
	assert.Equal(t, gives("acme.plan", "u2"), proposal.Releases)
	assert.Equal(t, []planner.Release{
		{Holder: "u2", Module: "acme.plan", Cause: planner.ReleaseRequested},
		{Holder: "u3", Module: "acme.plan", Cause: planner.ReleaseRequested},
	}, preview.Plan.Releases)

	again, proposal, err := s.crm.Propose(s.Context(), "acme", []string{"u1"}, ticked, proposal.Selection)
	require.NoError(t, err)
	assert.Equal(t, &planner.Proposal{Plan: again.Plan}, proposal)
	assert.Equal(t, preview.Seen, again.Seen)
}

// TestProposeRefusals: why nothing is proposed.
func TestProposeRefusals(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1), 3)
	_, _, err := s.crm.Propose(s.Context(), "acme", nil)
	require.ErrorIs(t, err, activation.ErrNoOffer)

	s.load(acme(2, quantity("plan", 1)))
	preview, proposal, err := s.crm.Propose(s.Context(), "acme", []string{"u1"})
	var none *planner.NoProposalError
	require.ErrorAs(t, err, &none)
	assert.Nil(t, preview)
	assert.Nil(t, proposal)
	require.Len(t, none.Shortages, 1)
	assert.Equal(t, "acme.plan", none.Shortages[0].Blocker.Module)
	assert.Equal(t, int64(2), none.Shortages[0].Wanted)
	assert.Equal(t, int64(1), none.Shortages[0].Candidates)
	assert.EqualError(t, err, "activation: propose: the candidates are too few to make license 2 of acme ready: "+
		"acme.plan would have 3 of 1 seat in use, release 2; 2 have to go and 1 of the candidates could")

	_, _, err = s.crm.Propose(s.Context(), "acme", []string{"u1", "u2"}, ticks("acme.addon", "u1"))
	var notAssigned *planner.NotAssignedError
	require.ErrorAs(t, err, &notAssigned)
	assert.Equal(t, planner.NotAssignedError{Holder: "u1", Module: "acme.addon"}, *notAssigned)

	begins := today.AddDate(0, 0, 1)
	s.load(acme(3, quantity("plan", 1), func(l *license.License) { l.ValidFrom = &begins }))
	preview, _, err = s.crm.Propose(s.Context(), "acme", []string{"u1", "u2"})
	require.NoError(t, err)
	assert.Equal(t, int64(2), preview.Plan.To, "the one to decide about now")
	require.NoError(t, s.crm.As("eva").Dismiss(t.Context(), preview.Offer))
	preview, proposal, err = s.crm.Propose(s.Context(), "acme", []string{"u1", "u2"})
	require.NoError(t, err)
	assert.Equal(t, []planner.Rejection{planner.RejectionNotYetValid}, preview.Plan.Rejections)
	assert.Equal(t, planner.Ready, preview.Upcoming.Status)
	assert.Equal(t, gives("acme.plan", "u1", "u2"), proposal.Releases)
}

// TestProposeIsRefusedNotFailed: an observer counts it so.
func TestProposeIsRefusedNotFailed(t *testing.T) {
	var seen observer
	s := newStage(t, activation.WithObserver(&seen))
	s.begin(acme(1), 3)
	s.load(acme(2, quantity("plan", 1)))
	seen.clear()
	_, _, err := s.crm.Propose(s.Context(), "acme", nil)
	require.Error(t, err)
	_, _, err = s.crm.Propose(s.Context(), "acme", []string{"u1", "u2"})
	require.NoError(t, err)
	assert.Equal(t, []string{"propose refused", "propose done"}, seen.outcomes())
}

// TestProposeForManyIDs keeps the host's order over the pages in which holders
// are read.
func TestProposeForManyIDs(t *testing.T) {
	const people = 2500
	s := newStage(t)
	all := quantity("user", people)
	s.begin(acme(1, quantity("plan", people), all, quantity("web", people)), people)
	s.load(acme(2, quantity("plan", people-3), all, quantity("web", people)))
	var ids []string
	for i := range people {
		ids = append(ids, fmt.Sprintf("u%d", people-i))
	}
	ids[1], ids[people-1] = ids[people-1], ids[1] // u1 is asked second
	_, proposal, err := s.crm.Propose(s.Context(), "acme", ids)
	require.NoError(t, err)
	assert.Equal(t, gives("acme.plan", "u1", "u2498", "u2500"), proposal.Releases)
}
