package seat_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// lasting gives a license its instants; the zero time stands for none.
func lasting(l *license.License, from, expires, graceUntil time.Time) *license.License {
	for _, at := range []struct {
		member **time.Time
		is     time.Time
	}{{&l.ValidFrom, from}, {&l.Expires, expires}, {&l.GraceUntil, graceUntil}} {
		if !at.is.IsZero() {
			*at.member = &at.is
		}
	}
	return l
}

func notYetValid(l *license.License) *license.License {
	return lasting(l, begins, time.Time{}, time.Time{})
}

func inGrace(l *license.License) *license.License {
	return lasting(l, time.Time{}, ended, begins)
}

func lapsed(l *license.License) *license.License {
	return lasting(l, time.Time{}, ended, time.Time{})
}

// snapshot is of the holders, at noon.
func snapshot(licenses *license.Set, holders ...seat.Holder) *seat.Entitlements {
	return seat.NewEntitlements(licenses, today, slices.Values(holders))
}

func refused(reason seat.Reason) seat.Entitlement { return seat.Entitlement{Reason: reason} }

func licensed(through string) seat.Entitlement {
	return seat.Entitlement{Reason: seat.ReasonLicensed, Through: through}
}

// checked asks in all ways in which one can.
func checked(t *testing.T, e *seat.Entitlements, holder, module string) seat.Entitlement {
	t.Helper()
	byNames := e.Check(holder, module)
	if diff := cmp.Diff(byNames, e.For(holder).Check(module)); diff != "" {
		t.Errorf("For differs from Check (-Check +For):\n%s", diff)
	}
	if diff := cmp.Diff(byNames, e.Module(module).Check(holder)); diff != "" {
		t.Errorf("Module differs from Check (-Check +Module):\n%s", diff)
	}
	if byNames.Allowed() != (byNames.Access() == seat.AccessFull) {
		t.Errorf("%+v: allowed %t, access %s", byNames, byNames.Allowed(), byNames.Access())
	}
	return byNames
}

var (
	site      = ofKind(license.Site)
	satellite = ofKind(license.Satellite)
)

// TestCheck has every reason, each also where a later one would apply as well.
func TestCheck(t *testing.T) {
	web := []string{"vendor.web"}
	for _, test := range []struct {
		name     string
		licenses []*license.License
		assigned []string
		module   string
		want     seat.Entitlement
	}{
		{
			name:     "no license has the module",
			licenses: []*license.License{issued("vendor", module("web", 1))},
			assigned: []string{"vendor.other"},
			module:   "vendor.other",
			want:     refused(seat.ReasonNotLicensed),
		},
		{name: "no license at all", assigned: web, module: "vendor.web", want: refused(seat.ReasonNotLicensed)},
		{
			name:     "the name without its owner",
			licenses: []*license.License{issued("vendor", module("web", 1))},
			assigned: web,
			module:   "web",
			want:     refused(seat.ReasonNotLicensed),
		},
		{
			name:     "a replaced name is no module",
			licenses: []*license.License{issued("vendor", module("web", 1, replaces("classic")))},
			assigned: []string{"vendor.classic", "vendor.web"},
			module:   "vendor.classic",
			want:     refused(seat.ReasonNotLicensed),
		},
		{
			name:     "not yet valid",
			licenses: []*license.License{notYetValid(issued("vendor", module("web", 1)))},
			assigned: web,
			module:   "vendor.web",
			want:     refused(seat.ReasonNotLicensed),
		},
		{
			name:     "not yet valid goes before not assigned and a missing prerequisite",
			licenses: []*license.License{notYetValid(issued("vendor", module("web", 1, requires("gone.base"))))},
			module:   "vendor.web",
			want:     refused(seat.ReasonNotLicensed),
		},
		{
			name:     "a site module that is not yet valid",
			licenses: []*license.License{notYetValid(issued("vendor", module("web", 1, site)))},
			module:   "vendor.web",
			want:     refused(seat.ReasonNotLicensed),
		},
		{
			name:     "a user module that is not assigned",
			licenses: []*license.License{issued("vendor", module("web", 1))},
			module:   "vendor.web",
			want:     refused(seat.ReasonNotAssigned),
		},
		{
			name:     "a satellite module that is not assigned",
			licenses: []*license.License{issued("vendor", module("web", 1, satellite))},
			module:   "vendor.web",
			want:     refused(seat.ReasonNotAssigned),
		},
		{
			name:     "not assigned goes before a missing prerequisite and lapsed",
			licenses: []*license.License{lapsed(issued("vendor", module("web", 1, requires("gone.base"))))},
			module:   "vendor.web",
			want:     refused(seat.ReasonNotAssigned),
		},
		{
			name:     "a bundle that includes something else",
			licenses: []*license.License{issued("vendor", module("web", 1), module("mail", 1), module("suite", 1, includes("mail")))},
			assigned: []string{"vendor.suite"},
			module:   "vendor.web",
			want:     refused(seat.ReasonNotAssigned),
		},
		{
			name:     "a missing prerequisite goes before lapsed",
			licenses: []*license.License{lapsed(issued("vendor", module("web", 1, requires("gone.base"))))},
			assigned: web,
			module:   "vendor.web",
			want:     refused(seat.ReasonPrerequisiteMissing),
		},
		{
			name:     "a missing prerequisite goes before grace",
			licenses: []*license.License{inGrace(issued("vendor", module("web", 1, requires("gone.base"))))},
			assigned: web,
			module:   "vendor.web",
			want:     refused(seat.ReasonPrerequisiteMissing),
		},
		{
			name:     "lapsed",
			licenses: []*license.License{lapsed(issued("vendor", module("web", 1)))},
			assigned: web,
			module:   "vendor.web",
			want:     refused(seat.ReasonLapsed),
		},
		{
			name:     "in grace",
			licenses: []*license.License{inGrace(issued("vendor", module("web", 1)))},
			assigned: web,
			module:   "vendor.web",
			want:     seat.Entitlement{Reason: seat.ReasonInGrace, Through: "vendor.web"},
		},
		{
			name:     "licensed",
			licenses: []*license.License{issued("vendor", module("web", 1))},
			assigned: web,
			module:   "vendor.web",
			want:     licensed("vendor.web"),
		},
		{
			name:     "only the license of the module counts",
			licenses: []*license.License{issued("vendor", module("web", 1)), lapsed(issued("partner", module("web", 1)))},
			assigned: []string{"vendor.web", "partner.web"},
			module:   "vendor.web",
			want:     licensed("vendor.web"),
		},
		{
			name:     "a site module needs no assignment",
			licenses: []*license.License{issued("vendor", module("web", 1, site))},
			module:   "vendor.web",
			want:     licensed("vendor.web"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := snapshot(mustSet(t, test.licenses...), user("u1", test.assigned...))
			if diff := cmp.Diff(test.want, checked(t, e, "u1", test.module)); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCheckPrerequisites asks about vendor.web, which is assigned.
func TestCheckPrerequisites(t *testing.T) {
	web := func(names ...string) *license.License { return issued("vendor", module("web", 1, requires(names...))) }
	add := func(l *license.License, modules ...license.Module) *license.License {
		l.Modules = append(l.Modules, modules...)
		return l
	}
	met, missing := licensed("vendor.web"), refused(seat.ReasonPrerequisiteMissing)
	for _, test := range []struct {
		name     string
		licenses []*license.License
		assigned []string // besides vendor.web
		want     seat.Entitlement
	}{
		{
			name:     "a user module that is occupied",
			licenses: []*license.License{add(web("base"), module("base", 1))},
			assigned: []string{"vendor.base"},
			want:     met,
		},
		{
			name:     "a user module that is not occupied",
			licenses: []*license.License{add(web("base"), module("base", 1))},
			want:     missing,
		},
		{
			name:     "a user module that a bundle includes",
			licenses: []*license.License{add(web("base"), module("base", 1), module("suite", 1, includes("base")))},
			assigned: []string{"vendor.suite"},
			want:     met,
		},
		{
			name:     "a satellite module that is not occupied",
			licenses: []*license.License{add(web("base"), module("base", 1, satellite))},
			want:     missing,
		},
		{
			name:     "a site module",
			licenses: []*license.License{add(web("base"), module("base", 1, site))},
			want:     met,
		},
		{
			name:     "all but one",
			licenses: []*license.License{add(web("base", "more"), module("base", 1, site), module("more", 1))},
			want:     missing,
		},
		{
			name:     "one level is looked at",
			licenses: []*license.License{add(web("base"), module("base", 1, requires("gone.deep")))},
			assigned: []string{"vendor.base"},
			want:     met,
		},
		{
			name:     "another owner's",
			licenses: []*license.License{web("partner.base"), issued("partner", module("base", 1))},
			assigned: []string{"partner.base"},
			want:     met,
		},
		{
			name:     "another owner's that is not occupied",
			licenses: []*license.License{web("partner.base"), issued("partner", module("base", 1))},
			assigned: []string{"vendor.base"},
			want:     missing,
		},
		{
			name:     "another owner's without a license",
			licenses: []*license.License{web("partner.base")},
			assigned: []string{"partner.base"},
			want:     missing,
		},
		{
			name:     "of a license that is not yet valid",
			licenses: []*license.License{web("partner.base"), notYetValid(issued("partner", module("base", 1)))},
			assigned: []string{"partner.base"},
			want:     missing,
		},
		{
			name:     "a site module of a license that is not yet valid",
			licenses: []*license.License{web("partner.base"), notYetValid(issued("partner", module("base", 1, site)))},
			want:     missing,
		},
		{
			name:     "of a license in grace",
			licenses: []*license.License{web("partner.base"), inGrace(issued("partner", module("base", 1)))},
			assigned: []string{"partner.base"},
			want:     met,
		},
		{
			name:     "of a lapsed license, which has it still",
			licenses: []*license.License{web("partner.base"), lapsed(issued("partner", module("base", 1)))},
			assigned: []string{"partner.base"},
			want:     met,
		},
		{
			name:     "by a name that was replaced",
			licenses: []*license.License{web("partner.old"), issued("partner", module("base", 1, replaces("old")))},
			assigned: []string{"partner.base"},
			want:     met,
		},
		{
			name:     "by a name that was replaced, of which the holder has only the old",
			licenses: []*license.License{web("partner.old"), issued("partner", module("base", 1, replaces("old")))},
			assigned: []string{"partner.old"},
			want:     missing,
		},
		{
			name: "by a name that another owner replaced, which does not count",
			licenses: []*license.License{
				web("partner.old"),
				issued("partner", module("other", 1)),
				issued("third", module("base", 1, replaces("old"))),
			},
			assigned: []string{"third.base"},
			want:     missing,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := snapshot(mustSet(t, test.licenses...), user("u1", append(test.assigned, "vendor.web")...))
			if diff := cmp.Diff(test.want, checked(t, e, "u1", "vendor.web")); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckSiteModulePrerequisite(t *testing.T) {
	licenses := mustSet(t, issued("vendor", module("portal", 1, site, requires("web")), module("web", 1)))
	e := snapshot(licenses, user("u1", "vendor.web"))
	if diff := cmp.Diff(licensed("vendor.portal"), checked(t, e, "u1", "vendor.portal")); diff != "" {
		t.Errorf("who occupies what it requires (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(refused(seat.ReasonPrerequisiteMissing), checked(t, e, "stranger", "vendor.portal")); diff != "" {
		t.Errorf("a stranger (-want +got):\n%s", diff)
	}
}

func TestCheckThrough(t *testing.T) {
	licenses := mustSet(t, issued("vendor",
		module("web", 1), module("mail", 1), module("help", 1, site),
		module("plan-b", 1, includes("mail", "web")), module("plan-a", 1, includes("web")),
	), inGrace(issued("partner", module("chat", 1), module("plan", 1, includes("chat")))))
	for _, test := range []struct {
		name     string
		assigned []string
		module   string
		want     seat.Entitlement
	}{
		{"the module itself", []string{"vendor.web"}, "vendor.web", licensed("vendor.web")},
		{"a bundle", []string{"vendor.plan-b"}, "vendor.mail", licensed("vendor.plan-b")},
		{"the bundle itself", []string{"vendor.plan-b"}, "vendor.plan-b", licensed("vendor.plan-b")},
		{"itself rather than a bundle", []string{"vendor.plan-a", "vendor.web"}, "vendor.web", licensed("vendor.web")},
		{"of two bundles the first by name", []string{"vendor.plan-b", "vendor.plan-a"}, "vendor.web", licensed("vendor.plan-a")},
		{"the bundle that includes it, not the first", []string{"vendor.plan-b", "vendor.plan-a"}, "vendor.mail", licensed("vendor.plan-b")},
		{"a site module itself", []string{"vendor.plan-a"}, "vendor.help", licensed("vendor.help")},
		{
			"a bundle in grace",
			[]string{"partner.plan"},
			"partner.chat",
			seat.Entitlement{Reason: seat.ReasonInGrace, Through: "partner.plan"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := snapshot(licenses, user("u1", test.assigned...))
			if diff := cmp.Diff(test.want, checked(t, e, "u1", test.module)); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCheckInstants asks just before, at and just after each instant.
func TestCheckInstants(t *testing.T) {
	from, expires := today, today.Add(time.Hour)
	graceUntil := today.Add(2 * time.Hour)
	const tick = time.Nanosecond
	for _, test := range []struct {
		name       string
		graceUntil time.Time
		now        time.Time
		want       seat.Reason
	}{
		{"before it begins", graceUntil, from.Add(-tick), seat.ReasonNotLicensed},
		{"as it begins", graceUntil, from, seat.ReasonLicensed},
		{"before it expires", graceUntil, expires.Add(-tick), seat.ReasonLicensed},
		{"as it expires", graceUntil, expires, seat.ReasonInGrace},
		{"before its grace ends", graceUntil, graceUntil.Add(-tick), seat.ReasonInGrace},
		{"as its grace ends", graceUntil, graceUntil, seat.ReasonLapsed},
		{"after its grace", graceUntil, graceUntil.Add(tick), seat.ReasonLapsed},
		{"without grace, before it expires", time.Time{}, expires.Add(-tick), seat.ReasonLicensed},
		{"without grace, as it expires", time.Time{}, expires, seat.ReasonLapsed},
		{"as it expires, seen from another zone", time.Time{}, expires.In(time.FixedZone("", 3600)), seat.ReasonLapsed},
	} {
		t.Run(test.name, func(t *testing.T) {
			licenses := mustSet(t, lasting(issued("vendor", module("web", 1)), from, expires, test.graceUntil))
			e := seat.NewEntitlements(licenses, test.now, slices.Values(users([]string{"vendor.web"}, "u1")))
			if got := checked(t, e, "u1", "vendor.web").Reason; got != test.want {
				t.Errorf("the reason is %s, want %s", got, test.want)
			}
		})
	}
}

func TestAccess(t *testing.T) {
	for _, test := range []struct {
		reason  seat.Reason
		access  seat.Access
		allowed bool
	}{
		{"", seat.AccessNone, false},
		{seat.ReasonNotLicensed, seat.AccessNone, false},
		{seat.ReasonNotAssigned, seat.AccessNone, false},
		{seat.ReasonPrerequisiteMissing, seat.AccessNone, false},
		{seat.ReasonLapsed, seat.AccessReadOnly, false},
		{seat.ReasonInGrace, seat.AccessFull, true},
		{seat.ReasonLicensed, seat.AccessFull, true},
	} {
		e := seat.Entitlement{Reason: test.reason}
		if test.allowed {
			e.Through = "acme.web"
		}
		if e.Access() != test.access || e.Allowed() != test.allowed {
			t.Errorf("%q: access %s, allowed %t, want %s, %t", test.reason, e.Access(), e.Allowed(), test.access, test.allowed)
		}
	}
}
