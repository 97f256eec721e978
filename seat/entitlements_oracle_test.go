package seat_test

import (
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// world is what the tests of snapshots know: licenses, an instant, and what is
// assigned to whom. It answers by the text of docs/spec/domain.md, slowly.
type world struct {
	licenses []*license.License
	set      *license.Set
	now      time.Time
	assigned map[string][]string // by holder
}

var (
	worldOwners  = []string{"a", "b"}
	worldModules = []string{"m1", "m2", "m3", "m4", "plan1", "plan2"}
	worldHolders = []string{"u1", "u2", "u3", "u4", "u5"}
)

func worldNames() []string {
	var names []string
	for _, owner := range worldOwners {
		for _, m := range append(worldModules, "old") {
			names = append(names, owner+"."+m)
		}
	}
	return names
}

func newWorld(t *rapid.T) *world {
	w := &world{assigned: map[string][]string{}}
	w.draw(t)
	for _, id := range rapid.SliceOfDistinct(rapid.SampledFrom(worldHolders), rapid.ID[string]).Draw(t, "holders") {
		w.assigned[id] = drawAssigned(t)
	}
	return w
}

func drawAssigned(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom(worldNames()), 0, 4).Draw(t, "assigned")
}

// draw draws other licenses and another instant, among which their instants
// are.
func (w *world) draw(t *rapid.T) {
	w.licenses = nil
	for _, owner := range worldOwners {
		if rapid.IntRange(0, 4).Draw(t, "licensed") > 0 {
			w.licenses = append(w.licenses, drawLicense(t, owner))
		}
	}
	set, err := license.NewSet(w.licenses...)
	if err != nil {
		t.Fatal(err)
	}
	w.set, w.now = set, today.Add(time.Duration(rapid.IntRange(-1, 4).Draw(t, "now"))*time.Hour)
}

func drawLicense(t *rapid.T, owner string) *license.License {
	l := issued(owner)
	for i, at := range []**time.Time{&l.ValidFrom, &l.Expires, &l.GraceUntil} {
		if (i < 2 || l.Expires != nil) && rapid.Bool().Draw(t, "instant") {
			instant := today.Add(time.Duration(i) * time.Hour)
			*at = &instant
		}
	}
	for i, name := range worldModules {
		if rapid.IntRange(0, 4).Draw(t, "module") == 0 {
			continue
		}
		m := module(name, 1, ofKind(license.User))
		if i < 4 {
			m.Kind = rapid.SampledFrom([]license.Kind{license.User, license.User, license.Satellite, license.Site}).Draw(t, "kind")
		} else {
			m.Bundle = true
			m.Includes = rapid.SliceOfDistinct(rapid.SampledFrom(included(l)), rapid.ID[string]).Draw(t, "includes")
		}
		if rapid.IntRange(0, 2).Draw(t, "requires") == 0 {
			m.Requires = rapid.SliceOfN(rapid.SampledFrom(append(worldNames(), "m1", "m2", "old")), 1, 2).Draw(t, "required")
		}
		if i == 0 && rapid.Bool().Draw(t, "replaces") {
			m.Replaces = []string{"old"}
		}
		l.Modules = append(l.Modules, m)
	}
	return l
}

// included returns what a bundle of user modules may include; there is always
// a name.
func included(l *license.License) []string {
	names := []string{"m0"}
	for _, m := range l.Modules {
		if m.Kind == license.User && !m.Bundle {
			names = append(names, m.Name)
		}
	}
	return names
}

// change changes what is assigned, and returns what has changed.
func (w *world) change(t *rapid.T) (changed []seat.Holder, gone []string) {
	for _, id := range rapid.SliceOf(rapid.SampledFrom(worldHolders)).Draw(t, "changed") {
		w.assigned[id] = drawAssigned(t)
		changed = append(changed, user(id, w.assigned[id]...))
	}
	for _, id := range rapid.SliceOfN(rapid.SampledFrom(worldHolders), 0, 2).Draw(t, "gone") {
		delete(w.assigned, id)
		gone = append(gone, id)
	}
	return changed, gone
}

func (w *world) holders() []seat.Holder {
	var holders []seat.Holder
	for id, assigned := range w.assigned {
		holders = append(holders, user(id, assigned...))
	}
	return holders
}

// agrees returns a test of a snapshot of the world as it is now, to be run at
// any time.
func (w *world) agrees(t *rapid.T, e *seat.Entitlements) func() {
	then := world{licenses: w.licenses, set: w.set, now: w.now, assigned: maps.Clone(w.assigned)}
	anew := seat.NewEntitlements(then.set, then.now, slices.Values(then.holders()))
	return func() {
		for _, holder := range append(worldHolders, "stranger") {
			for _, name := range append(worldNames(), "m1", "") {
				want := then.entitlement(holder, name)
				for way, got := range map[string]seat.Entitlement{
					"Check": e.Check(holder, name), "For": e.For(holder).Check(name),
					"Module": e.Module(name).Check(holder), "NewEntitlements": anew.Check(holder, name),
				} {
					if got.Allowed() != (got.Access() == seat.AccessFull) {
						t.Fatalf("%s: %s for %s: %+v is allowed %t", way, name, holder, got, got.Allowed())
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Fatalf("%s: %s for %s (-specification +got):\n%s", way, name, holder, diff)
					}
				}
			}
		}
	}
}

// entitlement goes through the sentences of the specification.
func (w *world) entitlement(holder, name string) seat.Entitlement {
	l, m := w.find(name)
	switch {
	case m == nil || !w.begun(l):
		return refused(seat.ReasonNotLicensed)
	case m.Kind != license.Site && w.through(holder, l, m) == "":
		return refused(seat.ReasonNotAssigned)
	case !w.prerequisites(holder, l, m):
		return refused(seat.ReasonPrerequisiteMissing)
	case l.GraceUntil != nil && !w.now.Before(*l.GraceUntil), l.GraceUntil == nil && l.Expires != nil && !w.now.Before(*l.Expires):
		return refused(seat.ReasonLapsed)
	case l.Expires != nil && !w.now.Before(*l.Expires):
		return seat.Entitlement{Reason: seat.ReasonInGrace, Through: w.through(holder, l, m)}
	default:
		return licensed(w.through(holder, l, m))
	}
}

func (w *world) find(name string) (*license.License, *license.Module) {
	for _, l := range w.licenses {
		for i := range l.Modules {
			if l.Owner.Name+"."+l.Modules[i].Name == name {
				return l, &l.Modules[i]
			}
		}
	}
	return nil, nil
}

func (w *world) begun(l *license.License) bool {
	return l.ValidFrom == nil || !w.now.Before(*l.ValidFrom)
}

// through returns "" where the holder does not occupy a seat.
func (w *world) through(holder string, l *license.License, m *license.Module) string {
	name := l.Owner.Name + "." + m.Name
	if m.Kind == license.Site || slices.Contains(w.assigned[holder], name) {
		return name
	}
	var bundles []string
	for _, b := range l.Modules {
		bundle := l.Owner.Name + "." + b.Name
		if b.Bundle && slices.Contains(b.Includes, m.Name) && slices.Contains(w.assigned[holder], bundle) {
			bundles = append(bundles, bundle)
		}
	}
	if len(bundles) == 0 {
		return ""
	}
	return slices.Min(bundles)
}

func (w *world) prerequisites(holder string, l *license.License, m *license.Module) bool {
	for _, name := range m.Requires {
		if !slices.Contains(worldNames(), name) {
			name = l.Owner.Name + "." + name
		}
		other, required := w.find(name)
		if required == nil {
			other, required = w.successor(name)
		}
		if required == nil || !w.begun(other) || w.through(holder, other, required) == "" {
			return false
		}
	}
	return true
}

func (w *world) successor(name string) (*license.License, *license.Module) {
	for _, l := range w.licenses {
		for i := range l.Modules {
			for _, old := range l.Modules[i].Replaces {
				if l.Owner.Name+"."+old == name {
					return l, &l.Modules[i]
				}
			}
		}
	}
	return nil, nil
}
