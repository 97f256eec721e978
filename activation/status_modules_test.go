package activation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// A bundle with seats to spare can't be given when something hidden that it
// includes has none.
func TestModuleStatusSaysWhatHoldsABundleBack(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, quantity("plan", 5), quantity("user", 4), quantity("web", 3)), 2)
	plan := s.owner().Module("acme.plan")
	assert.Equal(t, []any{int64(5), int64(2), int64(3)}, []any{plan.Capacity, plan.InUse, plan.Free})
	assert.Equal(t, []any{int64(1), "acme.web"}, []any{*plan.Assignable, plan.HeldBackBy})

	_, left, err := s.crm.As("eva").Fill(t.Context(), "acme.plan", users(5)...)
	require.NoError(t, err)
	assert.Len(t, left, 2)
	plan = s.owner().Module("acme.plan")
	assert.Equal(t, []any{int64(2), int64(0), "acme.web"}, []any{plan.Free, *plan.Assignable, plan.HeldBackBy})

	web := s.owner().Module("acme.web")
	assert.Equal(t, []any{int64(0), ""}, []any{*web.Assignable, web.HeldBackBy})
	assert.Nil(t, s.owner().Module("acme.travel").Assignable, "a site module")
	assert.Zero(t, s.owner().Module("acme.none"))
	assert.Zero(t, (&activation.TenantStatus{}).Owner("acme"))
}

// Of two that hold a bundle back alike, the one that is shown is named, and an
// unrestricted bundle can be held back too.
func TestModuleStatusNamesWhatIsShown(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, quantity("user", 3), quantity("web", 3), func(l *license.License) {
		l.Modules[1].Unrestricted = true
		l.Modules[3].Hidden = false
	}), 1)
	plan := s.owner().Module("acme.plan")
	assert.Equal(t, []any{int64(0), int64(0), int64(2), "acme.web"}, []any{plan.Capacity, plan.Free, *plan.Assignable, plan.HeldBackBy})
}

// Nothing can be given under a license that is lapsed, whatever is free.
func TestModuleStatusOfALapsedLicense(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, func(l *license.License) { l.Expires = at(today.Add(day)) }), 1)
	assert.Equal(t, int64(2), *s.owner().Module("acme.plan").Assignable)
	s.clock.add(day)
	plan := s.owner().Module("acme.plan")
	assert.Equal(t, []any{int64(2), int64(0), ""}, []any{plan.Free, *plan.Assignable, plan.HeldBackBy})
}

// What the status says can be assigned is what can be assigned.
func TestAssignableIsWhatFillGives(t *testing.T) {
	const many = 12
	rapid.Check(t, func(r *rapid.T) {
		s := newStage(t)
		seats := func(name string) int64 { return rapid.Int64Range(1, 8).Draw(r, name) }
		l := acme(6, quantity("plan", seats("plan")), quantity("user", seats("user")), quantity("web", seats("web")))
		for i := 1; i <= 3; i++ {
			l.Modules[i].Overdraft = rapid.Int64Range(0, 2).Draw(r, "overdraft")
			l.Modules[i].Unrestricted = rapid.IntRange(0, 3).Draw(r, "unrestricted") == 0
		}
		l.Modules[3].Requires = nil
		s.begin(l, 0)
		for i, module := range []string{"acme.plan", "acme.user", "acme.web"} {
			given := users(rapid.IntRange(0, 5).Draw(r, module))
			for j := range given {
				given[j].ID = fmt.Sprintf("%s%d", given[j].ID, i*rapid.IntRange(0, 1).Draw(r, "same"))
			}
			_, _, err := s.crm.As("eva").Fill(t.Context(), module, given...)
			require.NoError(t, err)
		}
		for _, m := range s.owner().Modules[1:4] {
			fresh := users(many)
			for i := range fresh {
				fresh[i].ID = "fresh" + fresh[i].ID
			}
			given, _, err := s.crm.As("eva").DryRun().Fill(t.Context(), m.Name, fresh...)
			require.NoError(t, err)
			assignable := int64(many)
			if m.Assignable != nil {
				assignable = min(assignable, *m.Assignable)
			}
			require.Len(t, given.Changes, int(assignable), "%s: %+v", m.Name, m)
			require.Equal(t, m.HeldBackBy != "", m.Assignable != nil && (!m.Module.Restricted() || *m.Assignable < m.Free), m.Name)
		}
	})
}

func TestCovers(t *testing.T) {
	s := newStage(t)
	assert.False(t, s.owner().Covers(today), "there is no license")
	s.begin(acme(6, func(l *license.License) { l.MaintenanceUntil = at(today) }), 1)
	assert.True(t, s.owner().Covers(today))
	assert.False(t, s.owner().Covers(today.Add(time.Nanosecond)))
}

// What a screen is sent has no hidden modules.
func TestStatusMarshalsForAScreen(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, quantity("plan", 5), quantity("web", 3)), 2)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	before := status.Owner("ACME")
	sent, err := json.Marshal(status)
	require.NoError(t, err)
	var got struct {
		Owners []struct {
			License struct{ Modules []struct{ Name string } }
			Modules []map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(sent, &got))
	assert.Equal(t, []struct{ Name string }{{"travel"}, {"plan"}, {"addon"}}, got.Owners[0].License.Modules)
	require.Len(t, got.Owners[0].Modules, 3)
	plan := got.Owners[0].Modules[1]
	delete(plan, "module")
	assert.Equal(t, map[string]any{
		"name": "acme.plan", "capacity": 5., "inUse": 2., "free": 3., "assignable": 1., "heldBackBy": "acme.web",
	}, plan)
	assert.NotContains(t, got.Owners[0].Modules[0], "assignable")
	assert.Equal(t, before, status.Owner("acme"), "it is only left out of what is sent")
	assert.Len(t, before.License.Modules, 5)
}

// A holder whose type has changed is told of before a license is blocked by it.
func TestStatusSaysWhatWouldBlock(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, func(l *license.License) { l.Modules[3].AssignableTo = []string{"internal"} }), 2)
	assert.Nil(t, s.owner().Blockers)
	_, err := s.crm.As("host").Admit(t.Context(), seat.Holder{ID: "u1", Kind: license.User, Type: "external"})
	require.NoError(t, err)
	blockers := s.owner().Blockers
	require.Len(t, blockers, 1)
	assert.Equal(t, []any{planner.NotAssignable, "acme.web", int64(1)}, []any{blockers[0].Kind, blockers[0].Module, blockers[0].Affected})
	result := s.load(acme(7, quantity("plan", 9), func(l *license.License) { l.Modules[3].AssignableTo = []string{"internal"} }))
	assert.Equal(t, blockers, result.Plan.Blockers)
}
