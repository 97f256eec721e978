package planner_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// oracle plans as docs/spec/planning.md reads, sentence by sentence, holder by
// holder and by names alone: slow, and sharing nothing with the planner but
// the types of the result.
type oracle struct {
	situation
	c, o  *license.License
	owner string
	inC   map[string]*license.Module
	inO   map[string]*license.Module
	inW   map[string]*license.Module
}

type nameSet map[string]bool

func setOf(list []string) nameSet {
	s := make(nameSet)
	for _, name := range list {
		s[name] = true
	}
	return s
}

func newOracle(s situation) *oracle {
	r := &oracle{situation: s, o: s.offered, owner: s.offered.Owner.Name, inW: modulesOf(s.offered)}
	r.c = s.ofOwner(r.owner)
	r.inC, r.inO = modulesOf(r.c), modulesOf(r.o)
	for _, l := range s.active {
		if l != r.c {
			maps.Copy(r.inW, modulesOf(l))
		}
	}
	return r
}

func modulesOf(l *license.License) map[string]*license.Module {
	modules := make(map[string]*license.Module)
	if l != nil {
		for i := range l.Modules {
			modules[l.Owner.Name+"."+l.Modules[i].Name] = &l.Modules[i]
		}
	}
	return modules
}

// full returns the full name of what a module of an owner mentions.
func full(owner, name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	return owner + "." + name
}

func ownerOf(name string) string {
	owner, _, _ := strings.Cut(name, ".")
	return owner
}

// resolve gives the name for which a name in "requires" stands in W.
func (r *oracle) resolve(name string) string {
	if r.inW[name] == nil {
		for successor, m := range r.inW {
			if ownerOf(successor) == ownerOf(name) && slices.Contains(m.Replaces, strings.TrimPrefix(name, ownerOf(name)+".")) {
				return successor
			}
		}
	}
	return name
}

func (r *oracle) requirements(name string) nameSet {
	needed := make(nameSet)
	if m := r.inW[name]; m != nil {
		for _, required := range m.Requires {
			needed[r.resolve(full(ownerOf(name), required))] = true
		}
	}
	return needed
}

// occupied gives what the assigned modules give seats of, under the licenses
// that have the modules.
func occupied(modules map[string]*license.Module, assigned nameSet) nameSet {
	seats := make(nameSet)
	for name := range assigned {
		if m := modules[name]; m != nil {
			seats[name] = true
			for _, included := range m.Includes {
				seats[full(ownerOf(name), included)] = true
			}
		}
	}
	return seats
}

// there says whether a module is there for a holder.
func (r *oracle) there(name string, assigned nameSet) bool {
	m := r.inW[name]
	return m != nil && (m.Kind == license.Site || occupied(r.inW, assigned)[name])
}

// successor gives the module of O to which assignments of a removed module
// pass on, "" if there is none.
func (r *oracle) successor(name string) string {
	if r.inC[name] == nil || r.inO[name] != nil {
		return ""
	}
	for y, m := range r.inO {
		if slices.Contains(m.Replaces, strings.TrimPrefix(name, r.owner+".")) {
			return y
		}
	}
	return ""
}

// becomes gives what an assignment is after the activation, "" if it is
// obsolete.
func (r *oracle) becomes(name string) string {
	if y := r.successor(name); y != "" {
		name = y
	}
	if m := r.inO[name]; m != nil && m.Kind == license.Site {
		return ""
	}
	return name
}

func (r *oracle) allBecome(names nameSet) nameSet {
	after := make(nameSet)
	for name := range names {
		if y := r.becomes(name); y != "" {
			after[y] = true
		}
	}
	return after
}

// fate is what the activation does to one holder.
type fate struct {
	holder    seat.Holder
	today     nameSet
	requested nameSet
	switched  map[string]string
	kept      nameSet // without requested and switched assignments
	cascaded  nameSet // of kept
	after     nameSet
}

func (r *oracle) fateOf(h seat.Holder) fate {
	f := fate{
		holder: h, today: setOf(h.Assigned), kept: setOf(h.Assigned),
		requested: make(nameSet), switched: make(map[string]string), cascaded: make(nameSet),
	}
	for _, release := range r.releases {
		if release.Holder == h.ID {
			f.requested[release.Module] = true
			delete(f.kept, release.Module)
		}
	}
	stays := make(nameSet)
	for _, swap := range r.switches {
		if swap.Holder == h.ID {
			f.switched[swap.From] = swap.To
			stays[swap.To] = true
			delete(f.kept, swap.From)
		}
	}
	before := r.allBecome(f.today)
	f.after = r.allBecome(f.kept)
	maps.Copy(f.after, stays)
	for ended := len(f.requested)+len(f.switched) > 0; ended; {
		ended = false
		for _, name := range slices.Collect(maps.Keys(f.after)) {
			if !stays[name] && r.loses(name, before, f.after) {
				delete(f.after, name)
				ended = true
			}
		}
	}
	for name := range f.kept {
		if y := r.becomes(name); y != "" && !f.after[y] {
			f.cascaded[name] = true
		}
	}
	return f
}

func (r *oracle) loses(name string, before, after nameSet) bool {
	for part := range occupied(r.inW, nameSet{name: true}) {
		for needed := range r.requirements(part) {
			if r.there(needed, before) && !r.there(needed, after) {
				return true
			}
		}
	}
	return false
}

// plan returns the whole plan, the holders of every blocker filled in.
func (r *oracle) plan() *planner.Plan {
	p := &planner.Plan{
		Owner: r.owner, To: r.o.Number, Status: planner.Ready, Rejections: r.rejections(),
		Changes: []planner.ModuleChange{}, Blockers: []planner.Blocker{}, Releases: []planner.Release{}, Warnings: []planner.Warning{},
	}
	if r.c != nil {
		p.From = r.c.Number
	}
	switch {
	case len(p.Rejections) > 0:
		p.Status = planner.Rejected
		return p
	case r.c != nil && sameContent(r.c, r.o):
		p.Status = planner.Current
		return p
	}
	var fates []fate
	for _, h := range r.holders {
		fates = append(fates, r.fateOf(h))
	}
	p.Changes = r.changes(fates)
	p.Blockers = r.blockers(fates)
	p.Releases = releasesOf(fates)
	p.Warnings = r.warnings(fates)
	p.Switches = switchesOf(fates)
	if len(p.Blockers) > 0 {
		p.Status = planner.Blocked
	}
	return p
}

func (r *oracle) rejections() []planner.Rejection {
	found := make(map[planner.Rejection]bool)
	mark := func(rejection planner.Rejection, applies bool) { found[rejection] = found[rejection] || applies }
	trim := strings.TrimSpace
	serial, company := trim(r.o.Licensee.Serial), trim(r.o.Licensee.Company)
	if r.c != nil && !r.allowIdentityChange {
		mark(planner.RejectionWrongSerial, trim(r.c.Licensee.Serial) != serial)
		mark(planner.RejectionWrongCompany, trim(r.c.Licensee.Company) != company)
	}
	for _, text := range []struct {
		rejection        planner.Rejection
		expected, actual string
	}{
		{planner.RejectionWrongSerial, r.bindTo.Serial, serial},
		{planner.RejectionWrongCompany, r.bindTo.Company, company},
		{planner.RejectionWrongProduct, r.bindTo.Product, r.o.Product},
		{planner.RejectionWrongDeployment, r.bindTo.Deployment, r.o.Deployment},
	} {
		mark(text.rejection, trim(text.expected) != "" && trim(text.expected) != trim(text.actual))
	}
	sameSerial := r.c != nil && trim(r.c.Licensee.Serial) == serial
	mark(planner.RejectionOlder, r.o.Number < r.highest || sameSerial && r.o.Number < r.c.Number)
	mark(planner.RejectionNumberReused, sameSerial && r.o.Number == r.c.Number && !sameContent(r.c, r.o))
	end := r.o.GraceUntil
	if end == nil {
		end = r.o.Expires
	}
	early := r.o.ValidFrom != nil && planned.Before(*r.o.ValidFrom)
	mark(planner.RejectionNotYetValid, early)
	mark(planner.RejectionLapsed, !early && end != nil && !planned.Before(*end))
	maps.DeleteFunc(found, func(_ planner.Rejection, applies bool) bool { return !applies })
	return append([]planner.Rejection{}, slices.Sorted(maps.Keys(found))...)
}

// sameContent compares the documents by their members; drawn licenses have
// every instant in one zone.
func sameContent(a, b *license.License) bool {
	plain := func(l *license.License) string {
		copied := *l
		copied.Modules = nil
		copied.Licensee = license.Licensee{Company: strings.TrimSpace(l.Licensee.Company), Serial: strings.TrimSpace(l.Licensee.Serial)}
		members := make(map[string]map[string]string)
		for name, m := range modulesOf(l) {
			members[name] = membersOf(l.Owner.Name, m)
		}
		text, err := json.Marshal([]any{copied, members})
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	return plain(a) == plain(b)
}

// membersOf gives the members of a module as texts that are equal when the
// members are; absent ones are left out.
func membersOf(owner string, m *license.Module) map[string]string {
	copied := *m
	copied.Name = ""
	copied.Requires = nil
	for _, name := range m.Requires {
		copied.Requires = append(copied.Requires, full(owner, name))
	}
	for _, list := range lists(&copied) {
		*list = slices.Sorted(maps.Keys(setOf(*list)))
	}
	text, err := json.Marshal(copied)
	if err != nil {
		panic(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		panic(err)
	}
	delete(raw, "name")
	members := make(map[string]string)
	for name, value := range raw {
		members[name] = string(value)
	}
	return members
}

func differingMembers(owner string, a, b *license.Module) []string {
	before, after := membersOf(owner, a), membersOf(owner, b)
	differ := make(nameSet)
	for _, members := range []map[string]string{before, after} {
		for name := range members {
			if before[name] != after[name] {
				differ[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(differ))
}

func releasesOf(fates []fate) []planner.Release {
	list := []planner.Release{}
	for _, f := range fates {
		for module := range f.requested {
			list = append(list, planner.Release{Holder: f.holder.ID, Module: module, Cause: "requested"})
		}
		for module := range f.cascaded {
			list = append(list, planner.Release{Holder: f.holder.ID, Module: module, Cause: "cascade"})
		}
	}
	slices.SortFunc(list, func(a, b planner.Release) int {
		return cmp.Or(strings.Compare(a.Holder, b.Holder), strings.Compare(a.Module, b.Module))
	})
	return list
}

// number counts the fates for which something holds.
func number(fates []fate, holds func(fate) bool) int64 {
	n := int64(0)
	for _, f := range fates {
		if holds(f) {
			n++
		}
	}
	return n
}

// newInUse counts who occupies a module after.
func (r *oracle) newInUse(name string, fates []fate) int64 {
	if r.inO[name] == nil {
		return number(fates, func(f fate) bool { return f.after[name] })
	}
	return number(fates, func(f fate) bool { return occupied(r.inW, f.after)[name] })
}
