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
	// BundleContentChanged means that a bundle includes other modules.
	WarningBundleContentChanged Warning = "bundle-content-changed"
	// ExpiresSooner means that the license ends earlier than the active one.
	WarningExpiresSooner Warning = "expires-sooner"
	// InGrace means that the license has expired and is in its grace.
	WarningInGrace Warning = "in-grace"
	// InOverdraft means that more seats are in use than were bought.
	WarningInOverdraft Warning = "in-overdraft"
	// ModuleRemoved means that a module goes without a successor.
	WarningModuleRemoved Warning = "module-removed"
	// PrerequisiteNotLicensed means that a module requires one that no license
	// has.
	WarningPrerequisiteNotLicensed Warning = "prerequisite-not-licensed"
	// QuantityReduced means that fewer seats of a module were bought.
	WarningQuantityReduced Warning = "quantity-reduced"
)

// WithoutWarnings reports whether a plan has no warning. It is a policy for
// activation.WithPolicy: what has warnings waits for an administrator.
func WithoutWarnings(p *Plan) bool { return len(p.Warnings) == 0 }

// warnings returns all that apply, in alphabetical order; never nil.
func (f *figures) warnings(changes []ModuleChange, now time.Time) []Warning {
	found := []Warning{}
	add := func(w Warning, applies bool) {
		if applies && !slices.Contains(found, w) {
			found = append(found, w)
		}
	}
	offered := f.after.License(f.owner)
	add(WarningExpiresSooner, expiresSooner(f.before.License(f.owner), offered))
	add(WarningInGrace, offered.StateAt(now) == license.Grace)
	for _, c := range changes {
		add(WarningModuleRemoved, c.Change == license.Removed && c.ReplacedBy == "")
		before, after := f.before.Module(c.Module), f.after.Module(c.Module)
		if before != nil && after != nil {
			add(WarningQuantityReduced, before.Module.Restricted() && after.Module.Restricted() && c.Added < 0)
			add(WarningBundleContentChanged, before.Module.Bundle && after.Module.Bundle && slices.Contains(c.Fields, "includes"))
		}
	}
	for _, e := range f.after.Entries() {
		if f.owned(e) {
			add(WarningInOverdraft, e.Module.Restricted() && f.newInUse[e.Index] > e.Module.Quantity && !f.isOver(e))
			add(WarningPrerequisiteNotLicensed, slices.ContainsFunc(e.Requires, func(r license.Requirement) bool { return r.Entry == nil }))
		}
	}
	slices.Sort(found)
	return found
}

// expiresSooner compares the expiries, absent being infinitely late.
func expiresSooner(active, offered *license.License) bool {
	if active == nil || offered.Expires == nil {
		return false
	}
	return active.Expires == nil || offered.Expires.Before(*active.Expires)
}
