package planner

import (
	"slices"

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
	// twins has the entries of W by the index of the active licenses' entries,
	// nil for a module that W lacks.
	twins []*license.Entry
	// removed maps the full names of modules of C that O lacks to their
	// successors in O, nil for those without one.
	removed map[string]*license.Entry
	// becomes has, by full name, what those assignments become that do not stay:
	// "" for what ends as obsolete.
	becomes map[string]string
	needs   *occupancy.Needs // of W
	// asked is what the input asks for, by holder.
	asked map[string]wish
	// effort counts what is looked at, nil for New.
	effort *effort
}

// wish is what is asked for one holder, each once.
type wish struct {
	releases []string    // those of today's assignments that end
	switches []seat.Swap // those that become another module
}

func (w wish) empty() bool { return len(w.releases) == 0 && len(w.switches) == 0 }

// takes reports whether an assignment ends by request or is switched.
func (w wish) takes(module string) bool {
	_, switched := w.switched(module)
	return switched || slices.Contains(w.releases, module)
}

// switched returns what an assignment is switched to.
func (w wish) switched(module string) (to string, found bool) {
	for _, s := range w.switches {
		if s.From == module {
			return s.To, true
		}
	}
	return "", false
}

// arrivals returns the modules that something is switched to.
func (w wish) arrivals() []string {
	names := make([]string, len(w.switches))
	for i, s := range w.switches {
		names[i] = s.To
	}
	return names
}

func newTransition(active *license.Set, o *license.License) *transition {
	t := &transition{
		owner:   o.Owner.Name,
		before:  active,
		after:   active.With(o),
		twins:   make([]*license.Entry, len(active.Entries())),
		removed: make(map[string]*license.Entry),
		becomes: make(map[string]string),
		asked:   make(map[string]wish),
	}
	t.needs = occupancy.NeedsOf(t.after)
	left := t.after.Entries() // both are ordered by name
	for i, e := range active.Entries() {
		for len(left) > 0 && left[0].Name < e.Name {
			left = left[1:]
		}
		if len(left) > 0 && left[0].Name == e.Name {
			t.twins[i] = left[0]
		} else {
			t.removed[e.Name] = t.after.Resolve(e.Name)
		}
	}
	for _, e := range t.after.Entries() {
		if t.isForAll(e) {
			t.becomes[e.Name] = ""
		}
	}
	for name, successor := range t.removed {
		switch {
		case successor == nil:
		case t.isForAll(successor):
			t.becomes[name] = ""
		default:
			t.becomes[name] = successor.Name
		}
	}
	return t
}

// isForAll reports whether the offered license has a module on for everybody, so
// that assignments of it are obsolete.
func (t *transition) isForAll(e *license.Entry) bool {
	return t.owned(e) && e.Module.Kind == license.Site
}

// target returns the module that an assignment becomes, "" if it ends as
// obsolete.
func (t *transition) target(module string) string {
	if target, changes := t.becomes[module]; changes {
		return target
	}
	return module
}

// outcome is what becomes of the assignments of one holder.
type outcome struct {
	wish
	cascaded []string // of today's assignments, ordered
	kept     []string // what is assigned before the cascade, ordered
	after    []string // what is assigned in the end, ordered
}

// ended is how many assignments end. A switched one does not end.
func (o outcome) ended() int { return len(o.releases) + len(o.cascaded) }

// apply decides for one holder. The cascade compares what is there for the
// holder without and with what is asked for, both under W with successors and
// obsolete assignments applied. An assignment that a switch makes stays.
func (t *transition) apply(assigned []string, w wish) outcome {
	if w.empty() {
		return outcome{kept: assigned, after: t.targets(assigned)}
	}
	o := outcome{wish: w, kept: slices.DeleteFunc(slices.Clone(assigned), w.takes)}
	arrivals := w.arrivals()
	o.after = slices.Concat(t.targets(o.kept), arrivals)
	slices.Sort(o.after)
	o.after = slices.Compact(o.after)
	ended := t.needs.Cascade(t.targets(assigned), o.after, arrivals...)
	o.after = slices.DeleteFunc(o.after, func(m string) bool { return slices.Contains(ended, m) })
	for _, module := range o.kept {
		if slices.Contains(ended, t.target(module)) {
			o.cascaded = append(o.cascaded, module)
		}
	}
	return o
}

// targets returns what ordered assignments become, ordered. Where all of them
// stay it is their own list.
func (t *transition) targets(assigned []string) []string {
	first := slices.IndexFunc(assigned, func(m string) bool { return t.target(m) != m })
	if first < 0 {
		return assigned
	}
	targets := slices.Clone(assigned[:first])
	for _, module := range assigned[first:] {
		if target := t.target(module); target != "" {
			targets = append(targets, target)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}
