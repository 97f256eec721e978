package planner_test

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"time"

	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// choose returns a number from 0 to n-1. What is drawn by it comes from rapid
// or from the bytes of a fuzz target; 0 is the plainest choice.
type choose func(n int, label string) int

func fromRapid(t *rapid.T) choose {
	return func(n int, label string) int { return rapid.IntRange(0, n-1).Draw(t, label) }
}

// fromBytes draws from data, and 0 when it is used up.
func fromBytes(data []byte) choose {
	return func(n int, _ string) int {
		if len(data) == 0 {
			return 0
		}
		b := int(data[0])
		data = data[1:]
		return b % n
	}
}

// oneIn is true for one in n choices.
func (c choose) oneIn(n int, label string) bool { return c(n, label) == n-1 }

// situation is one question to the planner, with every holder by name.
type situation struct {
	active              []*license.License
	offered             *license.License
	holders             []seat.Holder
	releases            []seat.Assignment
	switches            []seat.Swap
	allowIdentityChange bool
	highest             int64
	highestRevoked      int64
	bindTo              planner.Expected
}

var (
	planned     = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	pools       = map[string][]string{"vendor": {"a", "b", "c", "d", "e", "f", "g"}, "partner": {"p", "q", "r"}}
	usualKinds  = map[string]license.Kind{"e": license.Satellite, "f": license.Site, "r": license.Site}
	holderTypes = []string{"internal", "external", ""}
	deployments = []string{"", "online", "onsite"}
)

func (s situation) set(t rapid.TB) *license.Set {
	t.Helper()
	set, err := license.NewSet(s.active...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (s situation) input(t rapid.TB) planner.Input {
	t.Helper()
	return planner.Input{
		Active: s.set(t), Offered: s.offered, Now: planned,
		Census: seat.NewCensus(slices.Values(s.holders)), Holders: s.holders, Selection: planner.Selection{Releases: s.releases, Switches: s.switches},
		AllowIdentityChange: s.allowIdentityChange, Highest: s.highest, HighestRevoked: s.highestRevoked, Expected: s.bindTo,
	}
}

// ofOwner returns C, nil if there is none.
func (s situation) ofOwner(owner string) *license.License {
	for _, l := range s.active {
		if l.Owner.Name == owner {
			return l
		}
	}
	return nil
}

// drawSituation draws licenses that are valid by docs/spec/domain.md, and
// holders and releases that may be anything. Most are not rejected.
func drawSituation(c choose) situation {
	var s situation
	owner := []string{"vendor", "vendor", "partner"}[c(3, "owner of offer")]
	for _, name := range []string{"vendor", "partner"} {
		if !c.oneIn(6, "no license of "+name) {
			s.active = append(s.active, drawLicense(c, name, nil))
		}
	}
	active := s.ofOwner(owner)
	s.offered = drawLicense(c, owner, active)
	if active != nil {
		s.offered.Number = active.Number + []int64{1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 0, -1}[c(16, "step")]
		if c.oneIn(12, "same again") {
			repeated := *active
			s.offered = &repeated
		}
	}
	if c.oneIn(12, "jumps") {
		s.offered.Number += 1_000_000 + int64(c(3, "over")) - 1
	}
	if c.oneIn(12, "issued ahead") {
		s.offered.IssuedAt = planned.Add(24*time.Hour + time.Duration(c(2, "later")))
	}
	known := slices.Clone(s.active)
	if c.oneIn(6, "held before it is offered") {
		known = append(known, s.offered)
	}
	s.holders = drawHolders(c, known)
	for _, h := range s.holders {
		for _, module := range c.some(h.Assigned[:min(len(h.Assigned), 7)], "releases of "+h.ID, 2) {
			s.releases = append(s.releases, seat.Assignment{Holder: h.ID, Module: module})
		}
	}
	if c.oneIn(4, "twice") {
		s.releases = append(s.releases, s.releases...)
	}
	drawExpectations(c, &s)
	s.switches = drawSwitches(c, s)
	return s.onlyRight()
}

// onlyRight returns the situation without switches that are wrong input. Second
// bundles come to light once the rest is right, and one after the other.
func (s situation) onlyRight() situation {
	for {
		wrong := newOracle(s).wrongSwitches()
		if len(wrong) == 0 {
			return s
		}
		s.switches = slices.DeleteFunc(slices.Clone(s.switches), func(w seat.Swap) bool { return wrong[w] != "" })
	}
}

// drawSwitches draws switches to anything of the offered license, and a few to
// what it does not have.
func drawSwitches(c choose, s situation) []seat.Swap {
	owner := s.offered.Owner.Name
	to := []string{"vendor.gone"}
	for _, m := range s.offered.Modules {
		to = append(to, license.FullName(owner, m.Name))
	}
	var list []seat.Swap
	for _, h := range s.holders {
		for _, from := range h.Assigned {
			if (ownerOf(from) != owner || !c.oneIn(3, "switch "+from+" of "+h.ID)) && !c.oneIn(40, "switch any") {
				continue
			}
			w := seat.Swap{Holder: h.ID, From: from, To: to[len(to)-1-c(len(to), "to")]}
			if len(list) > 0 && c.oneIn(4, "the same") {
				w.To = list[len(list)-1].To
			}
			list = append(list, w)
		}
	}
	return list
}

func drawExpectations(c choose, s *situation) {
	s.allowIdentityChange = c.oneIn(8, "identity change")
	if c.oneIn(16, "highest") {
		s.highest = s.offered.Number + int64(c(3, "higher")) - 1
	}
	if c.oneIn(16, "revoked") {
		s.highestRevoked = s.offered.Number + int64(c(3, "revoked")-1)*1_000_000
	}
	if c.oneIn(16, "bind") {
		texts := []string{"", "crm", "1234567890", " Example AS ", "Other"}
		s.bindTo = planner.Expected{
			Serial: texts[c(5, "serial")], Company: texts[c(5, "company")], Product: texts[c(5, "product")], Deployment: deployments[c(3, "deployment")],
		}
	}
}

// drawLicense draws a license of an owner; with an earlier one, one that is
// mostly like it.
func drawLicense(c choose, owner string, earlier *license.License) *license.License {
	l := &license.License{
		Owner:    license.Owner{Name: owner},
		Licensee: license.Licensee{Company: "Example AS", Serial: "1234567890"},
		Number:   int64(2 + c(4, "number")), IssuedAt: planned.AddDate(-1, 0, 0), Product: "crm", Deployment: deployments[c(3, "deployment")],
	}
	if c.oneIn(24, "other licensee") {
		l.Licensee = license.Licensee{Company: []string{"Other AS", "Example AS "}[c(2, "company")], Serial: []string{"1234567890", "42"}[c(2, "serial")]}
	}
	drawTimes(c, l)
	for i, name := range pools[owner] {
		var before *license.Module
		if earlier != nil {
			place := slices.IndexFunc(earlier.Modules, func(m license.Module) bool { return m.Name == name })
			if place >= 0 {
				before = &earlier.Modules[place]
			}
		}
		switch choice := c(8, "module "+name); {
		case before != nil && choice < 3:
			l.Modules = append(l.Modules, *before)
		case before != nil && choice < 5:
			m := *before
			m.Quantity = int64(1 + c(4, "new quantity"))
			m.Hidden = c.oneIn(2, "hidden")
			l.Modules = append(l.Modules, m)
		case choice < 6:
			l.Modules = append(l.Modules, drawModule(c, owner, i))
		}
	}
	drawReplaces(c, l)
	repair(l)
	return l
}

func drawTimes(c choose, l *license.License) {
	if c.oneIn(2, "ends") {
		expires := planned.Add(time.Duration(c(5, "expires")) * time.Hour)
		l.Expires = &expires
		if expires.After(planned) && c.oneIn(2, "warns") {
			l.WarnFrom = &planned
		}
		if c.oneIn(3, "grace") || !expires.After(planned) && !c.oneIn(4, "lapsed") {
			grace := expires.Add(time.Hour)
			l.GraceUntil = &grace
		}
	}
	if l.Expires == nil && c.oneIn(8, "begins") {
		begins := planned.Add(time.Duration(c(3, "later")-1) * time.Minute)
		l.ValidFrom = &begins
	}
}

// drawModule draws a module that requires only what comes before it among the
// names of its owner, so that there are no cycles.
func drawModule(c choose, owner string, place int) license.Module {
	names := pools[owner]
	m := license.Module{
		Name: names[place], Kind: license.User,
		Quantity: int64(1 + c(4, "quantity")), Overdraft: int64(c(6, "overdraft") / 4), Unrestricted: c.oneIn(5, "unrestricted"),
		Hidden: c.oneIn(4, "hidden"), Bundle: c.oneIn(3, "bundle"), SortOrder: c(3, "sort order"),
	}
	if kind := usualKinds[m.Name]; kind != "" {
		m.Kind = kind
	}
	if c.oneIn(10, "unusual kind") {
		m.Kind = []license.Kind{license.User, license.Satellite, license.Site}[c(3, "kind")]
	}
	foreign := "vendor"
	if owner == foreign {
		foreign = "partner"
	}
	m.Includes = c.some(names, "includes", 1)
	m.Requires = c.some(names[:place], "requires", 2)
	for i := range m.Requires {
		if i%2 == 1 {
			m.Requires[i] = license.FullName(owner, m.Requires[i])
		}
	}
	for _, other := range c.some(pools[foreign], "requires of "+foreign, 3) {
		m.Requires = append(m.Requires, license.FullName(foreign, other))
	}
	m.AssignableTo = c.some(holderTypes[:2], "assignable to", 3)
	if c.oneIn(8, "info") {
		m.Info = map[string]string{"k": strconv.Itoa(c(2, "value"))}
	}
	return m
}

// lists returns the lists of a module, which are sets.
func lists(m *license.Module) (all []*[]string) {
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		if list, ok := v.Field(i).Addr().Interface().(*[]string); ok {
			all = append(all, list)
		}
	}
	return all
}

// some returns a part of at most 7 names, each with a chance of 1 in 2^rarity.
func (c choose) some(names []string, label string, rarity int) []string {
	mask := 1<<len(names) - 1
	for range rarity {
		mask &= c(1<<len(names), label)
	}
	var list []string
	for i, name := range names {
		if mask>>i&1 == 1 {
			list = append(list, name)
		}
	}
	return list
}

func drawReplaces(c choose, l *license.License) {
	for i := range l.Modules {
		l.Modules[i].Replaces = nil
	}
	if len(l.Modules) == 0 {
		return
	}
	for _, name := range c.some(pools[l.Owner.Name], "replaced", 1) {
		m := &l.Modules[c(len(l.Modules), "by")]
		m.Replaces = append(m.Replaces, name)
	}
}

// repair takes out of a license what docs/spec/domain.md does not allow.
func repair(l *license.License) {
	modules := make(map[string]*license.Module)
	for i := range l.Modules {
		modules[l.Modules[i].Name] = &l.Modules[i]
	}
	own := func(name string) (*license.Module, bool) {
		owner, module := license.SplitName(license.FullName(l.Owner.Name, name))
		return modules[module], owner == l.Owner.Name
	}
	for _, m := range modules {
		m.Replaces = slices.DeleteFunc(slices.Clone(m.Replaces), func(name string) bool { return modules[name] != nil })
		m.Requires = slices.DeleteFunc(slices.Clone(m.Requires), func(name string) bool {
			required, isOwn := own(name)
			return isOwn && required == nil
		})
		m.Bundle = m.Bundle && m.Kind != license.Site
	}
	for _, m := range modules {
		m.Includes = slices.DeleteFunc(slices.Clone(m.Includes), func(name string) bool {
			included := modules[name]
			return !m.Bundle || included == nil || included.Bundle || included.Kind != m.Kind
		})
		complete := func(name string) bool {
			return !slices.ContainsFunc(modules[name].Requires, func(needed string) bool {
				required, isOwn := own(needed)
				return isOwn && required.Kind.Assignable() && required != m && !slices.Contains(m.Includes, required.Name)
			})
		}
		for !allOf(m.Includes, complete) {
			m.Includes = slices.DeleteFunc(slices.Clone(m.Includes), func(name string) bool { return !complete(name) })
		}
	}
}

func allOf(names []string, holds func(string) bool) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !holds(name) })
}

// drawHolders draws holders who have what one of the licenses offers to their
// like, and a few who have anything.
func drawHolders(c choose, licenses []*license.License) []seat.Holder {
	var holders []seat.Holder
	for i := range c(7, "holders") {
		h := seat.Holder{ID: "h" + strconv.Itoa(i), Kind: license.User, Type: holderTypes[c(3, "type")]}
		if c.oneIn(4, "satellite") {
			h.Kind = license.Satellite
		}
		anything := c.oneIn(6, "anything")
		for _, l := range licenses {
			var fitting []string
			for j := range l.Modules {
				if m := &l.Modules[j]; anything || m.Kind == h.Kind && m.AllowsType(h.Type) {
					fitting = append(fitting, license.FullName(l.Owner.Name, m.Name))
				}
			}
			h.Assigned = append(h.Assigned, c.some(fitting, "assigned", 1+c(2, "rarely"))...)
		}
		if c.oneIn(12, "has what is in no license") {
			h.Assigned = append(h.Assigned, "vendor.gone")
		}
		slices.Sort(h.Assigned)
		h.Assigned = slices.Compact(h.Assigned)
		holders = append(holders, h)
	}
	return holders
}

// affected returns the holders whom a blocker concerns, ordered by id. All of them
// have one of the names by which a store finds them.
func affected(t rapid.TB, p *planner.Plan, b planner.Blocker, holders []seat.Holder) []seat.Holder {
	t.Helper()
	var concerned []seat.Holder
	names := p.AssignedNames(b)
	for _, h := range slices.SortedFunc(slices.Values(holders), func(a, b seat.Holder) int { return cmp.Compare(a.ID, b.ID) }) {
		if !p.Affects(b, h) {
			continue
		}
		if !slices.ContainsFunc(h.Assigned, func(m string) bool { return slices.Contains(names, m) }) {
			t.Errorf("%s concerns %v, who has none of %v", b.Module, h, names)
		}
		concerned = append(concerned, h)
	}
	return concerned
}

func affectedIDs(t rapid.TB, p *planner.Plan, b planner.Blocker, holders []seat.Holder) []string {
	t.Helper()
	ids := []string{}
	for _, h := range affected(t, p, b, holders) {
		ids = append(ids, h.ID)
	}
	return ids
}
