package planner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/seat"
)

// group is holders whose assignments share one fate.
type group struct {
	seat.Combination // as it is today; Assigned is ordered
	outcome
	holder string // the id, where it is one holder for whom something is asked
}

// groups splits the census: those for whom something is asked, one by one, and
// the rest.
func (t *transition) groups(in Input) ([]group, error) {
	holders, err := index(in.Holders)
	if err != nil {
		return nil, err
	}
	if err := t.ask(in.Selection, holders); err != nil {
		return nil, err
	}
	groups := make([]group, 0, len(t.asked)+len(in.Census))
	if groups, err = t.singles(groups, holders); err != nil {
		return nil, err
	}
	singled := make(map[string]int64)
	for i := range groups {
		singled[groups[i].Key()]++
	}
	names := make([]string, 0, assignments(in.Census))
	for _, c := range in.Census {
		c.Assigned, names = nameset.Cut(names, c.Assigned)
		if len(singled) > 0 {
			key := c.Key()
			taken := min(c.Count, singled[key])
			singled[key] -= taken
			c.Count -= taken
		}
		if c.Count > 0 {
			groups = append(groups, group{Combination: c, outcome: t.apply(c.Assigned, wish{})})
		}
	}
	for _, missing := range singled {
		if missing > 0 {
			return nil, inputError("a holder who releases or switches something is not in the census")
		}
	}
	return groups, nil
}

func assignments(census seat.Census) int {
	n := 0
	for _, c := range census {
		n += len(c.Assigned)
	}
	return n
}

// singles appends the holders for whom something is asked.
func (t *transition) singles(groups []group, holders map[string]seat.Holder) ([]group, error) {
	var wrong *multierror.Error
	for _, id := range slices.Sorted(maps.Keys(t.asked)) {
		c := single(holders[id])
		o := t.apply(c.Assigned, t.asked[id])
		if err := t.secondBundle(o.after, o.switches); err != nil {
			wrong = multierror.Append(wrong, err)
		}
		groups = append(groups, group{Combination: c, outcome: o, holder: id})
	}
	if wrong != nil {
		wrong.ErrorFormat = oneLine
	}
	return groups, wrong.ErrorOrNil()
}

func index(holders []seat.Holder) (map[string]seat.Holder, error) {
	byID := make(map[string]seat.Holder, len(holders))
	for _, h := range holders {
		if _, twice := byID[h.ID]; twice {
			return nil, inputError("a holder is given twice")
		}
		byID[h.ID] = h
	}
	return byID, nil
}

func single(h seat.Holder) seat.Combination {
	return seat.Combination{Kind: h.Kind, Type: h.Type, Assigned: nameset.Of(h.Assigned), Count: 1}
}

// releases lists what ends for the groups that are single holders, by request
// and cascade.
func releases(groups []group) []Release {
	list := []Release{}
	for _, g := range groups {
		for _, module := range g.releases {
			list = append(list, Release{Holder: g.holder, Module: module, Cause: ReleaseRequested})
		}
		for _, module := range g.cascaded {
			list = append(list, Release{Holder: g.holder, Module: module, Cause: ReleaseCascade})
		}
	}
	slices.SortFunc(list, func(a, b Release) int {
		return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Module, b.Module))
	})
	return list
}
