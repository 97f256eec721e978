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

// warnings returns all that apply but those of issuingWarnings; never nil. The
// changes are those of the difference, in its order.
func (f *figures) warnings(difference license.Difference, changes []ModuleChange, now time.Time) []Warning {
	found := []Warning{}
	add := func(w Warning, applies bool) {
		if applies && !slices.Contains(found, w) {
			found = append(found, w)
		}
	}
	offered := f.after.License(f.owner)
	add(WarningExpiresSooner, expiresSooner(f.before.License(f.owner), offered))
	add(WarningInGrace, offered.StateAt(now) == license.Grace)
	for i, d := range difference.Modules {
		add(WarningModuleRemoved, d.Change == license.Removed && changes[i].ReplacedBy == "")
		if d.Change == license.Altered {
			add(WarningQuantityReduced, d.Before.Restricted() && d.After.Restricted() && changes[i].Added < 0)
			add(WarningBundleContentChanged, d.Before.Bundle && d.After.Bundle && slices.Contains(d.Fields, "includes"))
		}
	}
	for _, e := range f.after.Entries() {
		if f.owned(e) {
			add(WarningInOverdraft, e.Module.Restricted() && f.newInUse[e.Index] > e.Module.Quantity && !f.isOver(e))
			add(WarningPrerequisiteNotLicensed, slices.ContainsFunc(e.Requires, func(r license.Requirement) bool { return r.Entry == nil }))
		}
	}
	return found
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
