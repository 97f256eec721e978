package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/errtext"
	"github.com/seatwright/seatwright/license"
)

func (r *report) rejection(rejection planner.Rejection) string {
	offered, bindTo := r.offered, r.question.BindTo
	switch rejection {
	case planner.RejectionWrongSerial:
		return r.other("serial", offered.Licensee.Serial, func(l license.Licensee) string { return l.Serial }, bindTo.Serial)
	case planner.RejectionWrongCompany:
		return r.other("company", offered.Licensee.Company, func(l license.Licensee) string { return l.Company }, bindTo.Company)
	case planner.RejectionWrongProduct:
		return r.other("product", offered.Product, nil, bindTo.Product)
	case planner.RejectionWrongDeployment:
		return r.other("deployment", offered.Deployment, nil, bindTo.Deployment)
	case planner.RejectionOlder:
		return fmt.Sprintf("It is older than license %d, which was activated before.", r.highest())
	case planner.RejectionNumberReused:
		return fmt.Sprintf("License %d is active already, with another content.", r.plan.From)
	case planner.RejectionLapsed:
		end, _ := offered.End()
		return fmt.Sprintf("It ended at %s.", instant(&end))
	case planner.RejectionNotYetValid:
		return fmt.Sprintf("It is valid only from %s.", instant(offered.ValidFrom))
	}
	return string(rejection)
}

// highest is the number that the offered one is compared with. Numbers of
// different serials are not compared.
func (r *report) highest() int64 {
	highest := r.question.Highest
	if r.active != nil && strings.TrimSpace(r.active.Licensee.Serial) == strings.TrimSpace(r.offered.Licensee.Serial) {
		highest = max(highest, r.active.Number)
	}
	return highest
}

// other says what a license is for, and what is compared with it.
func (r *report) other(what, offered string, active func(license.Licensee) string, expected string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Its %s is %s", what, quoted(offered))
	if active != nil && r.active != nil && !r.question.AllowIdentityChange {
		fmt.Fprintf(&b, "; that of the active license is %s%s", quoted(active(r.active.Licensee)), lookAlike(offered, active(r.active.Licensee)))
	}
	if strings.TrimSpace(expected) != "" {
		fmt.Fprintf(&b, "; this installation expects %s%s", quoted(expected), lookAlike(offered, expected))
	}
	return b.String() + "."
}

// hidden says what texts differ in that look alike.
var hidden = map[license.Hidden]string{
	license.HiddenForm:  "letters that are composed in one and not in the other",
	license.HiddenMark:  "marks that are not shown",
	license.HiddenSpace: "the kind or number of spaces",
	license.HiddenCase:  "upper and lower case",
}

// lookAlike says in what two texts differ if people can't see it.
func lookAlike(a, b string) string {
	kinds := license.HiddenDifferences(a, b)
	if len(kinds) == 0 {
		return ""
	}
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = hidden[kind]
	}
	return ", which looks alike and differs in " + strings.Join(words, " and ")
}

func quoted(text string) string {
	if strings.TrimSpace(text) == "" {
		return "not given"
	}
	return `"` + short(text) + `"`
}

func (r *report) remedy(rejection planner.Rejection) string {
	switch rejection {
	case planner.RejectionNotYetValid:
		return fmt.Sprintf("Activate it from %s on.", instant(r.offered.ValidFrom))
	case planner.RejectionOlder:
		return "Keep what is active, or load a later license."
	case planner.RejectionNumberReused:
		return fmt.Sprintf("Ask %s for a license with a number of its own.", r.owner())
	case planner.RejectionLapsed:
		return fmt.Sprintf("Ask %s for a license that has not ended.", r.owner())
	}
	return fmt.Sprintf("Ask %s for a license for this installation; if it changed hands, change what it expects.", r.owner())
}

// blocker says what blocks, and how it can be solved.
func (r *report) blocker(b planner.Blocker) string {
	switch b.Kind {
	case planner.OverAllocated:
		return r.overAllocated(b)
	case planner.MissingPrerequisite:
		if r.after.Module(b.Requires) == nil {
			return fmt.Sprintf("%s requires %s, which no license has. Release it from %s.",
				r.named(b.Module), b.Requires, errtext.Count(b.Affected, "holder"))
		}
		return fmt.Sprintf("%s requires %s, which %s would lack. Release it from them, or see that they have both.",
			r.named(b.Module), r.named(b.Requires), errtext.Count(b.Affected, "holder"))
	case planner.NotAssignable:
		return fmt.Sprintf("%s is for %s, and %s would have it who can't. Release it from them, or change what they are.",
			r.named(b.Module), r.allowed(b.Module), errtext.Count(b.Affected, "holder"))
	}
	return string(b.Kind) + " " + b.Module
}

func (r *report) overAllocated(b planner.Blocker) string {
	var s strings.Builder
	if e := r.module(b.Module); e != nil && e.Module.Hidden {
		s.WriteString("The hidden module ")
	}
	s.WriteString(r.red(r.named(b.Module)))
	if b.Available == 0 {
		fmt.Fprintf(&s, " is no longer licensed, and would have %s in use.", errtext.Count(b.InUse, "seat"))
	} else {
		fmt.Fprintf(&s, " would have %s in use, and the license has %d.", errtext.Count(b.InUse, "seat"), b.Available)
	}
	if !slices.Equal(b.Through, []string{b.Module}) {
		fmt.Fprintf(&s, " Whoever holds %s has one.", strings.Join(b.Through, " or "))
	}
	fmt.Fprintf(&s, " Release %s.", errtext.Count(b.MustRemove, "seat"))
	return s.String()
}

// named is a module with its name for people, if it has one.
func (r *report) named(module string) string {
	if e := r.module(module); e != nil && e.Module.Description != "" {
		return fmt.Sprintf("%s (%s)", module, short(e.Module.Description))
	}
	return module
}

// module is the offered module, otherwise the active one; nil if there is
// none.
func (r *report) module(name string) *license.Entry {
	if e := r.after.Module(name); e != nil {
		return e
	}
	return r.question.Active.Module(name)
}

func (r *report) allowed(module string) string {
	e := r.module(module)
	kinds := map[license.Kind]string{license.User: "users", license.Satellite: "satellites"}[e.Module.Kind]
	if len(e.Module.AssignableTo) == 0 {
		return kinds
	}
	types := make([]string, 0, len(e.Module.AssignableTo))
	for _, t := range e.Module.AssignableTo {
		types = append(types, short(t))
	}
	return kinds + " of type " + strings.Join(types, ", ")
}

func (r *report) warning(warning planner.Warning) string {
	switch warning {
	case planner.WarningBundleContentChanged:
		return "A bundle includes other modules than before; its holders gain or lose them."
	case planner.WarningExpiresSooner:
		return fmt.Sprintf("It expires sooner: %s; the active license: %s.", instant(r.offered.Expires), instant(r.active.Expires))
	case planner.WarningInGrace:
		return fmt.Sprintf("It expired at %s; everything works until %s only.", instant(r.offered.Expires), instant(r.offered.GraceUntil))
	case planner.WarningInOverdraft:
		return "More seats of a module are in use than were bought; the overdraft covers them."
	case planner.WarningIssuedAhead:
		return fmt.Sprintf("It was issued at %s, more than a day from now: a clock is wrong.", instant(&r.offered.IssuedAt))
	case planner.WarningNumberJump:
		return "Its number is more than a million above the highest before it, and makes all lower ones older; ask whether that is meant."
	case planner.WarningModuleRemoved:
		return "A module is no longer licensed, and nothing takes its place."
	case planner.WarningPrerequisiteNotLicensed:
		return "A module requires one that no license has; it can't be used before that is licensed."
	case planner.WarningQuantityReduced:
		return "There are fewer seats of a module than before."
	}
	return string(warning)
}
