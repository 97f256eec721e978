package planner_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// addSeeds gives a fuzz test bytes of its own to begin with, the longest of 19
// times a size.
func addSeeds(f *testing.F, own uint64, size int) {
	f.Helper()
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, own))
		data := make([]byte, size*int(seed))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		f.Add(data)
	}
}

// FuzzPlan draws a situation from bytes. The same census must give the same
// plan; a plan that is ready must leave no module over its capacity; releasing
// more must never add an over-allocation.
func FuzzPlan(f *testing.F) {
	addSeeds(f, 0, 40)
	f.Fuzz(func(t *testing.T, data []byte) {
		s := drawSituation(fromBytes(data))
		in := s.input(t)
		p := mustPlan(t, in)

		slices.Reverse(in.Census)
		slices.Reverse(in.Holders)
		if diff := cmp.Diff(p, mustPlan(t, in), exported); diff != "" {
			t.Errorf("the same census, another plan (-first +second):\n%s", diff)
		}
		if p.Status == planner.Ready {
			checkCapacity(t, s.activated(p))
		}
		for _, h := range s.holders {
			for _, module := range h.Assigned {
				if s.isSwitched(h.ID, module) {
					continue
				}
				more := s
				more.releases = append(slices.Clone(s.releases), seat.Assignment{Holder: h.ID, Module: module})
				checkNoMoreOver(t, p, mustPlan(t, more.input(t)))
			}
		}
	})
}

// checkCapacity looks at the modules of the offered license only: the others
// are as they were.
func checkCapacity(t *testing.T, s situation) {
	t.Helper()
	set := s.set(t)
	inUse := seat.NewCensus(slices.Values(s.holders)).InUse(set)
	for _, e := range set.Entries() {
		if m := e.Module; e.License == s.offered && m.Kind != license.Site && !m.Unrestricted && inUse[e.Index] > m.Capacity() {
			t.Errorf("%s has %d of %d seats in use after a plan that was ready", e.Name, inUse[e.Index], m.Capacity())
		}
	}
}

func checkNoMoreOver(t *testing.T, before, after *planner.Plan) {
	t.Helper()
	over := make(map[string]int64)
	for _, b := range before.Blockers {
		over[b.Module] += b.MustRemove
	}
	for _, b := range after.Blockers {
		if b.MustRemove > over[b.Module] {
			t.Errorf("releasing more: %d must be removed from %s, and not %d", b.MustRemove, b.Module, over[b.Module])
		}
	}
}
