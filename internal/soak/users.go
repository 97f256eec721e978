package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// users are those who come and go.
type users struct {
	*worker
	random  *rand.Rand
	visited map[string]bool
	number  int
}

// visit goes to a tenant and gives or takes the seats of some of the holders.
func (u *users) visit(ctx context.Context) {
	tenant := oneOf(u.random, u.Vendor.Town.tenants())
	crm := u.engine.Tenant(tenant)
	mine := u.Vendor.Town.holders(u.Worker)
	if err := u.arrive(ctx, crm, mine); err != nil {
		u.unexpected(ctx, err)
		return
	}
	ids := make([]string, len(mine))
	for i, h := range mine {
		ids[i] = h.ID
	}
	holders, err := crm.Holders(ctx, ids...)
	if err != nil {
		u.unexpected(ctx, err)
		return
	}
	for _, h := range shuffled(u.random, holders)[:min(2, len(holders))] {
		u.unexpected(ctx, u.once(ctx, crm, h))
	}
	u.unexpected(ctx, u.workOn(ctx, crm, holders))
}

// arrive makes the holders known, or changes their types. The first time it
// waits so for what a process that was killed may still have under way there,
// so that what is read afterwards is what the next operation changes.
func (u *users) arrive(ctx context.Context, crm *activation.Tenant, mine []seat.Holder) error {
	if u.visited[crm.ID()] && u.random.IntN(8) > 0 {
		return nil
	}
	u.visited[crm.ID()] = true
	for i := range mine {
		if mine[i].Kind == license.User {
			mine[i].Type = oneOf(u.random, []string{"internal", "guest"})
		}
	}
	_, err := crm.As("host").Admit(ctx, mine...)
	return err
}

// once carries out one operation for a holder and, if it is done, writes down
// what it has changed.
func (u *users) once(ctx context.Context, crm *activation.Tenant, h seat.Holder) error {
	u.number++
	by := fmt.Sprintf("%s-%d", u.name(), u.number)
	decision, err := u.operate(ctx, crm.As(by), h)
	if err != nil {
		return err
	}
	for _, c := range decision.Changes {
		done := acknowledged{Tenant: crm.ID(), By: by, Holder: c.Holder, Module: c.Module, Cause: c.Cause}
		if err := u.journal.write(done); err != nil {
			return err
		}
	}
	return nil
}

// operate chooses by what the holder has. Nobody else gives it anything, so that
// success means a change.
func (u *users) operate(ctx context.Context, who *activation.Actor, h seat.Holder) (seat.Decision, error) {
	has := func(module string) bool { return slices.Contains(h.Assigned, module) }
	a := func(module string) seat.Assignment { return seat.Assignment{Holder: h.ID, Module: module} }
	switch chance := u.random.IntN(4); {
	case len(h.Assigned) > 0 && chance == 0:
		return who.Retire(ctx, h.ID)
	case h.Kind == license.Satellite && has(shopModule):
		return who.Release(ctx, a(shopModule))
	case h.Kind == license.Satellite:
		return who.Assign(ctx, a(shopModule))
	case len(h.Assigned) == 0:
		return who.Assign(ctx, a(oneOf(u.random, []string{planModule, suiteModule})))
	case has(suiteModule):
		return who.Switch(ctx, seat.Swap{Holder: h.ID, From: suiteModule, To: planModule})
	case has(addonModule):
		return who.Release(ctx, a(oneOf(u.random, []string{addonModule, planModule})))
	case chance == 1:
		return who.Switch(ctx, seat.Swap{Holder: h.ID, From: planModule, To: suiteModule})
	default:
		return who.Assign(ctx, a(addonModule))
	}
}

// workOn has the holders use what they have, by the snapshot.
func (u *users) workOn(ctx context.Context, crm *activation.Tenant, holders []seat.Holder) error {
	entitlements, err := crm.Entitlements(ctx)
	if err != nil {
		return err
	}
	if err := entitlements.Err(); err != nil {
		return err
	}
	for _, h := range holders {
		for _, module := range []string{planModule, addonModule, shopModule} {
			if entitlements.Check(h.ID, module).Allowed() {
				u.counts.add("entitlement allowed")
			} else {
				u.counts.add("entitlement refused")
			}
		}
	}
	return nil
}
