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
	var key []byte
	for i := range groups {
		key = appendKey(key[:0], groups[i].Combination)
		singled[string(key)]++
	}
	names := make([]string, 0, assignments(in.Census))
	for _, c := range in.Census {
		c.Assigned, names = nameset.Cut(names, c.Assigned)
		if len(singled) > 0 {
			key = appendKey(key[:0], c)
			if left := singled[string(key)]; left > 0 {
				taken := min(c.Count, left)
				singled[string(key)] -= taken
				c.Count -= taken
			}
		}
		if !t.effort.spend(len(c.Assigned)) {
			return nil, t.effort.err
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

// appendKey appends what is the same for two combinations if kind, type and the
// assigned modules are, which are in order. It puts the type last, behind an
// empty name, because it alone may hold any character.
func appendKey(key []byte, c seat.Combination) []byte {
	key = append(key, c.Kind...)
	for _, module := range c.Assigned {
		key = append(append(key, 0), module...)
	}
	return append(append(key, 0, 0), c.Type...)
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
		if second := t.secondBundles(o.after, o.switches); len(second) > 0 {
			wrong = multierror.Append(wrong, second...)
		}
		groups = append(groups, group{Combination: c, outcome: o, holder: id})
		if !t.effort.spend(len(c.Assigned)) {
			return nil, t.effort.err
		}
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
