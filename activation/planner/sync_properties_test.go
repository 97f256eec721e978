package planner_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// drawWanted draws what the holders should have: often what they have, and now and
// then what nobody can have.
func drawWanted(c choose, s situation) []seat.Wanted {
	modules := append(slices.Sorted(maps.Keys(s.today().inW)), "vendor.gone")
	var wanted []seat.Wanted
	for _, h := range s.holders {
		w := seat.Wanted{Holder: h}
		for range c(4, "wishes of "+h.ID) {
			w.Wants = append(w.Wants, modules[c(len(modules), "wish")])
		}
		for _, module := range h.Assigned {
			if !c.oneIn(3, "not "+module) {
				w.Wants = slices.Insert(w.Wants, c(len(w.Wants)+1, "place"), module)
			}
		}
		wanted = append(wanted, w)
	}
	return wanted
}

// oneByOne is docs/spec/sync.md by plain assignments, releases and switches: after
// each of them it begins with the first holder again.
type oneByOne struct {
	*rapid.T
	situation
	keeps map[string][]string
}

func (o *oneByOne) sync(wanted []seat.Wanted) {
	for i := range wanted {
		o.giveBack(i, wanted[i].Wants)
	}
	for i := 0; i < len(wanted); i++ {
		if o.step(i, wanted[i].Wants) {
			i = -1
		}
	}
}

func (o *oneByOne) lacks(i int, wants []string) []string {
	var lacking []string
	for _, module := range wants {
		m := o.today().inW[module]
		if !slices.Contains(o.holders[i].Assigned, module) && !slices.Contains(lacking, module) && (m == nil || m.Kind.Assignable()) {
			lacking = append(lacking, module)
		}
	}
	return lacking
}

func (o *oneByOne) replaces(wish, held string) bool {
	of, by := o.today().inW[held], o.today().inW[wish]
	return of != nil && of.Bundle && ownerOf(wish) == ownerOf(held) && (by == nil || by.Bundle)
}

func (o *oneByOne) giveBack(i int, wants []string) {
	var back []string
	h, lacking := o.holders[i], o.lacks(i, wants)
	for module := range setOf(h.Assigned) {
		switch {
		case slices.Contains(wants, module):
		case slices.ContainsFunc(lacking, func(wish string) bool { return o.replaces(wish, module) }):
			o.keeps[h.ID] = append(o.keeps[h.ID], module)
		default:
			back = append(back, module)
		}
	}
	lost := o.lost(i, wants, back, nil)
	if len(lost) > 0 && !slices.ContainsFunc(o.lost(i, wants, back, lacking), func(module string) bool { return slices.Contains(lost, module) }) {
		o.keeps[h.ID] = append(o.keeps[h.ID], back...)
		return
	}
	o.release(i, back)
}

// lost is what the holder should have and would not, after giving something back.
func (o *oneByOne) lost(i int, wants, back, more []string) []string {
	before, after := setOf(o.holders[i].Assigned), setOf(append(slices.Clone(o.holders[i].Assigned), more...))
	for _, module := range back {
		delete(after, module)
	}
	left := o.today().cascade(before, after, "")
	var lost []string
	for module := range before {
		if slices.Contains(wants, module) && !left[module] {
			lost = append(lost, module)
		}
	}
	return lost
}

func (o *oneByOne) release(i int, modules []string) bool {
	var ending []seat.Assignment
	for _, module := range modules {
		ending = append(ending, seat.Assignment{Holder: o.holders[i].ID, Module: module})
	}
	return o.take(i, seat.Release(o.set(o), o.holders[i:i+1], ending...), nil)
}

func (o *oneByOne) exchange(i int, from, to []string) bool {
	if len(to) == 0 {
		return o.release(i, from)
	}
	var swaps []seat.Swap
	for n := range max(len(from), len(to)) {
		swap := seat.Swap{Holder: o.holders[i].ID, To: to[min(n, len(to)-1)]}
		if n < len(from) {
			swap.From = from[n]
		}
		swaps = append(swaps, swap)
	}
	d, err := seat.Switch(o.state(o), o.holders[i:i+1], swaps...)
	return o.take(i, d, err)
}

func (o *oneByOne) take(i int, d seat.Decision, err error) bool {
	if err != nil || len(d.Changes) == 0 {
		return false
	}
	o.situation = o.with(d.Holders)
	h := o.holders[i]
	o.keeps[h.ID] = slices.DeleteFunc(o.keeps[h.ID], func(module string) bool { return !slices.Contains(h.Assigned, module) })
	return true
}

func (o *oneByOne) step(i int, wants []string) bool {
	id, lacking := o.holders[i].ID, o.lacks(i, wants)
	if o.exchange(i, o.keeps[id], lacking) {
		return true
	}
	for _, module := range lacking {
		var from []string
		for _, kept := range o.keeps[id] {
			if o.replaces(module, kept) && len(from) == 0 {
				from = append(from, kept)
			}
		}
		if o.exchange(i, from, []string{module}) {
			return true
		}
	}
	var spare []string
	for _, kept := range o.keeps[id] {
		if !slices.ContainsFunc(lacking, func(wish string) bool { return o.replaces(wish, kept) }) {
			spare = append(spare, kept)
		}
	}
	return len(o.lost(i, wants, spare, nil)) == 0 && o.release(i, spare)
}

// drawScarce draws three plans with hardly enough seats, and holders who are to
// change them.
func drawScarce(c choose) (situation, []seat.Wanted) {
	seats := func(name string, most int, more license.Module) license.Module {
		more.Name, more.Kind, more.Quantity = name, license.User, int64(1+c(most, "seats of "+name))
		return more
	}
	plan := license.Module{Bundle: true, Includes: []string{"g"}}
	s := situation{active: []*license.License{{
		Owner: license.Owner{Name: "vendor"}, Number: 1,
		Modules: []license.Module{
			seats("a", 3, plan), seats("b", 3, plan), seats("c", 3, license.Module{Bundle: true}),
			seats("d", 2, license.Module{Requires: []string{"g"}}), seats("g", 4, license.Module{Hidden: true}),
		},
	}}}
	names := []string{"vendor.a", "vendor.b", "vendor.c", "vendor.d", "vendor.g"}
	var wanted []seat.Wanted
	for i := range 2 + c(7, "holders") {
		h := seat.Holder{ID: "h" + strconv.Itoa(i), Kind: license.User, Assigned: []string{names[c(5, "has")]}}
		s.holders = append(s.holders, h)
		w := seat.Wanted{Holder: h}
		for range 1 + c(3, "wishes") {
			w.Wants = append(w.Wants, names[c(5, "wish")])
		}
		wanted = append(wanted, w)
	}
	return s, wanted
}

// TestSyncAgreesWithOracle: holders get what they should have as if each seat was
// given by itself.
func TestSyncAgreesWithOracle(t *testing.T) {
	t.Run("anything", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			s := drawSituation(fromRapid(t))
			checkSync(t, s, drawWanted(fromRapid(t), s))
		})
	})
	t.Run("seats are scarce", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			s, wanted := drawScarce(fromRapid(t))
			checkSync(t, s, wanted)
		})
	})
}

func checkSync(t *rapid.T, s situation, wanted []seat.Wanted) {
	t.Helper()
	plan := seat.Sync(s.state(t), wanted)
	o := &oneByOne{T: t, situation: s, keeps: make(map[string][]string)}
	o.sync(wanted)
	if diff := cmp.Diff(o.holders, s.with(plan.Holders).holders, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("holders (-one by one +synced):\n%s", diff)
	}
	var lacking, unmet []seat.Assignment
	for i, w := range wanted {
		for _, module := range o.lacks(i, w.Wants) {
			lacking = append(lacking, seat.Assignment{Holder: w.ID, Module: module})
		}
	}
	for _, u := range plan.Unmet {
		unmet = append(unmet, u.Assignment)
		given, err := seat.Assign(o.state(t), o.holders, u.Assignment)
		if err == nil && u.From == "" {
			t.Errorf("%v is not met, by %v, and could be: %v", u.Assignment, u.Err, given)
		}
		if u.Err == nil {
			t.Errorf("%v is not met, and nothing says why", u.Assignment)
		}
	}
	if diff := cmp.Diff(lacking, unmet); diff != "" {
		t.Errorf("unmet (-one by one +synced):\n%s", diff)
	}
	checkSteps(t, s, wanted, plan)
}

// checkSteps: no step takes a seat that is not free, some steps at a time lead to
// the same as all of them, and nothing is left to be done.
func checkSteps(t *rapid.T, s situation, wanted []seat.Wanted, plan seat.SyncPlan) {
	t.Helper()
	one, parts := s, s
	for _, step := range plan.Steps {
		was := one.today().seats()
		one = one.with([]seat.Holder{step})
		for name, is := range one.today().seats() {
			if m := one.today().inW[name]; !m.Unrestricted && m.Kind.Assignable() && is > was[name] && is > m.Quantity+m.Overdraft {
				t.Fatalf("the step to %v takes seat %d of %s", step, is, name)
			}
		}
	}
	after := s.with(plan.Holders)
	if diff := cmp.Diff(after.holders, one.holders, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("holders (-decided +step by step):\n%s", diff)
	}
	for some := range slices.Chunk(plan.Steps, rapid.IntRange(1, 3).Draw(t, "steps at a time")) {
		var targets []seat.Wanted
		for _, step := range some {
			i := slices.IndexFunc(parts.holders, func(h seat.Holder) bool { return h.ID == step.ID })
			if slices.ContainsFunc(targets, func(w seat.Wanted) bool { return w.ID == step.ID }) {
				parts = parts.with(seat.Sync(parts.state(t), targets).Holders)
				targets = nil
			}
			targets = append(targets, seat.Wanted{Holder: parts.holders[i], Wants: step.Assigned})
		}
		parts = parts.with(seat.Sync(parts.state(t), targets).Holders)
	}
	if diff := cmp.Diff(after.holders, parts.holders, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("holders (-at once +in parts):\n%s", diff)
	}
	for i := range wanted {
		wanted[i].Holder = after.holders[i]
	}
	again := seat.Sync(after.state(t), wanted)
	if len(again.Steps)+len(again.Changes)+len(again.Holders) > 0 || len(again.Unmet) != len(plan.Unmet) {
		t.Errorf("once more: %+v", again)
	}
}
