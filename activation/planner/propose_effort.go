package planner

import (
	"context"
	"fmt"

	"github.com/seatwright/seatwright/internal/errtext"
)

const (
	// maxSteps is how many modules of holders are looked at for a proposal at
	// most, one by one: a second or two.
	maxSteps = 30_000_000
	// checkedSteps is after how many of them the context is looked at: less than a
	// millisecond.
	checkedSteps = 50_000
)

// EffortError says that a proposal would take too long to find: there are too
// many candidates with too many modules. Fewer candidates help.
type EffortError struct {
	// Owner and To are the plan's: the name of the license's owner, and its
	// number.
	Owner string `json:"owner"`
	To    int64  `json:"to"`
	// Candidates and Modules are how many there are.
	Candidates int `json:"candidates"`
	Modules    int `json:"modules"`
}

func (e *EffortError) Error() string {
	return fmt.Sprintf("a proposal for license %d of %s would take too long with %s and %s",
		e.To, e.Owner, errtext.Count(int64(e.Candidates), "candidate"), errtext.Count(int64(e.Modules), "module"))
}

// effort ends a search that takes too long, or that nobody waits for.
type effort struct {
	ctx       context.Context //nolint:containedctx // it lives as long as one call of Propose
	left      int
	unchecked int
	tooMuch   *EffortError
	err       error
}

func newEffort(ctx context.Context, p *Plan, candidates int) *effort {
	return &effort{ctx: ctx, left: maxSteps, err: ctx.Err(), tooMuch: &EffortError{
		Owner: p.Owner, To: p.To, Candidates: candidates, Modules: len(p.move.after.Entries()),
	}}
}

// spend counts steps, and reports whether the search may go on. Without an effort
// (nil) it may.
func (e *effort) spend(steps int) bool {
	if e == nil {
		return true
	}
	e.left -= steps
	if e.unchecked += steps; e.unchecked >= checkedSteps {
		e.unchecked = 0
		if err := e.ctx.Err(); err != nil && e.err == nil {
			e.err = fmt.Errorf("planner: propose: %w", err)
		}
	}
	if e.left < 0 && e.err == nil {
		e.err = e.tooMuch
	}
	return e.err == nil
}
