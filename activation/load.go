package activation

import (
	"context"
	"fmt"
	"io"

	"github.com/seatwright/seatwright/source"
)

// sourceFile is what the records call a license that was loaded.
const sourceFile = "file"

// Load reads one envelope from a file that an administrator has, verifies it,
// and treats it as [Tenant.Renew] treats one from a source. It is activated by
// itself when nothing blocks, the policy allows it and it is not a first
// license that nobody expects. Otherwise it is pending. If it is rejected, the
// result's Refused says why, what came, and what was expected. The owner is
// read from the verified license.
//
// At most [source.MaxEnvelopeSize] bytes are read. The error is a
// [*signed.Error] if the envelope is not authentic.
func (a *Actor) Load(ctx context.Context, r io.Reader) (*Result, error) {
	return run(ctx, a.operation(OperationLoad, ""), func(ctx context.Context, o *operation) (*Result, error) {
		if r == nil {
			return nil, invalid("there is nothing to read from")
		}
		envelope, err := source.ReadEnvelope(r)
		if err != nil {
			return nil, fmt.Errorf("read the file: %w", err)
		}
		return update(ctx, o, verifyBytes, func(ctx context.Context, x *transaction) (*Result, error) {
			came, err := x.open(envelope, sourceFile, x.op.by)
			if err != nil {
				x.op.refused = x.refuseEnvelope(OwnerRecord{}, envelope, sourceFile, err)
				return nil, err
			}
			x.op.owner = came.opened.License.Owner.Name
			done, err := x.settle(ctx, x.op.owner, came)
			return done.Result, err
		})
	})
}

// open verifies an envelope that came from outside.
func (x *transaction) open(envelope []byte, from, by string) (*offer, error) {
	opened, err := x.engine.trust.Open(envelope, x.now)
	if err != nil {
		return nil, err
	}
	return &offer{opened: opened, stored: StoredLicense{
		Digest: opened.Digest, Envelope: envelope,
		Licensee: opened.License.Licensee, Number: opened.License.Number,
		Source: from, By: by, At: x.now, Begins: beginning(opened),
	}}, nil
}
