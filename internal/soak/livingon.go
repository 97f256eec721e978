package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatwright/seatwright/activation"
)

// comparedThere counts what was compared in the worker that lives on.
const comparedThere = "snapshot compared-in-the-first-worker"

// compare compares what this process says of a tenant from memory with what is
// in the tables, where nothing was written for as long as a snapshot may be old.
func (r *rioter) compare(ctx context.Context, random *rand.Rand) {
	tenant := oneOf(random, r.Vendor.Town.tenants())
	if busy(tenant, time.Now()) {
		return
	}
	before, err := look(ctx, r.estate)
	if err != nil || before.tenants[tenant] == nil {
		r.saw(ctx, "look", err)
		return
	}
	if wait(ctx, oldest+oldest/10) != nil {
		return
	}
	clock := r.now()
	says, age, err := r.fresh(ctx, tenant)
	if err != nil {
		r.saw(ctx, "entitlements", err)
		return
	}
	after, err := look(ctx, r.estate)
	switch {
	case err != nil:
		r.saw(ctx, "look", err)
	case after.tenants[tenant] == nil || after.tenants[tenant].revision != before.tenants[tenant].revision:
		r.counts.add("snapshot overtaken")
	case says.Err() != nil:
		r.saw(ctx, "snapshot", says.Err())
	case age > oldest:
		r.counts.add("snapshot late")
	default:
		is := after.tenants[tenant]
		r.judge(ctx, tenant, says, is, r.begun(tenant, is.number, clock) && r.begun(tenant, is.number, r.now()))
	}
}

// fresh returns a snapshot, and its age then, that is no older than it may be. One
// that is, is being read anew by another goroutine.
func (r *rioter) fresh(ctx context.Context, tenant string) (says *activation.Entitlements, age time.Duration, err error) {
	const tries = 10
	for range tries {
		if says, err = r.engine.Tenant(tenant).Entitlements(ctx); err != nil {
			return nil, 0, err
		}
		if age = says.Age(); age <= oldest {
			break
		}
		if err := wait(ctx, oldest/tries); err != nil {
			return nil, 0, err
		}
	}
	return says, age, nil
}

// begun reports whether a license has begun by a clock. One that was activated by
// a clock which was ahead may not have, after that was reset.
func (r *rioter) begun(tenant string, number int64, clock time.Time) bool {
	if number == 0 {
		return true
	}
	begins := r.Vendor.license(tenant, number).ValidFrom
	return begins == nil || !clock.Before(*begins)
}

// judge compares every holder and every module. A holder with a seat of a
// license that has not begun may be refused, and nobody else may be allowed.
func (r *rioter) judge(ctx context.Context, tenant string, says *activation.Entitlements, is *tenantSight, begun bool) {
	verifies := is.verifies(r.trust)
	for _, h := range is.holders {
		for _, module := range []string{planModule, addonModule, reportModule, suiteModule, shopModule} {
			allowed, want := says.Check(h.ID, module).Allowed(), verifies && has(h, module)
			if allowed != want && (allowed || begun) {
				r.alarm(ctx, "snapshot", fmt.Errorf("%s, revision %s, license %d (verifies: %t): %s has %v, and %s is allowed: %t (%+v)",
					tenant, is.revision, is.number, verifies, h.ID, h.Assigned, module, allowed, says.Check(h.ID, module)))
			}
		}
	}
	r.counts.add("snapshot compared")
	if r.Worker == 0 {
		r.counts.add(comparedThere)
	}
}
