package activation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

// TestExpectIsHistory expects one thing after another. Only another identity than
// before is history, and makes a check due.
func TestExpectIsHistory(t *testing.T) {
	s1, s2 := activation.BindTo{Serial: "S-1"}, activation.BindTo{Serial: "S-2"}
	company := activation.BindTo{Company: "Example AS"}
	both := activation.BindTo{Serial: "S-1", Company: "Example AS"}
	active := acme(6, licensee(" Example AS ", " S-1 "))
	tests := []struct {
		name     string
		active   *license.License
		was, is  activation.BindTo
		entries  int
		expected activation.BindTo
	}{
		{"a first one", nil, activation.BindTo{}, s1, 1, s1},
		{"the same, with white space", nil, s1, activation.BindTo{Serial: " S-1 "}, 0, s1},
		{"another one", nil, s1, s2, 1, s2},
		{"none any more", nil, s1, activation.BindTo{}, 1, activation.BindTo{}},
		{"the active serial", active, activation.BindTo{}, s1, 0, s1},
		{"the active company", active, activation.BindTo{}, company, 0, company},
		{"both that are active", active, activation.BindTo{}, both, 0, both},
		{"the active company besides", active, s1, both, 0, both},
		{"nothing but what is active", active, both, activation.BindTo{}, 0, activation.BindTo{}},
		{"another than the active serial", active, activation.BindTo{}, s2, 1, s2},
		{"another than the active company", active, s1, activation.BindTo{Serial: "S-1", Company: "Other AS"}, 1, activation.BindTo{Serial: "S-1", Company: "Other AS"}},
		{"the active serial again", active, s2, s1, 1, s1},
		{"nothing again", active, s2, activation.BindTo{}, 1, activation.BindTo{}},
		{"a product", active, activation.BindTo{}, activation.BindTo{Product: "crm"}, 0, activation.BindTo{Product: "crm"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t)
			if test.active != nil {
				s.begin(test.active, 1)
				require.NoError(t, s.crm.Expect(t.Context(), "eva", "acme", activation.BindTo{}))
			}
			require.NoError(t, s.crm.Expect(t.Context(), "eva", "acme", test.was))
			s.renewIfAsked()
			before := s.owner()
			history := s.history()
			s.clock.add(day / 2)

			require.NoError(t, s.crm.Expect(t.Context(), "eva", "acme", test.is))

			after := s.owner()
			assert.Equal(t, test.expected, after.Expected)
			assert.Len(t, s.history(), len(history)+test.entries)
			if asked := test.entries > 0 && (test.active != nil || test.is.Serial != ""); asked {
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
