//go:build unix

package worst_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/worst"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

var now = time.Unix(1_700_000_000, 0).UTC()

// holders is how many there are.
const holders = 1000

// question is a license that is active, the next one, and who holds what of it.
type question struct {
	active  *license.Set
	offered *license.License
	people  []seat.Holder
	census  seat.Census
}

func ask(kind, hold string, size int) question {
	l, next := worst.License(kind, size, 1, now), worst.License(kind, size, 2, now)
	for i := range l.Modules {
		l.Modules[i].Quantity = 2 * holders
	}
	q := question{active: (*license.Set)(nil).With(l), offered: next}
	last := "t"
	if types := l.Modules[0].AssignableTo; len(types) > 0 {
		last = types[len(types)-1]
	}
	for i := range holders {
		q.people = append(q.people, seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User, Type: last, Assigned: held[hold](l, i)})
	}
	q.census = seat.NewCensus(slices.Values(q.people))
	return q
}

// held is what the holders have: a bundle and another module, or a bundle and half
// of all that are none, ordered, as stores have them.
var held = map[string]func(l *license.License, i int) []string{
	"two": func(l *license.License, i int) []string {
		n := len(l.Modules)
		return names(l, n-1-i%n, i/n%n)
	},
	"half": func(l *license.License, i int) []string {
		n := len(l.Modules)
		places := []int{n - 1 - i%n}
		for at := range n/2 + i%(n/2) { // those that the others require come first
			if !l.Modules[at].Bundle && (at < n/2 || at%7 != i%7) {
				places = append(places, at)
			}
		}
		return names(l, places...)
	},
}

func names(l *license.License, places ...int) (all []string) {
	for _, at := range places {
		all = append(all, license.FullName(l.Owner.Name, l.Modules[at].Name))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// wanted is the module that everybody is to have: the one for the types, or a
// bundle, or else one that requires all others.
func (q question) wanted() string {
	list := q.offered.Modules
	if len(list[0].AssignableTo) > 0 {
		return license.FullName(q.offered.Owner.Name, list[0].Name)
	}
	return license.FullName(q.offered.Owner.Name, list[len(list)-1].Name)
}

var asked = []struct {
	what string
	do   func(q question)
}{
	{"census", func(q question) { seat.NewCensus(slices.Values(q.people)) }},
	{"in-use", func(q question) { q.census.InUse(q.active) }},
	{"new", func(q question) {
		if _, err := planner.New(planner.Input{Active: q.active, Offered: q.offered, Census: q.census, Now: now}); err != nil {
			panic(err)
		}
	}},
	{"standing", func(q question) { planner.Standing(q.active, worst.Owner, q.census) }},
	{"fill", func(q question) {
		if _, _, err := seat.Fill(seat.Situation{Licenses: q.active, Now: now, Census: q.census}, q.wanted(), q.people); err != nil {
			panic(err)
		}
	}},
	{"assign", func(q question) {
		var all []seat.Assignment
		for _, h := range q.people {
			all = append(all, seat.Assignment{Holder: h.ID, Module: q.wanted()})
		}
		_, _ = seat.Assign(seat.Situation{Licenses: q.active, Now: now, Census: q.census}, q.people, all...)
	}},
	{"switch", func(q question) {
		var all []seat.Swap
		for _, h := range q.people {
			all = append(all, seat.Swap{Holder: h.ID, From: h.Assigned[0], To: q.wanted()})
		}
		_, _ = seat.Switch(seat.Situation{Licenses: q.active, Now: now, Census: q.census}, q.people, all...)
	}},
	{"snapshot", func(q question) { seat.NewEntitlements(q.active, now, slices.Values(q.people)) }},
	{"set", func(q question) { (*license.Set)(nil).With(q.offered) }},
}

func BenchmarkWorst(b *testing.B) {
	for _, kind := range worst.Kinds {
		for _, hold := range []string{"two", "half"} {
			q := ask(kind, hold, license.MaxDocumentSize)
			for _, of := range asked {
				b.Run(kind+"/"+hold+"/"+of.what, func(b *testing.B) {
					before := cpu()
					for b.Loop() {
						of.do(q)
					}
					b.ReportMetric((cpu()-before).Seconds()*1000/float64(b.N), "cpu-ms")
				})
			}
		}
	}
}

// TestWorstCosts: whatever is done with the worst license that can be read costs
// no more than reading it some times, in time of the processor, which says more
// than that of the wall where much else runs.
func TestWorstCosts(t *testing.T) {
	for _, kind := range worst.Kinds {
		document, err := json.Marshal(worst.License(kind, license.MaxDocumentSize, 1, now))
		require.NoError(t, err)
		reading := least(func() {
			_, err := license.Parse(document)
			require.NoError(t, err)
		})
		q := ask(kind, "two", license.MaxDocumentSize)
		for _, of := range asked {
			cost := least(func() { of.do(q) })
			t.Logf("%s with %s: %.1f readings of %s", of.what, kind, float64(cost)/float64(reading), reading)
			if cost > mostReadings*reading {
				t.Errorf("%s with %s takes %s, and reading the license %s", of.what, kind, cost, reading)
			}
		}
	}
}

// mostReadings is what an operation may cost at most, in readings of the license:
// two seconds where one takes a tenth of a second.
const mostReadings = 20

// least returns the least of the times that something takes the processor.
func least(do func()) time.Duration {
	least := time.Duration(math.MaxInt64)
	for range 2 {
		began := cpu()
		do()
		least = min(least, cpu()-began)
	}
	return least
}
