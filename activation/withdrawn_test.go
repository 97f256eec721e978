package activation_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// TestWithdrawn has the feed offer a renewal that begins in 10 days, and say
// something else in the last check before.
func TestWithdrawn(t *testing.T) {
	begins := today.Add(10 * day)
	renewal := func(f *vendorFeed) { f.has(acme(2, validFrom(begins))) }
	offered := func(t *testing.T) (*stage, *vendorFeed) {
		t.Helper()
		s := newStage(t)
		s.begin(acme(1), 1)
		feed := s.serve()
		renewal(feed)
		require.Equal(t, activation.WaitingNotYetValid, s.renew().Waiting)
		return s, feed
	}
	tests := []struct {
		name string
		says func(*vendorFeed)
		want bool // whether the renewal is activated by itself
	}{
		{"it is there", func(*vendorFeed) {}, true},
		{"it is there, and the ETag is not looked at", func(f *vendorFeed) { f.feed.send("", f.answers.Envelopes...) }, true},
		{"it is there, signed anew", func(f *vendorFeed) {
			f.key = spareKey
			renewal(f)
		}, true},
		{"the old one again", func(f *vendorFeed) { f.has(acme(1)) }, false},
		{"the old one, by a status", func(f *vendorFeed) { f.says(source.KindCurrent) }, false},
		{"another one that begins later", func(f *vendorFeed) { f.has(acme(3, validFrom(begins.Add(day)))) }, false},
		{"another one that is refused", func(f *vendorFeed) { f.has(acme(3, expires(today))) }, false},
		{"a change of identity", func(f *vendorFeed) {
			f.says(source.KindIdentityChanged, license.Licensee{Company: "New AS", Serial: "S-2"})
		}, false},
		{"a problem with it", func(f *vendorFeed) { f.fails(source.ReasonReported) }, false},
		{"nothing", func(f *vendorFeed) { f.fails(source.ReasonRefused) }, false},
		{"no answer", func(f *vendorFeed) { f.fails(source.ReasonUnavailable) }, true},
		{"a page of a proxy", func(f *vendorFeed) { f.fails(source.ReasonUnusable) }, true},
		{"what nobody has signed", func(f *vendorFeed) { f.feed.send("", []byte("{}")) }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, feed := offered(t)
			test.says(feed)
			s.clock.set(begins)

			require.NoError(t, s.engine.RenewDue(t.Context()))

			owner := s.owner()
			if test.want {
				assert.Equal(t, int64(2), owner.Number)
				return
			}
			require.Equal(t, int64(1), owner.Number)
			require.NotNil(t, owner.Pending)
			assert.Equal(t, activation.WaitingWithdrawn, owner.Pending.Waiting)
			assert.Equal(t, begins, owner.Pending.Withdrawn)

			renewal(feed)
			s.feed.answer = feed.answer
			require.True(t, s.renew().Activated, "it is seen again")
			assert.Equal(t, int64(2), s.owner().Number)
		})
	}
	t.Run("there again before it begins", func(t *testing.T) {
		s, feed := offered(t)
		feed.has(acme(1))
		s.clock.add(day)
		s.renew()
		assert.Equal(t, activation.WaitingWithdrawn, s.owner().Pending.Waiting)
		assert.Equal(t, s.clock.read(), s.owner().Pending.Withdrawn)
		s.clock.add(day)
		s.renew()
		assert.Equal(t, today.Add(day), s.owner().Pending.Withdrawn, "since when")
		renewal(feed)
		s.renew()
		assert.Equal(t, activation.WaitingNotYetValid, s.owner().Pending.Waiting)
		feed.fails(source.ReasonUnavailable)
		s.clock.set(begins)
		require.NoError(t, s.engine.RenewDue(t.Context()))
		assert.Equal(t, int64(2), s.owner().Number)
	})
	t.Run("by hand, or loaded by hand", func(t *testing.T) {
		s, feed := offered(t)
		feed.has(acme(1))
		s.clock.set(begins)
		s.renew()
		require.Equal(t, activation.WaitingWithdrawn, s.owner().Pending.Waiting)
		assert.True(t, s.load(acme(2, validFrom(begins))).Activated, "somebody has loaded what was withdrawn")
	})
	t.Run("loaded by hand", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(1), 1)
		feed := s.serve()
		feed.has(acme(1))
		s.load(acme(2, validFrom(begins)))
		s.renew()
		s.clock.set(begins)
		require.NoError(t, s.engine.RenewDue(t.Context()))
		assert.Equal(t, int64(2), s.owner().Number, "the feed never had it")
	})
	t.Run("scheduled", func(t *testing.T) {
		s, feed := offered(t)
		preview, err := s.crm.Plan(t.Context(), "acme")
		require.NoError(t, err)
		require.NoError(t, errOf(s.crm.As("eva").Schedule(t.Context(), preview.Approve())))
		feed.has(acme(1))
		s.clock.set(begins)
		require.NoError(t, s.engine.RenewDue(t.Context()))
		assert.Equal(t, activation.WaitingWithdrawn, s.owner().Pending.Waiting)
		approve(s)
		assert.Equal(t, int64(2), s.owner().Number)
	})
	t.Run("withdrawn after it has begun", func(t *testing.T) {
		s := newStage(t)
		s.begin(acme(1), 3)
		feed := s.serve()
		feed.has(acme(2, validFrom(begins), quantity("plan", 2)))
		s.renew()
		s.clock.set(begins)
		require.Equal(t, activation.WaitingBlocked, s.renew().Waiting)
		feed.has(acme(1))
		require.Equal(t, activation.WaitingBlocked, s.renew().Waiting)
		_, err := s.crm.As("eva").Retire(t.Context(), "u1")
		require.NoError(t, err)
		assert.True(t, s.renew().Activated)
	})
}
