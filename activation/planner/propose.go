package planner

import (
	"cmp"
	"slices"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Proposal says what to take from whom so that a license can be activated. See
// docs/spec/planning.md, Proposals.
type Proposal struct {
	// Switches is to be carried out first, in one call of [seat.Switch] under
	// the licenses that are active now, ordered by holder.
	Switches []seat.Swap `json:"switches,omitzero"`
	// Releases is to be released with the activation, beside what the plan
	// releases already, ordered by holder and module. What cascades is not
	// among them.
	Releases []seat.Assignment `json:"releases,omitzero"`
	// Plan is what the plan will be then, with all releases: ready. If there
	// was nothing to propose, it is the plan that was given.
	Plan *Plan `json:"plan,omitzero"`
}

// Propose says whom to release so that a blocked plan becomes ready. The
// candidates are the holders who may lose something, as the census of the plan
// counts them, ordered by the host's ranking: who should go first comes first.
// Whom the host protects it leaves out. The plan's own releases stay, and the
// proposal comes on top of them.
//
// Of all ways to make the plan ready, the proposal is
//
//  1. one that touches the fewest holders;
//  2. of these, the one that spares the end of the order: of two sets of as many
//     holders, the one without the last candidate who is in only one of them;
//  3. of these, the one that takes least from the last of its holders, then from
//     the one before, and so on: that ends the fewest assignments, by request or
//     cascade.
//
// A switch from a bundle of the active license to another that includes nothing
// more and has a free seat now is a way too. As it only exchanges a bundle, it
// takes less than a release of it. It follows the rules of [seat.Switch]. A
// holder for whom the plan releases something already is not switched.
//
// No release can be left out of a proposal; without a switch the plan would be
// blocked, or more would end. Where more than 12 candidates can help, and the
// plan does not need all of them, 1 and 2 are approximated. Propose takes time
// n log n for n candidates, and looks at holders with the same assignments
// together.
//
// A plan that is ready or current needs nothing. The error is a
// [*NoProposalError], with all reasons, if no release of candidates makes the
// plan ready. It wraps [ErrInput] if the plan is not one that [New] has made,
// or a candidate is given twice or is not in the census.
func Propose(p *Plan, candidates []seat.Holder) (*Proposal, error) {
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
	r, err := newRanking(p, candidates)
	if err != nil {
		return nil, err
	}
	chosen, err := r.choose()
	if err != nil {
		return nil, err
	}
	return r.proposal(r.settle(chosen))
}

// proposal puts together what was decided for holders, and plans with it.
func (r *ranking) proposal(losses []loss) (*Proposal, error) {
	proposal := &Proposal{}
	var after []seat.Holder
	for _, l := range losses {
		h := r.candidates[l.place].holder
		if l.swap != nil {
			proposal.Switches = append(proposal.Switches, seat.Swap{Holder: h.ID, From: l.swap.from, To: l.swap.to})
			h.Assigned = l.swap.assigned
		}
		for _, module := range l.requests {
			proposal.Releases = append(proposal.Releases, seat.Assignment{Holder: h.ID, Module: module})
		}
		after = append(after, h)
	}
	slices.SortFunc(proposal.Switches, func(a, b seat.Swap) int { return cmp.Compare(a.Holder, b.Holder) })
	slices.SortFunc(proposal.Releases, func(a, b seat.Assignment) int {
		return cmp.Or(cmp.Compare(a.Holder, b.Holder), cmp.Compare(a.Module, b.Module))
	})
	var err error
	if proposal.Plan, err = r.plan.again(r.censusAfter(losses), proposal.Releases, after); err != nil {
		return nil, err
	}
	return proposal, nil
}

// censusAfter counts the holders once the switches are carried out.
func (r *ranking) censusAfter(losses []loss) seat.Census {
	counts := make(map[*swap]int64)
	leave := make(map[string]int64)
	for _, l := range losses {
		if l.swap != nil {
			counts[l.swap]++
			leave[r.candidates[l.place].class.Key()]++
		}
	}
	var census seat.Census
	for _, g := range r.plan.counted.groups {
		c := g.Combination
		if g.holder == "" && len(leave) > 0 {
			gone := min(c.Count, leave[c.Key()])
			leave[c.Key()] -= gone
			c.Count -= gone
		}
		census = append(census, c)
	}
	for s, count := range counts {
		census = append(census, seat.Combination{Kind: s.kind, Type: s.holderType, Assigned: s.assigned, Count: count})
	}
	return census
}

// again plans the same license with more releases.
func (p *Plan) again(census seat.Census, more []seat.Assignment, holders []seat.Holder) (*Plan, error) {
	in := Input{
		Active: p.move.before, Offered: p.move.after.License(p.Owner), Now: p.now,
		Census: census, Holders: holders,
	}
	in.Releases = more
	named := make(map[string]bool, len(holders))
	for _, h := range holders {
		named[h.ID] = true
	}
	in.Selection = in.And(p.Selection())
	for _, g := range p.counted.groups {
		if g.holder != "" && !named[g.holder] {
			in.Holders = append(in.Holders, seat.Holder{ID: g.holder, Kind: g.Kind, Type: g.Type, Assigned: g.Assigned})
		}
	}
	next := &Plan{Owner: p.Owner, From: p.From, To: p.To, Status: Ready, Rejections: []Rejection{}}
	next.move = newTransition(in.Active, in.Offered)
	err := next.fill(in, license.Diff(in.Active.License(p.Owner), in.Offered))
	return next, err
}
