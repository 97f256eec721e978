package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
)

// turmoil is a [chaos] as it runs.
type turmoil struct {
	settings
	vendor vendor
	clock  clock
	estate *estate
	server disasters
	random *rand.Rand
	began  time.Time
	coming []string // what is to happen next

	mu   sync.Mutex
	seen havoc
}

// havoc is what came of a [chaos].
type havoc struct {
	settings settings
	elapsed  time.Duration
	// looks counts the consistent reads, full how often a module was seen with
	// all seats in use.
	looks, full int
	disasters   map[string]int
	counts      map[string]int
	// wrong is what the observer, the workers and the judge have found.
	wrong []string
	// lost is the revisions that a failover has lost.
	lost int
	log  int
}

// chaos runs a host that does everything, in a database of its own that goes
// through all that may happen to one, and counts by hand meanwhile.
func chaos(ctx context.Context, s settings) (_ *havoc, err error) {
	folder, err := os.MkdirTemp("", "seatwright-chaos-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	server, dsn, end, err := openServer(s.Database, folder) //nolint:contextcheck // starting and stopping a server have time-outs of their own
	if err != nil {
		return nil, err
	}
	defer end()
	c := &turmoil{settings: s, server: server, clock: newClock(s.Speed), random: drawn(s.Seed, "chaos"), began: time.Now()}
	c.vendor = vendor{Town: s.Town, Seed: s.Seed, Change: origin.Add(s.Length / 2 * time.Duration(s.Speed))}
	c.seen = havoc{settings: s, disasters: make(map[string]int), counts: make(map[string]int)}
	if c.estate, err = openEstate(ctx, s.Database, dsn); err != nil {
		return nil, err
	}
	defer c.estate.close()
	if err := c.found(ctx); err != nil {
		return nil, fmt.Errorf("found the town: %w", err)
	}
	lives, err := c.run(ctx, task{
		Vendor: c.vendor, Clock: c.clock, DSN: dsn, Database: s.Database, Folder: folder, Pace: s.Pace, Limit: s.Length + 5*time.Minute,
	})
	if err != nil {
		return nil, err
	}
	return &c.seen, c.review(ctx, lives)
}

func (c *turmoil) found(ctx context.Context) error {
	if err := c.estate.found(ctx, c.Town); err != nil {
		return err
	}
	engine, err := c.engine(c.clock.now, c.clock.now)
	if err != nil {
		return err
	}
	for _, tenant := range c.Town.tenants() {
		crm := engine.Tenant(tenant)
		if err := crm.As("host").Expect(ctx, owner, planner.Expected{Serial: tenant}); err != nil {
			return err
		}
		if _, err := crm.As("host").Admit(ctx, c.Town.everybody()...); err != nil {
			return err
		}
		if _, err := crm.Renew(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}

// engine makes an engine of this process, for which the vendor may have another
// time.
func (c *turmoil) engine(now, vendors func() time.Time) (*activation.Engine, error) {
	trust, err := c.vendor.trustAt(now())
	if err != nil {
		return nil, err
	}
	return activation.New(c.estate.main(), trust, activation.WithClock(now), activation.WithSource(owner, direct{newCatalog(c.vendor, vendors)}))
}

// run has the workers work for as long as was asked for, and brings about one
// disaster after another.
func (c *turmoil) run(ctx context.Context, t task) (lives []life, err error) {
	workers, err := muster(ctx, t)
	if err != nil {
		return nil, err
	}
	observing, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { every(observing, c.Observe, func() { c.look(observing) }) })
	defer func() {
		stop()
		group.Wait()
		err = errors.Join(err, workers.end())
		lives = workers.ended
		c.seen.elapsed = time.Since(c.began)
	}()
	for !c.enough(workers) {
		if err := wait(ctx, c.Kill); err != nil {
			return nil, err
		}
		if err := c.strike(ctx, workers); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// enough reports whether it has gone on for as long as was asked for, or on a busy
// machine until there is something to judge.
func (c *turmoil) enough(workers *fleet) bool {
	const most = 4
	elapsed := time.Since(c.began)
	if elapsed < c.Length || elapsed > most*c.Length {
		return elapsed >= c.Length
	}
	samples, err := readLines[sample](workers.running[0].Task.samplesFile())
	if err != nil || len(samples) == 0 {
		return false // a line is being written
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return samples[len(samples)-1].Counts[comparedThere] > 0 && c.seen.stormy()
}

// strike kills a worker, or has something happen to the database: everything
// comes, in some order, before anything comes again.
func (c *turmoil) strike(ctx context.Context, workers *fleet) error {
	if len(c.coming) == 0 {
		c.coming = []string{killed, killed, killed}
		if c.server != nil {
			c.coming = append(c.coming, cut, cut, restarted, failedOver)
		}
		c.coming = shuffled(c.random, c.coming)
	}
	what := c.coming[0]
	c.coming = c.coming[1:]
	c.mu.Lock()
	c.seen.disasters[what]++
	c.mu.Unlock()
	switch what {
	case killed:
		return workers.replace(ctx, 1+c.random.IntN(c.Town.Workers-1))
	case cut:
		// It cuts none but those of others; its own may be gone already.
		_, _ = c.estate.db.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")
		return nil
	case restarted:
		return c.server.Crash()
	default:
		return c.failOver(ctx)
	}
}

// These happen in a [chaos].
const (
	killed     = "a worker was killed"
	cut        = "all connections were cut"
	restarted  = "the server was restarted at once"
	failedOver = "the replica took over"
)

// failOver loses what is committed within a few seconds.
func (c *turmoil) failOver(ctx context.Context) error {
	if err := c.server.Copy(); err != nil {
		return err
	}
	const lag = 4 * time.Second
	if err := wait(ctx, time.Second+time.Duration(c.random.Int64N(int64(lag)))); err != nil {
		return err
	}
	before, err := c.lookAgain(ctx)
	if err != nil {
		return err
	}
	if err := c.server.FailOver(); err != nil {
		return err
	}
	after, err := c.lookAgain(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for tenant, was := range before.tenants {
		if is := after.tenants[tenant]; is != nil && is.revision != was.revision {
			c.seen.lost++
		}
	}
	return nil
}

// lookAgain looks until the server answers again.
func (c *turmoil) lookAgain(ctx context.Context) (s *sight, err error) {
	const tries = 100
	for range tries {
		if s, err = look(ctx, c.estate); err == nil {
			return s, nil
		}
		if err := wait(ctx, time.Second/10); err != nil {
			return nil, err
		}
	}
	return nil, err
}

func (c *turmoil) wrong(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.wrong = append(c.seen.wrong, fmt.Sprintf("after %s: %s", time.Since(c.began).Round(time.Millisecond), what))
}

// look counts by hand.
func (c *turmoil) look(ctx context.Context) {
	s, err := look(ctx, c.estate)
	if err != nil {
		if ctx.Err() == nil && weather(err) == "" {
			c.wrong("look: " + err.Error())
		}
		return
	}
	for _, wrong := range s.wrong {
		c.wrong(wrong)
	}
	full := 0
	for tenant, t := range s.tenants {
		for _, wrong := range t.oversold(c.vendor, tenant) {
			c.wrong(wrong)
		}
		full += t.full(c.vendor, tenant)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.looks++
	c.seen.full += full
}
