package activation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/source"
)

// dueTenants makes tenants t0 to t<n> expect a license of the serial that is
// their id.
func dueTenants(s *stage, n int) {
	s.Helper()
	for i := range n {
		id := fmt.Sprintf("t%03d", i)
		require.NoError(s, s.engine.Tenant(id).As("host").Expect(s.Context(), "acme", planner.Expected{Serial: id}))
	}
	s.feed.answer = func(_ context.Context, request source.Request) (source.Outcome, error) {
		sealed := envelope(s, acme(1, licensee("Example AS", request.Serial)), vendorKey)
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{sealed}}, nil
	}
}

func TestRenewDue(t *testing.T) {
	s := newStage(t)
	const tenants = 150 // more than a page
	dueTenants(s, tenants)

	require.NoError(t, s.engine.RenewDue(t.Context()))

	assert.Len(t, s.feed.asked, tenants)
	for i := range tenants {
		crm := s.engine.Tenant(fmt.Sprintf("t%03d", i))
		owner := ownerOfStatus(t, crm, "acme")
		require.Equal(t, int64(1), owner.Number)
		require.Equal(t, "seatwright", owner.By)
		samples := collect(t, crm.Samples(t.Context(), "", today.Truncate(day), today))
		require.Len(t, samples, 4)
	}
	due, err := s.store.Due(t.Context(), today, "", 1)
	require.NoError(t, err)
	assert.Empty(t, due, "nothing is due any more")
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, tenants)

	s.clock.add(15 * time.Hour) // the next day has begun; the checks come later
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, tenants)
	samples := collect(t, s.engine.Tenant("t000").Samples(t.Context(), "acme.plan", today.Truncate(day), s.clock.read()))
	assert.Equal(t, []activation.Sample{
		{Day: today.Truncate(day), Module: "acme.plan", Capacity: 3},
		{Day: today.Truncate(day).Add(day), Module: "acme.plan", Capacity: 3},
	}, samples)

	s.clock.set(today.Add(day))
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 2*tenants)
}

// partial is a store that fails for some tenants.
type partial struct {
	activation.Store
	bad []string
}

func (p partial) Unwrap() activation.Store { return p.Store }

func (p partial) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if slices.Contains(p.bad, tenant) {
		return errors.New("out of order")
	}
	return p.Store.Update(ctx, tenant, fn)
}

// One bad tenant never holds up another.
func TestRenewDueCollectsErrors(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 20)
	engine := s.start(partial{s.store, []string{"t003", "t011"}}, trusting(t, vendorKey))

	err := engine.RenewDue(t.Context())

	require.ErrorContains(t, err, `tenant "t003": out of order`)
	require.ErrorContains(t, err, `tenant "t011": out of order`)
	assert.Len(t, s.feed.asked, 18)
}

// Of many workers one asks, and one that died gives way after a while.
func TestRenewDueClaims(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 10)
	var workers sync.WaitGroup
	for range 4 {
		engine := s.start(s.store, trusting(t, vendorKey))
		workers.Go(func() { assert.NoError(t, engine.RenewDue(t.Context())) })
	}
	workers.Wait()
	assert.Len(t, s.feed.asked, 10)

	s.clock.add(2 * day)
	require.NoError(t, s.store.Update(t.Context(), "t000", func(w activation.Writer) error {
		record, err := w.Tenant(t.Context())
		record.LeasedUntil = s.clock.read().Add(time.Minute)
		return errors.Join(err, w.PutTenant(t.Context(), record))
	}))
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 19, "t000 is claimed")
	s.clock.add(time.Minute)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 20)
}

// While one source hangs, others are asked; no more than some at once.
func TestRenewDueIsBounded(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 40)
	answer := s.feed.answer
	var now, most atomic.Int64
	s.feed.answer = func(ctx context.Context, request source.Request) (source.Outcome, error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		return answer(ctx, request)
	}
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.LessOrEqual(t, most.Load(), int64(8))
}

func TestRenewDueEndsWithItsContext(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 40)
	ctx, cancel := context.WithCancel(t.Context())
	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		cancel()
		<-ctx.Done()
		return source.Outcome{}, ctx.Err()
	}
	require.ErrorIs(t, s.engine.RenewDue(ctx), context.Canceled)
	assert.LessOrEqual(t, len(s.feed.asked), 8)
}

// A store that can't list is told by name.
func TestRenewDueNeedsALister(t *testing.T) {
	s := newStage(t)
	engine := s.start(struct{ activation.Store }{s.store}, trusting(t, vendorKey))
	require.ErrorIs(t, engine.RenewDue(t.Context()), activation.ErrNoDueLister)
	require.ErrorIs(t, engine.Run(t.Context()), activation.ErrNoDueLister)
}

// A job queue has a job for each tenant, and the store need not list.
func TestTenantRenewDue(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 2)
	engine := s.start(struct{ activation.Store }{s.store}, trusting(t, vendorKey))
	crm := engine.Tenant("t001")

	require.NoError(t, crm.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 1)
	assert.Equal(t, "t001", s.feed.last().Serial)
	assert.Equal(t, int64(1), ownerOfStatus(t, crm, "acme").Number)
	samples := collect(t, crm.Samples(t.Context(), "", today.Truncate(day), today))
	assert.Len(t, samples, 4)
	due, err := s.store.Due(t.Context(), today, "", 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"t000"}, due)

	require.NoError(t, crm.RenewDue(t.Context()), "nothing is due any more")
	assert.Len(t, s.feed.asked, 1)
	require.NoError(t, engine.Tenant("unknown").RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 1)
}

// A context that ends leaves the lease, and what is due stays due.
func TestTenantRenewDueEndsWithItsContext(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 1)
	answer := s.feed.answer
	ctx, cancel := context.WithCancel(t.Context())
	s.feed.answer = func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		cancel()
		return source.Outcome{}, ctx.Err()
	}
	crm := s.engine.Tenant("t000")
	require.ErrorIs(t, crm.RenewDue(ctx), context.Canceled)

	s.feed.answer = answer
	s.clock.add(2*time.Minute - time.Microsecond) // the claim lasts a minute for the source, and one more
	require.NoError(t, crm.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 1, "the tenant is claimed")
	s.clock.add(time.Microsecond)
	require.NoError(t, crm.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 2)
}

func TestTenantRenewDueFails(t *testing.T) {
	s := newStage(t)
	dueTenants(s, 1)
	engine := s.start(partial{s.store, []string{"t000"}}, trusting(t, vendorKey))

	require.EqualError(t, engine.Tenant("t000").RenewDue(t.Context()), "activation: renew-due: out of order")
	require.ErrorContains(t, engine.Tenant("").RenewDue(t.Context()), "activation: renew-due: the tenant: ")
	require.EqualError(t, s.engine.Tenant("t000").In(s.store).RenewDue(t.Context()),
		"activation: renew-due: no source is asked within a transaction of the host")
	assert.Empty(t, s.feed.asked)
	require.NoError(t, s.engine.Tenant("t000").RenewDue(t.Context()), "it was never claimed")
	assert.Len(t, s.feed.asked, 1)
}

// Run asks until its context ends, and then nothing of it is left: synctest and
// goleak would say so.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := newStage(t)
		dueTenants(s, 1)
		s.engine = s.start(s.store, trusting(t, vendorKey), activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { assert.ErrorIs(t, s.engine.Run(ctx), context.Canceled) })
		synctest.Wait()
		assert.Len(t, s.feed.asked, 1)

		s.clock.add(day)
		time.Sleep(time.Minute) //nolint:forbidigo // in a bubble of synctest, whose clock this sets
		synctest.Wait()
		assert.Len(t, s.feed.asked, 2)

		// What another process writes is told at once.
		crm := s.engine.Tenant("t000")
		ent := entitlements(t, crm)
		require.NoError(t, errOf(s.start(s.store, trusting(t, vendorKey)).Tenant("t000").As("host").Admit(t.Context(), users(1)...)))
		synctest.Wait()
		assert.NotSame(t, ent, entitlements(t, crm))

		cancel()
		running.Wait()
		assert.NotContains(t, log.String(), "checks failed")
	})
}

// The next check follows what was activated.
func TestNextCheckOfActivated(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, func(l *license.License) { l.NextCheck = at(today.Add(3 * day)) }), 1)
	assert.Equal(t, today.Add(3*day), s.owner().Check.Next)
	s.load(acme(7, validFrom(today.Add(time.Hour)), func(l *license.License) { l.NextCheck = at(today.Add(9 * day)) }))
	s.renew()
	assert.Equal(t, today.Add(time.Hour), s.owner().Check.Next, "no later than a pending offer's validFrom")
	s.clock.add(time.Hour)
	require.True(t, s.renew().Activated)
	assert.Equal(t, today.Add(9*day), s.owner().Check.Next)
	status, err := s.crm.Status(t.Context())
	require.NoError(t, err)
	assert.Equal(t, s.clock.read(), status.NextCheck, "samples were never taken, which is earlier")
}
