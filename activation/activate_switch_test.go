package activation_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

func swap(holder, from, to string) seat.Swap { return seat.Swap{Holder: holder, From: from, To: to} }

// shrunk has three users of the plan, of whom u1 has an add-on that requires a
// part of it, and a license pending with one plan and one smaller plan.
func shrunk(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.begin(acme(1), 3)
	require.NoError(t, errOf(s.crm.As("eva").Assign(t.Context(), gives("acme.addon", "u1")...)))
	waiting := s.load(acme(2, withLite(1), quantity("plan", 1), needsWeb)).Waiting
	require.Equal(t, activation.WaitingBlocked, waiting)
	return s
}

// needsWeb lets the add-on require what only the plan includes.
func needsWeb(l *license.License) {
	for i := range l.Modules {
		if l.Modules[i].Name == "addon" {
			l.Modules[i].Requires = []string{"web"}
		}
	}
}

// TestActivateWithSwitches: people are given a smaller plan in the same step, in
// which the new license has it; what needs the larger one goes.
func TestActivateWithSwitches(t *testing.T) {
	s := shrunk(t)
	selected := planner.Selection{
		Releases: gives("acme.plan", "u2"), Switches: []seat.Swap{swap("u1", "acme.plan", "acme.lite")},
	}
	preview, err := s.crm.Plan(t.Context(), "acme", selected)
	require.NoError(t, err)
	assert.Equal(t, planner.Ready, preview.Plan.Status)
	assert.Equal(t, selected.Switches, preview.Plan.Switches)
	assert.Equal(t, selected, preview.Approve().Selection)
	assert.Len(t, s.assigned(), 3, "nothing has happened yet")

	result, err := s.crm.As("eva").Activate(t.Context(), preview.Approve())
	require.NoError(t, err)
	assert.Equal(t, selected.Switches, result.Plan.Switches)
	assert.Equal(t, map[string][]string{"u1": {"acme.lite"}, "u3": {"acme.plan"}}, s.assigned())
	assert.Equal(t, []string{"cascade u1 acme.addon", "switched u1 acme.plan", "released u2 acme.plan"}, s.loggedSince(4))
	log, err := s.crm.Log(t.Context(), 0, 2)
	require.NoError(t, err)
	assert.Equal(t, "acme.lite", log[1].To)
	assert.Equal(t, result.History, log[1].History)

	again, err := s.crm.As("eva").Activate(t.Context(), preview.Approve())
	require.NoError(t, err)
	assert.False(t, again.Activated)
	assert.Equal(t, planner.Current, again.Plan.Status)
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)
}

// TestSwitchesAreStale: what a switch takes with it is part of what was seen.
func TestSwitchesAreStale(t *testing.T) {
	s := shrunk(t)
	preview, err := s.crm.Plan(t.Context(), "acme",
		ticks("acme.plan", "u2"), planner.Selection{Switches: []seat.Swap{swap("u1", "acme.plan", "acme.lite")}})
	require.NoError(t, err)
	_, err = s.crm.As("ida").Release(t.Context(), gives("acme.addon", "u1")...)
	require.NoError(t, err)

	_, err = s.crm.As("eva").Activate(t.Context(), preview.Approve())
	var not *activation.NotActivatedError
	require.ErrorAs(t, err, &not)
	require.ErrorIs(t, err, activation.ErrStale)
	assert.Equal(t, preview.Plan.Switches, not.Fresh.Plan.Switches)
	_, err = s.crm.As("eva").Activate(t.Context(), not.Fresh.Approve())
	require.NoError(t, err, "as it is now")
}

// TestWrongSwitches: nothing changes.
func TestWrongSwitches(t *testing.T) {
	s := shrunk(t)
	wrong := planner.Selection{Switches: []seat.Swap{swap("u1", "acme.lite", "acme.plan")}}
	_, err := s.crm.Plan(t.Context(), "acme", wrong)
	var refused *planner.SwitchError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, planner.SwitchFromNotAssigned, refused.Rule)
	assert.Equal(t, activation.ClassInvalid, activation.Classify(err))

	preview, err := s.crm.Plan(t.Context(), "acme")
	require.NoError(t, err)
	approval := preview.Approve()
	approval.Selection = wrong
	_, err = s.crm.As("eva").Activate(t.Context(), approval)
	require.ErrorAs(t, err, &refused)
	assert.Len(t, s.assigned(), 3)
}

// TestProposeWithoutTransaction: the proposal is looked for when the store's
// transaction has ended, so that nobody waits for it.
func TestProposeWithoutTransaction(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newStage(t)
	s.begin(acme(1), 3)
	s.load(acme(2, quantity("plan", 1)))
	engine := s.start(&endingStore{Store: s.store, ended: cancel}, trusting(t, vendorKey, spareKey))
	_, _, err := engine.Tenant("tenant-42").Propose(ctx, "acme", []string{"u1", "u2"})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, activation.ClassUnavailable, activation.Classify(err))
}

// endingStore tells when a View has ended.
type endingStore struct {
	activation.Store
	ended func()
}

func (s *endingStore) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	err := s.Store.View(ctx, tenant, fn)
	s.ended()
	return err
}
