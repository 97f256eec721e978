package activation_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

func (s *stage) install(l *license.License) *activation.Installed {
	s.Helper()
	installed, err := s.crm.As("operator").Install(s.Context(), bytes.NewReader(s.sealed(l)))
	require.NoError(s, err)
	return installed
}

// TestInstall has an operator's file be the license.
func TestInstall(t *testing.T) {
	s := newStage(t)
	installed := s.install(acme(6))
	assert.True(t, installed.Activated)
	assert.Nil(t, installed.Preview)
	assert.Equal(t, planner.Expected{Serial: "S-1", Company: "Example AS"}, s.owner().Expected)

	history := len(s.history())
	again := s.install(acme(6))
	assert.Equal(t, planner.Current, again.Plan.Status)
	assert.Nil(t, again.Preview)
	assert.Len(t, s.history(), history, "the same file at each start")

	// What can't be activated comes with all that it takes to do it.
	require.NoError(t, func() error {
		_, _, err := s.crm.As("eva").Fill(t.Context(), "acme.plan", users(3)...)
		return err
	}())
	blocked := s.install(acme(7, quantity("plan", 1)))
	require.Equal(t, activation.WaitingBlocked, blocked.Waiting)
	require.NotNil(t, blocked.Preview)
	approval := blocked.Preview.Approve()
	approval.Releases = gives("acme.plan", "u1", "u2")
	preview, err := s.crm.Plan(t.Context(), "acme", approval.Selection)
	require.NoError(t, err)
	require.NoError(t, errOf(s.crm.As("operator").Activate(t.Context(), preview.Approve())))

	older := s.install(acme(6))
	assert.Nil(t, older.Preview)
	assert.Equal(t, []planner.Rejection{planner.RejectionOlder}, older.Refused.Rejections)
}

// TestInstallExpects chooses no licensee where one is expected, or where the
// license is none that could be activated.
func TestInstallExpects(t *testing.T) {
	s := newStage(t)
	ended := s.clock.read().Add(-time.Hour)
	refused := s.install(acme(6, func(l *license.License) { l.Expires = &ended }))
	assert.NotNil(t, refused.Refused)
	assert.Empty(t, s.owner().Expected)

	require.NoError(t, s.crm.As("admin").Expect(t.Context(), "acme", planner.Expected{Serial: "S-2"}))
	refused = s.install(acme(6))
	assert.Equal(t, []planner.Rejection{planner.RejectionWrongSerial}, refused.Refused.Rejections)
	assert.Equal(t, planner.Expected{Serial: "S-2"}, s.owner().Expected)

	var forged *signed.Error
	_, err := s.crm.As("operator").Install(t.Context(), bytes.NewReader([]byte("{}")))
	require.ErrorAs(t, err, &forged)
	_, err = s.crm.As("operator").Install(t.Context(), nil)
	require.ErrorIs(t, err, activation.ErrInvalid)
}
