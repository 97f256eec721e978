//go:build unix

// Package mariatest gives tests a MariaDB or MySQL server: the one that
// SEATWRIGHT_TEST_MYSQL names, or a temporary MariaDB that is started from the
// installed programs. Without either, a test is skipped, and under CI it fails.
//
// Tests import the driver themselves, github.com/go-sql-driver/mysql, so that the
// module of this package does not require one.
package mariatest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"os"
	"strings"
	"sync"
	"testing"
)

// variable names the environment variable with the DSN of a server, as the driver
// has it, of an account that may make databases. Processes that a test starts
// find the test's own server by it.
const variable = "SEATWRIGHT_TEST_MYSQL"

// shared is the server that all tests of the process use.
var shared struct {
	once   sync.Once
	server *Server
	dsn    string
	err    error
}

// Main runs the tests and stops what they have started; TestMain hands its
// result to [os.Exit].
func Main(m interface{ Run() int }) int {
	status := m.Run()
	if shared.server != nil {
		shared.server.remove()
	}
	return status
}

// DSN returns where a database for a test is, empty at first and dropped when
// the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	return DSNFor(t, t.Name()+" "+t.TempDir())
}

// DSNFor returns where the database of a name is: the same one for every call,
// in other processes too. It is dropped when the first test that has asked for
// it ends.
func DSNFor(t testing.TB, name string) string {
	t.Helper()
	server := sharedDSN(t)
	database := databaseOf(name)
	// Without IF NOT EXISTS, so that only one of those who ask drops it.
	if err := execute(t.Context(), server, "CREATE DATABASE "+database); err == nil {
		t.Cleanup(func() {
			if err := execute(context.Background(), server, "DROP DATABASE "+database); err != nil {
				t.Error(err)
			}
		})
	}
	return within(server, database)
}

// databaseOf returns a name that is none of test…, which every account of MariaDB
// may use.
func databaseOf(name string) string {
	digest := sha256.Sum256([]byte(name))
	return "seatwright_" + hex.EncodeToString(digest[:12])
}

// within returns where the database of a server is.
func within(server, database string) string {
	place := strings.LastIndex(server, "/")
	_, parameters, some := strings.Cut(server[place+1:], "?")
	if some {
		parameters = "?" + parameters
	}
	return server[:place+1] + database + parameters
}

func sharedDSN(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() {
		if shared.dsn = os.Getenv(variable); shared.dsn != "" {
			return
		}
		shared.server, shared.err = start("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0")
		if shared.err == nil {
			shared.dsn = shared.server.DSN()
			shared.err = os.Setenv(variable, shared.dsn) //nolint:usetesting // for all tests that follow
		}
	})
	if shared.err != nil {
		missing(t, shared.err)
	}
	return shared.dsn
}

// execute runs a statement on a server.
func execute(ctx context.Context, dsn, statement string) error {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it is not used any more
	_, err = db.ExecContext(ctx, statement)
	return err
}
