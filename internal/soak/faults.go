package main

import (
	"strings"
	"time"
)

// record is what is read of a record in a worker's log.
type record struct {
	Message string `json:"msg"`
	Tenant  string `json:"tenant"`
	Problem string `json:"problem"`
	Error   string `json:"error"`
	Reason  string `json:"reason"`
	Outcome string `json:"outcome"`
	By      string `json:"by"`
	// Automatic and To are those of an activation.
	Automatic bool  `json:"automatic"`
	To        int64 `json:"to"`
}

// The messages of the engine's records.
const (
	activatedMessage  = "license: activated"
	checkFailed       = "license: check failed"
	askedAgain        = "license: asked again"
	checksFailed      = "license: checks failed"
	waitsMessage      = "license: waits for an administrator"
	dismissedMessage  = "license: offer dismissed"
	notWatchedMessage = "license: the store can't be watched"
)

// tally is what became of the faults of a kind.
type tally struct {
	Made int
	// Failed and Retried are how many were seen in the log: as a check that
	// failed, or as a try after which there was another one.
	Failed, Retried int
	// Late is how many were seen as a time-out, because the answer came too late
	// on a busy machine.
	Late int
	// CutOff is how many were not seen, because the process was killed before
	// the check had ended.
	CutOff int
	// Missing is how many were not seen, and should have been.
	Missing int
	// Real is how many of the kind are in the log that the feed has not made.
	Real int
}

// place is where a fault is looked for.
type place struct {
	Worker, Tenant string
	Kind           faultKind
}

// matcher finds faults in logs.
type matcher struct {
	seen map[place]*tally
	ids  map[string]*tally // answers with status 500, by title
}

// match looks for each fault in the log of the worker that was answered so: a
// status 500 by its number, and of the others as many of a kind as there were
// for the tenant. Logs are by the name of the life. A fault that is not there
// is excused if the worker was killed so soon afterwards that the check may not
// have ended.
func match(faults []fault, logs map[string][]record, lives map[string]life, window time.Duration) map[faultKind]*tally {
	m := newMatcher(logs)
	tallies := make(map[faultKind]*tally)
	for _, kind := range faultKinds {
		tallies[kind] = &tally{}
	}
	var unseen []fault
	for _, f := range faults {
		tallies[f.Kind].Made++
		if !tallies[f.Kind].take(m.titled(f)) && !tallies[f.Kind].take(m.seen[place{f.Worker, f.Tenant, f.Kind}]) {
			unseen = append(unseen, f)
		}
	}
	for _, f := range unseen {
		sum, life := tallies[f.Kind], lives[f.Worker]
		switch {
		case new(tally).take(m.seen[place{f.Worker, f.Tenant, timeOut}]):
			sum.Late++
		case life.Killed && life.Ended.Sub(f.At) < window:
			sum.CutOff++
		default:
			sum.Missing++
		}
	}
	for at, left := range m.seen {
		tallies[at.Kind].Real += left.Failed + left.Retried
	}
	for _, left := range m.ids {
		tallies[status5].Real += left.Failed + left.Retried
	}
	return tallies
}

// take takes over one fault of those that were seen, if any is left.
func (t *tally) take(seen *tally) bool {
	switch {
	case seen == nil:
		return false
	case seen.Failed > 0:
		seen.Failed--
		t.Failed++
	case seen.Retried > 0:
		seen.Retried--
		t.Retried++
	default:
		return false
	}
	return true
}

// missing is how many faults of all kinds are.
func missing(tallies map[faultKind]*tally) (n int) {
	for _, t := range tallies {
		n += t.Missing
	}
	return n
}

func newMatcher(logs map[string][]record) *matcher {
	m := &matcher{seen: make(map[place]*tally), ids: make(map[string]*tally)}
	for worker, log := range logs {
		for _, r := range log {
			m.read(worker, r)
		}
	}
	return m
}

// read notes the fault that a record is about.
func (m *matcher) read(worker string, r record) {
	kind, title := kindOf(r.Problem)
	if kind == "" || r.Message != checkFailed && r.Message != askedAgain {
		return
	}
	var seen *tally
	if title != "" {
		seen = at(m.ids, title)
	} else {
		seen = at(m.seen, place{worker, r.Tenant, kind})
	}
	if r.Message == checkFailed {
		seen.Failed++
	} else {
		seen.Retried++
	}
}

// titled is what was seen of a status 500 under its title.
func (m *matcher) titled(f fault) *tally {
	if f.Kind != status5 {
		return nil
	}
	return m.ids[titleOf(f.ID)]
}

func at[K comparable](tallies map[K]*tally, key K) *tally {
	if tallies[key] == nil {
		tallies[key] = &tally{}
	}
	return tallies[key]
}

// kindOf says which kind of fault a problem in the log is, and by which title it
// is known, if it has one.
func kindOf(problem string) (kind faultKind, title string) {
	const begins, ends = "injected fault ", "."
	switch i := strings.Index(problem, begins); {
	case i >= 0:
		title, _, _ = strings.Cut(problem[i:], ends)
		return status5, title + ends
	case strings.Contains(problem, "HTTP status 500"): // its title did not come in time
		return status5, ""
	case strings.Contains(problem, "did not answer in time"):
		return timeOut, ""
	case strings.Contains(problem, "the license that the source has sent is not acceptable"):
		return tampered, ""
	}
	return "", ""
}
