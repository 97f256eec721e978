package seat

import (
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// Wanted is a holder with its present assignments, and what it should have.
type Wanted struct {
	Holder
	// Wants lists the full names of the modules that the holder should have,
	// the most important first.
	Wants []string `json:"wants,omitzero"`
}

// SyncPlan is how holders get what they should have.
type SyncPlan struct {
	// Decision is everything that begins and ends.
	Decision
	// Steps is the same as a sequence: one holder after another, as it is
	// after its step. In this order no step takes a seat that is not free. A
	// holder that gives something back before it gets something else occurs
	// twice.
	Steps []Holder `json:"steps,omitzero"`
	// Unmet lists what can't be given, in the order of the holders and of
	// their Wants.
	Unmet []Unmet `json:"unmet,omitzero"`
}

// Unmet is a module that a holder should have and can't be given: an unmet
// wish.
type Unmet struct {
	// Refusal is the first reason. Its index is the position of the holder.
	Refusal
	// From is the bundle that the holder keeps until it is given this module,
	// or empty.
	From string `json:"from,omitzero"`
}

// Sync plans how holders get what they should have, as far as the rules of
// [Assign] and [Switch] allow. Use it when another system, such as a directory,
// decides who has which modules. It never fails: what can't be given is in the
// plan. Give the holders in the order of their importance, each once.
//
//   - First every holder gives back what it has and should not have, with two
//     exceptions. It keeps a bundle until it is given something else, if it
//     should have another bundle of that owner, or a module of that owner
//     that no license has. It also keeps a module that is required by one
//     which it has and should have, if its other wanted modules will meet
//     that requirement.
//   - Then holders get what they should have, one after another: everything
//     at once if possible, otherwise as much as possible. A seat that a step
//     releases goes to the first holder that waits for one.
//
// A licensed site module is on for everybody and counts as given. See
// docs/spec/sync.md.
func Sync(s Situation, wanted []Wanted) SyncPlan {
	p := syncing{ledger: newLedger(s), waiting: make(map[*license.Entry]*queue)}
	drafts := make([]*draft, len(wanted))
	p.holders = make([]wanting, len(wanted))
	for i, w := range wanted {
		drafts[i] = &draft{holder: w.Holder, before: nameset.Of(w.Assigned)}
		drafts[i].after = drafts[i].before
		p.holders[i] = wanting{draft: drafts[i], wants: w.Wants}
		p.giveBack(i)
	}
	p.freed = nil // nobody waits yet for what came free
	for i := range p.holders {
		p.ready.push(i)
		for next, more := p.next(); more; next, more = p.next() {
			if p.step(next) {
				p.ready.push(next)
			}
		}
	}
	return SyncPlan{Decision: decide(drafts), Steps: p.steps, Unmet: p.unmet()}
}

// syncing is a plan in the making.
type syncing struct {
	*ledger
	holders []wanting
	steps   []Holder
	// ready are the holders whose turn it is. waiting are those for whom a
	// module had no seat, and freed are the modules of which seats have come
	// free since.
	ready   queue
	waiting map[*license.Entry]*queue
	freed   []*license.Entry
}

// wanting is the state of a holder in the plan.
type wanting struct {
	*draft
	wants []string
	// keeps lists what the holder has and should not have, but keeps until it
	// is given something else.
	keeps []string
	// reasons tells why the holder can't be given what it lacks, by module.
	reasons map[string]error
}

// lacks returns what the holder should have and does not have.
func (w *wanting) lacks(licenses *license.Set) []string {
	var lacking []string
	for _, module := range w.wants {
		if !w.holds(module) && !slices.Contains(lacking, module) && !everywhere(licenses.Module(module)) {
			lacking = append(lacking, module)
		}
	}
	return lacking
}

// everywhere reports whether a module is on for everybody.
func everywhere(e *license.Entry) bool { return e != nil && !e.Module.Kind.Assignable() }

// giveBack releases what the holder should not have, except what it keeps.
func (p *syncing) giveBack(i int) {
	w, licenses := &p.holders[i], p.state.Licenses
	lacking := w.lacks(licenses)
	var back []string
	for _, module := range w.after {
		switch {
		case slices.Contains(w.wants, module):
		case slices.ContainsFunc(lacking, func(wish string) bool { return replaces(licenses, wish, module) }):
			w.keeps = append(w.keeps, module)
		default:
			back = append(back, module)
		}
	}
	if len(back) == 0 {
		return
	}
	if p.needed(w, back, lacking) {
		w.keeps = append(w.keeps, back...)
		return
	}
	p.release(i, back)
}

// replaces reports whether a holder that should have a module keeps a bundle of
// the same owner until then. It does if the module is another bundle, or if no
// license has it: its name may be mistyped.
func replaces(licenses *license.Set, wish, held string) bool {
	of, by := licenses.Module(held), licenses.Module(wish)
	if of == nil || !of.Module.Bundle {
		return false
	}
	if by == nil {
		owner, _ := license.SplitName(wish)
		return owner == of.License.Owner.Name
	}
	return by.Module.Bundle && by.License == of.License
}

// needed reports whether giving back modules would end something that the
// holder should have, and that getting what it lacks would keep.
func (p *syncing) needed(w *wanting, back, lacking []string) bool {
	left := without(w.after, back)
	lost := p.lost(w, left)
	if len(lost) == 0 {
		return false
	}
	for _, module := range p.lost(w, append(left, lacking...)) {
		if slices.Contains(lost, module) {
			return false
		}
	}
	return true
}

// lost returns the modules that the holder should have and that would end with
// others.
func (p *syncing) lost(w *wanting, left []string) []string {
	ended := p.needs.Cascade(w.after, left)
	return slices.DeleteFunc(ended, func(module string) bool { return !slices.Contains(w.wants, module) })
}

func without(modules, some []string) []string {
	return slices.DeleteFunc(slices.Clone(modules), func(module string) bool { return slices.Contains(some, module) })
}

func (p *syncing) release(i int, modules []string) {
	d := p.holders[i].draft
	next := &draft{holder: d.holder, before: d.after, after: d.after}
	for _, module := range modules {
		next.remove(module, CauseReleased)
	}
	next.cascade(p.needs)
	p.made(i, p.keep(d, next))
}

// made records a step of a holder.
func (p *syncing) made(i int, freed []*license.Entry) {
	p.freed = append(p.freed, freed...)
	w := &p.holders[i]
	is := w.holder
	is.Assigned = slices.Clone(w.after)
	if last := len(p.steps) - 1; last >= 0 && p.steps[last].ID == is.ID {
		p.steps[last] = is
		return
	}
	p.steps = append(p.steps, is)
}

// step makes one step of a holder if possible. Otherwise it records the
// reasons.
func (p *syncing) step(i int) bool {
	w := &p.holders[i]
	lacking := w.lacks(p.state.Licenses)
	if len(lacking) == 0 && len(w.keeps) == 0 {
		return false
	}
	if all := p.together(w, lacking); len(all) > 1 && p.try1(i, all) == nil {
		return true
	}
	w.reasons = make(map[string]error, len(lacking))
	for _, module := range lacking {
		refused := p.try1(i, p.swaps(w, module))
		if refused == nil {
			return true
		}
		w.reasons[module] = refused[0].Err
	}
	if back := p.spare(w); len(back) > 0 {
		p.release(i, back)
		w.keeps = without(w.keeps, back)
		return true
	}
	p.wait(i)
	return false
}

// together returns everything that a holder lacks, in exchange for all that it
// keeps.
func (p *syncing) together(w *wanting, lacking []string) []Swap {
	var swaps []Swap
	for _, module := range lacking {
		swaps = append(swaps, Swap{Holder: w.holder.ID, To: module})
	}
	for _, module := range w.keeps {
		swaps = append(swaps, Swap{Holder: w.holder.ID, From: module})
	}
	return swaps
}

// swaps returns a module in exchange for the bundle that the holder keeps until
// then.
func (p *syncing) swaps(w *wanting, module string) []Swap {
	return []Swap{{Holder: w.holder.ID, From: p.from(w, module), To: module}}
}

func (p *syncing) from(w *wanting, module string) string {
	for _, kept := range w.keeps {
		if replaces(p.state.Licenses, module, kept) {
			return kept
		}
	}
	return ""
}

func (p *syncing) try1(i int, swaps []Swap) []Refusal {
	w := &p.holders[i]
	freed, refused := p.try(w.draft, i, swaps...)
	if refused == nil {
		w.keeps = slices.DeleteFunc(w.keeps, func(module string) bool { return !w.holds(module) })
		p.made(i, freed)
	}
	return refused
}

// spare returns what a holder keeps and no longer needs.
func (p *syncing) spare(w *wanting) []string {
	lacking := w.lacks(p.state.Licenses)
	back := slices.DeleteFunc(slices.Clone(w.keeps), func(kept string) bool {
		return slices.ContainsFunc(lacking, func(wish string) bool { return replaces(p.state.Licenses, wish, kept) })
	})
	if len(back) == 0 || len(p.lost(w, without(w.after, back))) > 0 {
		return nil
	}
	return back
}

// wait lets a holder wait for modules that have no free seat. One module for
// each wish is enough, since the wish can't be met before that module has a
// seat.
func (p *syncing) wait(i int) {
	for _, reason := range p.holders[i].reasons {
		full, waits := reason.(*NoFreeSeatError) //nolint:errorlint // reasons are made in this package, and not wrapped
		if !waits {
			continue
		}
		e := p.state.Licenses.Module(full.Module)
		if p.waiting[e] == nil {
			p.waiting[e] = &queue{}
		}
		p.waiting[e].push(i)
	}
}

// next returns the holder whose turn it is: the first that is ready, or that
// waits for a seat which has come free.
func (p *syncing) next() (int, bool) {
	first := &p.ready
	p.freed = slices.DeleteFunc(p.freed, func(e *license.Entry) bool {
		waiting := p.waiting[e]
		if waiting == nil || len(waiting.places) == 0 || !p.room(e) {
			return true
		}
		if len(first.places) == 0 || waiting.places[0] < first.places[0] {
			first = waiting
		}
		return false
	})
	return first.pop()
}

func (p *syncing) unmet() []Unmet {
	var unmet []Unmet
	for i := range p.holders {
		w := &p.holders[i]
		for _, module := range w.lacks(p.state.Licenses) {
			unmet = append(unmet, Unmet{
				Refusal: Refusal{Index: i, Assignment: Assignment{Holder: w.holder.ID, Module: module}, Err: w.reasons[module]},
				From:    p.from(w, module),
			})
		}
	}
	return unmet
}
