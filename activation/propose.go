package activation

import (
	"context"
	"slices"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
)

// Propose says whom to release so that the pending offer of an owner can be
// activated, by the rules of [planner.Propose]. The candidates are the ids of those who
// may lose something, in the host's order: who should go first comes first, and
// whom the host protects is not among them. Ids that the tenant does not know
// hold nothing and are passed over; of an id that is listed twice the first
// place counts. The releases are what the administrator has ticked already; the
// proposal comes on top of them.
//
// The preview is the offer as it will be with the proposal: ready. It is for an
// [Approval] with the releases that were given and those of the proposal, once
// [Actor.Switch] has carried out the switches of the proposal, if it has any; for
// an offer that begins later, for [Actor.Schedule].
// Nothing is stored.
//
// The error is a [*planner.NoProposalError], with all reasons, if no release of
// candidates helps; otherwise one of [Tenant.Plan].
func (t *Tenant) Propose(
	ctx context.Context, owner string, candidates []string, releases ...seat.Assignment,
) (*Preview, *planner.Proposal, error) {
	type proposed struct {
		*Preview
		*planner.Proposal
	}
	owner = folded(owner)
	result, err := run(ctx, t.operation(OperationPropose, owner), func(ctx context.Context, o *operation) (proposed, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (p proposed, err error) {
			offered, preview, err := s.acceptable(ctx, owner, releases)
			if err != nil {
				return p, err
			}
			plan := preview.Plan
			if preview.Upcoming != nil {
				plan = preview.Upcoming
			}
			var ranked []seat.Holder
			if plan.Status == planner.Blocked {
				if ranked, err = s.ranked(ctx, candidates); err != nil {
					return p, err
				}
			}
			proposal, err := planner.Propose(plan, ranked)
			if err != nil {
				return p, err
			}
			with := &planned{offer: offered, plan: proposal.Plan}
			if preview.Upcoming != nil {
				with.plan, with.upcoming = preview.Plan, proposal.Plan
			}
			return proposed{s.presentPlanned(with), proposal}, nil
		})
	})
	return result.Preview, result.Proposal, err
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
		byID := make(map[string]seat.Holder, len(known))
		for _, h := range known {
			byID[h.ID] = h
		}
		for _, id := range some {
			if h, there := byID[id]; there && !given[id] {
				given[id] = true
				holders = append(holders, h)
			}
		}
	}
	return holders, nil
}
