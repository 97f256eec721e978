//go:build unix

package pgtest

import (
	"os"
	"path/filepath"
)

// Run is [Start] for a program that is no test, which calls end when it is done
// with the server.
func Run() (server *Server, end func(), err error) {
	if server, err = start(""); err != nil {
		return nil, nil, err
	}
	return server, server.remove, nil
}

// Crash stops the server as a crash does, and starts it again at the same place.
func (s *Server) Crash() error {
	if err := s.control("stop", "-m", "immediate"); err != nil {
		return err
	}
	return s.launch()
}

// Copy copies what has been committed, as a replica that lags behind has it from
// then on. It takes the place of the copy before.
func (s *Server) Copy() error {
	if err := os.RemoveAll(s.replica()); err != nil {
		return err
	}
	return s.run("pg_basebackup", "-d", s.DSN(), "-D", s.replica(), "-c", "fast", "-X", "stream", "--no-sync")
}

// FailOver stops the server as a crash does, and starts the copy in its place:
// what was committed since [Server.Copy] is lost. There must be a copy, and there
// is none afterwards.
func (s *Server) FailOver() error {
	if err := s.control("stop", "-m", "immediate"); err != nil {
		return err
	}
	if err := os.RemoveAll(s.data()); err != nil {
		return err
	}
	if err := os.Rename(s.replica(), s.data()); err != nil {
		return err
	}
	return s.launch()
}

func (s *Server) replica() string { return filepath.Join(s.folder, "replica") }
