package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
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

// TestCensusOfFill fills a module with all users in one transaction, most of whom
// have come to another type, and some of whom have not: more than three times as
// many as are looked up at a time, so that those who changed and those who did not
// are looked up together.
func TestCensusOfFill(t *testing.T) {
	const gathered = 4000
	const changed, many = 3*gathered/2 + 250, 3*gathered/2 + 1250
	eachStore(t, func(t *testing.T, store activation.Store) {
		t.Helper()
		ctx := t.Context()
		crm := newEngine(t, store).Tenant("tenant-42")
		licensed(t, crm, many, 0)
		users := make([]seat.Holder, many)
		for i := range users {
			users[i] = seat.Holder{ID: fmt.Sprintf("u%05d", i), Kind: license.User, Type: "internal", Assigned: []string{"acme.addon"}}
		}
		require.NoError(t, errOf(crm.As("host").Admit(ctx, users...)))
		for i := range users {
			users[i].Assigned = nil
			if i < changed {
				users[i].Type = "external"
			}
		}

		given, _, err := crm.As("eva").Fill(ctx, "acme.plan", users...)

		require.NoError(t, err)
		require.Len(t, given.Changes, many)
		verified(t, crm)
		status, err := crm.Status(ctx)
		require.NoError(t, err)
		for _, module := range status.Owners[0].Modules {
			if module.Name != "acme.extra" {
				assert.EqualValues(t, many, module.InUse, module.Name)
			}
		}
	}, sqlstore.WithGathering(gathered))
}
