//go:build unix

package main

import (
	_ "github.com/jackc/pgx/v5/stdlib" // the driver of pgtest

	"github.com/seatwright/seatwright/internal/pgtest"
)

// openDatabase returns where an empty database is.
func openDatabase() (dsn string, end func() error, err error) { return pgtest.Open() }

// runPostgres starts a server of its own, to which something may be done.
func runPostgres() (server disasters, dsn string, end func(), err error) {
	own, end, err := pgtest.Run()
	if err != nil {
		return nil, "", nil, err
	}
	dsn = own.DSN()
	return own, dsn, end, nil
}
