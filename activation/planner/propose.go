package planner

import (
	"cmp"
	"context"
	"slices"

	"github.com/seatwright/seatwright/seat"
)

// Proposal says what to take from whom so that a license can be activated. See
// docs/spec/planning.md, Proposals.
type Proposal struct {
	// Selection is to be released and switched with the activation, beside what
	// the plan was asked for already. It is ordered by holder and module; what
	// cascades is not in it.
	Selection
	// Plan is what the plan will be then, with all that is selected: ready. If
	// there was nothing to propose, it is the plan that was given.
	Plan *Plan `json:"plan,omitzero"`
}

// Propose says whom to release, or to give a smaller bundle, so that a blocked
// plan becomes ready. The candidates are the holders who may lose something, as
// the census of the plan counts them, ordered by the host's ranking: the first
// to go comes first. A host leaves out the holders whom it protects. The
// releases and switches of the plan stay, and the proposal comes on top of
// them.
//
// Of all ways to make the plan ready, the proposal is
//
//  1. one that touches the fewest holders;
//  2. of these, the one that spares the end of the order. Of two sets of as many
//     holders, look for the last candidate who is in only one of them: the other
//     set wins;
//  3. of these, the one that takes least from the last of its holders, then from
//     the one before, and so on: that ends the fewest assignments, by request or
//     cascade.
//
// A proposal may also switch a holder from a bundle of the active license to one of
// the offered license that includes nothing more. A switch takes less than a
// release, as it only exchanges a bundle. A holder for whom the plan has switches
// is not switched further.
//
// No release can be left out of a proposal; without a switch the plan would be
// blocked, or more would end. Where more than 12 candidates can help, and the
// plan does not need all of them, 1 and 2 are approximated. Propose takes time
// n log n for n candidates, and looks at holders with the same assignments
// together.
//
// A plan that is ready or current needs nothing. The error is a
// [*NoProposalError], with all reasons, if nothing that can be taken from
// candidates makes the plan ready; an [*EffortError] if the question is larger
// than what is answered; the context's if that ends. It wraps [ErrInput] if the
// plan is not one that [New] has made, or a candidate is given twice or is not
// in the census.
func Propose(ctx context.Context, p *Plan, candidates []seat.Holder) (*Proposal, error) {
	if p == nil {
		return nil, inputError("there is no plan")
	}
	switch p.Status {
	case Ready, Current:
		return &Proposal{Plan: p}, nil
	case Rejected:
		return nil, &NoProposalError{Owner: p.Owner, To: p.To, Rejections: slices.Clone(p.Rejections)}
	}
	if p.counted == nil || len(p.Blockers) == 0 {
		return nil, inputError("the plan is not one of New")
	}
	return propose(newEffort(ctx, p, len(candidates)), p, candidates)
}

func propose(e *effort, p *Plan, candidates []seat.Holder) (*Proposal, error) {
	r, err := newRanking(e, p, candidates)
	if err != nil {
		return nil, err
	}
	chosen, err := r.choose()
	if err != nil {
		return nil, err
	}
	losses, err := r.settle(chosen)
	if err != nil {
		return nil, err
	}
	return r.proposal(losses)
}

// proposal puts together what was decided for holders, and plans with it.
func (r *ranking) proposal(losses []loss) (*Proposal, error) {
	proposal := &Proposal{}
	var touched []seat.Holder
	for _, l := range losses {
		h := r.candidates[l.place].holder
		touched = append(touched, h)
		for _, s := range l.swaps {
			s.Holder = h.ID
			proposal.Switches = append(proposal.Switches, s)
		}
		for _, module := range l.requests {
			proposal.Releases = append(proposal.Releases, seat.Assignment{Holder: h.ID, Module: module})
		}
	}
	slices.SortFunc(proposal.Switches, compareSwaps)
	slices.SortFunc(proposal.Releases, func(a, b seat.Assignment) int {
		return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Module, b.Module))
	})
	var err error
	if proposal.Plan, err = r.again(proposal.Selection, touched); err != nil {
		return nil, err
	}
	return proposal, nil
}

// again plans the same license with more selected, from the holders whom that
// names.
func (r *ranking) again(more Selection, holders []seat.Holder) (*Plan, error) {
	p := r.plan
	in := Input{
		Active: p.move.before, Offered: p.move.after.License(p.Owner), Now: p.now,
		Selection: p.Selection().And(more), Holders: holders,
	}
	named := make(map[string]bool, len(holders))
	for _, h := range holders {
		named[h.ID] = true
	}
	for _, g := range p.counted.groups {
		in.Census = append(in.Census, g.Combination)
		if g.holder != "" && !named[g.holder] {
			in.Holders = append(in.Holders, seat.Holder{ID: g.holder, Kind: g.Kind, Type: g.Type, Assigned: g.Assigned})
		}
	}
	next := &Plan{Owner: p.Owner, From: p.From, To: p.To, Status: Ready, Rejections: []Rejection{}}
	next.move = newTransition(in.Active, in.Offered)
	next.move.effort, next.issuing = r.effort, p.issuing
	defer func() { next.move.effort = nil }()
	err := next.fill(in, in.Active.Diff(next.move.after, p.Owner))
	return next, err
}
