package occupancy

import (
	"slices"

	"github.com/seatwright/seatwright/internal/nameset"
	"github.com/seatwright/seatwright/license"
)

// Cascade returns, ordered, which of the modules that are assigned to a holder
// after a release must end with it. These require a module that was there for
// the holder before and is not after; it repeats until nothing more ends. A
// bundle also requires what the modules that it includes require. A module is
// there for a holder when it is licensed and it is a site module or the holder
// occupies it. A module that no license has requires nothing. The modules named
// in stays do not end.
func (n *Needs) Cascade(before, after []string, stays ...string) []string {
	licenses := n.licenses
	c := cascade{Needs: n, was: Of(licenses, before), left: Of(licenses, after)}
	if !c.mayEnd(after) {
		return nil
	}
	c.givers = make([]int, len(licenses.Entries()))
	c.assigned = None(licenses)
	for _, module := range nameset.Of(after) {
		e := licenses.Module(module)
		if e == nil {
			continue
		}
		if !slices.Contains(stays, module) {
			c.assigned.Add(e.Index)
		}
		for _, part := range WithIncluded(e) {
			c.givers[part.Index]++
		}
	}
	for e := range c.assigned.All() {
		if c.Loses(e, c.was, c.left) {
			c.end(e)
		}
	}
	for len(c.queue) > 0 {
		e := c.queue[0]
		c.queue = c.queue[1:]
		c.giveBack(e)
	}
	slices.Sort(c.ended)
	return c.ended
}

// cascade ends one assignment after another. Each module is looked at once when
// it is lost, and each of those that require it, so that long chains take no
// longer than short ones.
type cascade struct {
	*Needs
	was      Set
	left     Set
	assigned Set              // assignments that may end and have not yet
	givers   []int            // by index, how many assignments give a module
	queue    []*license.Entry // modules that have ended and are still counted as given
	ended    []string
}

// mayEnd reports whether anything requires what is not there any more.
func (c *cascade) mayEnd(after []string) bool {
	return slices.ContainsFunc(after, func(module string) bool { return c.Loses(c.licenses.Module(module), c.was, c.left) })
}

func (c *cascade) end(e *license.Entry) {
	c.assigned.remove(e.Index)
	c.ended = append(c.ended, e.Name)
	c.queue = append(c.queue, e)
}

// giveBack takes away what an assignment gave, and ends what requires it.
func (c *cascade) giveBack(e *license.Entry) {
	for _, part := range WithIncluded(e) {
		if c.givers[part.Index]--; c.givers[part.Index] > 0 {
			continue
		}
		c.left.remove(part.Index)
		if part.Module.Kind == license.Site || !c.was.Has(part) {
			continue
		}
		for _, dependent := range part.RequiredBy {
			c.endGivers(dependent)
		}
	}
}

// endGivers ends what gives a module that has lost what it requires.
func (c *cascade) endGivers(e *license.Entry) {
	if c.assigned.has(e.Index) {
		c.end(e)
	}
	for _, bundle := range e.IncludedBy {
		if c.assigned.has(bundle.Index) {
			c.end(bundle)
		}
	}
}
