package planner_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// drawSelection draws choices for assignments of some holders, with repetitions.
func drawSelection(t *rapid.T, name string, holders ...string) (s planner.Selection) {
	for range rapid.IntRange(0, 6).Draw(t, name) {
		a := seat.Assignment{Holder: rapid.SampledFrom(holders).Draw(t, "holder"), Module: rapid.SampledFrom([]string{"v.a", "v.b"}).Draw(t, "module")}
		if rapid.Bool().Draw(t, "release") {
			s.Releases = append(s.Releases, a)
		} else {
			s.Switches = append(s.Switches, seat.Swap{Holder: a.Holder, From: a.Module, To: rapid.SampledFrom([]string{"v.c", "v.d"}).Draw(t, "to")})
		}
	}
	return s
}

func assignmentsOf(s planner.Selection) (all []seat.Assignment) {
	all = slices.Clone(s.Releases)
	for _, w := range s.Switches {
		all = append(all, seat.Assignment{Holder: w.Holder, Module: w.From})
	}
	return all
}

// TestSelectionWith: the changes of two administrators who touch other assignments
// give the same in either order, and neither undoes the other's.
func TestSelectionWith(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := drawSelection(t, "kept", "ann", "ben", "eva")
		add, other := drawSelection(t, "add", "ann"), drawSelection(t, "other", "ben")
		drop, otherDrop := assignmentsOf(drawSelection(t, "drop", "ann")), assignmentsOf(drawSelection(t, "other drop", "ben"))
		one, two := kept.With(add, drop...).With(other, otherDrop...), kept.With(other, otherDrop...).With(add, drop...)
		if diff := cmp.Diff(one, two); diff != "" {
			t.Fatalf("the order matters: %s", diff)
		}
		if diff := cmp.Diff(one, one.With(add, drop...)); diff != "" {
			t.Fatalf("twice is not once: %s", diff)
		}
		seen := make(map[seat.Assignment]bool)
		for _, a := range assignmentsOf(one) {
			if seen[a] {
				t.Fatalf("%v is chosen twice", a)
			}
			seen[a] = true
		}
		for _, a := range assignmentsOf(add) {
			if !seen[a] {
				t.Fatalf("%v was added, and is not chosen", a)
			}
		}
		for _, a := range drop {
			if seen[a] && !slices.Contains(assignmentsOf(add), a) {
				t.Fatalf("%v was dropped, and is chosen", a)
			}
		}
		for _, a := range assignmentsOf(kept) {
			if a.Holder == "eva" && !seen[a] {
				t.Fatalf("nobody has touched %v, and it is gone", a)
			}
		}
	})
}

// TestSelectionFit leaves out what an error of New names, and nothing else. What
// is left can be planned.
func TestSelectionFit(t *testing.T) {
	holders := []seat.Holder{
		{ID: "ann", Kind: license.User, Assigned: []string{"vendor.big"}},
		{ID: "ben", Kind: license.User, Assigned: []string{"vendor.add-on", "vendor.big"}},
		{ID: "eva", Kind: license.User, Assigned: []string{"vendor.old"}},
	}
	bigOf := func(id string) seat.Assignment { return seat.Assignment{Holder: id, Module: "vendor.big"} }
	fits := planner.Selection{
		Releases: []seat.Assignment{{Holder: "ben", Module: "vendor.add-on"}}, Switches: exchange("ann: big small"),
	}
	for name, unfit := range map[string]planner.Selection{
		"nothing":               {},
		"not assigned":          {Releases: []seat.Assignment{bigOf("eva")}},
		"switched from nothing": {Switches: exchange("eva: tool small")},
		"not offered":           {Switches: exchange("eva: old none")},
		"nobody":                {Releases: []seat.Assignment{bigOf("zoe")}, Switches: exchange("zoe: old new")},
		"several":               {Releases: []seat.Assignment{bigOf("eva"), bigOf("zoe")}, Switches: exchange("eva: old none", "yan: big small")},
	} {
		t.Run(name, func(t *testing.T) {
			in := switchCase(holders, fits.And(unfit))
			_, err := planner.New(in)
			if (err != nil) == unfit.Empty() {
				t.Fatalf("New: %v", err)
			}
			left, gone := in.Fit(err)
			if diff := cmp.Diff([]planner.Selection{fits, unfit}, []planner.Selection{left, gone}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			in.Selection = left
			if _, err := planner.New(in); err != nil {
				t.Errorf("what fits: %v", err)
			}
		})
	}
	if left, gone := fits.Fit(errors.New("something else")); !gone.Empty() || !cmp.Equal(left, fits) {
		t.Error("an error about something else takes nothing away")
	}
}
