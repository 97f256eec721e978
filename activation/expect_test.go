package activation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
)

// TestExpectIsHistory expects one thing after another. Only another identity than
// before is history, and makes a check due.
func TestExpectIsHistory(t *testing.T) {
	s1, s2 := planner.Expected{Serial: "S-1"}, planner.Expected{Serial: "S-2"}
	company := planner.Expected{Company: "Example AS"}
	both := planner.Expected{Serial: "S-1", Company: "Example AS"}
	active := acme(6, licensee(" Example AS ", " S-1 "))
	const takenBack = "a typo that is taken back"
	tests := []struct {
		name     string
		active   *license.License
		was, is  planner.Expected
		entries  int
		expected planner.Expected
	}{
		{"a first one", nil, planner.Expected{}, s1, 1, s1},
		{"the same, with white space", nil, s1, planner.Expected{Serial: " S-1 "}, 0, s1},
		{"another one", nil, s1, s2, 1, s2},
		{"nothing, which leaves it", nil, s1, planner.Expected{}, 0, s1},
		{"the active serial", active, planner.Expected{}, s1, 0, s1},
		{"the active company", active, planner.Expected{}, company, 0, company},
		{"both that are active", active, planner.Expected{}, both, 0, both},
		{"the active company besides", active, s1, both, 0, both},
		{"a serial without the company that is active", active, both, s1, 0, s1},
		{"another than the active serial", active, planner.Expected{}, s2, 1, s2},
		{"another than the active company", active, s1, planner.Expected{Serial: "S-1", Company: "Other AS"}, 1, planner.Expected{Serial: "S-1", Company: "Other AS"}},
		{takenBack, active, s2, s1, 0, s1},
		{"nothing, which leaves another one", active, s2, planner.Expected{}, 0, s2},
		{"a product", active, planner.Expected{}, planner.Expected{Product: "crm"}, 0, planner.Expected{Product: "crm"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			if test.active != nil {
				s.load(test.active)
				preview, err := s.crm.Plan(t.Context(), "acme")
				require.NoError(t, err)
				require.NoError(t, errOf(s.crm.As("eva").Activate(t.Context(), preview.Approve())))
			}
			require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", test.was))
			s.renewIfAsked()
			before := s.owner()
			history := s.history()
			s.clock.add(day / 2)

			require.NoError(t, s.crm.As("eva").Expect(t.Context(), "acme", test.is))

			after := s.owner()
			assert.Equal(t, test.expected, after.Expected)
			assert.Len(t, s.history(), len(history)+test.entries)
			if asked := (test.entries > 0 || test.name == takenBack) && (test.active != nil || test.is.Serial != ""); asked {
				assert.Equal(t, s.clock.read(), after.Check.Next, "a check is due")
			} else {
				assert.Equal(t, before.Check.Next, after.Check.Next, "no check is due")
			}
		})
	}
}

// renewIfAsked asks the source, where it is known what for.
func (s *stage) renewIfAsked() {
	s.Helper()
	if _, err := s.crm.Renew(s.Context(), "acme"); err != nil {
		require.ErrorIs(s, err, activation.ErrNoSerial)
	}
}
