package main

import (
	"context"
	"strconv"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// The story of the demo: for how long it goes, and when it ends but for the
// renewal, which came yesterday.
const (
	storyWeeks = 13
	storyDays  = 7 * storyWeeks
)

// quantities is what the story's licenses have, where that is not what the first
// ones of the empty demo have.
var quantities = map[string]int64{
	"ten-sales": 24, "ten-service": 14, "ten-light": 28,
	"user": 66, "web": 66, "pocket-crm-cal": 24, "sale-cal": 24, "chat-cal": 14, "dash-cal": 38,
}

// part is some of the users, who get a module in the course of the story.
type part struct {
	module string
	users  []person
}

// tell gives the demo a past: what happened in three months, by an engine whose
// clock is then. It is told once.
func (d *demo) tell(ctx context.Context, users []person) error {
	known, err := d.value(ctx, "license superoffice")
	if err != nil || known != nil {
		return err // it was told, or another one has begun
	}
	now := d.clock().UTC().Truncate(time.Second)
	at := now.AddDate(0, 0, -storyDays)
	past := *d
	past.clock = func() time.Time { return at }
	crm, err := past.begin(ctx, now)
	if err != nil {
		return err
	}
	parts := []part{
		{demoPlan, users[:22]},
		{"superoffice.ten-service", users[22:34]},
		{"superoffice.ten-light", users[34:60]},
		{"superoffice.quote-cal", users[3:12]},
		{"superoffice.travel", users[10:30]},
		{"superoffice.travel-db", users[60:62]},
		{"acme.forms-cal", users[4:8]},
	}
	for week := range storyWeeks {
		if err := past.week(ctx, crm, parts, week); err != nil {
			return err
		}
		at = at.AddDate(0, 0, 7)
	}
	at = now.Add(-24 * time.Hour)
	if err := wish(ctx, crm, "superoffice.quote-cal", users[3:18]); err != nil {
		return err
	}
	return past.renew(ctx, crm, now)
}

// begin activates the first license of each owner.
func (d *demo) begin(ctx context.Context, now time.Time) (*activation.Tenant, error) {
	options := []activation.Option{activation.WithClock(d.clock)}
	for _, owner := range d.owners {
		options = append(options, activation.WithSource(owner, server{d, owner}))
	}
	engine, err := activation.New(d.db.store, d.trust, options...)
	if err != nil {
		return nil, err
	}
	crm := engine.Tenant(d.tenant)
	eva := crm.As("eva")
	for _, owner := range d.owners {
		l := d.withQuantities(owner)
		lasts(l, now.AddDate(0, 0, 23))
		if owner != "superoffice" {
			lasts(l, now.AddDate(0, 0, 210))
		}
		if err := d.publishFirst(ctx, owner, l); err != nil {
			return nil, err
		}
		if err := eva.Expect(ctx, owner, planner.Expected{Company: l.Licensee.Company, Serial: l.Licensee.Serial}); err != nil {
			return nil, err
		}
		result, err := crm.Renew(ctx, owner)
		if err != nil {
			return nil, err
		}
		if err := eva.Acknowledge(ctx, result.Offer); err != nil {
			return nil, err
		}
	}
	return crm, nil
}

// wish has the host say who should have a module, of whom some can't be given it.
func wish(ctx context.Context, crm *activation.Tenant, module string, users []person) error {
	_, err := crm.As("eva").Sync(ctx, func(yield func(seat.Holder, error) bool) {
		for _, u := range users {
			if !yield(u.holder(module), nil) {
				return
			}
		}
	}, activation.SyncOptions{Modules: []string{module}, MeetLater: true})
	return err
}

func (d *demo) withQuantities(owner string) *license.License {
	l := *d.first[owner]
	l.Modules = append([]license.Module(nil), l.Modules...)
	for i, m := range l.Modules {
		if n, ok := quantities[m.Name]; ok {
			l.Modules[i].Quantity = n
		}
	}
	return &l
}

// week gives some more users what they have in the end, and notes how many seats
// are in use on its days.
func (d *demo) week(ctx context.Context, crm *activation.Tenant, parts []part, week int) error {
	by := crm.As([]string{"eva", "otto"}[week%2])
	for _, p := range parts {
		var holders []seat.Holder
		for _, u := range p.users[len(p.users)*week/storyWeeks : len(p.users)*(week+1)/storyWeeks] {
			holders = append(holders, u.holder())
		}
		if _, _, err := by.Fill(ctx, p.module, holders...); err != nil {
			return err
		}
	}
	status, err := crm.Status(ctx)
	if err != nil {
		return err
	}
	var samples []activation.Sample
	for _, owner := range status.Owners {
		for _, m := range owner.Modules {
			for i := range 7 {
				if m.Module.Kind == license.Site {
					break
				}
				day := today(d.clock()).AddDate(0, 0, i)
				samples = append(samples, activation.Sample{Day: day, Module: m.Name, InUse: m.InUse, Capacity: m.Capacity, Overdraft: m.Module.Overdraft, Unrestricted: m.Module.Unrestricted})
			}
		}
	}
	return d.db.store.Update(ctx, d.tenant, func(w activation.Writer) error { return w.PutSamples(ctx, samples...) })
}

// renew publishes a renewal with too few seats of one plan and more of another,
// so that it waits.
func (d *demo) renew(ctx context.Context, crm *activation.Tenant, now time.Time) error {
	l := d.withQuantities("superoffice")
	l.Number++
	for i := range l.Modules {
		switch l.Modules[i].Name {
		case "ten-sales":
			l.Modules[i].Quantity = 20
		case "ten-light":
			l.Modules[i].Quantity = 32
		}
	}
	lasts(l, now.AddDate(1, 0, 23))
	envelope, err := d.sign("superoffice", l)
	if err != nil {
		return err
	}
	if err := d.put(ctx, "license superoffice", envelope); err != nil {
		return err
	}
	_, err = crm.Renew(ctx, "superoffice")
	return err
}

// issued is the highest number that an owner has signed, so that none is used
// twice, whether the license was published or only downloaded.
func (d *demo) issued(ctx context.Context, owner string, published int64) (int64, error) {
	known, err := d.value(ctx, "issued "+owner)
	if err != nil {
		return 0, err
	}
	n, _ := strconv.ParseInt(string(known), 10, 64) // 0 before the first
	return max(n, published), nil
}
