package sqlstore_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// TestFirstVersionBeside has a program of the first version and one of this write
// to one database in turns, as during a deployment: by the statements that the
// first has for giving a user a seat, with their columns and conflicts.
func TestFirstVersionBeside(t *testing.T) {
	databases(t, func(t *testing.T, dialect sqlstore.Dialect, open func(...sqlstore.Option) (*sql.DB, *sqlstore.DB)) {
		t.Helper()
		if dialect == sqlstore.MySQL {
			return // MySQL came after the first version
		}
		ctx := t.Context()
		db, store := open()
		require.NoError(t, store.Migrate(ctx))
		crm := newEngine(t, store).Tenant("t")
		licensed(t, crm, 5, 0)
		eva := crm.As("eva")
		gives := func(id string) {
			require.NoError(t, errOf(eva.Admit(ctx, seat.Holder{ID: id, Kind: license.User, Assigned: []string{"acme.plan"}})))
		}
		gives("u1")
		before, err := crm.Entitlements(ctx)
		require.NoError(t, err)
		require.False(t, before.Check("u2", "acme.plan").Allowed())

		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		for _, statement := range firstVersionGives {
			_, err := tx.ExecContext(ctx, statement)
			require.NoError(t, err, statement)
		}
		require.NoError(t, tx.Commit())

		after, err := newEngine(t, store).Tenant("t").Entitlements(ctx)
		require.NoError(t, err)
		require.True(t, after.Check("u2", "acme.plan").Allowed())
		verified(t, crm)
		gives("u3")
		verified(t, crm)
		want := []string{"u1 acme.plan", "u2 acme.plan", "u3 acme.plan"}
		require.Empty(t, cmp.Diff(want, heldBy(t, crm)))
		entries, err := crm.Log(ctx, 0, 10)
		require.NoError(t, err)
		require.Len(t, entries, 3)

		for _, statement := range firstVersionReads {
			readsSomething(t, db, statement)
		}
	})
}

func heldBy(t testing.TB, crm *activation.Tenant) (held []string) {
	t.Helper()
	holders, err := crm.HolderPage(t.Context(), activation.HolderQuery{}, "", 10)
	require.NoError(t, err)
	for _, h := range holders {
		held = append(held, h.ID+" "+strings.Join(h.Assigned, " "))
	}
	return held
}

// firstVersionGives gives u2 what u1 has.
var firstVersionGives = []string{
	`UPDATE seatwright_tenant SET revision = revision + 1 WHERE tenant = 't'`,
	`INSERT INTO seatwright_combination (tenant, combination, kind, holder_type, modules, holders)
		SELECT tenant, combination, kind, holder_type, modules, holders + 1 FROM seatwright_combination WHERE tenant = 't' AND holders = 1
		ON CONFLICT (tenant, combination) DO UPDATE SET holders = excluded.holders`,
	`INSERT INTO seatwright_holder (tenant, holder, combination, revision)
		SELECT tenant, 'u2', combination, revision + 1 FROM seatwright_holder WHERE tenant = 't' AND holder = 'u1'
		ON CONFLICT (tenant, holder) DO UPDATE SET combination = excluded.combination, revision = excluded.revision`,
	`INSERT INTO seatwright_log (tenant, entry, at, actor, holder, module, cause, moved_to, history)
		SELECT tenant, log_last + 1, newest, 'adam', 'u2', 'acme.plan', 'assigned', '', 0 FROM seatwright_tenant WHERE tenant = 't'`,
	`INSERT INTO seatwright_owner (tenant, owner, record) SELECT tenant, owner, record FROM seatwright_owner WHERE tenant = 't'
		ON CONFLICT (tenant, owner) DO UPDATE SET record = excluded.record`,
	`INSERT INTO seatwright_highest (tenant, owner, serial, number) SELECT tenant, owner, serial, number FROM seatwright_highest WHERE tenant = 't'
		ON CONFLICT (tenant, owner, serial) DO UPDATE SET number = excluded.number WHERE seatwright_highest.number < excluded.number`,
	`UPDATE seatwright_tenant SET changes_since = changes_since, log_last = log_last + 1, history_last = history_last,
		combination_last = combination_last, newest = newest, newest_issued = newest_issued, due = due, leased_until = NULL,
		sampled = sampled WHERE tenant = 't'`,
}

// firstVersionReads is what it reads of a tenant.
var firstVersionReads = []string{
	`SELECT revision, changes_since, log_last, history_last, combination_last, newest, newest_issued, due, leased_until, sampled
		FROM seatwright_tenant WHERE tenant = 't'`,
	`SELECT owner, record FROM seatwright_owner WHERE tenant = 't' ORDER BY owner`,
	`SELECT envelope FROM seatwright_envelope WHERE tenant = 't'`,
	`SELECT combination, kind, holder_type, modules, holders FROM seatwright_combination WHERE tenant = 't'`,
	`SELECT holder, combination FROM seatwright_holder WHERE tenant = 't' AND revision > 0 ORDER BY holder`,
	`SELECT entry, at, actor, record FROM seatwright_history WHERE tenant = 't' AND entry < 100 ORDER BY entry DESC LIMIT 10`,
	`SELECT entry, at, actor, holder, module, cause, moved_to, history FROM seatwright_log WHERE tenant = 't' AND entry < 100 ORDER BY entry DESC LIMIT 10`,
}

func readsSomething(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement)
	require.NoError(t, err, statement)
	defer func() { require.NoError(t, rows.Close()) }()
	require.True(t, rows.Next(), statement)
	require.NoError(t, rows.Err())
}
