package activation_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// TestDueAtStates has a license go through its states while nobody looks but
// RenewDue, with samples of the day out of the way.
func TestDueAtStates(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t)
	s.engine = s.startAlone(s.store, trusting(t, vendorKey), activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	s.crm = s.engine.Tenant("tenant-42")
	warns, ends, lapses := today.Add(30*time.Minute), today.Add(time.Hour), today.Add(2*time.Hour)
	s.begin(acme(1, func(l *license.License) { l.WarnFrom, l.Expires, l.GraceUntil = &warns, &ends, &lapses }), 1)
	require.NoError(t, s.engine.RenewDue(t.Context())) // only takes samples
	for i, want := range []struct {
		at    time.Time
		state license.State
	}{{warns, license.Warning}, {ends, license.Grace}, {lapses, license.Lapsed}} {
		status, err := s.crm.Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, want.at, status.NextCheck)
		due, err := s.store.Due(t.Context(), want.at, "", 9)
		require.NoError(t, err)
		require.Equal(t, []string{"tenant-42"}, due)
		s.clock.set(want.at)
		// What others write meanwhile does not take it away.
		_, err = s.crm.As("eva").Admit(t.Context(), users(1)...)
		require.NoError(t, err)
		require.NoError(t, s.crm.As("eva").Acknowledge(t.Context(), s.owner().Digest))
		require.NoError(t, s.engine.RenewDue(t.Context()))
		assert.Equal(t, i+1, bytes.Count(log.Bytes(), []byte("a state of the license has begun")))
		assert.Contains(t, log.String(), "state="+string(want.state))
	}
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, today.Truncate(day).Add(day), status.NextCheck, "nothing begins any more but the day")
}

// TestDueWhenAnOfferBegins has nobody to ask, and an offer that begins before
// anything else would be done for the tenant.
func TestDueWhenAnOfferBegins(t *testing.T) {
	for name, number := range map[string]int64{"beside an active license": 1, "as the first": 0} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.engine = s.startAlone(s.store, trusting(t, vendorKey))
			s.crm = s.engine.Tenant("tenant-42")
			s.expect("S-1")
			if number > 0 {
				s.begin(acme(number), 1)
			}
			require.NoError(t, s.engine.RenewDue(t.Context()))
			begins := today.Add(time.Hour)
			s.load(acme(number+1, validFrom(begins)))
			status, err := s.crm.Status(t.Context())
			require.NoError(t, err)
			assert.Equal(t, begins, status.NextCheck)
			s.clock.set(begins)
			require.NoError(t, s.engine.RenewDue(t.Context()))
			assert.Equal(t, number+1, s.owner().Number)
		})
	}
}

// TestUnverifiedWithoutSource is due at once for nobody: there is no copy to ask
// for.
func TestUnverifiedWithoutSource(t *testing.T) {
	s := newStage(t)
	s.engine = s.startAlone(s.store, trusting(t, vendorKey))
	s.crm = s.engine.Tenant("tenant-42")
	s.begin(acme(1), 1)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	engine := s.startAlone(s.store, trusting(t, spareKey))
	crm := engine.Tenant("tenant-42")
	_, err := crm.As("eva").Admit(t.Context(), users(1)...)
	require.NoError(t, err)
	require.Error(t, ownerOfStatus(t, crm, "acme").Unverified)
	status, err := crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, today.Truncate(day).Add(day), status.NextCheck)
}

// TestUnverifiedIsDueAtOnce has the key of the active license revoked long before
// the next check.
func TestUnverifiedIsDueAtOnce(t *testing.T) {
	s := newStage(t)
	s.begin(acme(1, func(l *license.License) { l.NextCheck = at(today.Add(25 * day)) }), 1)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	asked := len(s.feed.asked)
	revoked, err := trusting(t, vendorKey, spareKey).Revoke(signed.Thumbprint(public(vendorKey)))
	require.NoError(t, err)
	engine := s.start(s.store, revoked)
	feed := s.serve()
	feed.has(acme(1))

	require.NoError(t, engine.RenewDue(t.Context()), "the first of this engine")
	assert.Len(t, s.feed.asked, asked+1)
	s.clock.add(14 * time.Minute)
	require.NoError(t, engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, asked+1, "it has been asked, and then as after any problem")
	s.clock.add(time.Minute)
	feed.key = spareKey
	feed.has(acme(1))
	require.NoError(t, engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, asked+2)
	require.NoError(t, ownerOfStatus(t, engine.Tenant("tenant-42"), "acme").Unverified)

	t.Run("when somebody writes", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(1, func(l *license.License) { l.NextCheck = at(today.Add(25 * day)) }), 1)
		require.NoError(t, s.engine.RenewDue(t.Context()))
		crm := s.start(s.store, revoked).Tenant("tenant-42")
		_, err := crm.As("eva").Admit(t.Context(), users(1)...)
		require.NoError(t, err)
		status, err := crm.Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, today, status.NextCheck)
	})
}

// TestResetClockAndBeginnings has an offer begin by a clock that is right again.
func TestResetClockAndBeginnings(t *testing.T) {
	s := newStage(t)
	s.engine = s.startAlone(s.store, trusting(t, vendorKey))
	s.crm = s.engine.Tenant("tenant-42")
	s.begin(acme(1), 3)
	s.load(acme(2, quantity("plan", 2), validFrom(today.Add(day))))
	s.clock.set(today.AddDate(1, 0, 0))
	require.NoError(t, s.engine.RenewDue(t.Context()))
	require.Equal(t, activation.WaitingBlocked, s.owner().Pending.Waiting)
	_, err := s.crm.As("eva").Retire(t.Context(), "u1")
	require.NoError(t, err)
	s.clock.set(today)
	require.NoError(t, errOf(s.crm.As("eva").ResetClock(t.Context())))
	require.Equal(t, activation.WaitingNotYetValid, s.owner().Pending.Waiting)
	s.clock.set(today.Add(day))
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Equal(t, int64(2), s.owner().Number)
}
