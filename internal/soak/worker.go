package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

// tries is how often the feed is asked in a check. It is less than a client's
// own choice, so that some checks fail because all of their tries do.
const tries = 2

// worker is a process of the host.
type worker struct {
	task
	engine  *activation.Engine
	pool    *pgxpool.Pool
	log     *slog.Logger
	journal *lines
	counts  *counts
}

// work carries out a task until the standard input ends. It returns the exit
// status.
func work(text string) int {
	signal.Ignore(os.Interrupt) // the parent has received it too, and ends this process
	before := runtime.NumGoroutine()
	t, err := parseTask(text)
	if err == nil {
		ctx, stop := context.WithTimeout(context.Background(), t.Limit)
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
		err = t.live(ctx, before)
		stop()
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// live is the life of a worker. At its end everything that it started has ended,
// and a last sample says so, by how many goroutines there were before.
func (t task) live(ctx context.Context, before int) (err error) {
	log, err := create(t.logFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	samples, err := create(t.samplesFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, samples.Close()) }()
	journal, err := create(t.journalFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	w := &worker{
		task: t, log: slog.New(slog.NewJSONHandler(log, nil)), journal: &lines{to: journal}, counts: newCounts(),
	}
	open := w.open
	if t.Database != "" {
		open = w.riot
	}
	if err := open(ctx, samples); err != nil {
		return err
	}
	return (&lines{to: samples}).write(lastSample(ctx, before, w.counts))
}

// open connects, and works until the context ends.
func (w *worker) open(ctx context.Context, samples io.Writer) error {
	config, err := pgxpool.ParseConfig(w.DSN)
	if err != nil {
		return err
	}
	const connections = 12 // for what a worker does in parallel
	config.MaxConns = connections
	if w.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	defer w.pool.Close()
	store, err := sqlstore.NewPostgres(w.pool)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // it never returns an error
	feed, err := w.client()
	if err != nil {
		return err
	}
	trust, err := w.Vendor.trust()
	if err != nil {
		return err
	}
	w.engine, err = activation.New(store, trust, activation.WithSource(owner, feed), activation.WithClock(w.Clock.now),
		activation.WithLogger(w.log), activation.WithObserver(w.counts))
	if err != nil {
		return err
	}
	w.everything(ctx, &lines{to: samples})
	return nil
}

// client asks the feed, with less patience than a client has by itself, since
// the clock runs faster.
func (w *worker) client() (*online.Client, error) {
	transport := &http.Transport{ResponseHeaderTimeout: w.Pace.Patience, DisableKeepAlives: true}
	return online.New(w.Feed, online.WithTries(tries), online.WithTimeout(w.Pace.checkTime()),
		online.WithUserAgent(agent+w.name()), online.WithHTTPClient(&http.Client{Transport: transport}))
}

// everything is what goes on in a host at the same time.
func (w *worker) everything(ctx context.Context, samples *lines) {
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { _ = w.engine.Run(ctx) }) // it ends with the context
	group.Go(func() { every(ctx, w.Pace.Checks, func() { w.check(ctx) }) })
	people := &users{worker: w, random: drawn(w.Vendor.Seed, "users", w.name()), visited: make(map[string]bool)}
	group.Go(func() { every(ctx, w.Pace.Users, func() { people.visit(ctx) }) })
	staff := &administrators{
		Vendor: w.Vendor, now: w.Clock.now, name: w.name(), random: drawn(w.Vendor.Seed, "administrators", w.name()), counts: w.counts,
	}
	group.Go(func() { every(ctx, w.Pace.Administrators, func() { w.unexpected(ctx, staff.visit(ctx, w.engine)) }) })
	group.Go(func() { every(ctx, w.Pace.Samples, func() { _ = samples.write(sampleNow(w.counts)) }) })
}

// check does what is due. [activation.Engine.Run] does it every minute of the
// clock on the wall, which is too late for ours.
func (w *worker) check(ctx context.Context) { w.unexpected(ctx, w.engine.RenewDue(ctx)) }

// unexpected logs an error that is neither a refusal nor the end.
func (w *worker) unexpected(ctx context.Context, err error) {
	var refused *seat.RefusedError
	if err == nil || ctx.Err() != nil || errors.As(err, &refused) {
		return
	}
	w.log.LogAttrs(ctx, slog.LevelError, failedMessage, slog.String("error", err.Error()))
}

// failedMessage is that of a record about an operation that should have
// succeeded.
const failedMessage = "soak: operation failed"

// every calls what is to be done with pauses between, until the context ends.
func every(ctx context.Context, pause time.Duration, do func()) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			do()
		case <-ctx.Done():
			return
		}
	}
}
