package planner

import (
	"errors"
	"fmt"

	"github.com/seatwright/seatwright/internal/errtext"
)

// NoProposalError says that nothing that can be taken from the candidates makes
// a plan ready, with every reason: more candidates are needed, or another license.
type NoProposalError struct {
	// Owner and To are the plan's: the name of the license's owner, and its
	// number.
	Owner string `json:"owner"`
	To    int64  `json:"to"`
	// Rejections is why the license is not accepted at all; no release helps.
	Rejections []Rejection `json:"rejections,omitzero"`
	// Shortages is the blockers that the candidates can't solve, in the order
	// of the plan. The others they could.
	Shortages []Shortage `json:"shortages,omitzero"`
}

// Shortage is a blocker that concerns too few of the candidates.
type Shortage struct {
	// Blocker is the plan's.
	Blocker Blocker `json:"blocker"`
	// Wanted is the number of holders that have to give the module up, and
	// Candidates how many candidates would; it is less.
	Wanted     int64 `json:"wanted"`
	Candidates int64 `json:"candidates"`
}

// ErrNoProposal is matched by a [*NoProposalError].
var ErrNoProposal = errors.New("no proposal makes the plan ready")

// Is reports whether target is [ErrNoProposal].
func (e *NoProposalError) Is(target error) bool { return target == ErrNoProposal }

// Error names the first reasons and how many there are.
func (e *NoProposalError) Error() string {
	if len(e.Rejections) > 0 {
		return fmt.Sprintf("no release helps license %d of %s, which is rejected: %s", e.To, e.Owner, errtext.Codes(e.Rejections))
	}
	reasons := make([]error, len(e.Shortages))
	for i, s := range e.Shortages {
		reasons[i] = errors.New(s.sentence())
	}
	return fmt.Sprintf("the candidates are too few to make license %d of %s ready: %s", e.To, e.Owner, errtext.Join(reasons))
}

// sentence is the blocker with what is missing.
func (s Shortage) sentence() string {
	have := "have"
	if s.Wanted == 1 {
		have = "has"
	}
	return fmt.Sprintf("%s; %d %s to go and %d of the candidates could", s.Blocker, s.Wanted, have, s.Candidates)
}
