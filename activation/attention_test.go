package activation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/attention"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

const minute = time.Minute

// having is a status of one owner whose license 6 is as the changes say.
func having(changes ...func(*activation.OwnerStatus)) *activation.TenantStatus {
	owner := activation.OwnerStatus{Owner: "acme", License: acme(6), Number: 6}
	for _, change := range changes {
		change(&owner)
	}
	return &activation.TenantStatus{At: today, Owners: []activation.OwnerStatus{owner}}
}

func licensed(change func(*license.License)) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) { change(o.License) }
}

func checked(check activation.CheckRecord) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) { o.Check = check }
}

// offering has an offer 7 that waits, since an hour ago.
func offering(waiting activation.Waiting, changes ...func(*license.License)) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) {
		o.Pending = &activation.Preview{
			Owner: "acme", Waiting: waiting, At: today.Add(-time.Hour),
			License: acme(7, changes...), Plan: &planner.Plan{To: 7, Blockers: []planner.Blocker{blocker}},
		}
	}
}

// other has another offer that waits since an hour ago.
func other(number int64, waiting activation.Waiting, changes ...func(*license.License)) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) {
		o.Others = append(o.Others, &activation.Preview{
			Owner: "acme", Waiting: waiting, At: today.Add(-time.Hour), License: acme(number, changes...), Plan: &planner.Plan{To: number},
		})
	}
}

// first changes the offer to decide about first.
func first(change func(*activation.Preview)) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) { change(o.Pending) }
}

func upcoming(blockers ...planner.Blocker) func(*activation.Preview) {
	return func(p *activation.Preview) { p.Upcoming = &planner.Plan{To: p.Plan.To, Blockers: blockers} }
}

// expecting has another serial entered than before.
func expecting(serial string) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) {
		o.Licensee, o.Expected, o.Before = o.License.Licensee, planner.Expected{Serial: serial}, &planner.Expected{Serial: "S-1"}
	}
}

var blocker = planner.Blocker{Kind: planner.NotAssignable, Module: "acme.web", Affected: 1}

// module has a module of the license in use.
func module(name string, inUse int64, changes ...func(*activation.ModuleStatus)) func(*activation.OwnerStatus) {
	return func(o *activation.OwnerStatus) {
		for i := range o.License.Modules {
			m := &o.License.Modules[i]
			if m.Name != name {
				continue
			}
			status := activation.ModuleStatus{Name: "acme." + name, Module: m, InUse: inUse}
			if m.Restricted() {
				status.Capacity, status.Free = m.Capacity(), m.Capacity()-inUse
			}
			for _, change := range changes {
				change(&status)
			}
			o.Modules = append(o.Modules, status)
		}
	}
}

func heldBackByWeb(m *activation.ModuleStatus) { m.HeldBackBy = "acme.web" }

func seats(module string, quantity, overdraft int64) func(*activation.OwnerStatus) {
	return licensed(func(l *license.License) {
		for i := range l.Modules {
			if l.Modules[i].Name == module {
				l.Modules[i].Quantity, l.Modules[i].Overdraft = quantity, overdraft
			}
		}
	})
}

// TestAttention has each rule of docs/spec/attention.md with both sides of its
// limits.
func TestAttention(t *testing.T) {
	end := today.Add(20 * day)
	item := func(code attention.Code, severity attention.Severity, change func(*attention.Item)) attention.Item {
		i := attention.Item{Code: code, Severity: severity, Owner: "acme", Number: 6}
		if change != nil {
			change(&i)
		}
		return i
	}
	expiring := func(severity attention.Severity, until time.Time, days, hours int, renewal int64) attention.Item {
		return item(attention.ExpiresSoon, severity, func(i *attention.Item) {
			i.Since, i.Until, i.Days, i.Hours, i.Renewal = until.Add(-30*day), until, days, hours, renewal
		})
	}
	scheduled := func(from time.Time, days, hours int) attention.Item {
		return attention.Item{
			Code: attention.OfferScheduled, Severity: attention.Info, Owner: "acme", Number: 7,
			Since: today.Add(-time.Hour), Until: from, Days: days, Hours: hours,
		}
	}
	offered := func(code attention.Code, change func(*attention.Item)) attention.Item {
		i := attention.Item{Code: code, Severity: attention.Warning, Owner: "acme", Number: 7, Since: today.Add(-time.Hour)}
		change(&i)
		return i
	}
	ready := offered(attention.OfferReady, func(i *attention.Item) { i.Reasons = []string{"policy"} })
	blocked := offered(attention.OfferBlocked, func(i *attention.Item) { i.Blockers = []planner.Blocker{blocker} })
	used := func(code attention.Code, severity attention.Severity, inUse, quantity, capacity int64, by string) attention.Item {
		return attention.Item{
			Code: code, Severity: severity, Owner: "acme", Module: "acme.plan",
			InUse: inUse, Quantity: quantity, Capacity: capacity, HeldBackBy: by,
		}
	}
	tests := []struct {
		name   string
		status *activation.TenantStatus
		want   []attention.Item
	}{
		{"nothing", &activation.TenantStatus{}, nil},
		{"a license that never ends", having(), nil},
		{"an owner without a license", having(func(o *activation.OwnerStatus) { o.License = nil }), nil},

		{"more than 30 days", having(licensed(expires(today.Add(30*day + 1)))), nil},
		{"30 days", having(licensed(expires(today.Add(30 * day)))), []attention.Item{expiring(attention.Warning, today.Add(30*day), 30, 0, 0)}},
		{"19 days and a half", having(licensed(expires(today.Add(19*day + 12*time.Hour)))), []attention.Item{expiring(attention.Warning, today.Add(19*day+12*time.Hour), 19, 0, 0)}},
		{"a day and a moment", having(licensed(expires(today.Add(day + 1)))), []attention.Item{expiring(attention.Warning, today.Add(day+1), 1, 0, 0)}},
		{"the last day", having(licensed(expires(today.Add(day)))), []attention.Item{expiring(attention.Critical, today.Add(day), 0, 24, 0)}},
		{"61 minutes", having(licensed(expires(today.Add(61 * minute)))), []attention.Item{expiring(attention.Critical, today.Add(61*minute), 0, 2, 0)}},
		{"a minute", having(licensed(expires(today.Add(minute)))), []attention.Item{expiring(attention.Critical, today.Add(minute), 0, 1, 0)}},
		{"before warnFrom", having(licensed(expires(end)), licensed(warnFrom(today.Add(1)))), nil},
		{"from warnFrom on", having(licensed(expires(today.Add(90*day))), licensed(warnFrom(today))), []attention.Item{
			item(attention.ExpiresSoon, attention.Warning, func(i *attention.Item) { i.Since, i.Until, i.Days = today, today.Add(90*day), 90 }),
		}},
		{"expired", having(licensed(expires(today))), []attention.Item{item(attention.Lapsed, attention.Critical, func(i *attention.Item) { i.Since = today })}},
		{"in grace", having(licensed(expires(today)), licensed(graceUntil(today.Add(3*day)))), []attention.Item{
			item(attention.InGrace, attention.Critical, func(i *attention.Item) { i.Since, i.Until, i.Days = today, today.Add(3*day), 3 }),
		}},
		{"after grace", having(licensed(expires(today.Add(-day))), licensed(graceUntil(today))), []attention.Item{
			item(attention.Lapsed, attention.Critical, func(i *attention.Item) { i.Since = today }),
		}},
		{"not yet valid", having(licensed(validFrom(today.Add(time.Hour)))), []attention.Item{
			item(attention.NotYetValid, attention.Critical, func(i *attention.Item) { i.Until, i.Hours = today.Add(time.Hour), 1 }),
		}},
		{"altered", having(func(o *activation.OwnerStatus) { o.License, o.Unverified = nil, activation.ErrAltered }), []attention.Item{
			item(attention.Unverified, attention.Critical, func(i *attention.Item) { i.Reasons = []string{"altered"} }),
		}},
		{"revoked", having(func(o *activation.OwnerStatus) {
			o.License, o.Unverified = nil, &signed.Error{Code: signed.CodeKeyRevoked}
		}), []attention.Item{
			item(attention.Unverified, attention.Critical, func(i *attention.Item) { i.Reasons = []string{"key-revoked"} }),
		}},

		{"a renewal is here", having(licensed(expires(end)), offering("", expires(end.Add(1)))), []attention.Item{expiring(attention.Info, end, 20, 0, 7)}},
		{"a renewal begins in time", having(licensed(expires(end)), offering(activation.WaitingNotYetValid, validFrom(end))), []attention.Item{
			expiring(attention.Info, end, 20, 0, 7), scheduled(end, 20, 0),
		}},
		{"a renewal begins too late", having(licensed(expires(end)), offering(activation.WaitingNotYetValid, validFrom(end.Add(1)))), []attention.Item{
			expiring(attention.Warning, end, 20, 0, 7), scheduled(end.Add(1), 20, 0),
		}},
		{"a renewal is blocked", having(licensed(expires(end)), offering(activation.WaitingBlocked)), []attention.Item{
			expiring(attention.Warning, end, 20, 0, 7), blocked,
		}},
		{"an offer ends no later", having(licensed(expires(end)), offering(activation.WaitingPolicy, expires(end))), []attention.Item{
			expiring(attention.Warning, end, 20, 0, 0), ready,
		}},
		{"a renewal takes over in grace", having(licensed(expires(today)), licensed(graceUntil(end)), offering(activation.WaitingNotYetValid, validFrom(end))), []attention.Item{
			item(attention.InGrace, attention.Warning, func(i *attention.Item) { i.Since, i.Until, i.Days, i.Renewal = today, end, 20, 7 }),
			scheduled(end, 20, 0),
		}},

		{"an offer waits for the policy", having(offering(activation.WaitingPolicy)), []attention.Item{ready}},
		{"a first license waits", having(func(o *activation.OwnerStatus) { offering(activation.WaitingFirst)(o); o.License = nil }), []attention.Item{
			offered(attention.OfferReady, func(i *attention.Item) { i.Reasons = []string{"first-license"} }),
		}},
		{"an offer is blocked", having(offering(activation.WaitingBlocked)), []attention.Item{blocked}},
		{"what is selected solves what blocks an offer", having(offering(activation.WaitingBlocked), first(func(p *activation.Preview) { p.Solved = true })), []attention.Item{
			offered(attention.OfferReady, func(i *attention.Item) { i.Reasons = []string{"selected"} }),
		}},
		{"an offer waits for the next check", having(offering("")), nil},
		{"an offer begins in a minute", having(offering(activation.WaitingNotYetValid, validFrom(today.Add(minute)))), []attention.Item{scheduled(today.Add(minute), 0, 1)}},
		{"an offer has begun", having(offering(activation.WaitingNotYetValid, validFrom(today))), nil},

		{"an offer's number may be a slip", having(offering(activation.WaitingNumber)), []attention.Item{
			offered(attention.OfferReady, func(i *attention.Item) { i.Reasons = []string{"number"} }),
		}},
		{"an offer's schedule does not fit", having(offering(activation.WaitingSchedule), first(func(p *activation.Preview) { p.Misfit = "u1 has gone" })), []attention.Item{
			offered(attention.OfferBlocked, func(i *attention.Item) { i.Reasons, i.Text = []string{"schedule"}, "u1 has gone" }),
		}},
		{"an offer is withdrawn", having(offering(activation.WaitingWithdrawn), first(func(p *activation.Preview) { p.Withdrawn = today.Add(-minute) })), []attention.Item{
			offered(attention.OfferWithdrawn, func(i *attention.Item) { i.Since = today.Add(-minute) }),
		}},
		{"an offer will be blocked when it begins", having(licensed(expires(end)), offering(activation.WaitingNotYetValid, validFrom(end)), first(upcoming(blocker))), []attention.Item{
			expiring(attention.Warning, end, 20, 0, 7),
			offered(attention.OfferScheduled, func(i *attention.Item) { i.Until, i.Days, i.Blockers = end, 20, []planner.Blocker{blocker} }),
		}},
		{"an offer will not be blocked when it begins", having(licensed(expires(end)), offering(activation.WaitingNotYetValid, validFrom(end)), first(upcoming())), []attention.Item{
			expiring(attention.Info, end, 20, 0, 7), scheduled(end, 20, 0),
		}},
		{"two offers wait", having(licensed(expires(end)), offering(activation.WaitingBlocked), other(8, activation.WaitingNotYetValid, validFrom(end))), []attention.Item{
			blocked, expiring(attention.Info, end, 20, 0, 8),
			{Code: attention.OfferScheduled, Severity: attention.Info, Owner: "acme", Number: 8, Since: today.Add(-time.Hour), Until: end, Days: 20},
		}},
		{"two offers wait for somebody", having(licensed(expires(end)), offering(activation.WaitingPolicy), other(8, activation.WaitingPolicy)), []attention.Item{
			expiring(attention.Warning, end, 20, 0, 7), ready,
			{Code: attention.OfferReady, Severity: attention.Warning, Owner: "acme", Number: 8, Since: today.Add(-time.Hour), Reasons: []string{"policy"}},
		}},

		{"a license was refused", having(checked(activation.CheckRecord{
			Failures: 3, Title: "the license that the source has sent is not acceptable", Outcome: source.KindProblem,
			Refused: &activation.RefusedLicense{
				At: today.Add(-day), Number: 9, Licensee: license.Licensee{Company: "New AS", Serial: "S-2"}, Detail: "it is for another serial",
				Rejections: []planner.Rejection{planner.RejectionWrongSerial, planner.RejectionOlder},
			},
		})), []attention.Item{{
			Code: attention.RenewalRefused, Severity: attention.Warning, Owner: "acme", Number: 9, Since: today.Add(-day), Text: "it is for another serial",
			Reasons: []string{"older", "wrong-serial"}, Licensee: &license.Licensee{Company: "New AS", Serial: "S-2"},
		}}},
		{"a license was refused, and then the feed was down", having(checked(activation.CheckRecord{
			Failures: 3, Title: "no route to host", Outcome: source.KindProblem, Reason: source.ReasonUnavailable,
			Refused: &activation.RefusedLicense{At: today.Add(-day), Code: signed.CodeUnknownKey},
		})), []attention.Item{
			{Code: attention.RenewalRefused, Severity: attention.Warning, Owner: "acme", Since: today.Add(-day), Reasons: []string{"unknown-key"}},
			{
				Code: attention.SourceFailing, Severity: attention.Warning, Owner: "acme", Count: 3, Text: "no route to host",
				Reasons: []string{"unavailable"},
			},
		}},
		{"a serial is refused", having(expecting("S-3"), checked(activation.CheckRecord{Outcome: source.KindProblem, Reason: source.ReasonRefused})), []attention.Item{
			item(attention.SerialInDoubt, attention.Warning, nil),
		}},
		{"a serial is asked for in vain", having(expecting("S-3"), checked(activation.CheckRecord{Outcome: source.KindProblem, Reason: source.ReasonUnavailable})), nil},
		{"a serial was refused", having(expecting("S-3"), checked(activation.CheckRecord{Outcome: source.KindCurrent, Reason: source.ReasonRefused})), nil},
		{"the company alone was changed", having(expecting("S-1"), checked(activation.CheckRecord{Outcome: source.KindProblem, Reason: source.ReasonRefused})), nil},
		{"a serial is refused that was always expected", having(expecting("S-3"), func(o *activation.OwnerStatus) { o.Before = nil },
			checked(activation.CheckRecord{Outcome: source.KindProblem, Reason: source.ReasonRefused})), nil},
		{"the active serial is refused", having(checked(activation.CheckRecord{Outcome: source.KindProblem, Reason: source.ReasonRefused})), nil},

		{"maintenance ends in more than 30 days", having(licensed(maintenanceUntil(today.Add(30*day + 1)))), nil},
		{"maintenance ends in 30 days", having(licensed(maintenanceUntil(today.Add(30 * day)))), []attention.Item{
			item(attention.MaintenanceEndsSoon, attention.Warning, func(i *attention.Item) { i.Since, i.Until, i.Days = today, today.Add(30*day), 30 }),
		}},
		{"maintenance ends, and a license is here that has more", having(licensed(maintenanceUntil(today.Add(2*day))), offering("")), []attention.Item{
			item(attention.MaintenanceEndsSoon, attention.Warning, func(i *attention.Item) {
				i.Since, i.Until, i.Days, i.Renewal = today.Add(-28*day), today.Add(2*day), 2, 7
			}),
		}},
		{"maintenance ends, and a license is here that has no more", having(licensed(maintenanceUntil(today.Add(2*day))), offering("", maintenanceUntil(today.Add(2*day)))), []attention.Item{
			item(attention.MaintenanceEndsSoon, attention.Warning, func(i *attention.Item) {
				i.Since, i.Until, i.Days = today.Add(-28*day), today.Add(2*day), 2
			}),
		}},
		{"maintenance ends with the license", having(licensed(maintenanceUntil(end)), licensed(expires(end))), []attention.Item{expiring(attention.Warning, end, 20, 0, 0)}},
		{"maintenance ends before the license", having(licensed(maintenanceUntil(end.Add(-1))), licensed(expires(end))), []attention.Item{
			expiring(attention.Warning, end, 20, 0, 0),
			item(attention.MaintenanceEndsSoon, attention.Warning, func(i *attention.Item) {
				i.Since, i.Until, i.Days = end.Add(-1-30*day), end.Add(-1), 19
			}),
		}},
		{"maintenance has ended", having(licensed(maintenanceUntil(today))), []attention.Item{
			item(attention.MaintenanceEnded, attention.Warning, func(i *attention.Item) { i.Since = today }),
		}},
		{"a license has ended with its maintenance", having(licensed(maintenanceUntil(today)), licensed(expires(today))), []attention.Item{
			item(attention.Lapsed, attention.Critical, func(i *attention.Item) { i.Since = today }),
		}},

		{"the next license would be blocked", having(func(o *activation.OwnerStatus) { o.Blockers = []planner.Blocker{blocker} }), []attention.Item{
			item(attention.WouldBlock, attention.Warning, func(i *attention.Item) { i.Blockers = []planner.Blocker{blocker} }),
		}},

		{"two checks have failed", having(checked(activation.CheckRecord{Failures: 2, Title: "no route to host"})), nil},
		{"three checks have failed", having(checked(activation.CheckRecord{Failures: 3, Title: "no route to host", LastSuccess: today.Add(-2 * day)})), []attention.Item{
			{Code: attention.SourceFailing, Severity: attention.Warning, Owner: "acme", Since: today.Add(-2 * day), Count: 3, Text: "no route to host"},
		}},
		{"a check is late", having(checked(activation.CheckRecord{Next: today.Add(1 - day)})), nil},
		{"a check is overdue", having(checked(activation.CheckRecord{Next: today.Add(-day)})), []attention.Item{
			{Code: attention.SourceNotAsked, Severity: attention.Warning, Owner: "acme", Since: today.Add(-day)},
		}},
		{"another identity is announced", having(checked(activation.CheckRecord{
			Outcome: source.KindIdentityChanged, NewLicensee: &license.Licensee{Company: "New AS", Serial: "S-2"},
		})), []attention.Item{
			{Code: attention.IdentityChange, Severity: attention.Warning, Owner: "acme", Licensee: &license.Licensee{Company: "New AS", Serial: "S-2"}},
		}},
		{"another identity is expected already", having(func(o *activation.OwnerStatus) {
			o.Expected = planner.Expected{Serial: "S-2", Company: "New AS", Product: "crm"}
			o.Check = activation.CheckRecord{Outcome: source.KindIdentityChanged, NewLicensee: &license.Licensee{Company: "New AS ", Serial: "S-2"}}
		}), nil},
		{"another identity was announced once", having(checked(activation.CheckRecord{
			Outcome: source.KindCurrent, NewLicensee: &license.Licensee{Company: "New AS", Serial: "S-2"},
		})), nil},

		{"84 % are in use", having(seats("plan", 100, 0), module("plan", 84)), nil},
		{"85 % are in use", having(seats("plan", 100, 0), module("plan", 85)), []attention.Item{used(attention.SeatsNearlyFull, attention.Info, 85, 100, 100, "")}},
		{"all are in use", having(module("plan", 3)), []attention.Item{used(attention.SeatsFull, attention.Info, 3, 3, 3, "")}},
		{"all but the overdraft are in use", having(seats("plan", 7, 3), module("plan", 7)), nil},
		{"some of the overdraft are in use", having(seats("plan", 7, 3), module("plan", 8)), []attention.Item{used(attention.SeatsOverdraft, attention.Warning, 8, 7, 10, "")}},
		{"all of the overdraft are in use", having(seats("plan", 7, 3), module("plan", 10)), []attention.Item{
			used(attention.SeatsOverdraft, attention.Warning, 10, 7, 10, ""), used(attention.SeatsFull, attention.Info, 10, 7, 10, ""),
		}},
		{"a site module", having(module("travel", 1)), nil},
		{"an unrestricted module", having(licensed(func(l *license.License) { l.Modules[1].Unrestricted = true }), module("plan", 50)), nil},
		{"a hidden module", having(module("web", 9)), nil},
		{"a hidden module in overdraft", having(seats("web", 9, 9), module("web", 18)), nil},
		{"a hidden module holds a bundle back", having(module("plan", 1, heldBackByWeb), module("web", 9)), []attention.Item{
			used(attention.SeatsFull, attention.Info, 9, 9, 9, "acme.web"),
		}},
		{"a hidden module holds a bundle back that is full nearly", having(seats("plan", 100, 0), module("plan", 85, heldBackByWeb), module("web", 5)), []attention.Item{
			used(attention.SeatsNearlyFull, attention.Info, 85, 100, 100, ""),
		}},
		{"a hidden module holds back what has no limit", having(licensed(func(l *license.License) { l.Modules[1].Unrestricted = true }),
			module("plan", 1, heldBackByWeb), module("web", 8)), []attention.Item{
			used(attention.SeatsNearlyFull, attention.Info, 8, 9, 9, "acme.web"),
		}},
		{"a module that is shown holds a bundle back", having(licensed(func(l *license.License) { l.Modules[3].Hidden = false }),
			module("plan", 1, heldBackByWeb), module("web", 9)), []attention.Item{
			{Code: attention.SeatsFull, Severity: attention.Info, Owner: "acme", Module: "acme.web", InUse: 9, Quantity: 9, Capacity: 9},
		}},

		{"the clock is five minutes behind", &activation.TenantStatus{Recorded: today.Add(5 * minute)}, nil},
		{"the clock is more than that behind", &activation.TenantStatus{Recorded: today.Add(5*minute + 1)}, []attention.Item{
			{Code: attention.ClockInDoubt, Severity: attention.Critical, Until: today.Add(1)},
		}},
		{"drift", &activation.TenantStatus{Drift: map[activation.DriftCode]int64{"oversold": 2, "census": 3}}, []attention.Item{
			{Code: attention.DriftFound, Severity: attention.Critical, Count: 5, Reasons: []string{"census", "oversold"}},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.status.Attention(today)
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreUnexported(planner.Blocker{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The effective instant counts, and the most severe comes first.
func TestAttentionIsByTheEffectiveInstant(t *testing.T) {
	status := having(licensed(expires(today)), module("plan", 3))
	status.Recorded = today.Add(5 * minute)
	status.Owners = append(status.Owners, activation.OwnerStatus{Owner: "aaa", Check: activation.CheckRecord{Failures: 3}})
	var got []string
	for _, item := range status.Attention(today.AddDate(0, 0, -40)) {
		got = append(got, fmt.Sprint(item.Severity, " ", item.Code, " ", item.Owner))
	}
	assert.Equal(t, []string{"critical clock-in-doubt ", "critical lapsed acme", "warning source-failing aaa", "info seats-full acme"}, got)
}

// What is active and has come about since is told before a license is blocked by
// it, and what Verify found until it finds nothing.
func TestAttentionOfAnEngine(t *testing.T) {
	s := newStage(t)
	s.begin(acme(6, func(l *license.License) { l.Modules[3].AssignableTo = []string{"internal"} }), 2)
	assert.Empty(t, s.attention())
	_, err := s.crm.As("host").Admit(t.Context(), seat.Holder{ID: "u1", Kind: license.User, Type: "external"})
	require.NoError(t, err)
	items := s.attention()
	require.Len(t, items, 1)
	assert.Equal(t, "acme: the next license will be blocked: 1 holder may not have acme.web", items[0].String())
}

func (s *stage) attention() []attention.Item {
	s.Helper()
	status, err := s.crm.Status(s.Context())
	require.NoError(s, err)
	return status.Attention(s.clock.read())
}
