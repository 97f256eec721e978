package planner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/hashicorp/go-multierror"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/internal/occupancy"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// transition is what an activation does to assignments. See
// docs/spec/planning.md, What happens to assignments.
type transition struct {
	owner  string
	before *license.Set // the active licenses, C among them
	after  *license.Set // W: the active licenses with O in C's place
	// removed maps the full names of modules of C that O lacks to their
	// successors in O, nil for those without one.
	removed map[string]*license.Entry
	// requested is the modules whose release is requested, by holder.
	requested map[string][]string
}

func newTransition(active *license.Set, o *license.License) *transition {
	t := &transition{
		owner:     o.Owner.Name,
		before:    active,
		after:     active.With(o),
		removed:   make(map[string]*license.Entry),
		requested: make(map[string][]string),
	}
	for _, e := range active.Entries() {
		if t.after.Module(e.Name) == nil {
			t.removed[e.Name] = t.after.Resolve(e.Name)
		}
	}
	return t
}

// target returns the module that an assignment becomes, "" if it ends as
// obsolete.
func (t *transition) target(module string) string {
	e := t.after.Module(module)
	if successor := t.removed[module]; successor != nil {
		e, module = successor, successor.Name
	}
	if e != nil && e.License.Owner.Name == t.owner && e.Module.Kind == license.Site {
		return ""
	}
	return module
}

// outcome is what becomes of the assignments of one holder.
type outcome struct {
	requested []string // of today's assignments, ordered
	cascaded  []string // likewise
	kept      []string // likewise, before the cascade
	after     []string // what is assigned in the end, ordered
}

// apply decides for one holder. The cascade compares what is there for the
// holder before and after the requested releases, both under W with successors
// and obsolete assignments applied.
func (t *transition) apply(assigned, requested []string) outcome {
	if len(requested) == 0 {
		return outcome{kept: assigned, after: t.targets(assigned)}
	}
	o := outcome{requested: requested}
	o.kept = slices.DeleteFunc(slices.Clone(assigned), func(m string) bool { return slices.Contains(requested, m) })
	o.after = t.targets(o.kept)
	ended := occupancy.Cascade(t.after, t.targets(assigned), o.after)
	o.after = slices.DeleteFunc(o.after, func(m string) bool { return slices.Contains(ended, m) })
	for _, module := range o.kept {
		if slices.Contains(ended, t.target(module)) {
			o.cascaded = append(o.cascaded, module)
		}
	}
	return o
}

func (t *transition) targets(assigned []string) []string {
	targets := make([]string, 0, len(assigned))
	for _, module := range assigned {
		if target := t.target(module); target != "" {
			targets = append(targets, target)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

// group is holders whose assignments share one fate.
type group struct {
	seat.Combination // as it is today; Assigned is ordered
	outcome
	holder string // the id, where it is one holder who releases something
}

// groups splits the census: those who release something, one by one, and the
// rest.
func (t *transition) groups(in Input) ([]group, error) {
	holders, err := index(in.Holders)
	if err != nil {
		return nil, err
	}
	if err := t.request(in.Releases, holders); err != nil {
		return nil, err
	}
	groups := make([]group, 0, len(t.requested)+len(in.Census))
	singled := make(map[string]int64)
	for _, id := range slices.Sorted(maps.Keys(t.requested)) {
		c := single(holders[id])
		singled[c.Key()]++
		groups = append(groups, group{Combination: c, outcome: t.apply(c.Assigned, t.requested[id]), holder: id})
	}
	for _, c := range in.Census {
		c.Assigned = nameset.Of(c.Assigned)
		if len(singled) > 0 {
			key := c.Key()
			taken := min(c.Count, singled[key])
			singled[key] -= taken
			c.Count -= taken
		}
		if c.Count > 0 {
			groups = append(groups, group{Combination: c, outcome: t.apply(c.Assigned, nil)})
		}
	}
	for _, missing := range singled {
		if missing > 0 {
			return nil, inputError("a holder who releases something is not in the census")
		}
	}
	return groups, nil
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

// request records the releases, each once, or says all that is wrong with
// them.
func (t *transition) request(releases []seat.Assignment, holders map[string]seat.Holder) error {
	var wrong *multierror.Error
	for _, r := range releases {
		h, known := holders[r.Holder]
		switch {
		case !known:
			wrong = multierror.Append(wrong, &seat.UnknownHolderError{Holder: r.Holder})
		case !slices.Contains(h.Assigned, r.Module):
			wrong = multierror.Append(wrong, &NotAssignedError{Holder: r.Holder, Module: r.Module})
		case !slices.Contains(t.requested[r.Holder], r.Module):
			t.requested[r.Holder] = append(t.requested[r.Holder], r.Module)
		}
	}
	if wrong != nil {
		wrong.ErrorFormat = oneLine
	}
	return wrong.ErrorOrNil()
}

func single(h seat.Holder) seat.Combination {
	return seat.Combination{Kind: h.Kind, Type: h.Type, Assigned: nameset.Of(h.Assigned), Count: 1}
}

// releases lists what ends for the groups that are single holders, by request
// and cascade.
func releases(groups []group) []Release {
	list := []Release{}
	for _, g := range groups {
		for _, module := range g.requested {
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
