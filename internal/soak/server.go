package main

import "path/filepath"

// disasters is a server to which something can be done, nil for SQLite, which has
// none.
type disasters interface {
	Crash() error
	Copy() error
	FailOver() error
}

// openServer makes an empty database.
func openServer(database, folder string) (server disasters, dsn string, end func(), err error) {
	if database == sqlite {
		return nil, "file:" + filepath.Join(folder, "seats.db") + "?_txlock=immediate&_pragma=busy_timeout(10000)", func() {}, nil
	}
	return runPostgres()
}
