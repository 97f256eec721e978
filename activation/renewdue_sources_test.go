package activation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/source"
)

// slowFeed answers after a while, and notes when it was asked last, and by how many
// at once.
type slowFeed struct {
	mu      sync.Mutex
	takes   time.Duration
	outcome source.Outcome
	asked   int
	last    time.Time
	now     int
	most    int
}

func (f *slowFeed) Check(ctx context.Context, _ source.Request) (source.Outcome, error) {
	f.mu.Lock()
	f.asked++
	f.now++
	f.last, f.most = time.Now(), max(f.most, f.now)
	takes, outcome := f.takes, f.outcome
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.now--
	}()
	select {
	case <-time.After(takes):
		return outcome, nil
	case <-ctx.Done():
		return source.Outcome{}, ctx.Err()
	}
}

func (f *slowFeed) times() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

// feeds is the sources of three owners in a bubble of synctest, and tenants that
// have something due from all.
type feeds struct {
	vendor, partner, other *slowFeed
	engine                 *activation.Engine
}

func newFeeds(t *testing.T, tenants int, options ...activation.Option) *feeds {
	t.Helper()
	feed := func() *slowFeed {
		return &slowFeed{takes: 10 * time.Millisecond, outcome: source.Outcome{Kind: source.KindCurrent}}
	}
	f := &feeds{vendor: feed(), partner: feed(), other: feed()}
	engine, err := activation.New(memstore.New(), trusting(t, vendorKey), append([]activation.Option{
		activation.WithRandom(func() float64 { return 0 }), activation.WithSource("vendor", f.vendor),
		activation.WithSource("partner", f.partner), activation.WithSource("other", f.other),
	}, options...)...)
	require.NoError(t, err)
	f.engine = engine
	for i := range tenants {
		host := engine.Tenant(fmt.Sprintf("t%05d", i)).As("host")
		for _, owner := range []string{"other", "partner", "vendor"} {
			require.NoError(t, host.Expect(t.Context(), owner, planner.Expected{Serial: "S-1"}))
		}
	}
	return f
}

// took is how long after an instant the vendor and the other partner were asked
// last.
func (f *feeds) took(since time.Time) (longest time.Duration) {
	for _, feed := range []*slowFeed{f.vendor, f.other} {
		feed.mu.Lock()
		longest = max(longest, feed.last.Sub(since))
		feed.mu.Unlock()
	}
	return longest
}

// Ten thousand tenants with three owners each, of whom one does not answer: the
// others are asked no later than if it did.
func TestRenewDueWhileASourceHangs(t *testing.T) {
	const tenants = manyTenants / 10
	run := func(t *testing.T, partner time.Duration) (took time.Duration, asked int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			f := newFeeds(t, tenants)
			f.partner.takes = partner
			begun := time.Now()
			require.NoError(t, f.engine.RenewDue(t.Context()))
			assert.Equal(t, tenants, f.vendor.asked)
			assert.Equal(t, tenants, f.other.asked)
			for _, feed := range []*slowFeed{f.vendor, f.partner, f.other} {
				assert.LessOrEqual(t, feed.most, 8)
			}
			took, asked = f.took(begun), f.partner.asked
		})
		return took, asked
	}
	without, asked := run(t, 10*time.Millisecond)
	assert.Equal(t, tenants, asked)
	slow, asked := run(t, time.Second)
	assert.Equal(t, tenants, asked, "a slow one is asked for all")
	assert.LessOrEqual(t, slow, 2*without)
	hanging, asked := run(t, time.Hour)
	assert.LessOrEqual(t, hanging, 2*without)
	assert.LessOrEqual(t, asked, 8+4, "a hanging one is left alone")
	t.Logf("the others were asked within %s; %s with a slow one, %s with a hanging one", without, slow, hanging)
}

// What becomes due while a slow source keeps RenewDue is asked for all the same.
func TestRunWhileASourceIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeeds(t, 200)
		f.partner.takes = 50 * time.Second // 200 calls take some 20 minutes
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { assert.ErrorIs(t, f.engine.Run(ctx), context.Canceled) })
		time.Sleep(5 * time.Minute) //nolint:forbidigo // in a bubble of synctest
		synctest.Wait()
		assert.Equal(t, 200, f.vendor.times())
		require.NoError(t, f.engine.Tenant("late").As("host").Expect(ctx, "vendor", planner.Expected{Serial: "S-2"}))
		time.Sleep(2 * time.Minute) //nolint:forbidigo // in a bubble of synctest
		synctest.Wait()
		assert.Equal(t, 201, f.vendor.times())
		assert.Less(t, f.partner.times(), 200)
		time.Sleep(20 * time.Minute) //nolint:forbidigo // in a bubble of synctest
		synctest.Wait()
		assert.Equal(t, 200, f.partner.times(), "each tenant has its turn")
		cancel()
		running.Wait()
		assert.LessOrEqual(t, f.partner.most, 8)
	})
}

// A source that is down is left alone, which is seen; it is probed, and asked for
// all once it can be reached.
func TestRenewDueLeavesASourceAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		watching := &observer{}
		f := newFeeds(t, 40, activation.WithObserver(watching), activation.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		f.partner.outcome = source.NewProblem(source.Problem{Reason: source.ReasonUnavailable})
		begun := time.Now()
		until := func() time.Time { return ownerOfStatus(t, f.engine.Tenant("t00039"), "partner").PausedUntil }
		call := func() { require.NoError(t, f.engine.RenewDue(t.Context())) }

		call()
		asked := f.partner.times()
		assert.LessOrEqual(t, asked, 8+4)
		assert.WithinDuration(t, begun.Add(time.Minute), until(), time.Second)
		assert.Zero(t, ownerOfStatus(t, f.engine.Tenant("t00039"), "vendor").PausedUntil)
		assert.Contains(t, log.String(), `msg="license: the source can't be reached and is left alone"`)
		call()
		assert.Equal(t, asked, f.partner.times())

		time.Sleep(61 * time.Second) //nolint:forbidigo // in a bubble of synctest
		synctest.Wait()
		assert.Zero(t, until())
		call()
		assert.Equal(t, asked+1, f.partner.times(), "a probe")
		assert.NotZero(t, until())

		f.partner.outcome = source.Outcome{Kind: source.KindCurrent}
		time.Sleep(2 * time.Minute) //nolint:forbidigo // in a bubble of synctest
		synctest.Wait()
		call()
		call() // for tenants that had no turn beside the probe
		assert.Equal(t, 40, f.partner.times(), "those who failed are asked later")
		assert.Zero(t, until())
		assert.Contains(t, log.String(), `msg="license: the source can be reached again"`)
		var outcomes []activation.Outcome
		for _, seen := range watching.seen {
			if seen.Operation == activation.OperationPause {
				outcomes = append(outcomes, seen.Outcome)
			}
		}
		assert.Equal(t, []activation.Outcome{activation.OutcomeProblem, activation.OutcomeProblem, activation.OutcomeDone}, outcomes)
	})
}

// A refusal is about a tenant, and no reason to leave the source alone.
func TestRenewDueAsksWhoRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeeds(t, 40)
		f.partner.outcome = source.NewProblem(source.Problem{Reason: source.ReasonRefused, Status: 404})
		require.NoError(t, f.engine.RenewDue(t.Context()))
		assert.Equal(t, 40, f.partner.times())
	})
}

// The job of a tenant asks its sources at once, and waits for no turn at one that
// is slow.
func TestTenantRenewDueWaitsForNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeeds(t, 30)
		f.partner.takes = 50 * time.Second
		begun := time.Now()
		var jobs sync.WaitGroup
		for i := range 30 {
			jobs.Go(func() { assert.NoError(t, f.engine.Tenant(fmt.Sprintf("t%05d", i)).RenewDue(t.Context())) })
			synctest.Wait()
			time.Sleep(100 * time.Millisecond) //nolint:forbidigo // in a bubble of synctest
			synctest.Wait()
		}
		assert.Equal(t, 30, f.vendor.times())
		assert.Less(t, f.took(begun), 3*time.Second)
		assert.Equal(t, 8, f.partner.times())
		jobs.Wait()
		require.NoError(t, f.engine.Tenant("t00029").RenewDue(t.Context()))
		assert.Equal(t, 9, f.partner.times(), "what had no turn is due still")
		assert.Equal(t, 30, f.vendor.times())
	})
}

// What has begun is activated while its source is left alone.
func TestBeginsWhileTheSourceIsLeftAlone(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6), 1)
	s.load(acme(7, validFrom(today.Add(time.Hour))))
	s.renew() // the next check is no later
	s.feed.say(source.NewProblem(source.Problem{Reason: source.ReasonUnavailable}))
	s.clock.add(time.Hour)
	for range 5 {
		require.NoError(t, s.engine.Tenant("tenant-1").As("host").Expect(t.Context(), "acme", planner.Expected{Serial: "S-1"}))
		_, err := s.engine.Tenant("tenant-1").Renew(t.Context(), "acme")
		require.NoError(t, err)
	}
	require.NotZero(t, s.owner().PausedUntil)
	asked := len(s.feed.asked)
	require.NoError(t, s.engine.RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, asked)
	assert.Equal(t, int64(7), s.owner().Number)
}

// A check that fails in the store is due again at once.
func TestRenewDueGivesBack(t *testing.T) {
	s := newStage(t)
	s.expect("S-1")
	broken := &failing{Store: s.store}
	engine := s.start(broken, trusting(t, vendorKey))
	s.feed.answer = func(context.Context, source.Request) (source.Outcome, error) {
		broken.times = 1
		return source.Outcome{Kind: source.KindCurrent}, nil
	}
	require.ErrorContains(t, engine.Tenant("tenant-42").RenewDue(t.Context()), "acme: activation: renew: out of order")
	assert.Equal(t, []string{"tenant-42"}, s.due())
	s.feed.say(source.Outcome{Kind: source.KindCurrent})
	require.NoError(t, engine.Tenant("tenant-42").RenewDue(t.Context()))
	assert.Len(t, s.feed.asked, 2)
	assert.Empty(t, s.due())
}

// failing is a store whose next Updates fail.
type failing struct {
	activation.Store
	times int
}

func (f *failing) Update(ctx context.Context, tenant string, fn func(activation.Writer) error) error {
	if f.times > 0 {
		f.times--
		return errors.New("out of order")
	}
	return f.Store.Update(ctx, tenant, fn)
}
