package main

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"slices"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

//go:embed demo_story.json
var demoStory []byte

const (
	demoPassword = "demo demo demo"        //nolint:gosec,dupword // the sign-in page shows it
	demoPlan     = "superoffice.ten-sales" // what most of the users would have
	storyDays    = 91                      // until the renewal comes
)

// story is the people of the demo and their past.
type story struct {
	// Begin is what the first licenses have that those of the empty demo have not,
	// and Renewal what is another number in the vendor's next one.
	Begin   map[string]feed.Change
	Renewal feed.Change
	People  []character
}

// character is a user, or a satellite.
type character struct {
	person
	SignsIn bool
	Seen    *int // how many days ago they signed in, nil for never
	Day     int  // the day of the story on which they get their modules
	Gets    []string
}

// settle makes the users of a story.
func (s *Server) settle(ctx context.Context, characters []character) error {
	password, err := passwordDigest(demoPassword, s.config.PasswordCost)
	if err != nil {
		return err
	}
	users, now := make([]person, len(characters)), s.config.Clock()
	for i, c := range characters {
		u := &characters[i].person
		u.Active, u.Kind = true, cmp.Or(u.Kind, string(license.User))
		u.Role = cmp.Or(u.Role, ordinary)
		if c.SignsIn {
			u.Password = password
		}
		if c.Seen != nil {
			u.LastSeen.Time = now.AddDate(0, 0, -*c.Seen).Add(-time.Duration(i) * time.Minute)
		}
		users[i] = *u
	}
	return s.db.transaction(ctx, func(tx *sql.Tx) error { return s.people.put(ctx, tx, users...) })
}

// tell gives the demo its past, by an engine whose clock is then. It is told once.
func (s *Server) tell(ctx context.Context, told story, options []activation.Option) error {
	if _, _, err := s.demo.Published(ctx, s.owners[0]); !errors.Is(err, online.ErrNotFound) {
		return err // the story was told already, or another instance has begun
	}
	now := s.config.Clock().UTC().Truncate(time.Second)
	at := now.AddDate(0, 0, -storyDays)
	then := activation.WithClock(func() time.Time { return at })
	asking, err := activation.New(s.db.store, s.demo.Trust, append(options, then)...)
	// Nobody asks from day to day: that would make the first start three times as long.
	waiting, errWaiting := activation.New(s.db.store, s.demo.Trust, then)
	if err := errors.Join(err, errWaiting); err != nil {
		return err
	}
	crm := asking.Tenant(s.config.Tenant)
	for _, owner := range s.owners {
		if err := s.begin(ctx, crm, owner, told.Begin[owner], at); err != nil {
			return err
		}
	}
	for day := range storyDays {
		at = now.AddDate(0, 0, day-storyDays)
		if err := told.pass(ctx, waiting.Tenant(s.config.Tenant), day); err != nil {
			return err
		}
	}
	// The renewal has too few seats of one plan, so it waits.
	_, envelope, err := s.demo.Issue(ctx, s.owners[0], told.Renewal, at)
	if err == nil {
		err = s.demo.Publish(ctx, s.owners[0], envelope)
	}
	if err == nil {
		_, err = crm.Renew(ctx, s.owners[0])
	}
	return err
}

// begin activates the first license of an owner.
func (s *Server) begin(ctx context.Context, crm *activation.Tenant, owner string, change feed.Change, at time.Time) error {
	if err := s.demo.Begin(ctx, owner, change, at); err != nil {
		return err
	}
	eva, l := crm.As("eva"), s.demo.First[owner].Licensee
	if err := eva.Expect(ctx, owner, planner.Expected{Company: l.Company, Serial: l.Serial}); err != nil {
		return err
	}
	result, err := crm.Renew(ctx, owner)
	if err != nil {
		return err
	}
	return eva.Acknowledge(ctx, result.Offer)
}

// pass is a day on which some come, and get what there is a seat for.
func (t story) pass(ctx context.Context, crm *activation.Tenant, day int) error {
	come := func(c character) bool { return c.Day == day }
	if slices.ContainsFunc(t.People, come) {
		by := crm.As([]string{"eva", "otto"}[day/7%2])
		_, err := by.Sync(ctx, func(yield func(seat.Holder, error) bool) {
			for _, c := range t.People {
				if c.Day <= day && !yield(c.holder(c.Gets...), nil) {
					return
				}
			}
		}, activation.SyncOptions{MeetLater: true})
		if err != nil {
			return err
		}
	}
	return crm.RenewDue(ctx) // it also samples how many seats are in use
}
