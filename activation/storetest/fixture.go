package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// second returns an instant as fine as a store has to keep it.
func second(n int) time.Time { return time.Date(2026, 6, 1, 12, 0, n, 123456000, time.UTC) }

func day(n int) time.Time { return time.Date(2026, 6, n, 0, 0, 0, 0, time.UTC) }

// fixture is something in every place of a tenant.
type fixture struct {
	tenant  activation.TenantRecord
	owners  []activation.OwnerRecord
	highest map[identity]int64
	holders []seat.Holder
	history []activation.HistoryEntry
	log     []activation.LogEntry
	samples []activation.Sample
	wishes  []activation.Wish
}

// fixtureOf returns fixtures that have the same keys, and differ with tag in
// all that is kept for them.
func fixtureOf(tag int) fixture {
	word := fmt.Sprintf("word-%d", tag)
	n := int64(tag)
	return fixture{
		tenant: activation.TenantRecord{
			Newest: second(tag), NewestIssued: second(tag + 1), Due: second(tag + 2),
			LeasedUntil: second(tag + 3), LeasedBy: "worker " + word, Sampled: day(tag + 1),
			Look: second(tag + 4), Notes: `{"` + word + `":1}`,
		},
		owners:  ownersOf(tag, word),
		highest: map[identity]int64{{"acme", "S-1"}: 10 + n, {"acme", "S-2"}: 20 + n, {"partner", "S-1"}: 30 + n},
		holders: []seat.Holder{
			{ID: "u1", Kind: license.User, Type: word, Assigned: []string{"acme.web", "acme.mail"}},
			{ID: "u2", Kind: license.User, Type: word, Assigned: []string{"acme.web"}},
			{ID: "u3", Kind: license.User, Type: "", Assigned: []string{"acme.web", "partner." + word}},
			{ID: "u4", Kind: license.User, Type: word},
			{ID: "s1", Kind: license.Satellite, Type: word, Assigned: []string{"acme.sync"}},
		},
		history: historyOf(tag, word),
		log: []activation.LogEntry{
			{At: second(tag), By: word, Holder: "u1", Module: "acme.web", Cause: seat.CauseAssigned},
			{At: second(tag), By: "admin", Holder: "u2", Module: "acme." + word, Cause: seat.CauseMoved, To: "acme.web"},
			{At: second(tag + 1), By: "u1", Holder: "u9", Module: "acme.mail", Cause: seat.CauseCascaded},
		},
		samples: []activation.Sample{
			{Day: day(1), Module: "acme.web", InUse: 3 + n, Capacity: 5 + n, Overdraft: n, Wished: 2 * n},
			{Day: day(1), Module: "acme.sync", InUse: 1 + n, Unrestricted: true},
			{Day: day(2), Module: "acme.web", InUse: 4 + n, Capacity: 5 + n},
		},
		wishes: []activation.Wish{
			wish(3+n, "u4", "acme.web", func(w *activation.Wish) { w.From, w.Waits = "acme."+word, true }),
			wish(1+n, "u4", "acme.mail", func(w *activation.Wish) { w.Rule = word }),
			wish(1+n, "u3", "acme.mail", func(w *activation.Wish) { w.Since = second(tag + 1) }),
		},
	}
}

func ownersOf(tag int, word string) []activation.OwnerRecord {
	return []activation.OwnerRecord{
		{Owner: "partner", Expected: planner.Expected{Serial: word}},
		{
			Owner:    "acme",
			Expected: planner.Expected{Serial: "S-1", Company: word, Product: "crm", Deployment: "cloud"},
			Active: &activation.StoredLicense{
				Digest: activation.DigestOf(envelope("active", word)), Envelope: envelope("active", word),
				Licensee: license.Licensee{Company: word, Serial: "S-1"}, Number: 7 + int64(tag),
				Source: "feed " + word, By: "u1", At: second(tag), Unseen: true,
			},
			Before: &planner.Expected{Serial: "S-0", Company: "before " + word},
			Pending: []activation.StoredLicense{
				{
					Digest: activation.DigestOf(envelope("pending", word)), Envelope: envelope("pending", word),
					Licensee: license.Licensee{Company: " " + word, Serial: "S-1 "}, Number: 8 + int64(tag),
					Source: "file", By: word, At: second(tag + 1),
					Selected: planner.Selection{
						Releases: []seat.Assignment{{Holder: word, Module: "acme.web"}},
						Switches: []seat.Swap{{Holder: "u2", From: "acme.mail", To: "acme.web"}},
					},
				},
				{
					Digest: activation.DigestOf(envelope("later", word)), Envelope: envelope("later", word),
					Licensee: license.Licensee{Company: word, Serial: "S-1"}, Number: 9 + int64(tag), Source: "feed", At: second(tag + 2),
					ETag: `"later ` + word + `"`, Begins: second(tag + 5), Offered: second(tag + 3), Withdrawn: second(tag + 4),
					Schedule: &activation.Schedule{
						Selection: planner.Selection{
							Releases: []seat.Assignment{{Holder: "u2", Module: "acme.web"}, {Holder: word, Module: "acme.mail"}},
							Switches: []seat.Swap{{Holder: "u3", From: "acme.web", To: "acme.mail"}},
						},
						By: "u1", At: second(tag + 3), Cascade: "cascade " + word,
					},
				},
			},
			Check: activation.CheckRecord{
				LastTry: second(tag + 2), LastSuccess: second(tag + 1), Outcome: "new-licensee",
				Title: "title " + word, Detail: "detail " + word, Message: "message " + word,
				MessageURL: "https://acme.example/" + word, DismissedETag: `W/"` + word + `"`, Failures: 3 + tag,
				Reason: "refused", Status: 403 + tag, MediaType: "text/" + word, Unverified: true,
				NewLicensee: &license.Licensee{Company: word + " Ltd\u200f", Serial: "S-2"}, Next: second(tag + 3),
				Refused: refusalOf(tag, word),
			},
			Settled: second(tag + 4),
			Raised: []activation.RaisedNumber{
				{Serial: "S-1", Number: 5}, {Serial: "S-1", Key: "key " + word, Grantor: "grantor", Number: 7 + int64(tag), Content: activation.DigestOf(envelope("raised", word))},
			},
		},
	}
}

func refusalOf(tag int, word string) *activation.RefusedLicense {
	return &activation.RefusedLicense{
		At: second(tag), Source: "feed", Code: "invalid", Findings: 2, Finding: "critical /critical/0 " + word,
		Rejections: []planner.Rejection{"lapsed", "wrong-company"}, Hidden: []license.Hidden{"form"}, Detail: "detail " + word,
		Owner: "acme", Licensee: license.Licensee{Company: word, Serial: "S-3"}, Product: "crm", Deployment: "cloud",
		Number: 10 + int64(tag), IssuedAt: second(tag + 1), ValidFrom: second(tag + 2), Expires: second(tag + 3), GraceUntil: second(tag + 4),
		Expected: planner.Expected{Serial: "S-1", Company: word}, Highest: 7,
	}
}

func historyOf(tag int, word string) []activation.HistoryEntry {
	inUse, free := int64(tag), int64(-tag)
	return []activation.HistoryEntry{
		{At: second(tag), Kind: activation.HistoryIdentityChanged, By: "u1", FromLicensee: &license.Licensee{Company: word, Serial: "S-0"}},
		{
			At: second(tag + 1), Kind: activation.HistoryActivated, By: word, Owner: "acme", Source: "feed " + word,
			From: 6, To: 7 + int64(tag), Automatic: true,
			FromLicensee: &license.Licensee{Company: word, Serial: "S-0"},
			ToLicensee:   &license.Licensee{Company: word, Serial: "S-1"},
			Changes: []planner.ModuleChange{
				{
					Module: "acme.web", Change: license.Altered, Fields: []string{"overdraft", "quantity"}, Hidden: true,
					Total: 3, NewTotal: 5, Added: 2, InUse: &inUse, NewInUse: &inUse, Free: &free, NewFree: &free,
				},
				{Module: "acme.old", Change: license.Removed, Total: 1, Added: -1, ReplacedBy: "acme.web", Moved: 1, Obsolete: 2},
			},
		},
	}
}

// envelope holds every kind of byte.
func envelope(kind, word string) []byte {
	raw := []byte(kind + " envelope of " + word + " ")
	for b := range 256 {
		raw = append(raw, byte(b))
	}
	return raw
}

// write writes a fixture to an empty tenant.
func (f fixture) write(ctx context.Context, w activation.Writer) error {
	if err := w.PutTenant(ctx, f.tenant); err != nil {
		return err
	}
	for _, record := range f.owners {
		if err := w.PutOwner(ctx, record); err != nil {
			return err
		}
	}
	for id, number := range f.highest {
		if err := w.PutHighest(ctx, id.Owner, id.Serial, number); err != nil {
			return err
		}
	}
	if err := w.PutHolders(ctx, f.holders...); err != nil {
		return err
	}
	for _, entry := range f.history {
		if _, err := w.AppendHistory(ctx, entry); err != nil {
			return err
		}
	}
	if err := w.AppendLog(ctx, f.log...); err != nil {
		return err
	}
	if err := w.PutWishes(ctx, f.wishes...); err != nil {
		return err
	}
	return w.PutSamples(ctx, f.samples...)
}

// contents returns what a store should keep of a fixture, but for what it sets
// by itself.
func (f fixture) contents() contents {
	c := contents{
		Tenant: f.tenant, Owners: slices.Clone(f.owners), Envelopes: make(map[string]string), Highest: f.highest,
		Census: countHolders(f.holders), History: slices.Clone(f.history), Log: slices.Clone(f.log),
		Wishes: slices.SortedFunc(slices.Values(f.wishes), compareWishes), Counts: countWishes(f.wishes),
	}
	slices.SortFunc(c.Owners, func(a, b activation.OwnerRecord) int { return strings.Compare(a.Owner, b.Owner) })
	for i := range c.Owners {
		c.Owners[i].Active = c.keep(c.Owners[i].Owner+" active", c.Owners[i].Active)
		pending := slices.Clone(c.Owners[i].Pending)
		for j := range pending {
			pending[j] = *c.keep(pendingName(c.Owners[i].Owner, j), &pending[j])
		}
		c.Owners[i].Pending = pending
	}
	byID := make(map[string]seat.Holder)
	for _, h := range f.holders {
		byID[h.ID] = h
	}
	c.Holders = sortedHolders(byID)
	slices.Reverse(c.History)
	slices.Reverse(c.Log)
	c.Samples = slices.SortedFunc(slices.Values(f.samples), func(a, b activation.Sample) int {
		if byDay := a.Day.Compare(b.Day); byDay != 0 {
			return byDay
		}
		return strings.Compare(a.Module, b.Module)
	})
	return c
}

// keep puts the bytes of an envelope aside, as a store does.
func (c contents) keep(name string, stored *activation.StoredLicense) *activation.StoredLicense {
	if stored == nil {
		return nil
	}
	c.Envelopes[name] = string(stored.Envelope)
	kept := *stored
	kept.Envelope = nil
	return &kept
}
