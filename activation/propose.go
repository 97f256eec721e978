package activation

import (
	"context"
	"slices"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// Propose says whom to release, or to give a smaller bundle, so that the pending
// offer of an owner can be activated, by the rules of [planner.Propose]. The
// candidates are the ids of those who may lose something, in the host's order:
// those who should go first come first. The host leaves out those whom it protects.
// Ids that the tenant does not know hold nothing and are passed over; of an id that
// is listed twice the first place counts. The proposal comes on top of what is
// selected already, as [Tenant.Plan] takes it.
//
// The preview is the offer as it will be with the proposal: ready.
// [Preview.Approve] asks for its activation with all that was selected and
// proposed, or of an offer that begins later, for [Actor.Schedule]. Nothing is
// stored. No transaction is open while the proposal is looked for, unless it is
// the host's.
//
// The error is a [*planner.NoProposalError], with all reasons, if nothing that
// can be taken from candidates helps; a [*planner.EffortError] if the question
// is too large; otherwise one of [Tenant.Plan].
func (t *Tenant) Propose(
	ctx context.Context, owner string, candidates []string, selected ...planner.Selection,
) (*Preview, *planner.Proposal, error) {
	type proposed struct {
		*Preview
		*planner.Proposal
	}
	owner = folded(owner)
	result, err := run(ctx, t.operation(OperationPropose, owner), func(ctx context.Context, o *operation) (p proposed, err error) {
		q, err := look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (*question, error) {
			return s.question(ctx, owner, candidates, selected)
		})
		if err != nil {
			return p, err
		}
		proposal, err := planner.Propose(ctx, q.preview.Decisive(), q.candidates)
		if err != nil {
			return p, err
		}
		with := &planned{offer: q.offered, plan: proposal.Plan}
		if q.preview.Upcoming != nil {
			with.plan, with.upcoming = q.preview.Plan, proposal.Plan
		}
		return proposed{q.presentPlanned(with), proposal}, nil
	})
	return result.Preview, result.Proposal, err
}

// question is all that a proposal is made of. Its reader is closed by then.
type question struct {
	*situation
	offered    *offer
	preview    *Preview
	candidates []seat.Holder
}

func (s *situation) question(ctx context.Context, owner string, candidates []string, selected []planner.Selection) (*question, error) {
	offered, preview, err := s.acceptable(ctx, owner, selected...)
	if err != nil {
		return nil, err
	}
	q := &question{situation: s, offered: offered, preview: preview}
	if q.preview.Decisive().Status == planner.Blocked {
		q.candidates, err = s.ranked(ctx, candidates)
	}
	return q, err
}

// ranked reads holders in the order of their ids, without those who are not
// known.
func (s *situation) ranked(ctx context.Context, ids []string) ([]seat.Holder, error) {
	holders := make([]seat.Holder, 0, len(ids))
	given := make(map[string]bool, len(ids))
	for some := range slices.Chunk(ids, chunk) {
		known, err := s.known(ctx, some)
		if err != nil {
			return nil, err
		}
		stored := byID(known)
		for _, id := range some {
			if h, there := stored[id]; there && !given[id] {
				given[id] = true
				holders = append(holders, h)
			}
		}
	}
	return holders, nil
}
