//go:build unix

package main

import (
	_ "github.com/jackc/pgx/v5/stdlib" // the driver of pgtest

	"github.com/seatwright/seatwright/internal/pgtest"
)

// openDatabase returns where an empty database is.
func openDatabase() (dsn string, end func() error, err error) { return pgtest.Open() }
