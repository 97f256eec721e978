package content_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/internal/content"
	"github.com/seatwright/seatwright/license"
)

// TestOf says that contents are the same if and only if the licenses do not
// differ, of all that may be altered in a license.
func TestOf(t *testing.T) {
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	at := func(t time.Time) *time.Time { return &t }
	base := func() *license.License {
		return &license.License{
			Owner: license.Owner{Name: "acme"}, Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"},
			Number: 6, IssuedAt: day, Expires: at(day), Critical: []string{"product", "version"},
			Modules: []license.Module{
				{Name: "plan", Kind: license.User, Quantity: 3, Bundle: true, Includes: []string{"user", "web"}, Replaces: []string{"a", "b"}},
				{Name: "user", Kind: license.User, Quantity: 9, Hidden: true, AssignableTo: []string{"x", "y"}},
				{Name: "web", Kind: license.User, Quantity: 9, Requires: []string{"user", "partner.base"}, Info: map[string]string{"k": "v", "l": "w"}},
			},
		}
	}
	elsewhere := day.In(time.FixedZone("", 3600))
	alterations := []func(*license.License){
		func(l *license.License) { slices.Reverse(l.Modules) },
		func(l *license.License) { slices.Reverse(l.Critical) },
		func(l *license.License) { l.Modules[0].Includes = append(l.Modules[0].Includes, "user") },
		func(l *license.License) { slices.Reverse(l.Modules[0].Replaces) },
		func(l *license.License) { slices.Reverse(l.Modules[len(l.Modules)-1].AssignableTo) },
		func(l *license.License) { l.Modules[len(l.Modules)-1].Requires = []string{"partner.base", "acme.user"} },
		func(l *license.License) { l.Licensee.Serial += " " },
		func(l *license.License) { l.IssuedAt = elsewhere },
		func(l *license.License) { l.Expires = &elsewhere },
		func(l *license.License) { l.Expires = nil },
		func(l *license.License) { l.ValidFrom = at(day) },
		func(l *license.License) { l.Number++ },
		func(l *license.License) { l.Licensee.Company = "Other AS" },
		func(l *license.License) { l.Product = "crm" },
		func(l *license.License) { l.Modules[0].Quantity++ },
		func(l *license.License) { l.Modules[0].Overdraft++ },
		func(l *license.License) { l.Modules[len(l.Modules)-1].Hidden = !l.Modules[len(l.Modules)-1].Hidden },
		func(l *license.License) { l.Modules[len(l.Modules)-1].Requires = nil },
		func(l *license.License) { l.Modules[len(l.Modules)-1].Info = map[string]string{"k": "w"} },
		func(l *license.License) { l.Modules = l.Modules[:max(1, len(l.Modules)-1)] },
	}
	rapid.Check(t, func(r *rapid.T) {
		a, b := base(), base()
		for range rapid.IntRange(0, 4).Draw(r, "alterations") {
			rapid.SampledFrom(alterations).Draw(r, "alteration")(b)
		}
		difference := license.Diff(a, b)
		require.Equal(r, difference.Empty(), content.Of(a) == content.Of(b))
	})
}

// TestReused: the number, the serial and the content all count.
func TestReused(t *testing.T) {
	l := &license.License{Owner: license.Owner{Name: "acme"}, Licensee: license.Licensee{Serial: " S-1"}, Number: 6}
	other := *l
	other.Product = "crm"
	for name, test := range map[string]struct {
		activated []content.Numbered
		want      bool
	}{
		"nothing":         {nil, false},
		"the same":        {[]content.Numbered{{Serial: "S-1", Number: 6, Content: content.Of(l)}}, false},
		"another":         {[]content.Numbered{{Serial: "S-1", Number: 6, Content: content.Of(&other)}}, true},
		"another as well": {[]content.Numbered{{Serial: "S-1", Number: 6, Content: content.Of(l)}, {Serial: "S-1", Number: 6, Content: content.Of(&other)}}, true},
		"another serial":  {[]content.Numbered{{Serial: "S-2", Number: 6, Content: content.Of(&other)}}, false},
		"another number":  {[]content.Numbered{{Serial: "S-1", Number: 7, Content: content.Of(&other)}}, false},
		"not known":       {[]content.Numbered{{Serial: "S-1", Number: 6}}, false},
	} {
		require.Equal(t, test.want, content.Reused(test.activated, l), name)
	}
}
