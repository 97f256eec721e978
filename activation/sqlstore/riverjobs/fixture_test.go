package riverjobs_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // pgtest asks for it
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore/riverjobs"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const day = 24 * time.Hour

// today is when the stories of these tests begin.
var (
	today     = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	vendorKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{'v'}, ed25519.SeedSize))
)

// host is a program with River clients and engines, all of them over one store.
type host struct {
	*testing.T
	pool  *pgxpool.Pool
	store riverjobs.Store
	clock *testClock
	feed  *testFeed
	// partner is the source of a second owner, nil if there is none.
	partner *testFeed
	events  chan *river.Event
}

// newHost makes a host whose store is in memory, until the test puts another in
// its place.
func newHost(t *testing.T) *host {
	t.Helper()
	dsn := pgtest.DSN(t)
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.MaxConns = 20
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	_, err = migrator.Migrate(t.Context(), rivermigrate.DirectionUp, nil)
	require.NoError(t, err)
	h := &host{
		T: t, pool: pool, store: memstore.New(), clock: &testClock{now: today},
		feed: &testFeed{asked: make(map[string]int)}, events: make(chan *river.Event, 10000),
	}
	h.feed.answer = func(_ context.Context, request source.Request) (source.Outcome, error) {
		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{h.envelope(request.Serial)}}, nil
	}
	return h
}

// engine makes the engine of one process.
func (h *host) engine() *activation.Engine {
	h.Helper()
	trust, err := signed.NewTrust(signed.TrustedKey{
		Key: ed25519.PublicKey(vendorKey[ed25519.SeedSize:]), Owners: signed.AnyOwner(),
	})
	require.NoError(h, err)
	options := []activation.Option{
		activation.WithSource("acme", h.feed),
		activation.WithClock(h.clock.read), activation.WithRandom(func() float64 { return 0.5 }),
	}
	if h.partner != nil {
		options = append(options, activation.WithSource("partner", h.partner))
	}
	engine, err := activation.New(h.store, trust, options...)
	require.NoError(h, err)
	return engine
}

// client makes the River client of one process.
func (h *host) client(changes ...func(*river.Config)) *river.Client[pgx.Tx] {
	h.Helper()
	workers := river.NewWorkers()
	require.NoError(h, riverjobs.Register[pgx.Tx](workers, h.engine(), h.store, riverjobs.WithClock(h.clock.read)))
	config := &river.Config{
		Workers:           workers,
		Queues:            map[string]river.QueueConfig{riverjobs.Queue: {MaxWorkers: 8}},
		FetchPollInterval: 100 * time.Millisecond,
		Logger:            slog.New(slog.DiscardHandler),
		RetryPolicy:       atOnce{},
	}
	for _, change := range changes {
		change(config)
	}
	client, err := river.NewClient(riverpgxv5.New(h.pool), config)
	require.NoError(h, err)
	return client
}

// start starts a client, and has its events come to the host.
func (h *host) start(client *river.Client[pgx.Tx]) {
	h.Helper()
	events, unsubscribe := client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed, river.EventKindJobSnoozed)
	var forwarding sync.WaitGroup
	forwarding.Go(func() {
		for event := range events {
			h.events <- event
		}
	})
	ctx := context.WithoutCancel(h.Context())
	require.NoError(h, client.Start(ctx))
	h.Cleanup(func() {
		h.stop(client)
		unsubscribe()
		forwarding.Wait()
	})
}

// stop stops a client hard: the contexts of its jobs end.
func (h *host) stop(client *river.Client[pgx.Tx]) {
	h.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.Context()), time.Minute)
	defer cancel()
	require.NoError(h, client.StopAndCancel(ctx))
}

// await returns the next n events of a kind about checks, and passes over others.
func (h *host) await(n int, kind river.EventKind) (events []*river.Event) {
	h.Helper()
	over := time.NewTimer(time.Minute)
	defer over.Stop()
	for len(events) < n {
		select {
		case event := <-h.events:
			if event.Kind == kind && event.Job.Kind == (riverjobs.CheckArgs{}).Kind() {
				events = append(events, event)
			}
		case <-over.C:
			require.FailNow(h, "jobs have not ended", "%d of %d events %q", len(events), n, kind)
		}
	}
	return events
}

// expect makes tenants t000 to t<n> expect a license of the serial that is their
// id, which makes them due.
func (h *host) expect(n int) {
	h.Helper()
	engine := h.engine()
	for i := range n {
		id := fmt.Sprintf("t%03d", i)
		require.NoError(h, engine.Tenant(id).As("host").Expect(h.Context(), "acme", planner.Expected{Serial: id}))
		if h.partner != nil {
			require.NoError(h, engine.Tenant(id).As("host").Expect(h.Context(), "partner", planner.Expected{Serial: id}))
		}
	}
}

func (h *host) schedule(client *river.Client[pgx.Tx]) int {
	h.Helper()
	n, err := riverjobs.Schedule(h.Context(), client, h.store, h.clock.read())
	require.NoError(h, err)
	return n
}

// jobs returns the checks, whatever has become of them.
func (h *host) jobs(client *river.Client[pgx.Tx]) []*rivertype.JobRow {
	h.Helper()
	list, err := client.JobList(h.Context(), river.NewJobListParams().Kinds(riverjobs.CheckArgs{}.Kind()).First(10000))
	require.NoError(h, err)
	return list.Jobs
}

func (h *host) envelope(serial string) []byte {
	document, err := json.Marshal(&license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: serial},
		Number:   1,
		IssuedAt: today.AddDate(0, 0, -10),
		Modules:  []license.Module{{Name: "plan", Kind: license.User, Quantity: 3}},
	})
	if err != nil {
		panic(err)
	}
	sealed, err := signed.Sign(document, vendorKey)
	if err != nil {
		panic(err)
	}
	return sealed
}

// testClock stands still unless it is set.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// testFeed counts how often it is asked for each serial.
type testFeed struct {
	mu     sync.Mutex
	answer func(context.Context, source.Request) (source.Outcome, error)
	asked  map[string]int
}

func (f *testFeed) Check(ctx context.Context, request source.Request) (source.Outcome, error) {
	f.mu.Lock()
	f.asked[request.Serial]++
	answer := f.answer
	f.mu.Unlock()
	return answer(ctx, request)
}

func (f *testFeed) set(answer func(context.Context, source.Request) (source.Outcome, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

// count returns how often each serial was asked for.
func (f *testFeed) count() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.asked)
}

// atOnce retries without waiting.
type atOnce struct{}

func (atOnce) NextRetry(*rivertype.JobRow) time.Time { return time.Now() }
