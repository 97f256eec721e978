package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license/signed"
)

// rioter is a worker of [chaos]: a process that does whatever a host may do, in
// any order, and whose clock jumps.
type rioter struct {
	*worker
	estate *estate
	trust  *signed.Trust
	jump   atomic.Int64 // how far the clock is off
	number atomic.Int64 // how many things it has created
}

// oldest is how old the snapshots of entitlements may become in [chaos].
const oldest = time.Second

// riot is [worker.open] of a worker of [chaos].
func (w *worker) riot(ctx context.Context, samples io.Writer) error {
	e, err := openEstate(ctx, w.Database, w.DSN)
	if err != nil {
		return err
	}
	defer e.close()
	r := &rioter{worker: w, estate: e}
	// Who is started later knows that the first key was revoked; the first worker
	// lives on, and does not.
	if r.trust, err = w.Vendor.trustAt(w.Clock.now()); err != nil {
		return err
	}
	feed := direct{newCatalog(w.Vendor, w.Clock.now)}
	w.engine, err = activation.New(e.main(), r.trust, activation.WithSource(owner, feed), activation.WithClock(r.now),
		activation.WithObserver(w.counts), activation.WithSnapshotMaxAge(oldest))
	if err != nil {
		return err
	}
	r.everything(ctx, &lines{to: samples})
	return nil
}

// now is the time by a clock that is wrong now and then.
func (r *rioter) now() time.Time { return r.Clock.now().Add(time.Duration(r.jump.Load())) }

func (r *rioter) everything(ctx context.Context, samples *lines) {
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { _ = r.engine.Run(ctx) }) // it ends with the context
	group.Go(func() { every(ctx, r.Pace.Checks, func() { r.saw(ctx, "act: renew-due", r.engine.RenewDue(ctx)) }) })
	const crowd = 3
	for i := range crowd {
		random := drawn(r.Vendor.Seed, "riot", r.name(), fmt.Sprint(i))
		group.Go(func() { every(ctx, r.Pace.Users, func() { r.act(ctx, random) }) })
	}
	staff := &administrators{
		Vendor: r.Vendor, now: r.Clock.now, name: r.name(), random: drawn(r.Vendor.Seed, "administrators", r.name()), counts: r.counts,
	}
	group.Go(func() {
		every(ctx, r.Pace.Administrators, func() { r.saw(ctx, "act: administrate", staff.visit(ctx, r.engine)) })
	})
	clocks := drawn(r.Vendor.Seed, "clocks", r.name())
	group.Go(func() { every(ctx, time.Second, func() { r.spoil(clocks) }) })
	group.Go(func() {
		every(ctx, time.Second/4, func() { r.compare(ctx, drawn(r.Vendor.Seed, r.name(), time.Now().String())) })
	})
	group.Go(func() { every(ctx, r.Pace.Samples, func() { _ = samples.write(sampleNow(r.counts)) }) })
}

// spoil sets the clock right, or wrong, by hours back or weeks ahead.
func (r *rioter) spoil(random *rand.Rand) {
	const hour = time.Hour
	wrong := []time.Duration{0, 0, 0, 0, 0, 0, -3 * hour, -30 * hour, 50 * hour, 40 * 24 * hour}
	jump := oneOf(random, wrong)
	if r.jump.Swap(int64(jump)) != int64(jump) {
		r.counts.add("clock jumped")
	}
}

// act carries out some operation in a tenant that is busy now.
func (r *rioter) act(ctx context.Context, random *rand.Rand) {
	tenant := oneOf(random, r.Vendor.Town.tenants())
	if !busy(tenant, time.Now()) {
		return
	}
	const patience = 15 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a := &act{rioter: r, random: random, tenant: tenant, crm: r.engine.Tenant(tenant), by: r.name()}
	what, err := a.any(ctx)
	r.saw(ctx, "act: "+what, err)
}

// busy reports whether anything is to be done in a tenant now: for four seconds
// of every eight, others at other times, so that what a snapshot says can be
// compared with what stands still.
func busy(tenant string, now time.Time) bool {
	const half = 4
	return (now.Unix()/half+int64(tenant[len(tenant)-1]))%2 == 0
}

// saw counts what came of an operation, and logs what must not come of any.
func (r *rioter) saw(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() != nil {
		return
	}
	class := activation.Classify(err)
	switch {
	case err == nil:
		r.counts.add(what + " done")
		return
	case class == activation.ClassUnavailable || class == activation.ClassOutcomeUnknown:
		if why := weather(err); why != "" {
			r.counts.add(what + " " + why)
			return
		}
	default:
		r.counts.add(what + " " + string(class))
		return
	}
	r.alarm(ctx, what, err)
}

// alarm logs what must not be.
func (r *rioter) alarm(ctx context.Context, what string, err error) {
	r.log.LogAttrs(ctx, slog.LevelError, failedMessage, slog.String("error", what+": "+err.Error()))
}
