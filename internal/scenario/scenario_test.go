package scenario

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/planner"
)

// TestSharedScenarios compares every plan with what its scenario expects, byte
// for byte but for white space.
func TestSharedScenarios(t *testing.T) {
	for name, data := range cases(t) {
		t.Run(name, func(t *testing.T) {
			s, err := Read(data)
			require.NoError(t, err)
			require.NotNil(t, s.Expect)
			plan, err := s.Plan()
			require.NoError(t, err)
			got, err := json.Marshal(plan)
			require.NoError(t, err)
			var want bytes.Buffer
			require.NoError(t, json.Compact(&want, s.Expect))
			require.Empty(t, cmp.Diff(want.String(), string(got)))
			for _, b := range plan.Blockers {
				if b.Kind != planner.OverAllocated {
					require.Len(t, b.Holders, int(b.Affected))
				}
			}
		})
	}
}

// TestPlanManyHolders lists all holders of a blocker.
func TestPlanManyHolders(t *testing.T) {
	s, err := Read([]byte(`{"name":"","now":"2026-06-01T00:00:00Z","offered":` + document + `}`))
	require.NoError(t, err)
	s.Offered.Modules[0].AssignableTo = []string{"internal"}
	s.Holders = numbered(20_001)
	plan, err := s.Plan()
	require.NoError(t, err)
	require.Len(t, plan.Blockers, 2)
	require.Nil(t, plan.Blockers[0].Holders)
	require.Equal(t, planner.NotAssignable, plan.Blockers[1].Kind)
	require.Len(t, plan.Blockers[1].Holders, 20_001)
	require.Equal(t, s.Holders[20_000].ID, plan.Blockers[1].Holders[20_000])
}

func TestPlanSelection(t *testing.T) {
	const holders = `"holders":[{"id":"u","assigned":["acme.web"]},{"id":"v","assigned":[]}],`
	for _, test := range []struct {
		name, members string
		status        planner.Status
		problems      []string
	}{
		{name: "assigned, twice", members: `"release":[{"holder":"u","module":"acme.web"},{"holder":"u","module":"ACME.web"}]`, status: planner.Ready},
		{name: "not assigned", members: `"release":[{"holder":"u","module":"acme.web"},{"holder":"v","module":"acme.web"},{"holder":"u","module":"acme.x"}]`, problems: []string{
			`/release/1: acme.web can't be released from holder "v", to whom it is not assigned`,
			`/release/2: acme.x can't be released from holder "u", to whom it is not assigned`,
		}},
		{name: "unknown holder", members: `"release":[{"holder":"w\u001b","module":"acme.web"},{"holder":"w\u001b","module":"acme.x"},{"holder":"u","module":"acme.web"}]`, problems: []string{
			`/release/0: holder "w\x1b" is not known`,
			`/release/1: holder "w\x1b" is not known`,
		}},
		{name: "switched, twice", members: `"switch":[{"holder":"u","from":"acme.web","to":"acme.mail"},{"holder":"u","from":"ACME.web","to":"acme.MAIL"}]`, status: planner.Ready},
		{name: "switches that can't be made", members: `"switch":[{"holder":"u","from":"acme.web","to":"acme.mail"},{"holder":"u","from":"acme.web","to":"acme.x"},{"holder":"w","from":"acme.web","to":"acme.mail"}]`, problems: []string{
			`/switch/1: holder "u" can't be switched from acme.web to acme.x, which the license does not have`,
			`/switch/2: holder "w" is not known`,
		}},
		{name: "released and switched", members: `"release":[{"holder":"u","module":"acme.web"},{"holder":"w","module":"acme.web"}],"switch":[{"holder":"u","from":"acme.web","to":"acme.mail"},{"holder":"w","from":"acme.web","to":"acme.mail"}]`, problems: []string{
			`/release/1: holder "w" is not known`,
			`/switch/0: holder "u" can't be switched from acme.web to acme.mail, because the former shall be released as well`,
			`/switch/1: holder "w" is not known`,
		}},
		{name: "rejected", members: `"highest":3,"release":[{"holder":"w","module":"acme.web"}],"switch":[{"holder":"w","from":"acme.web","to":"x.y"}]`, status: planner.Rejected},
		{name: "current", members: `"active":[` + document + `],"release":[{"holder":"v","module":"acme.web"}],"switch":[{"holder":"v","from":"acme.web","to":"x.y"}]`, status: planner.Current},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Read([]byte(with(holders + test.members)))
			require.NoError(t, err)
			plan, err := s.Plan()
			if test.problems != nil {
				require.Nil(t, plan)
				require.Empty(t, cmp.Diff(test.problems, problemsOf(t, err)))
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.status, plan.Status)
		})
	}
}
