package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// administrators look after the licenses of tenants.
type administrators struct {
	Vendor vendor
	now    func() time.Time
	name   string
	random *rand.Rand
	counts *counts
}

// Administrators count these besides what the engine counts.
const (
	statusFailing      = "status failing"                   // the last check has failed
	activatedReleasing = "activate activated-after-release" // activations that released seats
)

// visit does in some tenant what there is to do.
func (a *administrators) visit(ctx context.Context, engine *activation.Engine) error {
	crm := engine.Tenant(oneOf(a.random, a.Vendor.Town.tenants()))
	switch a.random.IntN(12) {
	case 0: // as by the button "check now"
		_, err := crm.Renew(ctx, owner)
		return err
	case 1:
		return a.load(ctx, crm)
	}
	status, err := crm.Status(ctx)
	if err != nil {
		return err
	}
	for _, of := range status.Owners {
		if of.Unverified != nil {
			return of.Unverified
		}
		if of.Check.Failures > 0 {
			a.counts.add(statusFailing)
		}
		if err := a.decide(ctx, crm, of); err != nil {
			return err
		}
	}
	return nil
}

// load brings the newest license as a file.
func (a *administrators) load(ctx context.Context, crm *activation.Tenant) error {
	envelope, err := a.Vendor.envelope(crm.ID(), a.Vendor.newest(crm.ID(), a.now()))
	if err != nil {
		return err
	}
	_, err = crm.As(a.name).Load(ctx, bytes.NewReader(envelope))
	return err
}

// decide acknowledges what was activated, and activates what is pending, or
// does not want it.
func (a *administrators) decide(ctx context.Context, crm *activation.Tenant, of activation.OwnerStatus) error {
	if of.Unseen {
		if err := crm.As("host").Acknowledge(ctx, of.Digest); err != nil {
			return err
		}
	}
	switch {
	case of.Pending == nil:
		return nil
	case a.random.IntN(10) == 0:
		return crm.As(a.name).Dismiss(ctx, of.Pending.Offer)
	}
	return a.activate(ctx, crm)
}

// activate plans the pending offer, releases seats until nothing blocks, and
// activates it.
func (a *administrators) activate(ctx context.Context, crm *activation.Tenant) error {
	preview, err := crm.Plan(ctx, owner)
	if err != nil {
		return overtaken(err)
	}
	var releases []seat.Assignment
	const rounds = 8 // a seat of the suite may stand for several
	for range rounds {
		if preview.Plan.Status != planner.Blocked {
			break
		}
		a.counts.add("plan blocked")
		if releases, err = a.choose(ctx, crm, preview.Plan, releases); err != nil {
			return err
		}
		if preview, err = crm.Plan(ctx, owner, planner.Selection{Releases: releases}); err != nil {
			return overtaken(err)
		}
	}
	result, err := crm.As(a.name).Activate(ctx, preview.Approve())
	if err == nil && result.Activated && len(releases) > 0 {
		a.counts.add(activatedReleasing)
	}
	return overtaken(err)
}

// choose adds as many releases as the first blocker asks for: of the first of
// its holders, by id, who are not among them yet.
func (a *administrators) choose(ctx context.Context, crm *activation.Tenant, plan *planner.Plan, releases []seat.Assignment) ([]seat.Assignment, error) {
	blocker := plan.Blockers[0]
	const all = 1000
	holders, err := crm.HolderPage(ctx, activation.HolderQuery{Plan: plan, Blocker: blocker}, "", all)
	if err != nil {
		return nil, err
	}
	left := blocker.MustRemove
	for _, h := range holders {
		if left == 0 {
			break
		}
		for _, module := range blocker.Through {
			given := seat.Assignment{Holder: h.ID, Module: module}
			if slices.Contains(h.Assigned, module) && !slices.Contains(releases, given) {
				releases = append(releases, given)
				left--
				break
			}
		}
	}
	return releases, nil
}

// overtaken passes over what others have done meanwhile.
func overtaken(err error) error {
	var refused *activation.NotActivatedError
	var gone *planner.NotAssignedError
	switch {
	case errors.As(err, &refused), errors.As(err, &gone), errors.Is(err, activation.ErrNoOffer):
		return nil
	}
	return err
}
