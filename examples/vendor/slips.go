package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/license"
)

// slip is a slip of the hand in what is to be issued or served.
type slip struct {
	code    string
	pointer string // to the member, where there is one
	detail  string
	place   string // the row or the file, where there are many
}

func (s slip) line() string {
	line := s.code
	if s.place != "" {
		line = s.place + ": " + line
	}
	if s.pointer != "" || s.code == string(license.CodeSyntax) {
		line += " " + inOneLine(s.pointer)
	}
	return line + ": " + s.detail
}

// slips is an error of all that is wrong.
type slips []slip

func (s slips) Error() string { return strings.Join(s.lines(), "; ") }

func (s slips) lines() []string {
	lines := make([]string, len(s))
	for i, slip := range s {
		lines[i] = slip.line()
	}
	return lines
}

func (s *slips) add(code, pointer, format string, figures ...any) {
	*s = append(*s, slip{code: code, pointer: pointer, detail: fmt.Sprintf(format, figures...)})
}

// at returns the slips as those of a row or a file.
func (s slips) at(place string) slips {
	placed := slices.Clone(s)
	for i := range placed {
		placed[i].place = place
	}
	return placed
}

func slipsOf(findings []*license.Finding) slips {
	found := make(slips, len(findings))
	for i, f := range findings {
		found[i] = slip{code: string(f.Code), pointer: f.Pointer, detail: f.Detail}
	}
	return found
}

// asSlips returns an error as slips, for a list of what is wrong with many.
func asSlips(err error) slips {
	var found slips
	for _, line := range reasons(err) {
		code, detail, _ := strings.Cut(line, ": ")
		found.add(code, "", "%s", detail)
	}
	return found
}

// licenseSuffix ends the names of envelopes in a feed, statusSuffix those of statuses.
const (
	licenseSuffix = ".license.json"
	statusSuffix  = ".status.json"
)

// maxWarned is how many licenses a warning names one by one.
const maxWarned = 3

// warn prints warnings, those that many licenses share in one line.
func (p program) warn(warnings slips) {
	counts := make(map[string]int)
	for _, w := range warnings {
		counts[w.code]++
	}
	for _, w := range warnings {
		switch count := counts[w.code]; {
		case count > maxWarned:
			p.tell(fmt.Sprintf("warning: %s (and %d more)", w.line(), count-1))
			counts[w.code] = 0
		case count > 0:
			p.tell("warning: " + w.line())
		}
	}
}
