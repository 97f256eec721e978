// Package suite runs the conformance suite of stores over drivers that package
// sqlstore does not require itself.
package suite

import (
	"database/sql"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/internal/pgtest"
)

// whole is the environment variable with which the suite is run whole. Without
// it, what the tests of sqlstore do at length with the drivers of their own is
// left out: these tests are about what a driver may do differently.
const whole = "SEATWRIGHT_TEST_WHOLE"

const tenant = "tenant-42"

// How much of the suite is run where nobody asks for the whole of it.
const (
	// Whole is all of it, whatever is asked for.
	Whole = "Whole"
	// Short is every promise, with less of what is drawn at random, and without
	// the cases that take longest.
	Short = "Short"
	// Brief is what shows that statements, errors and transactions get through.
	Brief = "Brief"
)

// Main runs the tests, the suite shortened unless it is to be run whole. All of
// them call the suite at the same depth, as TestOne/variant/Short, since cases are
// left out by their place.
func Main(m *testing.M) int {
	flag.Parse()
	if os.Getenv(whole) == "" {
		const long = "//^(Short|Brief)$/^(Update|Durability)$/^(NeverOversold|Killed)$"
		const others = "//^Brief$/^(Isolation|View|OutcomeUnknown|Paging|Changes|Due|Erase|Model|Limits|Durability)$|" +
			"//^Brief$/^(Keeps|Update|Census|Ids)$/^(Revision|Envelopes|Highest|Records|Samples|Bounds|Panic|Canceled.*|NoneLost|Linearizable|Sizes|Tenants|Texts)$"
		for name, value := range map[string]string{"test.short": "true", "rapid.checks": "3", "test.skip": long + "|" + others} {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	return pgtest.Main(m)
}

// lengthen undoes what Main has shortened, for a test that runs the suite whole.
func lengthen(t *testing.T, much string) {
	t.Helper()
	if much != Whole {
		return
	}
	for name, value := range map[string]string{"test.short": "false", "rapid.checks": "100"} {
		before := flag.Lookup(name).Value.String()
		require.NoError(t, flag.Set(name, value))
		t.Cleanup(func() { require.NoError(t, flag.Set(name, before)) })
	}
}

// Open opens a store with its tables, and closes it when the test ends.
func Open(t testing.TB, driver, dsn string, dialect sqlstore.Dialect, options ...sqlstore.Option) (*sql.DB, *sqlstore.DB) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	store, err := sqlstore.NewDB(db, dialect, options...)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, store.Close())
		require.NoError(t, db.Close())
	})
	require.NoError(t, store.Migrate(t.Context()))
	return db, store
}

func spoil(t testing.TB, db *sql.DB, tenant string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), spoiling(tenant))
	require.NoError(t, err)
}

// spoiling changes the census of a tenant.
func spoiling(tenant string) string {
	return "UPDATE seatwright_combination SET holders = holders + 1 WHERE tenant = '" + tenant + "'"
}
