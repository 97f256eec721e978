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

// A worker that comes late does not give back the lease of another, who has
// claimed the tenant after its own had ended.
func TestLeaseOfAnotherWorker(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	record := func() (record activation.TenantRecord) {
		require.NoError(t, s.store.View(t.Context(), "tenant-42", func(r activation.Reader) (err error) {
			record, err = r.Tenant(t.Context())
			return err
		}))
		return record
	}
	other := &testFeed{}
	var first, second activation.TenantRecord
	another := s.start(s.store, trusting(t, vendorKey), activation.WithSource("partner", other))
	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		if first = record(); second.LeasedBy == "" {
			// While the first asks, its lease ends, and the second one claims.
			s.clock.add(time.Hour)
			s.feed.answer = func(context.Context, source.Request) (source.Outcome, error) {
				second = record()
				return source.Outcome{Kind: source.KindCurrent}, nil
			}
			require.NoError(t, another.Tenant("tenant-42").RenewDue(ctx))
		}
		return source.Outcome{Kind: source.KindCurrent}, nil
	}
	require.NoError(t, s.crm.RenewDue(t.Context()))
	assert.NotEmpty(t, first.LeasedBy)
	assert.NotEmpty(t, second.LeasedBy)
	assert.NotEqual(t, first.LeasedBy, second.LeasedBy)
	assert.Empty(t, record().LeasedBy, "the second one has given its lease back")
	assert.True(t, record().LeasedUntil.IsZero())
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
