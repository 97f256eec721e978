package planner

import (
	"slices"

	"github.com/seatwright/seatwright/license"
)

// ModuleChange is one module that differs between the active license and the
// offered one, with the figures that an administrator reads in a dialog. See
// docs/spec/planning.md, Changes. Figures that do not apply are nil.
type ModuleChange struct {
	// Module is the full name.
	Module string             `json:"module"`
	Change license.ChangeKind `json:"change"`
	// Fields names the members of an altered module that differ, in
	// alphabetical order.
	Fields []string `json:"fields,omitempty"`
	// Hidden modules are not for an administrator's eyes.
	Hidden bool `json:"hidden"`
	// Total and NewTotal are the quantities bought, 0 where the module is not
	// in the license; Added is NewTotal - Total.
	Total    int64 `json:"total"`
	NewTotal int64 `json:"newTotal"`
	Added    int64 `json:"added"`
	// InUse is the seats in use today, NewInUse those after the activation
	// with its releases. Site modules have neither.
	InUse    *int64 `json:"inUse,omitempty"`
	NewInUse *int64 `json:"newInUse,omitempty"`
	// Free and NewFree are what is left of the capacity, below 0 where more is
	// in use. Unrestricted modules have neither: [ModuleChange.Unrestricted] and
	// [ModuleChange.NewUnrestricted] tell these.
	Free    *int64 `json:"free,omitempty"`
	NewFree *int64 `json:"newFree,omitempty"`
	// Obsolete is the number of assignments that end because the module, or
	// its successor, is now on for everybody.
	Obsolete int64 `json:"obsolete,omitempty"`
	// ReplacedBy is the full name of the successor of a removed module.
	ReplacedBy string `json:"replacedBy,omitempty"`
	// Moved is the number of assignments that pass on to the successor.
	Moved int64 `json:"moved,omitempty"`
}

// Unrestricted reports whether any number of holders may have the module today.
// Show a word for that in place of Total and Free. It is false for a module that
// becomes one of the site, as such a change has no figures of seats.
func (c ModuleChange) Unrestricted() bool {
	assigned := c.Change != license.Added && c.InUse != nil && !slices.Contains(c.Fields, "kind")
	return assigned && c.Free == nil
}

// NewUnrestricted reports whether any number of holders may have the module after
// the activation. Show a word for that in place of NewTotal and NewFree.
func (c ModuleChange) NewUnrestricted() bool { return c.NewInUse != nil && c.NewFree == nil }

func (f *figures) changes(difference license.Difference) []ModuleChange {
	changes := make([]ModuleChange, len(difference.Modules))
	seats := make([]seatFigures, len(difference.Modules))
	for i := range difference.Modules {
		f.change(&changes[i], &difference.Modules[i], &seats[i])
	}
	return changes
}

// seatFigures is what the figures of a change point to.
type seatFigures struct{ inUse, newInUse, free, newFree int64 }

func (f *figures) change(c *ModuleChange, d *license.ModuleDifference, seats *seatFigures) {
	*c = ModuleChange{
		Module: d.Name, Change: d.Change, Fields: d.Fields, Hidden: d.Module().Hidden,
		Obsolete: f.obsolete[d.Name], Moved: f.moved[d.Name],
	}
	if d.Before != nil {
		c.Total = d.Before.Quantity
	}
	if d.After != nil {
		c.NewTotal = d.After.Quantity
	}
	c.Added = c.NewTotal - c.Total
	if successor := f.removed[d.Name]; successor != nil {
		c.ReplacedBy = successor.Name
	}
	if d.Module().Kind.Assignable() {
		f.addSeats(c, d, seats)
	}
}

func (f *figures) addSeats(c *ModuleChange, d *license.ModuleDifference, seats *seatFigures) {
	c.InUse, c.NewInUse = &seats.inUse, &seats.newInUse
	var after *license.Entry
	if d.Before == nil {
		after = f.after.Module(d.Name)
	} else {
		before := f.before.Module(d.Name)
		after = f.twins[before.Index]
		if d.Before.Kind.Assignable() {
			seats.inUse = f.inUse[before.Index]
			if !d.Before.Unrestricted {
				seats.free = d.Before.Capacity() - seats.inUse
				c.Free = &seats.free
			}
		}
	}
	if d.After == nil {
		seats.newInUse = f.direct[d.Name]
		seats.newFree = -seats.newInUse
		c.NewFree = &seats.newFree
		return
	}
	seats.newInUse = f.newInUse[after.Index]
	if !d.After.Unrestricted {
		seats.newFree = d.After.Capacity() - seats.newInUse
		c.NewFree = &seats.newFree
	}
}
