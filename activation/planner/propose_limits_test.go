package planner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// bundled returns a license of bundles, each of which includes most of a few
// parts, so that most may be switched to most, and of add-ons that require a
// part.
func bundled(number int64, bundles int, seats int64) *license.License {
	const parts = 40
	l := renewal(number, modules())
	for i := range parts {
		name := fmt.Sprintf("part%02d", i)
		l.Modules = append(l.Modules, userModule(name, 1_000_000), userModule(fmt.Sprintf("add%02d", i), 1_000_000, name))
	}
	for i := range bundles {
		m := bundle(fmt.Sprintf("plan%04d", i), seats)
		for j := range parts {
			if (i*7+j*3)%(parts/2) != 0 {
				m.Includes = append(m.Includes, fmt.Sprintf("part%02d", j))
			}
		}
		l.Modules = append(l.Modules, m)
	}
	return l
}

// crowded is a question with the largest licenses: everybody has bundles and
// add-ons of their own, and there is one seat of each bundle.
func crowded(tb testing.TB, bundles, holders, each int) (planner.Input, []seat.Holder) {
	tb.Helper()
	var people []seat.Holder
	for i := range holders {
		h := seat.Holder{ID: fmt.Sprintf("u%04d", i), Kind: license.User}
		for j := range each {
			h.Assigned = append(h.Assigned, fmt.Sprintf("vendor.plan%04d", (i*13+j*bundles/each)%bundles))
		}
		for j := range 5 {
			h.Assigned = append(h.Assigned, fmt.Sprintf("vendor.add%02d", (i*11+j*7)%40))
		}
		people = append(people, h)
	}
	offered := bundled(6, bundles, 1)
	for i := range offered.Modules {
		if !offered.Modules[i].Bundle {
			offered.Modules[i].Quantity = int64(holders/2 + 1)
		}
	}
	active := bundled(5, bundles, 1_000_000)
	return planner.Input{
		Active: (*license.Set)(nil).With(active), Offered: offered, Now: planned, Census: seat.NewCensus(slices.Values(people)),
	}, people
}

// TestProposeForLargestLicense is answered, or given up with a clear error.
func TestProposeForLargestLicense(t *testing.T) {
	for _, test := range []struct{ bundles, holders, each int }{{1000, 600, 1}, {2000, 60, 1}, {1000, 60, 10}} {
		t.Run(fmt.Sprintf("%d bundles, %d holders with %d each", test.bundles, test.holders, test.each), func(t *testing.T) {
			in, people := crowded(t, test.bundles, test.holders, test.each)
			if document, err := json.Marshal(in.Offered); err != nil {
				t.Fatal(err)
			} else if _, err = license.Parse(document); err != nil {
				t.Fatalf("no license: %.300s", err)
			}
			proposal, err := planner.Propose(t.Context(), mustPlan(t, in), people)
			var effort *planner.EffortError
			if err == nil && proposal.Plan.Status != planner.Ready || err != nil && !errors.As(err, &effort) {
				t.Errorf("Propose: %v", err)
			}
		})
	}
}

// limitedContext is a context that ends when it has been looked at a number of times.
type limitedContext struct {
	context.Context //nolint:containedctx // a limitedContext is a context itself
	left            int
}

func (c *limitedContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestProposeObservesContext: it is looked at before anything else, and again
// and again.
func TestProposeObservesContext(t *testing.T) {
	in, people := crowded(t, 1000, 600, 1)
	p, err := planner.New(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, looks := range []int{0, 1, 5} {
		ctx := &limitedContext{Context: t.Context(), left: looks}
		if _, err := planner.Propose(ctx, p, people); !errors.Is(err, context.Canceled) {
			t.Errorf("ended after %d looks: %v", looks, err)
		}
		if ctx.left != -1 {
			t.Errorf("looked at %d more times after the end", -1-ctx.left)
		}
	}
}

// BenchmarkProposeLargest has the largest licenses with 1,000 holders.
func BenchmarkProposeLargest(b *testing.B) {
	for _, size := range []struct{ bundles, each int }{{1000, 1}, {4900, 1}, {1000, 30}, {4900, 30}, {4900, 1000}} {
		b.Run(fmt.Sprintf("bundles=%d/each=%d", size.bundles, size.each), func(b *testing.B) {
			in, people := crowded(b, size.bundles, 1000, size.each)
			p := mustPlan(b, in)
			var given float64
			for b.Loop() {
				given = givenUp(b, p, people)
			}
			b.ReportMetric(given, "given-up")
		})
	}
}

// givenUp proposes, and returns 1 where that would take too long.
func givenUp(tb testing.TB, p *planner.Plan, people []seat.Holder) float64 {
	tb.Helper()
	_, err := planner.Propose(context.Background(), p, people)
	var effort *planner.EffortError
	if errors.As(err, &effort) {
		return 1
	}
	if err != nil {
		tb.Fatal(err)
	}
	return 0
}
