package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// act is one operation of a rioter.
type act struct {
	*rioter
	random *rand.Rand
	tenant string
	crm    *activation.Tenant
	by     string
}

// any carries out some operation and returns which.
func (a *act) any(ctx context.Context) (string, error) {
	operations := []struct {
		what   string
		weight int
		do     func(context.Context) error
	}{
		{"host-transaction", 40, a.host},
		{"shop", 10, a.shop},
		{"license", 8, a.license},
		{"propose", 4, a.propose},
		{"schedule", 6, a.schedule},
		{"expect", 2, a.expect},
		{"remove", 1, a.remove},
		{"reset-clock", 3, func(ctx context.Context) error { _, err := a.crm.As(a.by).ResetClock(ctx); return err }},
		{"repair", 2, a.repair},
		{"reconcile", 3, a.reconcile},
		{"sync", 3, a.sync},
		{"read", 6, a.read},
	}
	sum := 0
	for _, o := range operations {
		sum += o.weight
	}
	chance := a.random.IntN(sum)
	for _, o := range operations {
		if chance -= o.weight; chance < 0 {
			return o.what, o.do(ctx)
		}
	}
	return "", nil // never reached
}

// shop gives a satellite a seat, or takes it, without a transaction of the
// host's.
func (a *act) shop(ctx context.Context) error {
	h := oneOf(a.random, a.Vendor.Town.shops())
	given := seat.Assignment{Holder: h.ID, Module: shopModule}
	who := a.crm.As(a.by)
	var err error
	switch a.random.IntN(6) {
	case 0:
		_, err = who.Release(ctx, given)
	case 1:
		_, err = who.Retire(ctx, h.ID)
	case 2:
		_, _, err = who.Fill(ctx, shopModule, a.Vendor.Town.shops()...)
	case 3:
		h.Assigned = []string{shopModule}
		_, err = who.Import(ctx, sequence([]seat.Holder{h}), nil)
	case 4:
		_, err = who.DryRun().Retire(ctx, h.ID)
	default:
		_, err = who.Assign(ctx, given)
	}
	return err
}

// license loads the newest license, one of long ago or a broken one, or asks the
// source.
func (a *act) license(ctx context.Context) error {
	number := a.Vendor.newest(a.tenant, a.Clock.now())
	switch a.random.IntN(4) {
	case 0:
		_, err := a.crm.Renew(ctx, owner)
		return err
	case 1:
		number = 1 + a.random.Int64N(number)
	}
	envelope, err := a.Vendor.envelope(a.tenant, number)
	if err != nil {
		return err
	}
	if a.random.IntN(8) == 0 {
		envelope[a.random.IntN(len(envelope))] ^= 1
	}
	_, err = a.crm.As(a.by).Load(ctx, bytes.NewReader(envelope))
	return err
}

// propose activates the pending offer with what is proposed.
func (a *act) propose(ctx context.Context) error {
	candidates := make([]string, 0)
	for _, h := range shuffled(a.random, a.Vendor.Town.everybody()) {
		candidates = append(candidates, h.ID)
	}
	preview, _, err := a.crm.Propose(ctx, owner, candidates)
	if err != nil {
		return err
	}
	_, err = a.crm.As(a.by).Activate(ctx, preview.Approve())
	return err
}

// schedule approves an offer that begins later, or takes that back.
func (a *act) schedule(ctx context.Context) error {
	pending, err := a.crm.Pending(ctx)
	if err != nil || len(pending) == 0 {
		return err
	}
	p := oneOf(a.random, pending)
	switch {
	case a.random.IntN(10) == 0:
		return a.crm.As(a.by).Dismiss(ctx, p.Offer)
	case p.Upcoming == nil:
		return nil
	case a.random.IntN(3) == 0:
		return a.crm.As(a.by).Unselect(ctx, p.Offer)
	}
	var releases []seat.Assignment
	holders, err := a.crm.HolderPage(ctx, activation.HolderQuery{}, "", everything)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(holders, func(h seat.Holder) bool { return len(h.Assigned) > 0 }); i >= 0 {
		releases = append(releases, seat.Assignment{Holder: holders[i].ID, Module: holders[i].Assigned[0]})
	}
	if p, err = a.crm.PlanOffer(ctx, p.Offer, planner.Selection{Releases: releases}); err != nil {
		return err
	}
	_, err = a.crm.As(a.by).Schedule(ctx, p.Approve())
	return err
}

// expect mistypes a serial, or says the right one.
func (a *act) expect(ctx context.Context) error {
	who := a.crm.As(a.by)
	switch a.random.IntN(3) {
	case 0:
		return who.Expect(ctx, owner, planner.Expected{Serial: "mistyped"})
	case 1:
		_, err := who.Revert(ctx, owner)
		return err
	default:
		return who.Expect(ctx, owner, planner.Expected{Serial: a.tenant})
	}
}

// remove removes the license, and brings it back.
func (a *act) remove(ctx context.Context) error {
	_, err := a.crm.As(a.by).Remove(ctx, owner)
	return errors.Join(err, a.crm.As(a.by).Expect(ctx, owner, planner.Expected{Serial: a.tenant}))
}

// repair recounts the census, which must be right.
func (a *act) repair(ctx context.Context) error {
	mended, err := a.crm.As(a.by).Repair(ctx)
	if len(mended) > 0 {
		a.alarm(ctx, "repair", fmt.Errorf("%s: %+v", a.tenant, mended))
	}
	return err
}

// reconcile compares with the host's table of users.
func (a *act) reconcile(ctx context.Context) error {
	var present []seat.Holder
	err := a.inHost(ctx, false, func(tx *hostTx) error {
		ids, err := tx.present(ctx, a.tenant)
		for _, id := range ids {
			present = append(present, person(a.random, id))
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = a.crm.As(a.by).Reconcile(ctx, sequence(append(present, a.Vendor.Town.shops()...)))
	return err
}

// sync says which shops should have a seat, in another order each time.
func (a *act) sync(ctx context.Context) error {
	shops := shuffled(a.random, a.Vendor.Town.shops())
	for i := range shops {
		if a.random.IntN(3) > 0 {
			shops[i].Assigned = []string{shopModule}
		}
	}
	_, err := a.crm.As(a.by).Sync(ctx, sequence(shops), activation.SyncOptions{
		Modules: []string{shopModule}, MeetLater: a.random.IntN(2) == 0,
	})
	return err
}

// read reads what pages show, and recounts.
func (a *act) read(ctx context.Context) error {
	drift, err := a.crm.Verify(ctx)
	if err != nil {
		return err
	}
	for _, d := range drift {
		// What does not verify under the keys of this process is none of a store.
		if d.Code != activation.DriftLicense && d.Code != activation.DriftOffer && d.Code != activation.DriftUnlicensed {
			a.alarm(ctx, "verify", fmt.Errorf("%s: %+v", a.tenant, d))
		}
	}
	if _, err := a.crm.Status(ctx); err != nil {
		return err
	}
	return a.crm.Diagnose(ctx, io.Discard)
}

func person(random *rand.Rand, id string) seat.Holder {
	return seat.Holder{ID: id, Kind: license.User, Type: oneOf(random, []string{"internal", "guest"})}
}

func sequence(holders []seat.Holder) func(func(seat.Holder, error) bool) {
	return func(yield func(seat.Holder, error) bool) {
		for _, h := range holders {
			if !yield(h, nil) {
				return
			}
		}
	}
}
