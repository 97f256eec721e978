package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seatwright/seatwright/activation"
)

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
	says, err := r.engine.Tenant(tenant).Entitlements(ctx)
	if err != nil {
		r.saw(ctx, "entitlements", err)
		return
	}
	age := says.Age()
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
		r.judge(ctx, tenant, says, after.tenants[tenant])
	}
}

// judge compares every holder and every module.
func (r *rioter) judge(ctx context.Context, tenant string, says *activation.Entitlements, is *tenantSight) {
	verifies := is.verifies(r.trust)
	for _, h := range is.holders {
		for _, module := range []string{planModule, addonModule, reportModule, suiteModule, shopModule} {
			allowed, want := says.Check(h.ID, module).Allowed(), verifies && has(h, module)
			if allowed != want {
				r.alarm(ctx, "snapshot", fmt.Errorf("%s, revision %s, license %d (verifies: %t): %s has %v, and %s is allowed: %t (%+v)",
					tenant, is.revision, is.number, verifies, h.ID, h.Assigned, module, allowed, says.Check(h.ID, module)))
			}
		}
	}
	r.counts.add("snapshot compared")
	if r.Worker == 0 {
		r.counts.add("snapshot compared-in-the-first-worker")
	}
}
