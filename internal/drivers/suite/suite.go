// Package suite runs the conformance suite of stores over drivers that package
// sqlstore does not require itself.
package suite

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation/sqlstore"
)

// whole is the environment variable with which the suite is run whole. Without
// it, what the tests of sqlstore do at length with the drivers of their own is
// left out: these tests are about what a driver may do differently.
const whole = "SEATWRIGHT_TEST_WHOLE"

const tenant = "tenant-42"

// Short shortens the suite, and leaves out the cases that are named like
// "Durability/Killed", unless it is to be run whole. TestMain calls it first.
func Short(cases ...string) {
	flag.Parse()
	if os.Getenv(whole) != "" {
		return
	}
	changed := map[string]string{"test.short": "true", "rapid.checks": "3"}
	if len(cases) > 0 {
		changed["test.skip"] = skipping(cases)
	}
	for name, value := range changed {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// skipping returns a pattern of the go command for cases of the suite.
func skipping(cases []string) string {
	patterns := make([]string, len(cases))
	for i, name := range cases {
		promise, tested, _ := strings.Cut(name, "/")
		patterns[i] = fmt.Sprintf("/^Store$/^%s$/^%s$", promise, tested)
	}
	return strings.Join(patterns, "|")
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
	_, err := db.ExecContext(t.Context(), "UPDATE seatwright_combination SET holders = holders + 1 WHERE tenant = '"+tenant+"'") //nolint:gosec // it is a test's
	require.NoError(t, err)
}
