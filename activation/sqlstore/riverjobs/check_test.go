package riverjobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/activation/sqlstore/riverjobs"
	"github.com/seatwright/seatwright/source"
)

// Of three clients one schedules, all of them check, and each source is asked
// once for each instant at which it is due.
func TestChecks(t *testing.T) {
	for name, store := range map[string]func(*host) riverjobs.Store{
		"memory":     func(h *host) riverjobs.Store { return h.store },
		"postgresql": postgres,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			h.store = store(h)
			const tenants = 200
			h.expect(tenants)
			client := h.client()
			begin := time.Now()
			require.Equal(t, tenants, h.schedule(client))
			t.Logf("%d jobs were inserted in %s", tenants, time.Since(begin).Round(time.Millisecond))
			begin = time.Now()
			for range 3 {
				h.start(h.client(func(c *river.Config) {
					c.PeriodicJobs = []*river.PeriodicJob{riverjobs.Periodic(time.Second)}
				}))
			}
			clients := workedBy(h.await(tenants, river.EventKindJobCompleted))
			t.Logf("%d checks by %d clients took %s", tenants, len(clients), time.Since(begin).Round(time.Millisecond))
			assert.Greater(t, len(clients), 1, "the work is shared")
			askedTimes(h, tenants, 1)

			// The next day everything is due again, which the periodic job finds.
			h.clock.add(day)
			begin = time.Now()
			h.await(tenants, river.EventKindJobCompleted)
			t.Logf("%d checks, scheduled by the leader, took %s", tenants, time.Since(begin).Round(time.Millisecond))
			askedTimes(h, tenants, 2)
			assert.Len(t, h.jobs(client), 2*tenants)
			owner, err := h.engine().Tenant("t199").Status(t.Context())
			require.NoError(t, err)
			assert.Equal(t, int64(1), owner.Owners[0].Number)
		})
	}
}

// The client of the example checks what is due when it starts.
func TestExampleChecks(t *testing.T) {
	h := newHost(t)
	h.clock.now = time.Now() // the example uses the real clock
	h.expect(1)
	answer, asked := h.feed.answer, make(chan struct{})
	h.feed.set(func(ctx context.Context, request source.Request) (source.Outcome, error) {
		defer close(asked)
		return answer(ctx, request)
	})
	client, err := startWorkers(context.WithoutCancel(t.Context()), h.pool, h.engine(), h.store)
	require.NoError(t, err)
	t.Cleanup(func() { h.stop(client) })
	<-asked
}

func postgres(h *host) riverjobs.Store {
	store, err := sqlstore.NewPostgres(h.pool)
	require.NoError(h, err)
	require.NoError(h, store.Migrate(h.Context()))
	h.Cleanup(func() { assert.NoError(h, store.Close()) })
	return store
}

func workedBy(events []*river.Event) map[string]bool {
	clients := make(map[string]bool)
	for _, event := range events {
		for _, client := range event.Job.AttemptedBy {
			clients[client] = true
		}
	}
	return clients
}

func askedTimes(h *host, tenants, times int) {
	h.Helper()
	asked := h.feed.count()
	assert.Len(h, asked, tenants)
	for tenant, n := range asked {
		assert.Equal(h, times, n, tenant)
	}
}

// failing is a store that can't write a tenant.
type failing struct {
	riverjobs.Store
	tenant string
	times  atomic.Int64
}

func (f *failing) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if tenant == f.tenant && f.times.Add(-1) >= 0 {
		return errors.New("out of order")
	}
	return f.Store.Update(ctx, tenant, fn)
}

// A tenant that fails is tried again, and the others are not held up.
func TestRetries(t *testing.T) {
	h := newHost(t)
	h.expect(20)
	bad := &failing{Store: h.store, tenant: "t003"}
	bad.times.Store(3)
	h.store = bad
	client := h.client()
	require.Equal(t, 20, h.schedule(client))
	h.start(client)

	for _, event := range h.await(20, river.EventKindJobCompleted) {
		if job := event.Job; len(job.Errors) > 0 {
			assert.Equal(t, 4, job.Attempt)
			assert.Contains(t, job.Errors[2].Error, "activation: renew-due: out of order")
		}
	}
	askedTimes(h, 20, 1)
}

// A tenant that fails all the time is given up, until the next schedule.
func TestGivesUp(t *testing.T) {
	h := newHost(t)
	h.expect(1)
	bad := &failing{Store: h.store, tenant: "t000"}
	bad.times.Store(5)
	h.store = bad
	client := h.client()
	require.Equal(t, 1, h.schedule(client))
	h.start(client)
	events := h.await(5, river.EventKindJobFailed)
	assert.Equal(t, rivertype.JobStateDiscarded, events[4].Job.State)

	require.Equal(t, 1, h.schedule(client))
	h.await(1, river.EventKindJobCompleted)
	askedTimes(h, 1, 1)
}

// A worker that is stopped in the middle leaves a claim behind; another asks when
// that is over.
func TestStoppedWorker(t *testing.T) {
	h := newHost(t)
	h.expect(1)
	answer, asking := h.feed.answer, make(chan struct{})
	h.feed.set(func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		close(asking)
		<-ctx.Done()
		return source.Outcome{}, ctx.Err()
	})
	first := h.client()
	require.Equal(t, 1, h.schedule(first))
	h.start(first)
	<-asking
	h.stop(first)
	h.feed.set(answer)

	second := h.client()
	h.start(second)
	h.await(1, river.EventKindJobCompleted)
	assert.Equal(t, map[string]int{"t000": 1}, h.feed.count(), "the check is claimed, and due at another instant")
	assert.Zero(t, h.schedule(second))

	h.clock.add(2 * time.Minute)
	assert.Equal(t, 1, h.schedule(second))
	h.await(1, river.EventKindJobCompleted)
	assert.Equal(t, map[string]int{"t000": 2}, h.feed.count())
	assert.Zero(t, h.schedule(second))
}

// A source that hangs occupies no more workers than those that may ask it at once;
// the jobs of all other tenants ask their other sources meanwhile, and come again.
func TestHangingSource(t *testing.T) {
	h := newHost(t)
	answers := make(chan struct{})
	h.partner = &testFeed{asked: make(map[string]int), answer: func(ctx context.Context, _ source.Request) (source.Outcome, error) {
		select {
		case <-answers:
			return source.Outcome{Kind: source.KindCurrent}, nil
		case <-ctx.Done():
			return source.Outcome{}, ctx.Err()
		}
	}}
	h.expect(30)
	client := h.client(func(c *river.Config) {
		c.Queues[riverjobs.Queue] = river.QueueConfig{MaxWorkers: 16}
	})
	require.Equal(t, 30, h.schedule(client))
	h.start(client)
	h.await(30-8, river.EventKindJobSnoozed)
	assert.Len(t, h.partner.count(), 8)
	assert.GreaterOrEqual(t, len(h.feed.count()), 30-8)
	close(answers)
	h.await(8, river.EventKindJobCompleted)
	askedTimes(h, 30, 1)
}

// A worker that is killed leaves a job behind that River takes for running.
func TestKilledWorker(t *testing.T) {
	h := newHost(t)
	h.expect(1)
	client := h.client()
	require.Equal(t, 1, h.schedule(client))
	_, err := h.pool.Exec(t.Context(), `UPDATE river_job
		SET state = 'running', attempt = 1, attempted_at = now() - interval '61 minutes', attempted_by = '{killed}'`)
	require.NoError(t, err)

	h.start(client)
	job := h.await(1, river.EventKindJobCompleted)[0].Job
	assert.Equal(t, 2, job.Attempt)
	askedTimes(h, 1, 1)
}

// A worker whose clock is behind that of the scheduler does not end a job before
// it is done.
func TestClockBehind(t *testing.T) {
	h := newHost(t)
	h.expect(1)
	client := h.client()
	require.Equal(t, 1, h.schedule(client))
	h.clock.add(-time.Minute)
	h.start(client)
	job := h.await(1, river.EventKindJobSnoozed)[0].Job
	assert.Empty(t, h.feed.count())

	h.clock.add(time.Minute)
	_, err := client.JobRetry(t.Context(), job.ID)
	require.NoError(t, err)
	h.await(1, river.EventKindJobCompleted)
	askedTimes(h, 1, 1)
}
