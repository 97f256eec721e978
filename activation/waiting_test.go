package activation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
)

// What waits says why, in the result, in the preview and in the status.
func TestWaiting(t *testing.T) {
	cautious := activation.WithPolicy(planner.WithoutWarnings)
	for name, test := range map[string]struct {
		options []activation.Option
		begin   func(*stage) *activation.Result
		want    activation.Waiting
	}{
		"a first license that nobody expects": {nil, func(s *stage) *activation.Result { return s.load(acme(6)) }, activation.WaitingFirst},
		"too many seats in use": {nil, func(s *stage) *activation.Result {
			s.begin(acme(6), 3)
			return s.load(acme(7, quantity("plan", 2)))
		}, activation.WaitingBlocked},
		"the policy": {[]activation.Option{cautious}, func(s *stage) *activation.Result {
			s.begin(acme(6), 1)
			return s.load(acme(7, quantity("plan", 2)))
		}, activation.WaitingPolicy},
		"blocked, whatever the policy says": {[]activation.Option{cautious}, func(s *stage) *activation.Result {
			s.begin(acme(6), 3)
			return s.load(acme(7, quantity("plan", 2)))
		}, activation.WaitingBlocked},
		"it begins later": {nil, func(s *stage) *activation.Result {
			s.begin(acme(6), 1)
			return s.load(acme(7, validFrom(today.Add(time.Hour))))
		}, activation.WaitingNotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, test.options...)
			result := test.begin(s)
			assert.Equal(t, test.want, result.Waiting)
			preview, err := s.crm.Plan(t.Context(), "acme")
			require.NoError(t, err)
			assert.Equal(t, test.want, preview.Waiting)
			assert.Equal(t, test.want, s.owner().Pending.Waiting)
			if test.want != activation.WaitingFirst { // nobody has said which serial to ask for
				assert.Equal(t, test.want, s.renew().Waiting, "at a check with nothing new, too")
			}
		})
	}
	t.Run("nothing waits", func(t *testing.T) {
		s := newStage(t)
		s.expect("S-1")
		assert.Empty(t, s.load(acme(6)).Waiting)
		assert.Empty(t, s.load(acme(5)).Waiting, "it is rejected")
	})
}
