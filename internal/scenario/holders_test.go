package scenario

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// numbered returns holders who have one module each.
func numbered(n int) Holders {
	holders := make(Holders, n)
	for i := range holders {
		holders[i] = seat.Holder{ID: fmt.Sprintf("u%06d", i), Kind: license.User, Assigned: []string{"acme.web"}}
	}
	return holders
}

// TestAffected lists no more holders than were asked for, and the first.
func TestAffected(t *testing.T) {
	s, err := Read([]byte(`{"name":"","now":"2026-06-01T00:00:00Z","offered":` + document + `}`))
	require.NoError(t, err)
	s.Offered.Modules[0].AssignableTo = []string{"internal"}
	s.Holders = numbered(5)
	s.Holders[0].Type = "internal"
	plan, err := s.Plan()
	require.NoError(t, err)
	blocker := plan.Blockers[1]
	require.Equal(t, planner.NotAssignable, blocker.Kind)
	for limit, want := range []int{0, 1, 2, 3, 4, 4} {
		require.Empty(t, cmp.Diff(s.Holders[1:1+want], Holders(s.Holders.Affected(plan, blocker, limit)), cmpopts.EquateEmpty()), limit)
	}
}
