package activation_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// crowd draws what many holders should have, in no order, and what they have.
func crowd(random *rand.Rand, n int) (has, should []seat.Holder) {
	modules := []string{"acme.plan", "acme.basic", "acme.addon", "acme.user"}
	for i := range n {
		h := wishing(fmt.Sprintf("h%04d", i))
		if random.IntN(3) > 0 {
			h.Assigned = []string{modules[random.IntN(2)]}
		}
		if random.IntN(8) > 0 {
			has = append(has, h)
		}
		h.Assigned = nil
		for _, module := range modules {
			if random.IntN(3) == 0 {
				h.Assigned = append(h.Assigned, module)
			}
		}
		if random.IntN(8) > 0 {
			should = append(should, h)
		}
	}
	random.Shuffle(len(should), func(i, j int) { should[i], should[j] = should[j], should[i] })
	return has, should
}

// plans is acme with two plans of so many seats.
func plans(number, seats int64) *license.License {
	return acme(number, func(l *license.License) {
		l.Modules = append(l.Modules, license.Module{
			Name: "basic", Kind: license.User, Quantity: seats, Bundle: true, Includes: []string{"user"}, SortOrder: 9,
		})
	}, quantity("plan", seats), quantity("user", 3*seats), quantity("web", 3*seats), quantity("addon", seats))
}

// TestSyncOfMany: in many transactions it comes to what one decision has, also
// where it was interrupted after any of them.
func TestSyncOfMany(t *testing.T) {
	const n = 2500
	has, should := crowd(rand.New(rand.NewPCG(1, 2)), n)
	begin := func(t *testing.T) *stage {
		t.Helper()
		s := newStage(t)
		s.expect("S-1")
		require.True(t, s.load(plans(6, n)).Activated)
		stored, err := s.crm.As("host").Import(t.Context(), presenting(nil, has...), nil)
		require.NoError(t, err)
		require.Len(t, has, stored)
		require.True(t, s.load(plans(7, n/2)).Activated) // half of the seats, and still enough
		return s
	}
	s := begin(t)
	whole := s.sync(activation.SyncOptions{}, should...)
	assert.Positive(t, whole.Unmet)
	want, unmet := s.allAssigned(), s.unmet()
	if s.decided(has, should) != want {
		t.Error("it is not what one decision has")
	}
	drift, err := s.crm.Verify(t.Context())
	require.NoError(t, err)
	assert.Empty(t, drift)

	for stop := 1; ; stop++ {
		s := begin(t)
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		options := activation.SyncOptions{Progress: func(int, int) {
			if calls++; calls == stop {
				cancel()
			}
		}}
		partly, err := s.crm.As("night").Sync(ctx, presenting(nil, should...), options)
		cancel()
		if err == nil {
			assert.Greater(t, stop, 3, "there were several transactions")
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		drift, err := s.crm.Verify(t.Context())
		require.NoError(t, err)
		require.Empty(t, drift, "stopped after transaction %d", stop)
		rest := s.sync(activation.SyncOptions{}, should...)
		if s.allAssigned() != want {
			t.Errorf("it is something else after it was stopped after transaction %d", stop)
		}
		assert.Equal(t, unmet, s.unmet())
		assert.Equal(t, whole.Gone, partly.Gone+rest.Gone)
		assert.Equal(t, whole.Admitted, partly.Admitted+rest.Admitted)
	}
}

// allAssigned is a line for each holder to whom something is assigned.
func (s *stage) allAssigned() string {
	s.Helper()
	var lines strings.Builder
	for h, err := range s.crm.AllHolders(s.Context(), activation.HolderQuery{}) {
		require.NoError(s, err)
		if len(h.Assigned) > 0 {
			fmt.Fprintln(&lines, h.ID, h.Assigned)
		}
	}
	return lines.String()
}

// decided is what seat.Sync makes of all holders at once.
func (s *stage) decided(has, should []seat.Holder) string {
	s.Helper()
	status, err := s.crm.Status(s.Context())
	require.NoError(s, err)
	licenses, err := license.NewSet(status.Owner("acme").License)
	require.NoError(s, err)
	var wanted []seat.Wanted
	var present []seat.Holder
	for _, h := range should {
		w := seat.Wanted{Holder: h, Wants: h.Assigned}
		w.Assigned = nil
		if i := slices.IndexFunc(has, func(other seat.Holder) bool { return other.ID == h.ID }); i >= 0 {
			w.Assigned = has[i].Assigned
		}
		wanted, present = append(wanted, w), append(present, w.Holder)
	}
	plan := seat.Sync(seat.Situation{Licenses: licenses, Now: today, Census: seat.NewCensus(slices.Values(present))}, wanted)
	assigned := make(map[string][]string)
	for _, h := range append(present, plan.Holders...) {
		assigned[h.ID] = h.Assigned
	}
	var lines strings.Builder
	for _, id := range slices.Sorted(maps.Keys(assigned)) {
		if len(assigned[id]) > 0 {
			fmt.Fprintln(&lines, id, assigned[id])
		}
	}
	return lines.String()
}

// TestSyncBesideOthers leaves those alone whom somebody else changes after they
// were read.
func TestSyncBesideOthers(t *testing.T) {
	const plan, addon = "acme.plan", "acme.addon"
	s := newStage(t)
	s.begin(acme(6), 2)
	require.NoError(t, errOf(s.crm.As("host").Admit(t.Context(), users(4)...)))
	var present iter.Seq2[seat.Holder, error] = func(yield func(seat.Holder, error) bool) {
		for _, h := range []seat.Holder{wishing("u1", plan, addon), wishing("u3", plan), wishing("u4", addon)} {
			if !yield(h, nil) {
				return
			}
		}
		// Meanwhile u1 leaves, u2 gets something, and u5, who was not read, comes.
		require.NoError(t, errOf(s.crm.As("ida").Retire(t.Context(), "u1")))
		require.NoError(t, errOf(s.crm.As("ida").Assign(t.Context(), gives(addon, "u2")...)))
		require.NoError(t, errOf(s.crm.As("ida").Admit(t.Context(), wishing("u5", plan))))
	}
	result, err := s.crm.As("night").Sync(t.Context(), present, activation.SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"u2": {addon, plan}, "u3": {plan}, "u5": {plan}}, s.assigned())
	assert.EqualValues(t, 2, result.Skipped, "u1 and u2")
	assert.Equal(t, []string{"4 u4 acme.addon: prerequisite"}, s.unmet())
}

// TestSyncRefusedMeanwhile keeps as unmet what somebody else has taken.
func TestSyncRefusedMeanwhile(t *testing.T) {
	const plan = "acme.plan"
	s := newStage(t)
	s.begin(acme(6), 2)
	var present iter.Seq2[seat.Holder, error] = func(yield func(seat.Holder, error) bool) {
		for _, h := range []seat.Holder{wishing("u1", plan), wishing("u2", plan), wishing("first", plan)} {
			if !yield(h, nil) {
				return
			}
		}
		require.NoError(t, errOf(s.crm.As("ida").Admit(t.Context(), wishing("quick", plan))))
	}
	result, err := s.crm.As("night").Sync(t.Context(), present, activation.SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"u1": {plan}, "u2": {plan}, "quick": {plan}}, s.assigned())
	assert.Equal(t, []string{"3 first acme.plan: no-free-seat"}, s.unmet())
	assert.EqualValues(t, 1, result.Unmet)
	assert.EqualValues(t, 1, result.Admitted)
}

// TestSyncUnchanged: nothing is written for those who are as
// they should be, whatever order their modules have.
func TestSyncUnchanged(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	require.True(t, s.load(plans(6, 5000)).Activated)
	var all []seat.Holder
	for i := range 2500 {
		all = append(all, wishing(fmt.Sprint("h", i), "acme.basic", "acme.addon"))
	}
	s.sync(activation.SyncOptions{}, all...)
	revision := s.revision()
	for i := range all {
		all[i].Assigned = []string{"acme.travel", "acme.addon", "acme.basic", "acme.addon"}
	}
	progress := 0
	result := s.sync(activation.SyncOptions{Progress: func(int, int) { progress++ }}, all...)
	assert.Equal(t, activation.SyncResult{Holders: 2500}, result)
	assert.Zero(t, progress)
	assert.Equal(t, revision, s.revision())
}
