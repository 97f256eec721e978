package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestCensusOfManyHolders puts more holders in one Update than a store looks up
// at a time, so that the first, which comes again, is known when the others are
// looked up and has still to be written.
func TestCensusOfManyHolders(t *testing.T) {
	const many = sqlstore.MaxGathered/2 + 2
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		crm := newEngine(t, store).Tenant("tenant-42")
		licensed(t, crm, many, 0)
		of := func(holderType string, modules ...string) []seat.Holder {
			holders := make([]seat.Holder, many)
			for i := range holders {
				holders[i] = seat.Holder{ID: fmt.Sprintf("u%d", i), Kind: license.User, Type: holderType, Assigned: modules}
			}
			return append(holders, holders[0])
		}
		require.NoError(t, store.Update(ctx, "tenant-42", func(w activation.Writer) error {
			return w.PutHolders(ctx, of("internal", "acme.addon")...)
		}))
		verified(t, crm)
		require.NoError(t, store.Update(ctx, "tenant-42", func(w activation.Writer) error {
			if err := w.PutHolders(ctx, of("external", "acme.addon")...); err != nil {
				return err
			}
			some, err := w.Holders(ctx, "u0", fmt.Sprintf("u%d", many-1), "u1")
			require.Len(t, some, 3)
			return err
		}))
		verified(t, crm)
		status, err := crm.Status(ctx)
		require.NoError(t, err)
		for _, module := range status.Owners[0].Modules {
			if module.Name == "acme.addon" {
				require.EqualValues(t, many, module.InUse)
			}
		}
	})
}
