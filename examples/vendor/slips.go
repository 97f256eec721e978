package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// slip is something that is wrong or unusual, where there are many things.
type slip struct {
	place string // the row or the file; may be empty
	*license.Finding
}

func (s slip) line() string {
	line := string(s.Code)
	if s.place != "" {
		line = inOneLine(s.place) + ": " + line
	}
	if s.Pointer != "" || s.Code == license.CodeSyntax {
		line += " " + inOneLine(s.Pointer)
	}
	return line + ": " + s.Detail
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

// orNil returns the slips as an error if there are any.
func (s slips) orNil() error {
	if len(s) == 0 {
		return nil
	}
	return s
}

func (s *slips) add(place, code, format string, figures ...any) {
	*s = append(*s, slip{place, &license.Finding{Code: license.Code(code), Detail: fmt.Sprintf(format, figures...)}})
}

// at returns findings as slips of a place.
func at(place string, findings []*license.Finding) slips {
	placed := make(slips, len(findings))
	for i, finding := range findings {
		placed[i] = slip{place, finding}
	}
	return placed
}

// slipsOf returns an error as slips of a place: findings, or the code of package
// signed, or whatever it is.
func slipsOf(place string, err error) slips {
	if all := slips(nil); errors.As(err, &all) {
		return all
	}
	if found := license.FindingsOf(err); len(found) > 0 {
		return at(place, found)
	}
	var all slips
	var refused *signed.Error
	switch {
	case !errors.As(err, &refused):
		all.add(place, "vendor", "%s", err)
	case refused.KeyID != "":
		all.add(place, string(refused.Code), "%s (key %s)", refused.Detail, refused.KeyID)
	default:
		all.add(place, string(refused.Code), "%s", refused.Detail)
	}
	return all
}

// maxWarned is how many licenses a warning names one by one.
const maxWarned = 3

// warn prints warnings, those that many licenses share in one line.
func (p program) warn(warnings slips) {
	counts := make(map[license.Code]int)
	for _, w := range warnings {
		counts[w.Code]++
	}
	for _, w := range warnings {
		switch count := counts[w.Code]; {
		case count > maxWarned:
			p.tell(fmt.Sprintf("warning: %s (and %d more)", w.line(), count-1))
			counts[w.Code] = 0
		case count > 0:
			p.tell("warning: " + w.line())
		}
	}
}
