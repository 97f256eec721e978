package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
)

// review reads what the workers have left behind and, now that all is quiet,
// recounts everything and brings every tenant its newest license.
func (c *turmoil) review(ctx context.Context, lives []life) error {
	for _, l := range lives {
		log, err := readLines[record](l.Task.logFile())
		if err != nil {
			return err
		}
		for _, r := range log {
			c.seen.wrong = append(c.seen.wrong, l.Task.name()+": "+r.Message+": "+r.Error)
		}
		samples, err := readLines[sample](l.Task.samplesFile())
		if err != nil {
			return err
		}
		if len(samples) > 0 {
			for what, n := range samples[len(samples)-1].Counts {
				c.seen.counts[what] += n
			}
		}
	}
	c.look(ctx)
	const longestPeriod = 10 * time.Minute
	at := c.clock.now().Add(longestPeriod)
	last := func() time.Time { return at }
	// What the vendor has issued has begun.
	engine, err := c.engine(func() time.Time { return at.Add(longestPeriod) }, last)
	if err != nil {
		return err
	}
	staff := &administrators{Vendor: c.vendor, now: last, name: "last", random: drawn(c.Seed, "last"), counts: newCounts()}
	j := &judge{engine: engine, vendor: c.vendor, at: at, staff: staff}
	for _, tenant := range c.Town.tenants() {
		if err := c.settle(ctx, j, engine.Tenant(tenant)); err != nil {
			return fmt.Errorf("tenant %s: %w", tenant, err)
		}
	}
	return nil
}

// settle sets right what people had set wrong, and judges.
func (c *turmoil) settle(ctx context.Context, j *judge, crm *activation.Tenant) error {
	who := crm.As("last")
	if _, err := who.ResetClock(ctx); err != nil {
		return err
	}
	if err := who.Expect(ctx, owner, planner.Expected{Serial: crm.ID()}); err != nil {
		return err
	}
	var found kept
	for _, look := range []func(context.Context, *activation.Tenant, *kept) error{j.seats, j.newest, j.verified} {
		if err := look(ctx, crm, &found); err != nil {
			return err
		}
	}
	c.seen.log += found.log
	for _, wrong := range slices.Concat(found.seats, found.newest) {
		c.wrong("at the end: " + wrong)
	}
	return nil
}

// full counts the modules all of whose seats are in use.
func (t *tenantSight) full(v vendor, tenant string) (n int) {
	if t.number == 0 {
		return 0
	}
	inUse := occupied(t.holders)
	for module, capacity := range capacitiesOf(v.license(tenant, t.number)) {
		if inUse[module] == capacity {
			n++
		}
	}
	return n
}

// holds reports whether nothing was wrong, and enough was looked at to say so.
func (h *havoc) holds() bool {
	return len(h.wrong) == 0 && h.looks > 0 && h.counts[comparedThere] > 0 && h.stormy()
}

// stormy reports whether there were too few seats, and what a server has lost.
func (h *havoc) stormy() bool {
	return h.full > 0 && (h.settings.Database == sqlite || h.lost > 0)
}

// report writes the outcome as Markdown.
func (h *havoc) report(w io.Writer) error {
	var b strings.Builder
	s := h.settings
	fmt.Fprintf(&b, "%s, %s with %d tenants of %d holders, %d workers, seed %d, a clock that runs %d × as fast. All claims hold: %s.\n\n",
		s.Database, h.elapsed.Round(time.Second), s.Town.Tenants, len(s.Town.everybody()), s.Town.Workers, s.Seed, s.Speed, yes(h.holds()))
	b.WriteString("| what happened | how many |\n|---|---|\n")
	for _, what := range slices.Sorted(maps.Keys(h.disasters)) {
		fmt.Fprintf(&b, "| %s | %d |\n", what, h.disasters[what])
	}
	fmt.Fprintf(&b, "| clocks that jumped | %d |\n| tenants whose last revisions a failover lost | %d |\n", h.counts["clock jumped"], h.lost)
	fmt.Fprintf(&b, "| consistent reads, counted by hand | %d |\n| modules seen with all seats in use | %d |\n", h.looks, h.full)
	fmt.Fprintf(&b, "| snapshots compared with the tables | %d, %d of them in the worker that lived on |\n",
		h.counts["snapshot compared"], h.counts[comparedThere])
	fmt.Fprintf(&b, "| entries of the logs, gone through at the end | %d |\n| what was wrong | %d |\n\n", h.log, len(h.wrong))
	h.reportCounts(&b)
	const some = 30
	for _, wrong := range h.wrong[:min(some, len(h.wrong))] {
		fmt.Fprintf(&b, "- %s\n", wrong)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// replaceIn puts the report into a file, in the place of the one that is there
// between two comments with the name of the database.
func (h *havoc) replaceIn(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	begins, ends := "<!-- begin "+h.settings.Database+" -->\n", "<!-- end "+h.settings.Database+" -->\n"
	before, rest, found := strings.Cut(string(text), begins)
	_, after, ended := strings.Cut(rest, ends)
	if !found || !ended {
		return fmt.Errorf("%s has no part between %q and %q", name, begins, ends)
	}
	var report strings.Builder
	if err := h.report(&report); err != nil {
		return err
	}
	const readable = 0o644
	return os.WriteFile(name, []byte(before+begins+"\n"+report.String()+ends+after), readable)
}

// reportCounts writes what operations came to, one line an operation.
func (h *havoc) reportCounts(b *strings.Builder) {
	byOperation := make(map[string][]string)
	for _, what := range slices.Sorted(maps.Keys(h.counts)) {
		i := strings.LastIndexByte(what, ' ')
		byOperation[what[:i]] = append(byOperation[what[:i]], fmt.Sprintf("%s %d", what[i+1:], h.counts[what]))
	}
	b.WriteString("| operation | outcomes |\n|---|---|\n")
	for _, operation := range slices.SortedFunc(maps.Keys(byOperation), cmp.Compare[string]) {
		fmt.Fprintf(b, "| %s | %s |\n", operation, strings.Join(byOperation[operation], ", "))
	}
	b.WriteString("\n")
}
