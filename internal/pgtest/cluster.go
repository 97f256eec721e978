//go:build unix

package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a temporary server with a database of its own.
type Server struct {
	binaries, folder string
	port             int
	account          *syscall.Credential
	options          string
}

// errNotInstalled says what to install.
var errNotInstalled = errors.New("PostgreSQL is not installed: install it (Debian: postgresql), or set " + variable + " to a DSN")

// Start starts a server that loses nothing in a crash, and stops it when the
// test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	server, err := start("")
	if err != nil {
		Missing(t, err)
	}
	t.Cleanup(server.remove)
	return server
}

// Missing ends a test that has no server. Where PostgreSQL is not installed, it is
// skipped, except in CI.
func Missing(t testing.TB, err error) {
	t.Helper()
	if (errors.Is(err, errNotInstalled) || errors.Is(err, errNoPooler)) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	t.Fatal(err)
}

// DSN returns where the server is.
func (s *Server) DSN() string {
	return fmt.Sprintf("postgres://tester@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Restart stops the server as a crash does, and starts it again at the same
// place.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
}

func start(options string) (*Server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	return startWith(binaries, options)
}

func startWith(binaries, options string) (*Server, error) {
	account, err := Unprivileged("postgres", "nobody")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "seatwright-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{binaries: binaries, folder: folder, account: account, options: options}
	if err := s.init(); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *Server) init() error {
	if s.account != nil {
		if err := os.Chown(s.folder, int(s.account.Uid), int(s.account.Gid)); err != nil {
			return err
		}
	}
	if err := s.run("initdb", "-D", s.data(), "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	var err error
	for range 5 { // another process may be quicker to take the port
		if s.port, err = FreePort(); err != nil {
			return err
		}
		if err = s.launch(); err == nil {
			return nil
		}
	}
	return err
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) launch() error {
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories= -c max_connections=300 %s", s.port, s.options)
	return s.control("start", "-l", filepath.Join(s.folder, "log"), "-o", options)
}

func (s *Server) control(arguments ...string) error {
	return s.run("pg_ctl", append([]string{"-D", s.data(), "-w", "-t", "240"}, arguments...)...)
}

// run runs one of the programs, as an account that the server accepts.
func (s *Server) run(program string, arguments ...string) error {
	const patience = 5 * time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(s.binaries, program), arguments...)
	command.Dir = s.folder
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	if s.account != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	}
	// A file and not a pipe, since the server that pg_ctl starts keeps it open.
	output, err := os.OpenFile(filepath.Join(s.folder, program+".out"), os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer output.Close() //nolint:errcheck // only the process writes to it
	command.Stdout, command.Stderr = output, output
	if err := command.Run(); err != nil {
		said, _ := os.ReadFile(output.Name())
		return fmt.Errorf("%s: %w: %s", program, err, said)
	}
	return nil
}

func (s *Server) remove() {
	_ = s.control("stop", "-m", "immediate")
	_ = os.RemoveAll(s.folder)
}

func findBinaries() (string, error) {
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		// Where a link leads to, there are all programs.
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		if _, err := exec.LookPath(filepath.Join(filepath.Dir(path), "postgres")); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", errNotInstalled
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// execute runs a statement on a server.
func execute(ctx context.Context, dsn, statement string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it is not used any more
	_, err = db.ExecContext(ctx, statement)
	return err
}
