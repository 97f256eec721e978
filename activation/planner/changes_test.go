package planner_test

import (
	"testing"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestUnrestrictedChanges has every way in which a module becomes or is no longer
// unrestricted. The figures alone would not tell a module for the site.
func TestUnrestrictedChanges(t *testing.T) {
	limited := license.Module{Name: "web", Kind: license.User, Quantity: 5}
	unlimited := license.Module{Name: "web", Kind: license.User, Quantity: 5, Unrestricted: true}
	site := license.Module{Name: "web", Kind: license.Site, Quantity: 1}
	other := license.Module{Name: "other", Kind: license.User, Quantity: 1}
	more := unlimited
	more.Quantity = 9
	for _, test := range []struct {
		name          string
		before, after license.Module
		was, is       bool
	}{
		{"limited", limited, license.Module{Name: "web", Kind: license.User, Quantity: 4}, false, false},
		{"another figure that does not matter", unlimited, more, true, true},
		{"limited, then unlimited", limited, unlimited, false, true},
		{"unlimited, then limited", unlimited, limited, true, false},
		{"for the site, then limited", site, limited, false, false},
		{"for the site, then unlimited", site, unlimited, false, true},
		{"unlimited, then for the site", unlimited, site, false, false},
		{"new and unlimited", other, unlimited, false, true},
		{"new and limited", other, limited, false, false},
		{"unlimited, then removed", unlimited, other, true, false},
		{"limited, then removed", limited, other, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, err := license.NewSet(renewal(5, modules(test.before)))
			if err != nil {
				t.Fatal(err)
			}
			p := mustPlan(t, planner.Input{
				Active: set, Offered: renewal(6, modules(test.after)), Now: planned,
				Census: seat.Census{{Kind: license.User, Assigned: []string{"vendor.web"}, Count: 2}},
			})
			for _, c := range p.Changes {
				if c.Module == "vendor.web" && (c.Unrestricted() != test.was || c.NewUnrestricted() != test.is) {
					t.Errorf("unrestricted: %t, then %t; want %t, then %t", c.Unrestricted(), c.NewUnrestricted(), test.was, test.is)
				}
			}
			if len(p.Changes) == 0 {
				t.Error("nothing has changed")
			}
		})
	}
}
