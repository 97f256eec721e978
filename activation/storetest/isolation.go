package storetest

import (
	"context"

	"github.com/google/go-cmp/cmp"

	"github.com/seatwright/seatwright/activation"
)

// isolatesReads gives two tenants the same keys and different values.
func isolatesReads(e *env) {
	tenants := []string{"north", "south"}
	for tag, tenant := range tenants {
		e.update(tenant, fixtureOf(tag).write)
	}
	for tag, tenant := range tenants {
		if diff := cmp.Diff(fixtureOf(tag).contents(), e.contents(tenant), butForIDs...); diff != "" {
			e.Errorf("tenant %s reads something else than was written to it (-want +got):\n%s", tenant, diff)
		}
		e.view(tenant, func(ctx context.Context, r activation.Reader) error {
			stranger := fixtureOf(1 - tag).owners[1].Active.Digest
			raw, err := r.Envelope(ctx, stranger)
			if raw != nil {
				e.Errorf("tenant %s reads an envelope of the other", tenant)
			}
			return err
		})
	}
	e.same("a tenant that was not written", contents{}, e.contents("nowhere"))
}

// isolatesWrites makes every write in one tenant and looks at another one,
// which has the same.
func isolatesWrites(e *env) {
	const bystander = "bystander"
	e.populated(tenant)
	before := e.populated(bystander)
	for _, write := range writes() {
		e.update(tenant, write.run)
		e.same(write.name+" in one tenant changed another one", before, e.contents(bystander))
		e.view(bystander, func(ctx context.Context, r activation.Reader) error {
			reader, ok := r.(activation.ChangeReader)
			if !ok {
				return nil
			}
			changed, gone, _, err := reader.ChangedHolders(ctx, before.Tenant.Revision)
			if len(changed)+len(gone) > 0 {
				e.Errorf("%s in one tenant: %d holders of another one are said to have changed, %d gone", write.name, len(changed), len(gone))
			}
			return err
		})
	}
}
