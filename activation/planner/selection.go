package planner

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Selection is what an administrator has chosen to happen with an activation.
// Its order never matters, and asking twice is asking once.
type Selection struct {
	// Releases is what is to be released.
	Releases []seat.Assignment `json:"releases,omitzero"`
	// Switches is what becomes another module of the offered license.
	Switches []seat.Swap `json:"switches,omitzero"`
}

// And returns all that is in either selection.
func (s Selection) And(other Selection) Selection {
	return Selection{
		Releases: slices.Concat(s.Releases, other.Releases),
		Switches: slices.Concat(s.Switches, other.Switches),
	}
}

// Empty reports whether nothing is selected.
func (s Selection) Empty() bool { return len(s.Releases)+len(s.Switches) == 0 }

// With returns the selection after a change. A choice that is added takes the place
// of the one for the same assignment. Nothing is selected for assignments that are
// dropped, unless it is added. Each assignment comes once, ordered by holder and
// module.
func (s Selection) With(add Selection, drop ...seat.Assignment) Selection {
	chosen := s.choices()
	for _, a := range drop {
		delete(chosen, a)
	}
	maps.Copy(chosen, add.choices())
	var all Selection
	for a, to := range chosen {
		if to == "" {
			all.Releases = append(all.Releases, a)
		} else {
			all.Switches = append(all.Switches, seat.Swap{Holder: a.Holder, From: a.Module, To: to})
		}
	}
	slices.SortFunc(all.Releases, compareAssignments)
	slices.SortFunc(all.Switches, compareSwaps)
	return all
}

// choices returns what becomes of each assignment: the module that it is switched
// to, or "" where it is released.
func (s Selection) choices() map[seat.Assignment]string {
	chosen := make(map[seat.Assignment]string, len(s.Releases)+len(s.Switches))
	for _, a := range s.Releases {
		chosen[a] = ""
	}
	for _, w := range s.Switches {
		chosen[seat.Assignment{Holder: w.Holder, Module: w.From}] = w.To
	}
	return chosen
}

// Fit splits the selection by an error of [New]: what the error says nothing about,
// and what does not fit.
func (s Selection) Fit(err error) (fits, unfit Selection) {
	unknown, wrong := make(map[string]bool), make(map[seat.Assignment]bool)
	found := []error{err}
	if all := (*multierror.Error)(nil); errors.As(err, &all) {
		found = all.Errors
	}
	for _, err := range found {
		var nobody *seat.UnknownHolderError
		var free *NotAssignedError
		var swap *SwitchError
		switch {
		case errors.As(err, &nobody):
			unknown[nobody.Holder] = true
		case errors.As(err, &free):
			wrong[seat.Assignment{Holder: free.Holder, Module: free.Module}] = true
		case errors.As(err, &swap):
			wrong[seat.Assignment{Holder: swap.Holder, Module: swap.From}] = true
		}
	}
	for _, a := range s.Releases {
		if unknown[a.Holder] || wrong[a] {
			unfit.Releases = append(unfit.Releases, a)
		} else {
			fits.Releases = append(fits.Releases, a)
		}
	}
	for _, w := range s.Switches {
		if unknown[w.Holder] || wrong[seat.Assignment{Holder: w.Holder, Module: w.From}] {
			unfit.Switches = append(unfit.Switches, w)
		} else {
			fits.Switches = append(fits.Switches, w)
		}
	}
	return fits, unfit
}

// Holders returns the ids of the holders whom the selection names, ordered, each
// once.
func (s Selection) Holders() []string {
	ids := make([]string, 0, len(s.Releases)+len(s.Switches))
	for _, r := range s.Releases {
		ids = append(ids, r.Holder)
	}
	for _, w := range s.Switches {
		ids = append(ids, w.Holder)
	}
	return nameset.Of(ids)
}

// Selection returns what the plan was asked for: its switches and the releases
// that were requested.
func (p *Plan) Selection() Selection {
	s := Selection{Switches: slices.Clone(p.Switches)}
	for _, r := range p.Releases {
		if r.Cause == ReleaseRequested {
			s.Releases = append(s.Releases, seat.Assignment{Holder: r.Holder, Module: r.Module})
		}
	}
	return s
}

// request is a selection on its way into a transition.
type request struct {
	*transition
	holders map[string]seat.Holder
	held    map[string][]string // by holder; the modules are ordered
	wrong   *multierror.Error
}

// ask records what is selected, each once, or says all that is wrong with it.
func (t *transition) ask(s Selection, holders map[string]seat.Holder) error {
	r := request{transition: t, holders: holders, held: make(map[string][]string)}
	for _, release := range s.Releases {
		r.release(release)
	}
	for _, swap := range s.Switches {
		r.swap(swap)
	}
	if r.wrong == nil {
		return nil
	}
	r.wrong.ErrorFormat = oneLine
	return r.wrong
}

func (r *request) refuse(err error) { r.wrong = multierror.Append(r.wrong, err) }

// has returns what is assigned to a holder, or refuses one who is not given.
func (r *request) has(id string) (assigned []string, known bool) {
	if assigned, known = r.held[id]; known {
		return assigned, true
	}
	h, known := r.holders[id]
	if !known {
		r.refuse(&seat.UnknownHolderError{Holder: id})
		return nil, false
	}
	r.held[id] = nameset.Of(h.Assigned)
	return r.held[id], true
}

func (r *request) release(a seat.Assignment) {
	assigned, known := r.has(a.Holder)
	if !known {
		return
	}
	if _, held := slices.BinarySearch(assigned, a.Module); !held {
		r.refuse(&NotAssignedError{Holder: a.Holder, Module: a.Module})
		return
	}
	if w := r.asked[a.Holder]; !slices.Contains(w.releases, a.Module) {
		w.releases = append(w.releases, a.Module)
		r.asked[a.Holder] = w
	}
}

func (r *request) swap(s seat.Swap) {
	assigned, known := r.has(s.Holder)
	if !known {
		return
	}
	w := r.asked[s.Holder]
	if slices.Contains(w.switches, s) {
		return
	}
	if rule, other := r.broken(s, assigned, w); rule != "" {
		r.refuse(&SwitchError{Swap: s, Rule: rule, Other: other})
		return
	}
	w.switches = append(w.switches, s)
	r.asked[s.Holder] = w
}

// broken returns the first rule that a switch breaks, as far as that does not
// depend on what becomes of the holder.
func (r *request) broken(s seat.Swap, assigned []string, w wish) (rule SwitchRule, other string) {
	to := r.after.Module(s.To)
	if _, held := slices.BinarySearch(assigned, s.From); !held {
		return SwitchFromNotAssigned, ""
	}
	if owner, _ := license.SplitName(s.From); owner != r.owner {
		return SwitchFromOtherOwner, ""
	}
	switch elsewhere, twice := w.switched(s.From); {
	case to == nil || !r.owned(to):
		return SwitchToNotOffered, ""
	case to.Module.Kind == license.Site:
		return SwitchToSite, ""
	case s.To == s.From:
		return SwitchToSame, ""
	case slices.Contains(w.releases, s.From):
		return SwitchFromReleased, ""
	case twice:
		return SwitchFromTwice, elsewhere
	}
	return "", ""
}

// secondBundles returns an error for each switch to a bundle of a holder who
// would have another one in the end.
func (t *transition) secondBundles(after []string, switches []seat.Swap) (wrong []error) {
	for _, s := range switches {
		if !t.after.Module(s.To).Module.Bundle {
			continue
		}
		for _, module := range after {
			if e := t.after.Module(module); e != nil && e.Module.Bundle && t.owned(e) && e.Name != s.To {
				wrong = append(wrong, &SwitchError{Swap: s, Rule: SwitchToSecondBundle, Other: e.Name})
				break
			}
		}
	}
	return wrong
}

// switches lists what is switched for the groups that are single holders.
func switches(groups []group) []seat.Swap {
	var list []seat.Swap
	for _, g := range groups {
		list = append(list, g.switches...)
	}
	slices.SortFunc(list, compareSwaps)
	return list
}

// compareSwaps orders by holder and module.
func compareSwaps(a, b seat.Swap) int {
	return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.From, b.From))
}

// compareAssignments orders by holder and module.
func compareAssignments(a, b seat.Assignment) int {
	return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Module, b.Module))
}
