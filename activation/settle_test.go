package activation_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// TestCheckSettlesWhatWaits draws what the feed sends and who has a seat. After
// a check nothing waits that is ready.
func TestCheckSettlesWhatWaits(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newStage(t)
		s.begin(acme(1, quantity("plan", 4)), 4)
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"send", "retire", "fill"}).Draw(r, "step") {
			case "send":
				number := rapid.Int64Range(1, 6).Draw(r, "number")
				seats := rapid.Int64Range(1, 4).Draw(r, "seats")
				s.feed.send("", s.sealed(acme(number, quantity("plan", seats))))
			case "retire":
				_, err := s.crm.As("eva").Retire(t.Context(), fmt.Sprintf("u%d", rapid.IntRange(1, 4).Draw(r, "user")))
				require.NoError(r, err)
			case "fill":
				_, _, err := s.crm.As("eva").Fill(t.Context(), "acme.plan", users(4)...)
				require.NoError(r, err)
			}
			before := s.owner().Number
			result := s.renew()
			owner := s.owner()
			if owner.Pending != nil && owner.Pending.Plan.Status == planner.Ready {
				r.Fatalf("after a check that returned %+v, number %d waits and is ready", result, owner.Pending.Plan.To)
			}
			if result.Activated != (owner.Number > before) || result.Activated && result.Plan.To != owner.Number {
				r.Fatalf("a check returned %+v; number %d was active, and %d is", result, before, owner.Number)
			}
		}
	})
}

// TestCheckSettlesWhatWaitsBesideALowerOne has the source go on sending a lower
// number than the one that waits.
func TestCheckSettlesWhatWaitsBesideALowerOne(t *testing.T) {
	tests := []struct {
		name        string
		waits, came func(*license.License)
		retire      []string
		want        int64 // the number of the license that is active then
		activations int
	}{
		{"ready, beside one that is blocked", quantity("plan", 2), quantity("plan", 1), []string{"u3"}, 9, 1},
		{"ready, beside one that is ready", quantity("plan", 2), unchanged, []string{"u3"}, 9, 1},
		{"blocked, beside one that is ready", quantity("plan", 2), unchanged, nil, 8, 1},
		{"blocked, beside one that is blocked", quantity("plan", 2), quantity("plan", 1), nil, 6, 0},
		{"ready after the one that came", basic(3), basic(3, "plan"), nil, 9, 2},
		{"blocked still after the one that came", basic(2), basic(3, "plan"), nil, 8, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			s.begin(acme(6), 3)
			s.feed.send("nine", s.sealed(acme(9, test.waits)))
			require.NotEmpty(t, s.renew().Waiting)
			for _, user := range test.retire {
				_, err := s.crm.As("eva").Retire(t.Context(), user)
				require.NoError(t, err)
			}
			s.feed.send("eight", s.sealed(acme(8, test.came)))

			result := s.renew()

			assert.Equal(t, test.want, s.owner().Number)
			assert.Equal(t, test.activations > 0, result.Activated)
			if result.Activated {
				assert.Equal(t, test.want, result.Plan.To)
			}
			assert.Len(t, s.history(), 2+test.activations, "the expected serial and the first license, and what came now")
			assert.Equal(t, test.want != 9, s.owner().Pending != nil)
			require.NoError(t, verifies(t, s.crm))
		})
	}
}

// basic renames the plan, which is said to replace something.
func basic(seats int64, replaces ...string) func(*license.License) {
	return func(l *license.License) {
		l.Modules[1].Name, l.Modules[1].Quantity, l.Modules[1].Replaces = "basic", seats, replaces
	}
}

// verifies recounts the tenant.
func verifies(t *testing.T, crm *activation.Tenant) error {
	t.Helper()
	drift, err := crm.Verify(t.Context())
	assert.Empty(t, drift)
	return err
}
