//go:build unix

// Package pgtest gives tests a PostgreSQL server: the one that
// SEATWRIGHT_TEST_POSTGRES names, or a temporary one that is started from the
// installed programs. Without either, a test is skipped, and under CI it fails.
//
// Tests import the driver themselves, github.com/jackc/pgx/v5/stdlib, so that
// the module of this package does not require one.
package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
)

// variable names the environment variable with the DSN of a server. Processes
// that a test starts find the test's own server by it.
const variable = "SEATWRIGHT_TEST_POSTGRES"

// shared is the server that all tests of the process use.
var shared struct {
	once   sync.Once
	server *Server
	dsn    string
	err    error
}

// Main runs the tests and stops what they have started; TestMain hands its
// result to [os.Exit].
func Main(m *testing.M) int {
	status := m.Run()
	if shared.server != nil {
		shared.server.remove()
	}
	return status
}

// DSN returns where a schema for a test is, empty at first and dropped when the
// test ends.
func DSN(t testing.TB) string {
	t.Helper()
	return DSNFor(t, t.Name()+" "+t.TempDir())
}

// DSNFor returns where the schema of a name is: the same one for every call, in
// other processes too. It is dropped when the first test that has asked for it
// ends.
func DSNFor(t testing.TB, name string) string {
	t.Helper()
	return SchemaFor(t, sharedDSN(t), name)
}

// DSNFor is the function of that name, on this server.
func (s *Server) DSNFor(t testing.TB, name string) string {
	t.Helper()
	return SchemaFor(t, s.DSN(), name)
}

// SchemaFor is [DSNFor] on the server of a DSN, which is a URL.
func SchemaFor(t testing.TB, server, name string) string {
	t.Helper()
	schema := schemaOf(name)
	// Without IF NOT EXISTS, so that only one of those who ask drops it.
	if err := execute(t.Context(), server, "CREATE SCHEMA "+schema); err == nil {
		t.Cleanup(func() {
			if err := execute(context.Background(), server, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
				t.Error(err)
			}
		})
	}
	dsn, err := within(server, schema)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// schemaOf returns a name that has to be quoted wherever it stands.
func schemaOf(name string) string {
	digest := sha256.Sum256([]byte(name))
	return `"Test ` + hex.EncodeToString(digest[:12]) + `"`
}

// within returns where the schema of a server is.
func within(server, schema string) (string, error) {
	dsn, err := url.Parse(server)
	if err != nil {
		return "", errors.New("the DSN of the test server is no URL")
	}
	parameters := dsn.Query()
	parameters.Set("search_path", schema)
	// pgx takes a plus for itself, and not for a space.
	dsn.RawQuery = strings.ReplaceAll(parameters.Encode(), "+", "%20")
	return dsn.String(), nil
}

func sharedDSN(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() {
		if shared.dsn = os.Getenv(variable); shared.dsn != "" {
			return
		}
		shared.server, shared.err = start("-c fsync=off -c full_page_writes=off")
		if shared.err == nil {
			shared.dsn = shared.server.DSN()
			shared.err = os.Setenv(variable, shared.dsn) //nolint:usetesting // for all tests that follow
		}
	})
	if shared.err != nil {
		Missing(t, shared.err)
	}
	return shared.dsn
}
