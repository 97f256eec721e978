package planner_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// exported compares plans by what a caller sees.
var exported = cmpopts.IgnoreUnexported(planner.Plan{}, planner.Blocker{})

func mustPlan(t rapid.TB, in planner.Input) *planner.Plan {
	t.Helper()
	p, err := planner.New(in)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return p
}

// everybody applies a plan to all holders.
func everybody(p *planner.Plan, holders []seat.Holder) []seat.Holder {
	var after []seat.Holder
	for _, h := range holders {
		h, _ = p.Apply(h)
		after = append(after, h)
	}
	return after
}

// activated returns the situation after the offered license was activated.
func (s situation) activated(p *planner.Plan) situation {
	active := slices.DeleteFunc(slices.Clone(s.active), func(l *license.License) bool { return l == s.ofOwner(s.offered.Owner.Name) })
	s.active = slices.Concat(active, []*license.License{s.offered})
	s.holders = everybody(p, s.holders)
	s.releases, s.switches = nil, nil
	return s
}

// TestPlanAgreesWithOracle compares whole plans, and the holders of every
// blocker.
func TestPlanAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		p := mustPlan(t, s.input(t))
		want := newOracle(s).plan()
		for i, b := range p.Blockers {
			p.Blockers[i].Holders = affectedIDs(t, p, b, s.holders)
		}
		if diff := cmp.Diff(want, p, exported); diff != "" {
			t.Errorf("plan (-oracle +got):\n%s", diff)
		}
	})
}

// TestSituationsAreVaried: what the properties are about does occur in what is
// drawn for them.
func TestSituationsAreVaried(t *testing.T) {
	seen := make(map[string]int)
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		s := drawSituation(func(n int, _ string) int { return random.IntN(n) })
		p := mustPlan(t, s.input(t))
		countCodes(seen, p)
		countSwitches(seen, s, p)
	}
	for _, code := range append(everyCode, "switched, cascade", "switched to what is there", "released and switched to", "two to one") {
		if seen[code] < 20 {
			t.Errorf("%s occurs only %d times", code, seen[code])
		}
	}
}

// countSwitches counts what is special about switches.
func countSwitches(seen map[string]int, s situation, p *planner.Plan) {
	arrived := make(map[seat.Assignment]bool)
	for _, w := range p.Switches {
		h := s.holders[slices.IndexFunc(s.holders, func(h seat.Holder) bool { return h.ID == w.Holder })]
		to := seat.Assignment{Holder: w.Holder, Module: w.To}
		for what, occurs := range map[string]bool{
			"switched, cascade":         slices.Contains(p.Releases, planner.Release{Holder: w.Holder, Module: w.To, Cause: "cascade"}) || endedOf(p, w.Holder) > len(s.releasedBy(w.Holder)),
			"switched to what is there": slices.Contains(h.Assigned, w.To),
			"released and switched to":  slices.Contains(s.releasedBy(w.Holder), w.To),
			"two to one":                arrived[to],
		} {
			if occurs {
				seen[what]++
			}
		}
		arrived[to] = true
	}
}

// releasedBy returns what the situation releases of a holder, each once.
func (s situation) releasedBy(holder string) []string {
	var released []string
	for _, r := range s.releases {
		if r.Holder == holder && !slices.Contains(released, r.Module) {
			released = append(released, r.Module)
		}
	}
	return released
}

// everyCode has all that a plan can say.
var everyCode = []string{
	"ready", "current", "blocked", "rejected",
	"wrong-serial", "wrong-company", "wrong-product", "wrong-deployment", "older", "number-reused", "lapsed", "not-yet-valid",
	"added", "removed", "altered", "moved", "obsolete",
	"over-allocated", "missing-prerequisite", "not-assignable", "requested", "cascade", "switched",
	"bundle-content-changed", "expires-sooner", "in-grace", "in-overdraft", "issued-ahead", "module-removed", "number-jump", "prerequisite-not-licensed", "quantity-reduced",
}

func countCodes(seen map[string]int, p *planner.Plan) {
	seen[string(p.Status)]++
	for _, r := range p.Rejections {
		seen[string(r)]++
	}
	for _, c := range p.Changes {
		seen[string(c.Change)]++
		seen["moved"] += int(c.Moved)
		seen["obsolete"] += int(c.Obsolete)
	}
	for _, b := range p.Blockers {
		seen[string(b.Kind)]++
	}
	for _, r := range p.Releases {
		seen[string(r.Cause)]++
	}
	seen["switched"] += len(p.Switches)
	for _, w := range p.Warnings {
		seen[string(w)]++
	}
}

// TestActivatedIsCurrent: once a plan was applied, the same license is
// current; and if the plan was ready, its successor with the same content
// finds nothing that blocks.
func TestActivatedIsCurrent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		p := mustPlan(t, s.input(t))
		if p.Status == planner.Rejected || p.Status == planner.Current {
			return
		}
		s = s.activated(p)
		want := &planner.Plan{
			Owner: p.Owner, From: p.To, To: p.To, Status: planner.Current, Rejections: []planner.Rejection{},
			Changes: []planner.ModuleChange{}, Blockers: []planner.Blocker{}, Releases: []planner.Release{}, Warnings: []planner.Warning{},
		}
		if diff := cmp.Diff(want, mustPlan(t, s.input(t)), exported); diff != "" {
			t.Errorf("the plan of what was activated (-want +got):\n%s", diff)
		}
		next := *s.offered
		next.Number++
		s.offered = &next
		again := mustPlan(t, s.input(t))
		if p.Status == planner.Ready && (again.Status != planner.Ready || len(again.Blockers) > 0) {
			t.Errorf("after a ready plan the next one with the same content is %s: %v %v", again.Status, again.Rejections, again.Blockers)
		}
	})
}

// TestOneMoreRelease: it never adds to what is in use, nor a blocker, but for
// what something is switched to and comes to lack what it requires.
func TestOneMoreRelease(t *testing.T) {
	type key struct {
		kind             planner.BlockerKind
		module, requires string
	}
	affected := func(p *planner.Plan) map[key]int64 {
		counts := make(map[key]int64)
		for _, b := range p.Blockers {
			counts[key{b.Kind, b.Module, b.Requires}] = b.Affected
		}
		return counts
	}
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		var held []seat.Assignment
		for _, h := range s.holders {
			for _, module := range h.Assigned {
				if !s.isSwitched(h.ID, module) {
					held = append(held, seat.Assignment{Holder: h.ID, Module: module})
				}
			}
		}
		if len(held) == 0 {
			return
		}
		before := mustPlan(t, s.input(t))
		s.releases = append(s.releases, rapid.SampledFrom(held).Draw(t, "one more"))
		after := mustPlan(t, s.input(t))
		was := affected(before)
		for k, n := range affected(after) {
			if n > was[k] && (k.kind != planner.MissingPrerequisite || len(s.switches) == 0) {
				t.Errorf("one more release raises %v from %d to %d holders", k, was[k], n)
			}
		}
		if len(s.switches) == 0 && before.Status != planner.Blocked && after.Status != before.Status {
			t.Errorf("one more release turns %s into %s", before.Status, after.Status)
		}
		for i, c := range after.Changes {
			if c.NewInUse != nil && *c.NewInUse > *before.Changes[i].NewInUse {
				t.Errorf("one more release raises %s from %d to %d", c.Module, *before.Changes[i].NewInUse, *c.NewInUse)
			}
		}
	})
}

// TestOrderNeverMatters shuffles all that is a set, and takes the census apart.
func TestOrderNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		want := mustPlan(t, s.input(t))

		s.active = rapid.Permutation(s.active).Draw(t, "active")
		for i, l := range s.active {
			s.active[i] = shuffled(t, l)
		}
		s.offered = shuffled(t, s.offered)
		s.holders = rapid.Permutation(s.holders).Draw(t, "holders")
		for i, h := range s.holders {
			s.holders[i].Assigned = rapid.Permutation(append(h.Assigned, h.Assigned...)).Draw(t, "assigned")
		}
		s.releases = rapid.Permutation(append(s.releases, s.releases...)).Draw(t, "releases")
		s.switches = rapid.Permutation(append(s.switches, s.switches...)).Draw(t, "switches")
		in := s.input(t)
		named := in.Selection.Holders()
		in.Holders = slices.DeleteFunc(slices.Clone(in.Holders), func(h seat.Holder) bool { return !slices.Contains(named, h.ID) })
		if diff := cmp.Diff(want, mustPlan(t, in), exported); diff != "" {
			t.Errorf("plan with those alone who are named (-want +got):\n%s", diff)
		}
		in.Census = nil
		for _, h := range s.holders {
			in.Census = append(in.Census, seat.Combination{Kind: h.Kind, Type: h.Type, Assigned: h.Assigned, Count: 1})
		}
		if diff := cmp.Diff(want, mustPlan(t, in), exported); diff != "" {
			t.Errorf("plan in another order (-want +got):\n%s", diff)
		}
	})
}

func shuffled(t *rapid.T, l *license.License) *license.License {
	copied := *l
	copied.Modules = rapid.Permutation(l.Modules).Draw(t, "modules")
	for i := range copied.Modules {
		m := &copied.Modules[i]
		for _, list := range lists(m) {
			*list = rapid.Permutation(append(slices.Clone(*list), *list...)).Draw(t, "list")
		}
	}
	return &copied
}

// TestInputIsNeverChanged: nor does a plan share memory with it.
func TestInputIsNeverChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draws := []int{}
		s := drawSituation(func(n int, label string) int {
			draws = append(draws, rapid.IntRange(0, n-1).Draw(t, label))
			return draws[len(draws)-1]
		})
		same := drawSituation(func(int, string) int {
			next := draws[0]
			draws = draws[1:]
			return next
		})
		in, untouched := s.input(t), same.input(t)
		p := mustPlan(t, in)
		everybody(p, s.holders)
		for i, c := range p.Changes {
			clear(c.Fields)
			p.Changes[i] = planner.ModuleChange{}
		}
		clear(p.Releases)
		clear(p.Switches)
		for i, b := range p.Blockers {
			clear(b.Through)
			p.Blockers[i] = planner.Blocker{}
		}
		for _, h := range s.holders {
			after, _ := p.Apply(h)
			if p.Status == planner.Ready || p.Status == planner.Blocked {
				clear(after.Assigned)
			}
		}
		if diff := cmp.Diff(untouched, in, cmpopts.IgnoreFields(planner.Input{}, "Active")); diff != "" {
			t.Errorf("the input changed (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(untouched.Active.Licenses(), in.Active.Licenses()); diff != "" {
			t.Errorf("the licenses changed (-before +after):\n%s", diff)
		}
	})
}

// TestApplyAgreesWithPlan sums over the holders what Apply says, and compares
// it with the releases and figures of the plan.
func TestApplyAgreesWithPlan(t *testing.T) {
	causes := map[seat.Cause]planner.ReleaseCause{seat.CauseReleased: planner.ReleaseRequested, seat.CauseCascaded: planner.ReleaseCascade}
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		p := mustPlan(t, s.input(t))
		moved, obsolete := make(map[string]int64), make(map[string]int64)
		ended := []planner.Release{}
		var switched []seat.Swap
		for _, h := range s.holders {
			_, changes := p.Apply(h)
			for _, c := range changes {
				switch c.Cause {
				case seat.CauseMoved:
					moved[c.Module]++
				case seat.CauseObsolete:
					obsolete[c.Module]++
				case seat.CauseSwitched:
					switched = append(switched, seat.Swap{Holder: c.Holder, From: c.Module, To: c.To})
				default:
					ended = append(ended, planner.Release{Holder: c.Holder, Module: c.Module, Cause: causes[c.Cause]})
					if c.Cause == seat.CauseCascaded && newOracle(s).successor(c.Module) != "" {
						moved[c.Module]++ // counted before the cascade
					}
				}
			}
		}
		if diff := cmp.Diff(p.Releases, ended); diff != "" {
			t.Errorf("what ends (-plan +holders):\n%s", diff)
		}
		if diff := cmp.Diff(p.Switches, switched); diff != "" {
			t.Errorf("what is switched (-plan +holders):\n%s", diff)
		}
		after := seat.NewCensus(slices.Values(everybody(p, s.holders))).InUse(s.set(t).With(s.offered))
		checkFree(t, s, p, after)
		for _, c := range p.Changes {
			if moved[c.Module] != c.Moved || obsolete[c.Module] != c.Obsolete {
				t.Errorf("%s: moved %d, obsolete %d; the plan says %d, %d", c.Module, moved[c.Module], obsolete[c.Module], c.Moved, c.Obsolete)
			}
			if e := s.set(t).With(s.offered).Module(c.Module); e != nil && c.NewInUse != nil && after[e.Index] != *c.NewInUse {
				t.Errorf("%s: %d in use after; the plan says %d", c.Module, after[e.Index], *c.NewInUse)
			}
		}
	})
}

// checkFree compares what a plan says is left with what its holders come to occupy.
func checkFree(t *rapid.T, s situation, p *planner.Plan, inUse []int64) {
	t.Helper()
	decided := p.Status == planner.Ready || p.Status == planner.Blocked
	for _, e := range s.set(t).With(s.offered).Entries() {
		want, limited := int64(0), decided && e.License == s.offered && e.Module.Restricted()
		if limited {
			want = e.Module.Capacity() - inUse[e.Index]
		}
		if free, ok := p.Free(e.Name); free != want || ok != limited {
			t.Errorf("%s: %d seats left, limited %t; want %d, %t", e.Name, free, ok, want, limited)
		}
	}
	if _, limited := p.Free("vendor.none"); limited {
		t.Error("a limit of what is in no license")
	}
}

// TestDiffOfDrawnLicenses: nothing differs from itself, and what was added one
// way was removed the other way.
func TestDiffOfDrawnLicenses(t *testing.T) {
	mirror := map[license.ChangeKind]license.ChangeKind{license.Added: license.Removed, license.Removed: license.Added, license.Altered: license.Altered}
	rapid.Check(t, func(t *rapid.T) {
		c := fromRapid(t)
		a := drawLicense(c, "vendor", nil)
		b := drawLicense(c, "vendor", a)
		if d := license.Diff(a, shuffled(t, a)); !d.Empty() {
			t.Errorf("a license differs from itself in %v, %v", d.Fields, d.Modules)
		}
		there, back := license.Diff(a, b), license.Diff(b, a)
		if diff := cmp.Diff(there.Fields, back.Fields); diff != "" {
			t.Errorf("fields (-there +back):\n%s", diff)
		}
		changes := make(map[string]license.ChangeKind)
		for _, m := range there.Modules {
			changes[m.Name] = mirror[m.Change]
		}
		for _, m := range back.Modules {
			if changes[m.Name] != m.Change {
				t.Errorf("%s is %s there and %s back", m.Name, mirror[changes[m.Name]], m.Change)
			}
			delete(changes, m.Name)
		}
		if len(changes) > 0 {
			t.Errorf("only there: %v", slices.Sorted(maps.Keys(changes)))
		}
		if there.Empty() != sameContent(a, b) {
			t.Errorf("the same content: %t", there.Empty())
		}
	})
}

// TestDrawnLicensesAreValid: the properties speak of licenses as they are.
func TestDrawnLicensesAreValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(fromRapid(t))
		for _, l := range append(slices.Clone(s.active), s.offered) {
			document, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := license.Parse(document); err != nil {
				t.Errorf("%v\n%s", err, document)
			}
		}
	})
}
