package license_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/license"
)

// linked is a license with every kind of link, within it and to another owner's.
// Its names are neither ordered nor without repetition.
func linked(quantity int64, change func(modules []license.Module) []license.Module) *license.License {
	modules := []license.Module{
		{Name: "suite", Kind: license.User, Quantity: quantity, Bundle: true, Includes: []string{"web", "chat", "gone", "web"}},
		{Name: "web", Kind: license.User, Quantity: quantity, Replaces: []string{"classic"}},
		{Name: "chat", Kind: license.User, Quantity: quantity, Requires: []string{"web", "partner.tools", "partner.old", "none"}},
		{Name: "core", Kind: license.Site, Hidden: true, Includes: []string{"web"}},
		{Name: "web", Kind: license.Site, Replaces: []string{"unheard"}, Requires: []string{"core"}},
		{Name: "alone", Kind: license.User, Unrestricted: true, Replaces: []string{"classic", "single"}},
	}
	return issued("vendor", change(modules)...)
}

func same(modules []license.Module) []license.Module { return modules }

// TestSetRenewed: a set in which a license takes the place of one with the same
// links, or with others, is the one that the licenses make.
func TestSetRenewed(t *testing.T) {
	partner := issued("partner",
		license.Module{Name: "tools", Kind: license.User, Quantity: 1, Replaces: []string{"old"}, Requires: []string{"vendor.single", "vendor.core"}},
		license.Module{Name: "suite", Kind: license.User, Quantity: 1, Bundle: true, Includes: []string{"tools"}})
	before := linked(1, same)
	set := mustSet(t, partner, before)
	for name, change := range map[string]func([]license.Module) []license.Module{
		"the same":         same,
		"another name":     func(m []license.Module) []license.Module { m[3].Name = "base"; return m },
		"another order":    func(m []license.Module) []license.Module { slices.Reverse(m); return m },
		"no bundle":        func(m []license.Module) []license.Module { m[0].Bundle = false; return m },
		"includes more":    func(m []license.Module) []license.Module { m[0].Includes = append(m[0].Includes, "core"); return m },
		"requires other":   func(m []license.Module) []license.Module { m[2].Requires = []string{"alone"}; return m },
		"replaces nothing": func(m []license.Module) []license.Module { m[5].Replaces = nil; return m },
		"fewer":            func(m []license.Module) []license.Module { return m[:5] },
		"more": func(m []license.Module) []license.Module {
			return append(m, license.Module{Name: "none", Kind: license.Site})
		},
	} {
		renewal := linked(2, change)
		got := set.With(renewal)
		want := mustSet(t, partner, renewal)
		if diff := cmp.Diff(describeSet(t, want), describeSet(t, got)); diff != "" {
			t.Errorf("%s (-made of the licenses +renewed):\n%s", name, diff)
		}
		if got.License("vendor") != renewal || got.License("partner") != partner || set.License("vendor") != before {
			t.Errorf("%s: other licenses than those", name)
		}
	}
}

// describeSet tells all that a set says. It fails the test if an entry leads to
// one of another set.
func describeSet(t *testing.T, set *license.Set) (lines []string) {
	t.Helper()
	own := func(e *license.Entry) string {
		if e == nil {
			return "nothing"
		}
		if set.Entries()[e.Index] != e || set.Module(e.Name) != e {
			t.Errorf("%s is an entry of another set", e.Name)
		}
		return e.Name
	}
	list := func(entries []*license.Entry) (all []string) {
		for _, e := range entries {
			all = append(all, own(e))
		}
		return all
	}
	for _, e := range set.Entries() {
		line := fmt.Sprintf("%d %s of %s %d, %s %d: includes %v, in %v, required by %v, requires", e.Index, own(e), e.License.Owner.Name,
			e.License.Number, e.Module.Kind, e.Module.Quantity, list(e.Includes), list(e.IncludedBy), list(e.RequiredBy))
		for _, r := range e.Requires {
			line += fmt.Sprintf(" %s (%s)", r.Name, own(r.Entry))
		}
		lines = append(lines, line)
	}
	for _, name := range []string{"vendor.classic", "vendor.single", "vendor.unheard", "partner.old", "vendor.nobody"} {
		lines = append(lines, name+" is "+own(set.Resolve(name)))
	}
	return lines
}
