package planner

import (
	"slices"
	"time"

	"github.com/seatwright/seatwright/license"
)

// Warning is something that an administrator should know before activating a
// license. Warnings never block.
type Warning string

// The warnings, see docs/spec/planning.md, Warnings.
const (
	// WarningBundleContentChanged means that a bundle includes other modules.
	WarningBundleContentChanged Warning = "bundle-content-changed"
	// WarningExpiresSooner means that the license ends earlier than the active one.
	WarningExpiresSooner Warning = "expires-sooner"
	// WarningInGrace means that the license has expired and is in its grace.
	WarningInGrace Warning = "in-grace"
	// WarningInOverdraft means that more seats are in use than were bought.
	WarningInOverdraft Warning = "in-overdraft"
	// WarningIssuedAhead means that the license was issued more than a day from now:
	// the owner's clock is wrong, or this one.
	WarningIssuedAhead Warning = "issued-ahead"
	// WarningModuleRemoved means that a module goes without a successor.
	WarningModuleRemoved Warning = "module-removed"
	// WarningNumberJump means that the number is more than a million above the
	// highest one. It may be a slip, and makes all lower ones older for good.
	WarningNumberJump Warning = "number-jump"
	// WarningPrerequisiteNotLicensed means that a module requires one that no
	// license has.
	WarningPrerequisiteNotLicensed Warning = "prerequisite-not-licensed"
	// WarningQuantityReduced means that fewer seats of a module were bought.
	WarningQuantityReduced Warning = "quantity-reduced"
)

// WithoutWarnings reports whether a plan has no warning. It is a policy for
// activation.WithPolicy: what has warnings waits for an administrator.
func WithoutWarnings(p *Plan) bool { return len(p.Warnings) == 0 }

// WarningModules returns the full names of the modules that a warning of the plan
// is about, ordered by name, without hidden ones. It is empty for
// warnings about the license as a whole, such as [WarningExpiresSooner], and for
// those that the plan doesn't have. See docs/spec/planning.md, Warnings.
func (p *Plan) WarningModules(w Warning) (modules []string) {
	if p.counted != nil {
		p.counted.moduleWarnings(p.difference, p.Changes, func(found Warning, module string, hidden bool) {
			if found == w && !hidden {
				modules = append(modules, module)
			}
		})
	}
	slices.Sort(modules)
	return modules
}

// warnings returns all that apply but those of issuingWarnings; never nil. The
// changes are those of the difference, in its order.
func (f *figures) warnings(difference license.Difference, changes []ModuleChange, now time.Time) []Warning {
	found := []Warning{}
	offered := f.after.License(f.owner)
	if expiresSooner(f.before.License(f.owner), offered) {
		found = append(found, WarningExpiresSooner)
	}
	if offered.StateAt(now) == license.Grace {
		found = append(found, WarningInGrace)
	}
	f.moduleWarnings(difference, changes, func(w Warning, _ string, _ bool) {
		if !slices.Contains(found, w) {
			found = append(found, w)
		}
	})
	return found
}

// moduleWarnings calls add for each module that has a warning.
func (f *figures) moduleWarnings(difference license.Difference, changes []ModuleChange, add func(w Warning, module string, hidden bool)) {
	for i, d := range difference.Modules {
		if d.Change == license.Removed && changes[i].ReplacedBy == "" {
			add(WarningModuleRemoved, changes[i].Module, changes[i].Hidden)
		}
		if d.Change != license.Altered {
			continue
		}
		if d.Before.Restricted() && d.After.Restricted() && changes[i].Added < 0 {
			add(WarningQuantityReduced, changes[i].Module, changes[i].Hidden)
		}
		if d.Before.Bundle && d.After.Bundle && slices.Contains(d.Fields, "includes") {
			add(WarningBundleContentChanged, changes[i].Module, changes[i].Hidden)
		}
	}
	for _, e := range f.after.Entries() {
		if !f.owned(e) {
			continue
		}
		if e.Module.Restricted() && f.newInUse[e.Index] > e.Module.Quantity && !f.isOver(e) {
			add(WarningInOverdraft, e.Name, e.Module.Hidden)
		}
		if slices.ContainsFunc(e.Requires, func(r license.Requirement) bool { return r.Entry == nil }) {
			add(WarningPrerequisiteNotLicensed, e.Name, e.Module.Hidden)
		}
	}
}

// expiresSooner compares the expiries, absent being infinitely late.
func expiresSooner(active, offered *license.License) bool {
	if active == nil || offered.Expires == nil {
		return false
	}
	return active.Expires == nil || offered.Expires.Before(*active.Expires)
}

const (
	// maxJump is by how much a number may be above the highest one.
	maxJump = 1_000_000
	// issuedAhead is by how much a license may be issued after now, as clocks
	// differ.
	issuedAhead = 24 * time.Hour
)

// issuingWarnings are those about how a license was issued.
func issuingWarnings(in Input) (found []Warning) {
	highest := in.Highest
	if active := in.Active.License(in.Offered.Owner.Name); active != nil && license.SameText(active.Licensee.Serial, in.Offered.Licensee.Serial) {
		highest = max(highest, active.Number)
	}
	if highest == 0 {
		highest = in.HighestRevoked
	}
	// A file of Keygen has the instant at which it was issued for a number.
	isInstant := in.Offered.Number == in.Offered.IssuedAt.UnixMilli()
	if highest > 0 && in.Offered.Number-highest > maxJump && !isInstant {
		found = append(found, WarningNumberJump)
	}
	if in.Offered.IssuedAt.After(in.Now.Add(issuedAhead)) {
		found = append(found, WarningIssuedAhead)
	}
	return found
}
