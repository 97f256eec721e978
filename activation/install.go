package activation

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/source"
)

// Installed is what became of a license that was installed.
type Installed struct {
	*Result
	// Preview is the offer that waits, with all that [Preview.Approve] needs for
	// [Actor.Activate]. It is nil if nothing waits: the license was activated, is
	// active already, or was refused, as Plan and Refused say.
	Preview *Preview `json:"preview,omitzero"`
}

// Install is for hosts whose operator's file is the license. It reads and
// verifies as [Actor.Load] does. It expects the file's serial and company where
// the owner has no license and none is expected, and activates the license if
// it is ready. Otherwise it returns the preview, to decide about. Installing
// the same file at each start changes nothing.
//
// The file says who the licensee is, so use Install only where the person who has
// the file may decide that. Where an administrator decides it, call [Actor.Expect]
// and [Actor.Load]. A license that is refused changes nothing about what is
// expected.
func (a *Actor) Install(ctx context.Context, r io.Reader) (*Installed, error) {
	return run(ctx, a.operation(OperationInstall, ""), func(ctx context.Context, o *operation) (*Installed, error) {
		if r == nil {
			return nil, invalid("there is nothing to read from")
		}
		envelope, err := source.ReadEnvelope(r)
		if err != nil {
			return nil, fmt.Errorf("read the file: %w", err)
		}
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Installed, error) {
			came, err := x.open(envelope, sourceFile, x.op.by)
			if err != nil {
				x.op.refused = x.refuseEnvelope(OwnerRecord{}, envelope, sourceFile, err)
				return nil, err
			}
			x.op.owner = came.opened.License.Owner.Name
			return x.install(ctx, came)
		})
	})
}

func (x *transaction) install(ctx context.Context, came *offer) (*Installed, error) {
	if err := x.expectFirst(ctx, came); err != nil {
		return nil, err
	}
	done, err := x.settle(ctx, x.op.owner, came)
	if err != nil {
		return nil, err
	}
	installed := &Installed{Result: done.Result}
	if slices.ContainsFunc(x.owner(x.op.owner).Pending, named(came.stored.Digest)) {
		installed.Preview, err = x.acceptableOffer(ctx, came)
	}
	return installed, err
}

// expectFirst expects the licensee of an owner's first license, if the license
// is acceptable and nobody else is expected.
func (x *transaction) expectFirst(ctx context.Context, came *offer) error {
	owner := x.owner(x.op.owner)
	if owner.Active != nil || strings.TrimSpace(owner.Expected.Serial+owner.Expected.Company) != "" {
		return nil
	}
	p, err := x.consider(ctx, came)
	if err != nil || !p.plan.MayWait() {
		return err
	}
	licensee := came.opened.License.Licensee
	return x.expect(ctx, owner.Owner, planner.Expected{Serial: licensee.Serial, Company: licensee.Company})
}
