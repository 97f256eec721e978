package planner_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/planner"
)

// TestPlanInJSONIsBounded: as many blockers are written as somebody may read, and
// the others are counted.
func TestPlanInJSONIsBounded(t *testing.T) {
	for _, test := range []struct{ blockers, written, more int }{{0, 0, 0}, {1000, 1000, 0}, {1001, 1000, 1}, {5000, 1000, 4000}} {
		text, err := json.Marshal(&planner.Plan{Blockers: make([]planner.Blocker, test.blockers)})
		require.NoError(t, err)
		var read struct {
			Blockers     []json.RawMessage `json:"blockers"`
			MoreBlockers int               `json:"moreBlockers"`
		}
		require.NoError(t, json.Unmarshal(text, &read))
		require.Len(t, read.Blockers, test.written)
		require.Equal(t, test.more, read.MoreBlockers)
	}
}
