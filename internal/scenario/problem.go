package scenario

import (
	"fmt"
	"strings"

	"github.com/seatwright/seatwright/internal/strictjson"
)

// MaxProblems is how many problems are reported at most.
const MaxProblems = 1000

// shownProblems is how many problems the text of an error names.
const shownProblems = 5

// InvalidError says what is wrong with a scenario.
type InvalidError struct {
	// Problems has at least one element and at most [MaxProblems]. They come
	// in the order in which they were found.
	Problems []Problem
}

// Problem is one thing that is wrong with a scenario.
type Problem struct {
	// Pointer is the RFC 6901 pointer to the member or element, empty for the
	// scenario as a whole. It may hold names of members that the scenario made
	// up.
	Pointer string
	// Detail goes on from there: "must not be null". It names ids of holders
	// and modules at most.
	Detail string
}

// String returns the problem in one line of printable characters.
func (p Problem) String() string {
	if p.Pointer == "" {
		return p.Detail
	}
	return strictjson.Printable(p.Pointer) + ": " + p.Detail
}

// Error returns the first problems, in one line.
func (e *InvalidError) Error() string {
	var b strings.Builder
	b.WriteString("scenario: ")
	for i, p := range e.Problems {
		if i == shownProblems {
			fmt.Fprintf(&b, "; and %d more", len(e.Problems)-shownProblems)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// problems gathers what is wrong.
type problems []Problem

func (p *problems) add(pointer, detail string) {
	if len(*p) < MaxProblems {
		*p = append(*p, Problem{Pointer: pointer, Detail: detail})
	}
}

// err returns the problems as an error, nil if there are none.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &InvalidError{Problems: p}
}
