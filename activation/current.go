package activation

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
)

// withoutCurrent answers for an offer that is the active license, and returns the
// others.
func (x *transaction) withoutCurrent(ctx context.Context, name string, came []*offer) (*Result, []*offer, error) {
	var current *Result
	var others []*offer
	for _, o := range came {
		owner := x.owner(name)
		same, err := x.sameContent(ctx, owner, o)
		if err != nil {
			return nil, nil, err
		}
		if !same {
			others = append(others, o)
			continue
		}
		if current, err = x.keepCurrent(ctx, owner, o); err != nil {
			return nil, nil, err
		}
	}
	return current, others, nil
}

// sameContent reports whether an offer is the active license, perhaps signed
// anew. Where the stored envelope no longer verifies, what it says is compared
// all the same: it decides nothing but that nothing changes, and not even that
// for a license older than one that was activated since.
func (x *transaction) sameContent(ctx context.Context, owner OwnerRecord, offered *offer) (bool, error) {
	l := offered.opened.License
	if opened := x.opened[owner.Owner]; opened != nil {
		difference := license.Diff(opened.License, l)
		return difference.Empty(), nil
	}
	if owner.Active == nil || owner.Active.Number != l.Number || !owner.Active.Licensee.Equal(l.Licensee) {
		return false, nil
	}
	if owner.Active.Digest == offered.stored.Digest {
		return true, nil
	}
	highest, err := x.highest(ctx, owner, l.Licensee.Serial)
	if err != nil || l.Number < highest {
		return false, err
	}
	envelope, err := x.Envelope(ctx, owner.Active.Digest)
	if err != nil {
		return false, fmt.Errorf("read the license of %s: %w", owner.Owner, err)
	}
	inspected, err := signed.Inspect(envelope)
	if err != nil {
		return false, nil //nolint:nilerr // a license that can't be read is not the same
	}
	stored, err := license.Parse(inspected.Payload)
	if err != nil {
		return false, nil //nolint:nilerr // a license that can't be read is not the same
	}
	difference := license.Diff(stored, l)
	return difference.Empty(), nil
}

// keepCurrent answers for an offer that is the active license. It replaces a
// stored envelope that no longer verifies, and keeps the ETag by which the source
// calls it.
func (x *transaction) keepCurrent(ctx context.Context, owner OwnerRecord, offered *offer) (*Result, error) {
	x.op.outcome = OutcomeCurrent
	active := *owner.Active
	if !offered.stored.Offered.IsZero() {
		active.ETag = offered.stored.ETag
	}
	if x.unverified[owner.Owner] != nil {
		active.Digest, active.Envelope = offered.stored.Digest, offered.stored.Envelope
		x.adopt(offered.opened)
		if err := x.raise(ctx, &owner, offered.opened); err != nil {
			return nil, err
		}
		x.after(func(ctx context.Context) {
			x.op.log(ctx, slog.LevelInfo, "stored license replaced by a copy that verifies",
				slog.Int64("number", offered.stored.Number))
		})
	}
	owner.Active = &active
	if err := x.putOwner(ctx, owner); err != nil {
		return nil, err
	}
	return &Result{
		Owner: owner.Owner, Offer: owner.Active.Digest, Plan: currentPlan(offered.opened.License), Check: owner.Check,
	}, nil
}

// adopt puts a license into the place of that of its owner.
func (x *transaction) adopt(opened *signed.Opened) {
	x.licenses, x.wishing.relicensed = x.licenses.With(opened.License), true
	x.opened[opened.License.Owner.Name] = opened
	delete(x.unverified, opened.License.Owner.Name)
}
