//go:build !unix

package main

import "errors"

func openDatabase() (dsn string, end func() error, err error) {
	return "", nil, errors.New("soak runs on Unix, where it can start PostgreSQL")
}

func runPostgres() (server disasters, dsn string, end func(), err error) {
	return nil, "", nil, errors.New("soak runs on Unix, where it can start PostgreSQL")
}
