package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// claim is something that a soak was to show.
type claim struct {
	Text  string
	Holds bool
	// Evidence is what speaks for it, Wrong what speaks against it.
	Evidence string
	Wrong    []string
}

// claims judges what came of a soak.
func (o *outcome) claims() []claim {
	return []claim{
		{
			"No seat is oversold", o.seen.wrongCount == 0 && o.seen.looks > 0,
			fmt.Sprintf("%d consistent reads, %d times a module with all seats in use", o.seen.looks, o.seen.full), o.seen.wrong,
		},
		{
			"No license is lost", len(o.kept.license) == 0 && o.kept.activations > 0,
			fmt.Sprintf("%d activations acknowledged, each once among %d entries of the history", o.kept.activations, o.kept.history), o.kept.license,
		},
		{
			"No assignment is lost", len(o.kept.seats) == 0 && o.kept.changes > 0,
			fmt.Sprintf("%d changes acknowledged, all among %d entries of the log, which lead to what is held; `Verify` finds nothing in any tenant",
				o.kept.changes, o.kept.log), o.kept.seats,
		},
		{
			"Every tenant gets its newest license afterwards", len(o.kept.newest) == 0,
			fmt.Sprintf("%d tenants", o.settings.Town.Tenants), o.kept.newest,
		},
		o.faultsSeen(), o.noGrowth(), o.nothingLeft(),
		{"No operation fails otherwise", len(o.logs.unexpected) == 0, fmt.Sprintf("%d errors in the logs; what a rule refuses is none", len(o.logs.unexpected)), o.logs.unexpected},
	}
}

func (o *outcome) faultsSeen() claim {
	c := claim{Text: "Every fault is seen", Holds: true}
	made, cutOff := 0, 0
	for _, kind := range faultKinds {
		t := o.faults[kind]
		made += t.Made
		cutOff += t.CutOff
		if t.Missing > 0 || t.Made == 0 {
			c.Holds = false
			c.Wrong = append(c.Wrong, fmt.Sprintf("%s: %d made, %d missing in the logs", kind, t.Made, t.Missing))
		}
	}
	c.Evidence = fmt.Sprintf("%d faults, all in the logs but for %d of processes that were killed before the check had ended", made, cutOff)
	return c
}

func (o *outcome) noGrowth() claim {
	g := o.growth
	c := claim{Text: "Neither goroutines nor memory grow", Holds: true}
	if !g.judged() {
		c.Evidence = fmt.Sprintf("not judged: %d samples, %d are needed", g.Samples, enoughSamples)
		return c
	}
	megabytes := func(bytes uint64) float64 { return float64(bytes) / 1e6 }
	c.Evidence = fmt.Sprintf("medians of the quarters of %d samples: goroutines %d, %d, %d, %d; heap %.2f, %.2f, %.2f, %.2f MB, × %.2f from first to last",
		g.Samples, g.Goroutines[0], g.Goroutines[1], g.Goroutines[2], g.Goroutines[3],
		megabytes(g.Heap[0]), megabytes(g.Heap[1]), megabytes(g.Heap[2]), megabytes(g.Heap[3]), float64(g.Heap[3])/float64(g.Heap[0]))
	if !g.bounded() {
		c.Holds = false
		c.Wrong = []string{fmt.Sprintf("more than × %.2f, plus %d goroutines or %d MiB", growthFactor, moreGoroutines, moreHeap>>20)}
	}
	return c
}

func (o *outcome) nothingLeft() claim {
	c := claim{Text: "No goroutine is left when a worker ends", Evidence: fmt.Sprintf("%d workers", len(o.left))}
	c.Holds = len(o.left) == o.settings.Town.Workers && slices.Max(o.left) <= 0
	if !c.Holds {
		c.Wrong = []string{fmt.Sprintf("goroutines left: %v", o.left)}
	}
	return c
}

// holds reports whether all claims do.
func (o *outcome) holds() bool {
	return !slices.ContainsFunc(o.claims(), func(c claim) bool { return !c.Holds })
}

// report writes the outcome as Markdown.
func (o *outcome) report(w io.Writer) error {
	var b strings.Builder
	s := o.settings
	fmt.Fprintf(&b, "%s with %d tenants of %d holders, %d workers, seed %d, a clock that runs %d × as fast; %d kills.\n\n",
		o.elapsed.Round(time.Second), s.Town.Tenants, len(s.Town.everybody()), s.Town.Workers, s.Seed, s.Speed, o.kills())
	b.WriteString("| claim | holds | by |\n|---|---|---|\n")
	for _, c := range o.claims() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Text, yes(c.Holds), c.Evidence)
	}
	o.reportFaults(&b)
	o.reportFigures(&b)
	o.reportOperations(&b)
	for _, c := range o.claims() {
		for _, wrong := range c.Wrong[:min(len(c.Wrong), 20)] {
			fmt.Fprintf(&b, "\n- %s: %s", c.Text, wrong)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func yes(holds bool) string {
	if holds {
		return "yes"
	}
	return "**no**"
}

func (o *outcome) kills() (kills int) {
	for _, life := range o.lives {
		if life.Killed {
			kills++
		}
	}
	return kills
}

func (o *outcome) reportFaults(b *strings.Builder) {
	b.WriteString("\n| fault | made | failed a check | asked again | too late, so seen as a time-out | cut off by a kill | missing | beside those made |\n|---|---|---|---|---|---|---|---|\n")
	for _, kind := range faultKinds {
		t := o.faults[kind]
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d | %d | %d | %d |\n", kind, t.Made, t.Failed, t.Retried, t.Late, t.CutOff, t.Missing, t.Real)
	}
}

func (o *outcome) reportFigures(b *strings.Builder) {
	b.WriteString("\n| what | how many |\n|---|---|\n")
	row := func(what, figures string, values ...any) {
		fmt.Fprintf(b, "| %s | %s |\n", what, fmt.Sprintf(figures, values...))
	}
	row("requests to the feed", "%d, %.1f a second; %d answered with a license, %d with 304", o.feed.requests,
		float64(o.feed.requests)/o.elapsed.Seconds(), o.feed.answers[200], o.feed.answers[304])
	row("tampered answers, by why they were refused", "%s", inOrder(o.logs.codes))
	row("checks that failed, in the logs", "%d; %d were seen in the store while they were the last", o.logs.failedChecks, o.seen.failing)
	row("licenses activated by themselves", "%d", o.logs.automatic)
	row("licenses activated by an administrator", "%d, %d of them after releasing seats", o.logs.byHand, o.counts[activatedReleasing])
	row("licenses that had to wait", "%d", o.logs.waiting)
	row("reads by the observer", "%d, %.0f a second", o.seen.looks, float64(o.seen.looks)/o.elapsed.Seconds())
	row("most seats in use", "%d of %d, of %s", o.seen.most.InUse, o.seen.most.Capacity, o.seen.most.Module)
	row("samples of seats in use, of the day", "%d", o.kept.samples)
}

// inOrder lists counts, the highest first.
func inOrder(counts map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	for i, key := range keys {
		keys[i] = fmt.Sprintf("%s %d", key, counts[key])
	}
	return strings.Join(keys, ", ")
}

func (o *outcome) reportOperations(b *strings.Builder) {
	b.WriteString("\n| operation | outcome | how many | a second |\n|---|---|---|---|\n")
	for _, what := range slices.Sorted(maps.Keys(o.counts)) {
		operation, outcome, _ := strings.Cut(what, " ")
		fmt.Fprintf(b, "| %s | %s | %d | %.1f |\n", operation, outcome, o.counts[what], float64(o.counts[what])/o.elapsed.Seconds())
	}
}
