package planner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// catalog returns a license of 200 modules, as they are sold: plans that
// include twenty hidden modules each, and add-ons that require one of these.
func catalog(number, quantity int64) *license.License {
	l := &license.License{
		Owner: license.Owner{Name: "vendor"}, Licensee: license.Licensee{Company: "Example AS", Serial: "42"},
		Number: number, IssuedAt: planned,
	}
	for i := range 20 {
		plan := license.Module{Name: fmt.Sprintf("plan-%02d", i), Kind: license.User, Quantity: quantity, Bundle: true, SortOrder: i}
		for j := range 20 {
			plan.Includes = append(plan.Includes, fmt.Sprintf("part-%03d", (5*i+j)%120))
		}
		l.Modules = append(l.Modules, plan)
	}
	for i := range 120 {
		l.Modules = append(l.Modules, license.Module{
			Name: fmt.Sprintf("part-%03d", i), Kind: license.User, Quantity: quantity, Hidden: true, SortOrder: i, AssignableTo: []string{"internal"},
		})
	}
	for i := range 60 {
		l.Modules = append(l.Modules, license.Module{
			Name: fmt.Sprintf("add-on-%02d", i), Kind: license.User, Quantity: quantity, Requires: []string{fmt.Sprintf("part-%03d", 2*i)},
		})
	}
	return l
}

// combinations returns a census of 100 combinations, each a plan and up to
// five add-ons whose parts it includes.
func combinations(holders int64) seat.Census {
	var census seat.Census
	for i := range 100 {
		plan := i % 20
		assigned := []string{fmt.Sprintf("vendor.plan-%02d", plan)}
		for j := range 1 + i/20 {
			part := (5*plan + 2*j + plan%2) % 120
			assigned = append(assigned, fmt.Sprintf("vendor.add-on-%02d", part/2))
		}
		census = append(census, seat.Combination{Kind: license.User, Type: "internal", Assigned: assigned, Count: holders / 100})
	}
	return census
}

func renewalOf(b testing.TB, holders int64) planner.Input {
	b.Helper()
	in := planner.Input{
		Active: (*license.Set)(nil).With(catalog(1, holders)), Offered: catalog(2, holders+1),
		Census: combinations(holders), Now: planned,
	}
	if p, err := planner.New(in); err != nil || p.Status != planner.Ready || len(p.Changes) != 200 {
		b.Fatalf("the plan is %+v, error %v; want it ready with 200 changes", p, err)
	}
	return in
}

// TestPlanAllocations: a plan of 200 modules that all change, for 100
// combinations, takes memory in few pieces.
func TestPlanAllocations(t *testing.T) {
	const limit = 500
	in := renewalOf(t, 1_000)
	if n := testing.AllocsPerRun(10, func() { mustPlan(t, in) }); n > limit {
		t.Errorf("%.0f allocations, want %d at most", n, limit)
	}
}

// BenchmarkPlan plans 200 modules, all of which change, for 100 combinations
// of 1 k and of 1 M holders, one after the other. Nothing but the call is measured.
// The metrics are the medians of its time, and that for 1 M as a multiple of that
// for 1 k. The fastest call is what it takes where no other program runs.
func BenchmarkPlan(b *testing.B) {
	few, many := renewalOf(b, 1_000), renewalOf(b, 1_000_000)
	var ofFew, ofMany []time.Duration
	for b.Loop() {
		ofFew = append(ofFew, timeOfPlan(b, few))
		ofMany = append(ofMany, timeOfPlan(b, many))
	}
	slices.Sort(ofFew)
	slices.Sort(ofMany)
	median := ofFew[len(ofFew)/2]
	b.ReportMetric(0, "ns/op") // hidden, since it would be the time of two plans
	b.ReportMetric(median.Seconds()*1000, "ms/plan")
	b.ReportMetric(ofFew[0].Seconds()*1000, "fastest-ms/plan")
	b.ReportMetric(float64(ofMany[len(ofMany)/2])/float64(median), "x-1k")
}

func timeOfPlan(b *testing.B, in planner.Input) time.Duration {
	b.Helper()
	begin := time.Now()
	if _, err := planner.New(in); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// BenchmarkPlanReleases plans for a million holders of whom a hundred release
// their plan, as when an administrator ticks boxes.
func BenchmarkPlanReleases(b *testing.B) {
	in := renewalOf(b, 1_000_000)
	for i, c := range in.Census {
		h := seat.Holder{ID: fmt.Sprintf("u%02d", i), Kind: c.Kind, Type: c.Type, Assigned: c.Assigned}
		in.Holders = append(in.Holders, h)
		in.Releases = append(in.Releases, seat.Assignment{Holder: h.ID, Module: h.Assigned[0]})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := planner.New(in); err != nil {
			b.Fatal(err)
		}
	}
}
