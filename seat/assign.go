package seat

import (
	"slices"

	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
)

// Assign decides whether assignments can be made, all of them or none. The
// holders must include everyone whom the assignments name; others are ignored.
// Assigning what is assigned already succeeds and changes nothing. To exchange
// one bundle for another use [Switch], and to fill a module as far as seats go
// use [Fill].
//
// An assignment of module m to holder h is refused, in this order, when
//
//   - h is not among the holders ([UnknownHolderError]);
//   - m is not licensed, its license is not yet valid or has lapsed, or m is
//     a site module ([ModuleError]; nothing else is checked then);
//   - the kind or type of h does not fit m, or a module that the bundle m
//     includes ([NotAssignableError]);
//   - h has another bundle of the same owner ([OtherBundleError]);
//   - m, or a module that the bundle m includes, requires a module that is
//     neither a licensed site module nor occupied by h after the call
//     ([PrerequisiteError]);
//   - the call would use more seats of a restricted module, hidden or not,
//     and there is no free seat for this assignment ([NoFreeSeatError]).
//     Seats go to the assignments in their order; the later ones are refused.
//
// The error is a [*RefusedError] with the reasons for every assignment. See
// docs/spec/domain.md, Holders, assignments, seats.
func Assign(s Situation, holders []Holder, assignments ...Assignment) (Decision, error) {
	drafts, byID := newDrafts(holders)
	b := batch{state: s, byID: byID, inUse: s.Census.InUse(s.Licenses), needs: occupancy.NeedsOf(s.Licenses)}
	b.wishes = make([]wish, 0, len(assignments))
	for i, a := range assignments {
		b.want(i, a)
	}
	return b.finish(drafts)
}

// batch judges the wishes of one call on drafts.
type batch struct {
	state   Situation
	byID    map[string]*draft
	inUse   []int64 // before the call, by the index of the module's entry
	needs   *occupancy.Needs
	wishes  []wish
	refused refusals
	types   map[*license.Entry][]string // copies, for refusals
}

// wish is a requested assignment that does not exist yet.
type wish struct {
	Assignment
	index int
	entry *license.Entry
	draft *draft
}

// want judges the rules that concern the assignment alone, and adds it to the
// draft.
func (b *batch) want(index int, a Assignment) {
	d := b.byID[a.Holder]
	if d == nil {
		b.refused.add(index, a, &UnknownHolderError{Holder: a.Holder})
		return
	}
	if d.holds(a.Module) {
		return
	}
	e, err := b.assignable(a.Module)
	if err != nil {
		b.refused.add(index, a, err)
		return
	}
	b.wishes = append(b.wishes, wish{Assignment: a, index: index, entry: e, draft: d})
	d.add(a.Module)
	d.wished(a.Module, index)
}

// assignable returns the module if it can be assigned at all.
func (b *batch) assignable(module string) (*license.Entry, error) {
	e := b.state.Licenses.Module(module)
	if !b.licensed(e) {
		return nil, &ModuleError{Rule: ErrNotLicensed, Module: module}
	}
	if e.License.StateAt(b.state.Now) == license.Lapsed {
		end, _ := e.License.End()
		return nil, &ModuleError{Rule: ErrLapsed, Module: module, Since: end}
	}
	if !e.Module.Kind.Assignable() {
		return nil, &ModuleError{Rule: ErrSiteModule, Module: module}
	}
	return e, nil
}

// licensed reports false for a license that is not yet valid. An installation
// has such a license active only while its clock is set back.
func (b *batch) licensed(e *license.Entry) bool {
	return e != nil && e.License.StateAt(b.state.Now) != license.NotYetValid
}

// allBegun reports whether every license is valid by now. Modules of one that
// is not meet no requirement.
func (b *batch) allBegun() bool {
	return !slices.ContainsFunc(b.state.Licenses.Licenses(), func(l *license.License) bool {
		return l.StateAt(b.state.Now) == license.NotYetValid
	})
}

// finish judges the rules that concern the whole call, and decides.
func (b *batch) finish(drafts []*draft) (Decision, error) {
	for _, d := range drafts {
		d.was, d.is = occupancy.Of(b.state.Licenses, d.before), occupancy.Of(b.state.Licenses, d.after)
	}
	for _, w := range b.wishes {
		b.checkFit(w)
		b.checkBundles(w)
		b.checkRequirements(w)
	}
	b.checkSeats(b.count(drafts))
	if err := b.refused.err(); err != nil {
		return Decision{}, err
	}
	return decide(drafts), nil
}

func (b *batch) checkFit(w wish) {
	h := w.draft.holder
	for _, e := range occupancy.WithIncluded(w.entry) {
		if !Fits(e, h.Kind, h.Type) && b.refused.room(w.index, ErrNotAssignable) {
			b.refused.add(w.index, w.Assignment, &NotAssignableError{
				Module: e.Name, Kind: e.Module.Kind, AssignableTo: b.typesOf(e),
				HolderKind: h.Kind, HolderType: h.Type,
			})
		}
	}
}

// typesOf returns a copy of the types that may have a module. All refusals
// share it, because there may be many of both.
func (b *batch) typesOf(e *license.Entry) []string {
	types, copied := b.types[e]
	if !copied {
		if b.types == nil {
			b.types = make(map[*license.Entry][]string)
		}
		types = slices.Clone(e.Module.AssignableTo)
		b.types[e] = types
	}
	return types
}

// checkBundles refuses a wish for a second bundle of an owner, whether the
// first one is assigned already or wished for earlier in the call.
func (b *batch) checkBundles(w wish) {
	if !w.entry.Module.Bundle {
		return
	}
	for _, held := range w.draft.after {
		other := b.state.Licenses.Module(held)
		if other == nil || !other.Module.Bundle || other.License != w.entry.License {
			continue
		}
		// The wish itself is among them; it does not come before itself.
		place, wished := w.draft.wish(held)
		if (!wished || place < w.index) && b.refused.room(w.index, ErrOtherBundle) {
			b.refused.add(w.index, w.Assignment, &OtherBundleError{Module: w.Module, Held: held})
		}
	}
}

func (b *batch) checkRequirements(w wish) {
	begun := b.allBegun()
	for _, e := range occupancy.WithIncluded(w.entry) {
		if begun && b.needs.Met(e, w.draft.is) {
			continue
		}
		for _, r := range e.Requires {
			licensed := b.licensed(r.Entry)
			if (!licensed || !w.draft.is.Meets(r)) && b.refused.room(w.index, ErrPrerequisite) {
				b.refused.add(w.index, w.Assignment, &PrerequisiteError{
					Module: e.Name, Requires: r.Name, Licensed: licensed,
				})
			}
		}
	}
}

// checkSeats refuses the wishes for which a module has no free seat, in the
// order of the call. Seats that the call itself releases count as free.
func (b *batch) checkSeats(t tally) {
	for _, w := range b.wishes {
		for _, e := range occupancy.WithIncluded(w.entry) {
			taken, wanted := t.take(w.draft, e), t.growth[e.Index]
			capacity := e.Module.Capacity()
			if !e.Module.Unrestricted && wanted > 0 && taken > capacity && b.refused.room(w.index, ErrNoFreeSeat) {
				b.refused.add(w.index, w.Assignment, &NoFreeSeatError{
					Module: e.Name, Capacity: capacity, InUse: b.inUse[e.Index], Wanted: wanted,
				})
			}
		}
	}
}

func (b *batch) count(drafts []*draft) tally {
	t := tally{growth: make([]int64, len(b.inUse)), taken: slices.Clone(b.inUse)}
	for _, d := range drafts {
		t.settle(d)
	}
	return t
}

// tally counts seats by the index of the module's entry.
type tally struct {
	growth []int64 // by how much the whole call raises seats in use
	taken  []int64 // seats in use after what the call gives back and has taken so far
}

func (t *tally) settle(d *draft) {
	for e := range d.was.All() {
		if !d.is.Has(e) {
			t.growth[e.Index]--
			t.taken[e.Index]--
		}
	}
	for e := range d.is.All() {
		if !d.was.Has(e) {
			t.growth[e.Index]++
		}
	}
	d.held = d.was.Clone()
}

// take returns the seats in use once the holder occupies the module. It returns
// 0, which no rule refuses, if the holder occupied it before.
func (t *tally) take(d *draft, e *license.Entry) int64 {
	if d.held.Has(e) {
		return 0
	}
	d.held.Add(e.Index)
	t.taken[e.Index]++
	return t.taken[e.Index]
}
