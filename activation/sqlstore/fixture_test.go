package sqlstore_test

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/mariatest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
)

// today is when all of these tests happen.
var today = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// shortWait is for those who wait in vain.
const shortWait = 50 * time.Millisecond

var vendorKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{'v'}, ed25519.SeedSize))

// briefly shortens the suite of stores outside of the gate. It is for the tests
// that take longest.
func briefly(t *testing.T) {
	t.Helper()
	if os.Getenv("CI") != "" {
		return
	}
	for name, value := range map[string]string{"test.short": "true", "rapid.checks": "10"} {
		before := flag.Lookup(name).Value.String()
		require.NoError(t, flag.Set(name, value))
		t.Cleanup(func() { require.NoError(t, flag.Set(name, before)) })
	}
}

// newEngine returns an engine on a store whose clock stands still.
func newEngine(t testing.TB, store activation.Store) *activation.Engine {
	t.Helper()
	public := ed25519.PublicKey(vendorKey[ed25519.SeedSize:])
	trust, err := signed.NewTrust(signed.TrustedKey{Key: public, Owners: signed.AnyOwner()})
	require.NoError(t, err)
	engine, err := activation.New(store, trust, activation.WithClock(func() time.Time { return today }))
	require.NoError(t, err)
	return engine
}

// acme is a signed license with so many seats of the plan, and twice as many of
// the add-on.
func acme(t testing.TB, number, seats int64) []byte {
	t.Helper()
	document, err := json.Marshal(&license.License{
		Owner:    license.Owner{Name: "acme"},
		Licensee: license.Licensee{Company: "Example AS", Serial: "S-1"},
		Number:   number,
		IssuedAt: today.AddDate(0, 0, -10),
		Modules: []license.Module{
			{Name: "plan", Kind: license.User, Quantity: seats},
			{Name: "addon", Kind: license.User, Quantity: 2 * seats},
			{Name: "extra", Kind: license.User, Quantity: 2 * seats},
		},
	})
	require.NoError(t, err)
	sealed, err := signed.Sign(document, vendorKey)
	require.NoError(t, err)
	return sealed
}

// licensed gives a tenant a license, and makes users u1 to u<n> known.
func licensed(t testing.TB, crm *activation.Tenant, seats int64, users int) {
	t.Helper()
	require.NoError(t, crm.As("host").Expect(t.Context(), "acme", planner.Expected{Serial: "S-1"}))
	result, err := crm.As("eva").Load(t.Context(), bytes.NewReader(acme(t, 1, seats)))
	require.NoError(t, err)
	require.True(t, result.Activated)
	holders := make([]seat.Holder, users)
	for i := range holders {
		holders[i] = seat.Holder{ID: fmt.Sprintf("u%d", i+1), Kind: license.User, Type: "internal"}
	}
	require.NoError(t, errOf(crm.As("host").Admit(t.Context(), holders...)))
}

// plans is assignments of the plan.
func plans(holders ...string) []seat.Assignment {
	assignments := make([]seat.Assignment, len(holders))
	for i, holder := range holders {
		assignments[i] = seat.Assignment{Holder: holder, Module: "acme.plan"}
	}
	return assignments
}

// verified fails the test if what is kept is not what it should be.
func verified(t testing.TB, crm *activation.Tenant) {
	t.Helper()
	drift, err := crm.Verify(t.Context())
	require.NoError(t, err)
	require.Empty(t, drift)
}

// openSQLite opens a store in a file.
func openSQLite(t testing.TB, place string, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
	t.Helper()
	return openDB(t, "sqlite", filepath.Join(place, "seats.db"), sqlstore.SQLite, options...)
}

func openDB(t testing.TB, driver, dsn string, dialect sqlstore.Dialect, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	store, err := sqlstore.NewDB(db, dialect, options...)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, store.Close())
		require.NoError(t, db.Close())
	})
	return db, store
}

// migratedDB is openDB for PostgreSQL, with the tables.
func migratedDB(t testing.TB, dsn string, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
	t.Helper()
	db, store := openDB(t, "pgx", dsn, sqlstore.PostgreSQL, options...)
	require.NoError(t, store.Migrate(t.Context()))
	return db, store
}

// spoil changes the census of a tenant.
func spoil(t testing.TB, db *sql.DB, prefix, tenant string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), "UPDATE "+prefix+"combination SET holders = holders + 1 WHERE tenant = '"+tenant+"'") //nolint:gosec // the test chooses both
	require.NoError(t, err)
}

// eachStore runs a test on every kind of store.
func eachStore(t *testing.T, test func(t *testing.T, store activation.Store), options ...sqlstore.Option) {
	t.Helper()
	eachPostgres(t, test, options...)
	t.Run("SQLite", func(t *testing.T) {
		_, store := openSQLite(t, t.TempDir(), options...)
		require.NoError(t, store.Migrate(t.Context()))
		test(t, store)
	})
	t.Run("MySQL", func(t *testing.T) {
		_, store := migratedMySQL(t, mariatest.DSN(t), options...)
		test(t, store)
	})
}

// eachPostgres runs a test on the stores in which tenants share transactions.
func eachPostgres(t *testing.T, test func(t *testing.T, store activation.Store), options ...sqlstore.Option) {
	t.Helper()
	t.Run("Postgres", func(t *testing.T) {
		_, store := openPostgres(t, pgtest.DSN(t), options...)
		test(t, store)
	})
	t.Run("PostgresSQL", func(t *testing.T) {
		_, store := migratedDB(t, pgtest.DSN(t), options...)
		test(t, store)
	})
}

// errOf leaves out a result, where only the error matters.
func errOf(_ any, err error) error { return err }
