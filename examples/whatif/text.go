package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/scenario"
	"github.com/seatwright/seatwright/license"
)

const (
	// shownHolders is how many holders of a blocker are named, and
	// shownReleases how many releases and how many switches. JSON has them all.
	shownHolders  = 10
	shownReleases = 20
)

// report is a plan in words, for an administrator. It reads the scenario for
// what a plan leaves out: descriptions, instants, who a license is for.
type report struct {
	text     strings.Builder
	question *scenario.Scenario
	plan     *planner.Plan
	active   *license.License // nil if there is none of this owner
	offered  *license.License
	after    *license.Set // the active licenses with the offered one
	color    bool
}

func renderText(question *scenario.Scenario, plan *planner.Plan, color bool) string {
	r := &report{
		question: question,
		plan:     plan,
		active:   question.Active.License(plan.Owner),
		offered:  question.Offered,
		after:    question.Active.With(question.Offered),
		color:    color,
	}
	r.headline()
	r.rejections()
	r.upcoming()
	r.effects()
	r.next()
	return r.text.String()
}

// effects is what the plan says about holders and modules.
func (r *report) effects() {
	r.changes()
	r.blockers()
	r.releases()
	r.switches()
	r.warnings()
}

func (r *report) line(format string, args ...any) {
	fmt.Fprintf(&r.text, format+"\n", args...)
}

// heading begins a section.
func (r *report) heading(format string, args ...any) { r.line("\n"+format, args...) }

func (r *report) red(text string) string {
	if r.color {
		return red(text)
	}
	return text
}

func (r *report) headline() {
	if r.question.Name != "" {
		r.line("%s\n", short(r.question.Name))
	}
	verdict := strings.ToUpper(string(r.plan.Status))
	if r.plan.Status == planner.Blocked || r.plan.Status == planner.Rejected {
		verdict = r.red(verdict)
	}
	r.line("%s: license %d from %s, issued to %s, serial %s, %s.", verdict, r.plan.To, r.owner(),
		short(r.offered.Licensee.Company), short(r.offered.Licensee.Serial), r.decision())
	switch {
	case r.plan.Status == planner.Current:
	case r.active == nil:
		r.line("No license from %s is active yet.", r.owner())
	case r.plan.Status == planner.Rejected:
		r.line("License %d is active.", r.plan.From)
	default:
		r.line("It would take the place of license %d.", r.plan.From)
	}
}

func (r *report) decision() string {
	switch r.plan.Status {
	case planner.Ready:
		return "can be activated"
	case planner.Current:
		return "is active already"
	case planner.Blocked:
		return "can't be activated as things are"
	default:
		return "is not accepted here"
	}
}

// owner is whom a license is from, in the words for people if there are any.
func (r *report) owner() string {
	if r.offered.Owner.Description != "" {
		return short(r.offered.Owner.Description)
	}
	return r.plan.Owner
}

func (r *report) rejections() {
	if len(r.plan.Rejections) == 0 {
		return
	}
	r.heading("Why it is not accepted")
	for _, rejection := range r.plan.Rejections {
		r.line("  %s", r.rejection(rejection))
	}
}

func (r *report) blockers() {
	if len(r.plan.Blockers) == 0 {
		return
	}
	r.heading("What has to be solved first")
	for _, b := range r.plan.Blockers {
		r.line("  %s", r.blocker(b))
		holders := r.question.Holders.Affected(r.plan, b, shownHolders)
		names := make([]string, 0, len(holders))
		for _, h := range holders {
			names = append(names, short(h.ID))
		}
		r.line("    Held by %s%s.", strings.Join(names, ", "), more(b.Affected-int64(len(names)), " and %d more"))
	}
}

func (r *report) releases() {
	if len(r.plan.Releases) == 0 {
		return
	}
	r.heading("What is released with the activation")
	for _, release := range r.plan.Releases[:min(shownReleases, len(r.plan.Releases))] {
		why := "as requested"
		if release.Cause == planner.ReleaseCascade {
			why = "because something that it requires goes"
		}
		r.line("  %s from %s, %s", release.Module, short(release.Holder), why)
	}
	r.text.WriteString(more(int64(len(r.plan.Releases)-shownReleases), "  and %d more; -format json lists all\n"))
}

func (r *report) switches() {
	if len(r.plan.Switches) == 0 {
		return
	}
	r.heading("What is switched with the activation")
	for _, swap := range r.plan.Switches[:min(shownReleases, len(r.plan.Switches))] {
		r.line("  %s to %s for %s, as requested", swap.From, swap.To, short(swap.Holder))
	}
	r.text.WriteString(more(int64(len(r.plan.Switches)-shownReleases), "  and %d more; -format json lists all\n"))
}

func (r *report) warnings() {
	if len(r.plan.Warnings) == 0 {
		return
	}
	r.heading("Warnings")
	for _, warning := range r.plan.Warnings {
		r.line("  %s", r.warning(warning))
	}
}

func (r *report) next() {
	r.heading("What to do next")
	var steps []string
	switch r.plan.Status {
	case planner.Current:
		steps = []string{"Nothing; the license is in use."}
	case planner.Ready:
		steps = []string{"Activate it." + more(int64(len(r.plan.Releases)), " Releases that happen with it: %d.") +
			more(int64(len(r.plan.Switches)), " Switches that happen with it: %d.")}
	case planner.Blocked:
		steps = []string{
			`Solve what stands above, then activate it. To see what releases and switches do, list them under "release" and "switch" in the scenario.`,
			fmt.Sprintf("If the license itself is wrong, ask %s for another one.", r.owner()),
		}
	case planner.Rejected:
		steps = r.remedies()
	}
	for _, step := range steps {
		r.line("  %s", step)
	}
}

// remedies says what can be done about rejections, each thing once.
func (r *report) remedies() []string {
	var steps []string
	for _, rejection := range r.plan.Rejections {
		if step := r.remedy(rejection); !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	return steps
}

// more formats a number if there is any.
func more(n int64, format string) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

func instant(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format(time.RFC3339Nano)
}
