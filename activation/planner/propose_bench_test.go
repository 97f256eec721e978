package planner_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// BenchmarkPropose proposes for 200 modules, each with a tenth of its seats
// less than are in use, of which all holders may lose something. With
// alike=100 there are a hundred combinations of modules, with alike=1 nearly
// every holder has its own. The metric x-plan is the time as a multiple of that
// of the plan with the proposed releases, taken in turns.
func BenchmarkPropose(b *testing.B) {
	for _, holders := range []int{1_000, 10_000, 100_000} {
		for _, combinations := range []int{100, holders} {
			b.Run(fmt.Sprintf("holders=%d/combinations=%d", holders, combinations), func(b *testing.B) {
				benchmarkPropose(b, holders, combinations)
			})
		}
	}
}

// BenchmarkProposeSwitches is BenchmarkPropose where the new license has a smaller
// plan for each, with the first half of its parts and seats for everybody.
func BenchmarkProposeSwitches(b *testing.B) {
	const holders = 100_000
	for _, combinations := range []int{100, holders} {
		b.Run(fmt.Sprintf("holders=%d/combinations=%d", holders, combinations), func(b *testing.B) {
			candidates := employees(holders, combinations)
			in := shrinking(candidates, 0.9)
			for _, m := range in.Offered.Modules {
				if m.Bundle {
					m.Name, m.Includes, m.Quantity = "small-"+m.Name, m.Includes[:len(m.Includes)/2], holders
					in.Offered.Modules = append(in.Offered.Modules, m)
				}
			}
			for i := range in.Offered.Modules {
				if in.Offered.Modules[i].Hidden {
					in.Offered.Modules[i].Quantity = 2 * holders
				}
			}
			benchmarkProposal(b, in, candidates)
		})
	}
}

func benchmarkPropose(b *testing.B, holders, combinations int) {
	b.Helper()
	candidates := employees(holders, combinations)
	benchmarkProposal(b, shrinking(candidates, 0.9), candidates)
}

func benchmarkProposal(b *testing.B, in planner.Input, candidates []seat.Holder) {
	b.Helper()
	plan, err := planner.New(in)
	if err != nil || plan.Status != planner.Blocked {
		b.Fatalf("the plan is %+v, error %v; want it blocked", plan, err)
	}
	in.Holders = candidates
	var ofPlan time.Duration
	var proposal *planner.Proposal
	b.ReportAllocs()
	for b.Loop() {
		if proposal, err = planner.Propose(context.Background(), plan, candidates); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		in.Releases, in.Switches = proposal.Releases, proposal.Switches
		begin := time.Now()
		if _, err := planner.New(in); err != nil {
			b.Fatal(err)
		}
		ofPlan += time.Since(begin)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(ofPlan), "x-plan")
	b.ReportMetric(float64(len(proposal.Releases)), "releases")
	b.ReportMetric(float64(len(proposal.Switches)), "switches")
	b.ReportMetric(float64(len(plan.Blockers)), "blockers")
}

// employees returns holders of a plan each and of add-ons whose parts it
// includes, in a number of combinations.
func employees(holders, combinations int) []seat.Holder {
	list := make([]seat.Holder, holders)
	for i := range list {
		kind := i * 7919 % combinations
		plan := kind % 20
		h := seat.Holder{ID: fmt.Sprintf("u%06d", i), Kind: license.User, Type: "internal", Assigned: []string{fmt.Sprintf("vendor.plan-%02d", plan)}}
		for part := range 20 { // the bits of kind say which of ten parts get an add-on
			if kind/20>>(part/2)&1 == 1 && part%2 == 0 {
				h.Assigned = append(h.Assigned, fmt.Sprintf("vendor.add-on-%02d", (5*plan+part+plan%2)%120/2))
			}
		}
		if kind/20 >= 1<<10 {
			h.Assigned = append(h.Assigned, fmt.Sprintf("vendor.part-%03d", kind%120))
		}
		list[i] = h
	}
	return list
}

// shrinking returns a renewal that has only a part of the seats that are in
// use, of every module.
func shrinking(holders []seat.Holder, part float64) planner.Input {
	in := planner.Input{
		Active: (*license.Set)(nil).With(catalog(1, int64(len(holders)))), Offered: catalog(2, 1),
		Census: seat.NewCensus(slices.Values(holders)), Now: planned,
	}
	inUse := in.Census.InUse(in.Active)
	for i := range in.Offered.Modules {
		e := in.Active.Module(license.FullName("vendor", in.Offered.Modules[i].Name))
		in.Offered.Modules[i].Quantity = max(1, int64(part*float64(inUse[e.Index])))
	}
	return in
}
