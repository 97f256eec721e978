package suite

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// Within runs fn in a transaction that a library has begun, and commits it if fn
// returns nil. A user of the id is written before in the same transaction, as the
// library does it, to the table users.
type Within func(id string, fn func(tx sqlstore.Tx) error) error

// Users makes the table that Within writes to.
const Users = "CREATE TABLE users (id varchar(100) PRIMARY KEY)"

// Binds hands what fn gets to Bind: users and their seats are kept together, or
// not at all.
func Binds(t *testing.T, store *sqlstore.DB, within Within) {
	t.Helper()
	admit := func(id string, then error) error {
		return within(id, func(tx sqlstore.Tx) error {
			if err := update(t, store.Bind(tx), id); err != nil {
				return err
			}
			return then
		})
	}
	errOwn := errors.New("the host has changed its mind")
	require.NoError(t, admit("kept", nil))
	require.ErrorIs(t, admit("given up", errOwn), errOwn)
	require.Equal(t, []string{"kept"}, holders(t, store))
}

// Refuses hands what fn gets to Bind, which says what to hand over instead, and
// leaves the transaction usable.
func Refuses(t *testing.T, store *sqlstore.DB, within Within, want string) {
	t.Helper()
	before := holders(t, store)
	require.NoError(t, within("refused", func(tx sqlstore.Tx) error {
		require.ErrorContains(t, update(t, store.Bind(tx), "refused"), want)
		return nil
	}))
	require.Equal(t, before, holders(t, store))
}

func update(t *testing.T, store activation.Store, id string) error {
	t.Helper()
	return store.Update(t.Context(), tenant, func(w activation.Writer) error {
		return w.PutHolders(t.Context(), seat.Holder{ID: id, Kind: license.User})
	})
}

func holders(t *testing.T, store activation.Store) (ids []string) {
	t.Helper()
	require.NoError(t, store.View(t.Context(), tenant, func(r activation.Reader) error {
		found, err := r.HoldersWith(t.Context(), nil, "", 100)
		for _, holder := range found {
			ids = append(ids, holder.ID)
		}
		return err
	}))
	return ids
}
