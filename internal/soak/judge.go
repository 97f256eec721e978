package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// acknowledgements is what workers were told is done, by tenant.
type acknowledgements struct {
	activated map[string][]int64
	changes   map[string][]acknowledged
}

// judge looks, when all workers have ended, for what they have acknowledged.
type judge struct {
	engine *activation.Engine
	vendor vendor
	at     time.Time
	told   acknowledgements
	staff  *administrators
}

// kept is what a judge has found.
type kept struct {
	activations, changes, history, log, samples int
	// license, seats and newest say what is wrong with each of three claims:
	// that no license that was activated is lost, that no assignment is, and
	// that every tenant comes to have the newest license.
	license, seats, newest []string
}

// all looks at every tenant.
func (j *judge) all(ctx context.Context) (kept, error) {
	var found kept
	for _, tenant := range j.vendor.Town.tenants() {
		crm := j.engine.Tenant(tenant)
		for _, look := range []func(context.Context, *activation.Tenant, *kept) error{j.licenses, j.seats, j.verified, j.newest} {
			if err := look(ctx, crm, &found); err != nil {
				return found, fmt.Errorf("tenant %s: %w", tenant, err)
			}
		}
	}
	return found, nil
}

// everything is more than there is of a tenant.
const everything = 1_000_000

// licenses compares the history with the activations that were acknowledged:
// each is there once, numbers only grow, and the last one is active.
func (j *judge) licenses(ctx context.Context, crm *activation.Tenant, found *kept) error {
	history, err := crm.History(ctx, 0, everything)
	if err != nil {
		return err
	}
	status, err := crm.Status(ctx)
	if err != nil {
		return err
	}
	active := status.Owners[0]
	wrong := func(format string, figures ...any) {
		found.license = append(found.license, crm.ID()+": "+fmt.Sprintf(format, figures...))
	}
	last, times := int64(0), make(map[int64]int)
	for _, entry := range slices.Backward(history) {
		if entry.Kind != activation.HistoryActivated {
			continue
		}
		if entry.From != last || entry.To <= last {
			wrong("license %d follows %d in the history, after %d", entry.To, entry.From, last)
		}
		last = entry.To
		times[entry.To]++
	}
	for _, number := range j.told.activated[crm.ID()] {
		if times[number] != 1 {
			wrong("license %d was activated, and is %d times in the history", number, times[number])
		}
	}
	if active.Number != last || active.Unverified != nil {
		wrong("license %d is active (%v), and %d is the last of the history", active.Number, active.Unverified, last)
	}
	envelope, err := j.vendor.envelope(crm.ID(), active.Number)
	if err == nil && activation.DigestOf(envelope) != active.Digest {
		wrong("the active license is not as it was signed")
	}
	found.activations += len(j.told.activated[crm.ID()])
	found.history += len(history)
	return err
}

// seats compares the log with the changes that were acknowledged and, gone
// through from its beginning, with what holders have.
func (j *judge) seats(ctx context.Context, crm *activation.Tenant, found *kept) error {
	log, err := crm.Log(ctx, 0, everything)
	if err != nil {
		return err
	}
	holders, err := crm.HolderPage(ctx, activation.HolderQuery{}, "", everything)
	if err != nil {
		return err
	}
	for _, change := range lost(j.told.changes[crm.ID()], log) {
		found.seats = append(found.seats, fmt.Sprintf("%s: not in the log: %+v", crm.ID(), change))
	}
	for _, problem := range replay(log, holders) {
		found.seats = append(found.seats, crm.ID()+": "+problem)
	}
	found.changes += len(j.told.changes[crm.ID()])
	found.log += len(log)
	return nil
}

// lost returns what was acknowledged and is not in the log.
func lost(changes []acknowledged, log []activation.LogEntry) (gone []acknowledged) {
	there := make(map[acknowledged]bool)
	for _, e := range log {
		there[acknowledged{By: e.By, Holder: e.Holder, Module: e.Module, Cause: e.Cause}] = true
	}
	for _, c := range changes {
		c.Tenant = ""
		if !there[c] {
			gone = append(gone, c)
		}
	}
	return gone
}

// replay goes through a log, newest entry first, in which nothing begins or ends
// twice, and compares what everybody has at the end.
func replay(log []activation.LogEntry, holders []seat.Holder) (problems []string) {
	held := make(map[seat.Assignment]bool)
	for _, e := range slices.Backward(log) {
		given := seat.Assignment{Holder: e.Holder, Module: e.Module}
		begins := e.Cause == seat.CauseAssigned
		if begins == held[given] {
			problems = append(problems, fmt.Sprintf("entry %d: %s of %s for %s a second time", e.ID, e.Cause, e.Module, e.Holder))
		}
		held[given] = begins
	}
	for _, h := range holders {
		for _, module := range h.Assigned {
			given := seat.Assignment{Holder: h.ID, Module: module}
			if !held[given] {
				problems = append(problems, fmt.Sprintf("%s has %s, and not by the log", h.ID, module))
			}
			delete(held, given)
		}
	}
	for given, has := range held {
		if has {
			problems = append(problems, fmt.Sprintf("%s has %s by the log, and not", given.Holder, given.Module))
		}
	}
	return problems
}

// newest has the tenant ask the feed, which answers well now and has nothing
// newer to come, and an administrator activate what that brings.
func (j *judge) newest(ctx context.Context, crm *activation.Tenant, found *kept) error {
	result, err := crm.Renew(ctx, owner)
	if err != nil {
		return err
	}
	if result.Waiting != "" {
		if err := j.staff.activate(ctx, crm); err != nil {
			return err
		}
	}
	status, err := crm.Status(ctx)
	if err != nil {
		return err
	}
	if is, want := status.Owners[0].Number, j.vendor.newest(crm.ID(), j.at); is != want {
		found.newest = append(found.newest, fmt.Sprintf("%s: license %d is active after all, and %d is the newest (%+v)",
			crm.ID(), is, want, result.Check))
	}
	return nil
}

// verified has the library recount everything, and looks at the samples.
func (j *judge) verified(ctx context.Context, crm *activation.Tenant, found *kept) error {
	drift, err := crm.Verify(ctx)
	if err != nil {
		return err
	}
	for _, d := range drift {
		if !j.outlivesItsKey(d) {
			found.seats = append(found.seats, fmt.Sprintf("%s: %+v", crm.ID(), d))
		}
	}
	for s, err := range crm.Samples(ctx, "", origin.AddDate(0, 0, -1), origin.AddDate(1, 0, 0)) {
		if err != nil {
			return err
		}
		found.samples++
		if s.InUse > s.Capacity {
			found.seats = append(found.seats, fmt.Sprintf("%s: sample %+v", crm.ID(), s))
		}
	}
	return nil
}

// outlivesItsKey reports whether it is right that something does not verify: an
// offer of the revoked key stays, because another instance may still trust the
// key. See docs/spec/planning.md, Pending.
func (j *judge) outlivesItsKey(d activation.Drift) bool {
	return d.Code == activation.DriftOffer && j.vendor.changed(j.at) && strings.Contains(d.Stored, string(signed.CodeUnknownKey))
}
