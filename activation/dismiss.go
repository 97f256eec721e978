package activation

import (
	"context"
	"log/slog"
)

// Dismiss forgets a pending offer: an administrator does not want it. It comes back
// when the source sends it anew, or somebody loads it. Use it for a license with
// wrong numbers or modules. An offer that is only not wanted yet needs nothing: it
// waits. If the offer is not pending any more, Dismiss succeeds and changes
// nothing.
func (a *Actor) Dismiss(ctx context.Context, dismissed Digest) error {
	return do(ctx, a.operation(OperationDismiss, ""), func(ctx context.Context, o *operation) error {
		_, err := update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (struct{}, error) {
			return struct{}{}, x.dismiss(ctx, dismissed)
		})
		return err
	})
}

func (x *transaction) dismiss(ctx context.Context, dismissed Digest) error {
	owner, i := x.find(dismissed)
	if i < 0 {
		return nil
	}
	x.op.owner = owner.Owner
	if etag := owner.Pending[i].ETag; etag == owner.lastETag() {
		owner.Check.DismissedETag = etag
	}
	owner.Pending = without(owner.Pending, dismissed)
	x.after(func(ctx context.Context) {
		x.op.log(ctx, slog.LevelInfo, "offer dismissed", slog.String("by", x.op.by))
	})
	return x.putOwner(ctx, owner)
}

// lastETag is what the source has called what it had last, as far as that is
// kept or was dismissed: only that need not be sent again.
func (o OwnerRecord) lastETag() string {
	if o.Check.DismissedETag != "" {
		return o.Check.DismissedETag
	}
	var last *StoredLicense
	for i, pending := range o.Pending {
		if pending.ETag != "" && pending.Withdrawn.IsZero() && (last == nil || pending.Offered.After(last.Offered)) {
			last = &o.Pending[i]
		}
	}
	switch {
	case last != nil:
		return last.ETag
	case o.Active != nil:
		return o.Active.ETag
	}
	return ""
}
