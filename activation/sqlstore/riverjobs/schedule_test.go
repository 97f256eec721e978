package riverjobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/sqlstore/riverjobs"
)

// Whoever schedules, and however often, a tenant has one job for the instant at
// which it is due, also when that job is done.
func TestScheduleOnce(t *testing.T) {
	h := newHost(t)
	const tenants = 30
	h.expect(tenants)
	client := h.client()

	var inserted atomic.Int64
	var schedulers sync.WaitGroup
	for range 4 {
		schedulers.Go(func() {
			n, err := riverjobs.Schedule(t.Context(), client, h.store, h.clock.read())
			assert.NoError(t, err)
			inserted.Add(int64(n))
		})
	}
	schedulers.Wait()
	assert.Equal(t, int64(tenants), inserted.Load())
	assert.Len(t, h.jobs(client), tenants)

	h.start(client)
	h.await(tenants, river.EventKindJobCompleted)
	done, err := client.Insert(t.Context(), riverjobs.CheckArgs{Tenant: "t000", Due: today}, nil)
	require.NoError(t, err)
	assert.True(t, done.UniqueSkippedAsDuplicate, "it is done")
	assert.Zero(t, h.schedule(client), "nothing is due any more")

	h.clock.add(day)
	assert.Equal(t, tenants, h.schedule(client))
}

// inserter takes jobs without a database.
type inserter struct {
	batches []int
	tenants []string
	err     error
}

func (i *inserter) InsertMany(_ context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error) {
	if i.err != nil {
		return nil, i.err
	}
	i.batches = append(i.batches, len(params))
	results := make([]*rivertype.JobInsertResult, len(params))
	for n, param := range params {
		args, ok := param.Args.(riverjobs.CheckArgs)
		if !ok || args.Due != today {
			return nil, fmt.Errorf("args %v", param.Args)
		}
		i.tenants = append(i.tenants, args.Tenant)
		results[n] = &rivertype.JobInsertResult{}
	}
	return results, nil
}

// dueStore is a store that can't read some tenants.
type dueStore struct {
	*memstore.Store
	unreadable string
	unlisted   error
}

func (s dueStore) View(ctx context.Context, tenant string, fn func(activation.Reader) error) error {
	if tenant == s.unreadable {
		return errors.New("out of order")
	}
	return s.Store.View(ctx, tenant, fn)
}

func (s dueStore) Due(ctx context.Context, now time.Time, after string, limit int) ([]string, error) {
	if s.unlisted != nil && after != "" {
		return nil, s.unlisted
	}
	return s.Store.Due(ctx, now, after, limit)
}

// due makes n tenants due today.
func due(t *testing.T, n int) *memstore.Store {
	t.Helper()
	store := memstore.New()
	for i := range n {
		require.NoError(t, store.Update(t.Context(), fmt.Sprintf("t%04d", i), func(w activation.Writer) error {
			return w.PutTenant(t.Context(), activation.TenantRecord{Due: today})
		}))
	}
	return store
}

func TestSchedulePages(t *testing.T) {
	for tenants, batches := range map[int][]int{
		0: nil, 1: {1}, 499: {499}, 500: {500}, 501: {500, 1}, 1000: {500, 500},
	} {
		t.Run(fmt.Sprint(tenants), func(t *testing.T) {
			var client inserter
			n, err := riverjobs.Schedule(t.Context(), &client, due(t, tenants), today)
			require.NoError(t, err)
			assert.Equal(t, tenants, n)
			assert.Equal(t, batches, client.batches)
		})
	}
}

func TestScheduleFails(t *testing.T) {
	broken := errors.New("out of order")
	for name, test := range map[string]struct {
		store  dueStore
		client inserter
		n      int
		text   string
	}{
		"a tenant can't be read": {
			dueStore{due(t, 501), "t0007", nil},
			inserter{},
			500,
			`riverjobs: schedule: tenant "t0007": out of order`,
		},
		"tenants can't be listed": {
			dueStore{due(t, 501), "", broken},
			inserter{},
			500,
			"riverjobs: schedule: list the due tenants: out of order",
		},
		"jobs can't be inserted": {
			dueStore{due(t, 501), "", nil},
			inserter{err: broken},
			0,
			"riverjobs: schedule: insert 500 jobs: out of order",
		},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := riverjobs.Schedule(t.Context(), &test.client, test.store, today)
			require.EqualError(t, err, test.text)
			assert.Equal(t, test.n, n)
		})
	}
}
