package activation_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/source"
)

// A worker that comes late finds the check made by another, who has claimed it after
// its own claim had ended.
func TestLateWorker(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	var claimed []time.Time
	another := s.start(s.store, trusting(t, vendorKey))
	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		claimed = append(claimed, s.owner().Check.Next) //nolint:contextcheck // it uses the context of the test
		require.NoError(t, another.Tenant("tenant-42").RenewDue(ctx), "while it is claimed")
		if len(claimed) == 1 {
			// While the first asks, its claim ends, and the second one claims.
			s.clock.add(2 * time.Minute)
			require.NoError(t, another.Tenant("tenant-42").RenewDue(ctx))
		}
		return source.Outcome{Kind: source.KindCurrent}, nil
	}
	require.NoError(t, s.crm.RenewDue(t.Context()))
	assert.Equal(t, []time.Time{today.Add(2 * time.Minute), today.Add(4 * time.Minute)}, claimed)
	assert.Equal(t, today.Add(2*time.Minute+day), s.owner().Check.Next)
	assert.Empty(t, s.due())
}

// The lease of a second worker stays while it works, whatever the first one does.
func TestLeaseStaysWhileTheFirstGivesUp(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	var held activation.TenantRecord
	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		s.clock.add(time.Hour)
		// The second worker has claimed, and is on its way.
		return source.Outcome{Kind: source.KindCurrent}, s.store.Update(ctx, "tenant-42", func(w activation.Writer) error {
			record, err := w.Tenant(ctx)
			if err != nil {
				return err
			}
			record.LeasedBy, record.LeasedUntil = "the second", s.clock.read().Add(time.Minute)
			held = record
			return w.PutTenant(ctx, record)
		})
	}
	require.NoError(t, s.crm.RenewDue(t.Context()))
	require.NoError(t, s.store.View(t.Context(), "tenant-42", func(r activation.Reader) error {
		record, err := r.Tenant(t.Context())
		assert.Equal(t, "the second", record.LeasedBy)
		assert.Equal(t, held.LeasedUntil, record.LeasedUntil)
		return err
	}))
}
