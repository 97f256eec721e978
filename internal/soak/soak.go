package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/source/online"
)

// settings say how a soak is run.
type settings struct {
	Town town
	Seed uint64
	// Database, Length and Into are those of a [chaos]. Into is the file into
	// which its report goes, empty for none.
	Database string
	Length   time.Duration
	Into     string
	// Faults is the share of answers that are spoiled, of each kind.
	Faults float64
	// Speed is how much faster the clock runs than that on the wall.
	Speed int
	Pace  pace
	// Kill is the pause between two kills.
	Kill time.Duration
	// Observe is the pause between two looks of the observer.
	Observe time.Duration
	// Enough says when to end, and is asked after every kill.
	Enough func(progress) bool
	// Limit is when to end in any case, which is a failure.
	Limit time.Duration
}

// progress is what has happened so far.
type progress struct {
	Elapsed time.Duration
	Kills   int
	// Faults is those that the first worker got, which is never killed.
	Faults map[faultKind]int
	// Activated and Looks are what the observer has seen.
	Activated, Looks int
}

// errNotEnough says that too little has happened for a judgement.
var errNotEnough = errors.New("the soak has ended before enough has happened")

// host is all that the process of a soak itself has.
type host struct {
	settings
	vendor  vendor
	clock   clock
	catalog *catalog
	feed    *faultyFeed
	address string // of the feed
	store   *sqlstore.Postgres
	seen    *observer
}

// soak runs a soak in an empty database, and returns what came of it. The
// processes that it has started have ended then, in any case.
func soak(ctx context.Context, dsn string, s settings) (_ *outcome, err error) {
	folder, err := os.MkdirTemp("", "seatwright-soak-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	h := &host{settings: s, vendor: vendor{Town: s.Town, Seed: s.Seed}, clock: newClock(s.Speed)}
	if h.store, err = sqlstore.NewPostgres(pool); err != nil {
		return nil, err
	}
	defer h.store.Close() //nolint:errcheck // it never returns an error
	if err := h.store.Migrate(ctx); err != nil {
		return nil, err
	}
	end, err := h.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	return h.run(ctx, task{
		Vendor: h.vendor, Clock: h.clock, DSN: dsn, Feed: h.address, Folder: folder, Pace: s.Pace, Limit: s.Limit + time.Minute,
	})
}

// serve serves the feed, until it is told to end.
func (h *host) serve(ctx context.Context) (end func(), err error) {
	h.catalog = newCatalog(h.vendor, h.clock.now)
	handler, err := online.NewHandler(h.catalog)
	if err != nil {
		return nil, err
	}
	h.feed = newFaultyFeed(handler, h.Faults, h.Seed)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.address = "http://" + listener.Addr().String()
	server := &http.Server{Handler: h.feed, ReadHeaderTimeout: longest}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // it ends when it is closed
	return func() {
		_ = server.Close()
		serving.Wait()
	}, nil
}

// run has the workers work, observes them, and judges.
func (h *host) run(ctx context.Context, t task) (*outcome, error) {
	if err := h.found(ctx); err != nil {
		return nil, fmt.Errorf("found the town: %w", err)
	}
	h.seen = newObserver(h.store, h.vendor)
	observing, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { h.seen.run(observing, h.Observe) })
	began := time.Now()
	lives, err := h.storm(ctx, t)
	elapsed := time.Since(began)
	stop()
	group.Wait()
	if err != nil {
		return nil, err
	}
	return h.review(ctx, elapsed, lives)
}

// found has each tenant expect its license, which makes it due, and makes its
// holders known.
func (h *host) found(ctx context.Context) error {
	engine, err := h.engine(h.clock.now)
	if err != nil {
		return err
	}
	for _, tenant := range h.Town.tenants() {
		crm := engine.Tenant(tenant)
		if err := crm.As("host").Expect(ctx, owner, planner.Expected{Serial: tenant}); err != nil {
			return err
		}
		if _, err := crm.As("host").Admit(ctx, h.Town.everybody()...); err != nil {
			return err
		}
		if _, err := crm.Renew(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}

// engine makes an engine of this process, to which the feed answers well.
func (h *host) engine(now func() time.Time) (*activation.Engine, error) {
	trust, err := h.vendor.trust()
	if err != nil {
		return nil, err
	}
	return activation.New(h.store, trust, activation.WithClock(now),
		activation.WithSource(owner, direct{h.catalog}))
}

// storm runs the workers, and kills one after another, until enough has
// happened.
func (h *host) storm(ctx context.Context, t task) (lives []life, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.Limit)
	defer cancel()
	workers, err := muster(ctx, t)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, workers.end())
		lives = workers.ended
	}()
	random := drawn(h.Seed, "kills")
	began := time.Now()
	for kills := 0; !h.Enough(h.progress(time.Since(began), kills)); kills++ {
		if err := wait(ctx, h.Kill); err != nil {
			return nil, fmt.Errorf("%w (%w): %+v", errNotEnough, err, h.progress(time.Since(began), kills))
		}
		if err := workers.replace(ctx, 1+random.IntN(h.Town.Workers-1)); err != nil {
			return nil, err
		}
	}
	h.feed.calm()
	return nil, h.settle(ctx, workers)
}

// settle waits until all faults are in the logs, or should be, before the
// workers are told to end.
func (h *host) settle(ctx context.Context, workers *fleet) error {
	const pause, patience = 200 * time.Millisecond, 20 * time.Second
	for began := time.Now(); time.Since(began) < patience; {
		if err := wait(ctx, pause); err != nil {
			return err
		}
		logs, err := readLogs(workers.all())
		if err != nil {
			continue // a line is being written
		}
		if missing(h.match(workers.all(), logs)) == 0 {
			break
		}
	}
	return nil
}

// match finds the faults of the feed in the logs.
func (h *host) match(lives []life, logs map[string][]record) map[faultKind]*tally {
	// A fault may be so long on its way into the log: what a check takes, and
	// the transactions around it on a busy machine.
	const slack = 5 * time.Second
	named := make(map[string]life)
	for _, l := range lives {
		named[l.Task.name()] = l
	}
	return match(h.feed.counted().faults, logs, named, h.Pace.checkTime()+slack)
}

func (h *host) progress(elapsed time.Duration, kills int) progress {
	p := progress{Elapsed: elapsed, Kills: kills, Faults: make(map[faultKind]int)}
	first := task{Life: 1}.name()
	for _, f := range h.feed.counted().faults {
		if f.Worker == first {
			p.Faults[f.Kind]++
		}
	}
	seen := h.seen.seen()
	p.Activated, p.Looks = seen.activated, seen.looks
	return p
}

// wait waits, unless the context ends before.
func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
