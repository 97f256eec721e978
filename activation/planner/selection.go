package planner

import (
	"cmp"
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
	held    map[string][]string // ordered, by holder
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
