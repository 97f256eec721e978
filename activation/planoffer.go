package activation

import (
	"context"

	"github.com/seatwright/seatwright/activation/planner"
)

// PlanOffer is [Tenant.Plan] for any of the offers that wait, as [Tenant.Pending]
// lists them.
func (t *Tenant) PlanOffer(ctx context.Context, offer Digest, selected ...planner.Selection) (*Preview, error) {
	return run(ctx, t.operation(OperationPlan, ""), func(ctx context.Context, o *operation) (*Preview, error) {
		return look(ctx, o, verifyBytes, func(ctx context.Context, s *situation) (*Preview, error) {
			pending, err := s.openWaiting(ctx, o, offer)
			if err != nil {
				return nil, err
			}
			return s.acceptableOffer(ctx, pending, selected...)
		})
	})
}

// openWaiting opens the offer of a digest that waits.
func (s *situation) openWaiting(ctx context.Context, o *operation, digest Digest) (*offer, error) {
	owner, i := s.find(digest)
	if i < 0 {
		return nil, ErrNoOffer
	}
	o.owner = owner.Owner
	return s.reopen(ctx, owner.Owner, owner.Pending[i])
}
