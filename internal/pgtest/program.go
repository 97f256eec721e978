//go:build unix

package pgtest

import (
	"context"
	"crypto/rand"
	"os"
)

// Open is [DSN] for a program that is no test: it returns where an empty schema
// is, on the server that SEATWRIGHT_TEST_POSTGRES names or else on one of its
// own, as [Start] starts it. The program calls end when it is done with it.
func Open() (dsn string, end func() error, err error) {
	server := os.Getenv(variable)
	if server == "" {
		own, err := start("")
		if err != nil {
			return "", nil, err
		}
		return own.DSN(), func() error { own.remove(); return nil }, nil
	}
	schema := schemaOf(rand.Text())
	if dsn, err = within(server, schema); err != nil {
		return "", nil, err
	}
	if err := execute(context.Background(), server, "CREATE SCHEMA "+schema); err != nil {
		return "", nil, err
	}
	return dsn, func() error { return execute(context.Background(), server, "DROP SCHEMA "+schema+" CASCADE") }, nil
}
