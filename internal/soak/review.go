package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// outcome is what came of a soak: what the report says.
type outcome struct {
	settings settings
	elapsed  time.Duration
	lives    []life
	feed     counted
	seen     observed
	kept     kept
	logs     logged
	faults   map[faultKind]*tally
	growth   growth
	// left is how many goroutines more than before a worker had at its end, of
	// those that were told to end.
	left   []int
	counts map[string]int
}

// logged is what the logs of all workers say.
type logged struct {
	automatic, byHand, failedChecks int
	waiting                         int
	// codes counts the tampered answers by why they were refused.
	codes map[string]int
	// unexpected is the errors of operations that should have succeeded.
	unexpected []string
}

// review reads what the workers have left behind, and judges.
func (h *host) review(ctx context.Context, elapsed time.Duration, lives []life) (*outcome, error) {
	o := &outcome{settings: h.settings, elapsed: elapsed, lives: lives, feed: h.feed.counted(), seen: h.seen.seen(), counts: make(map[string]int)}
	told := acknowledgements{activated: make(map[string][]int64), changes: make(map[string][]acknowledged)}
	o.logs.codes = make(map[string]int)
	logs, err := readLogs(lives)
	if err != nil {
		return nil, err
	}
	for _, life := range lives {
		name := life.Task.name()
		o.logs.read(logs[name], told)
		changes, err := readLines[acknowledged](life.Task.journalFile())
		if err != nil {
			return nil, fmt.Errorf("the journal of %s: %w", name, err)
		}
		for _, c := range changes {
			told.changes[c.Tenant] = append(told.changes[c.Tenant], c)
		}
		if err := o.readSamples(life); err != nil {
			return nil, fmt.Errorf("the samples of %s: %w", name, err)
		}
	}
	o.faults = h.match(lives, logs)
	o.kept, err = h.judge(ctx, told)
	return o, err
}

// readLogs reads the logs of all lives, by their names.
func readLogs(lives []life) (map[string][]record, error) {
	logs := make(map[string][]record)
	for _, life := range lives {
		log, err := readLines[record](life.Task.logFile())
		if err != nil {
			return nil, fmt.Errorf("the log of %s: %w", life.Task.name(), err)
		}
		logs[life.Task.name()] = log
	}
	return logs, nil
}

// judge judges when every tenant has a newer license to come, and none after
// that.
func (h *host) judge(ctx context.Context, told acknowledgements) (kept, error) {
	const longestPeriod = 10 * time.Minute
	at := h.clock.now().Add(longestPeriod)
	now := func() time.Time { return at }
	h.catalog.stop(at)
	engine, err := h.engine(now)
	if err != nil {
		return kept{}, err
	}
	staff := &administrators{Vendor: h.vendor, now: now, name: "last", random: drawn(h.Seed, "last"), counts: newCounts()}
	return (&judge{engine: engine, vendor: h.vendor, at: at, told: told, staff: staff}).all(ctx)
}

// read notes what the log of a worker says.
func (l *logged) read(log []record, told acknowledgements) {
	for _, r := range log {
		switch r.Message {
		case activatedMessage:
			told.activated[r.Tenant] = append(told.activated[r.Tenant], r.To)
			if r.Automatic {
				l.automatic++
			} else {
				l.byHand++
			}
		case waitsMessage:
			l.waiting++
		case checkFailed:
			l.failedChecks++
			if kind, _ := kindOf(r.Problem); kind == tampered {
				l.codes[codeOf(r.Problem)]++
			}
		case failedMessage, checksFailed, notWatchedMessage:
			l.unexpected = append(l.unexpected, r.Tenant+" "+r.Message+": "+r.Error)
		}
	}
}

// codeOf returns the code by which a signed license was refused.
func codeOf(problem string) string {
	_, after, found := strings.Cut(problem, "signed license: ")
	if !found {
		return "other"
	}
	code, _, _ := strings.Cut(after, ":")
	return code
}

// readSamples reads what a worker was like: the first one for its growth, all
// of them for what they did and left behind.
func (o *outcome) readSamples(life life) error {
	samples, err := readLines[sample](life.Task.samplesFile())
	if err != nil || len(samples) == 0 {
		return err
	}
	last := samples[len(samples)-1]
	for what, n := range last.Counts {
		o.counts[what] += n
	}
	if life.Killed {
		return nil
	}
	if last.Before == 0 {
		return errors.New("the last one is missing")
	}
	o.left = append(o.left, last.Goroutines-last.Before)
	if life.Task.Worker == 0 {
		o.growth = growthOf(samples[:len(samples)-1])
	}
	return nil
}
