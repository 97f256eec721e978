//go:build unix

package mariatest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/seatwright/seatwright/internal/pgtest"
)

// Server is a temporary server.
type Server struct {
	program, folder string
	port            int
	account         *syscall.Credential
	options         []string
	process         *exec.Cmd
	ended           chan struct{} // closed when the process has ended
}

// errNotInstalled says what to install.
var errNotInstalled = errors.New("MariaDB is not installed: install it (Debian: mariadb-server), or set " + variable + " to a DSN")

// Start starts a server that loses nothing in a crash, and stops it when the
// test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	server, err := start()
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(server.remove)
	return server
}

// missing ends a test that has no server.
func missing(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	t.Fatal(err)
}

// DSN returns where the server is. It has a database named test.
func (s *Server) DSN() string { return fmt.Sprintf("root@tcp(127.0.0.1:%d)/test", s.port) }

// Restart stops the server as a crash does, and starts it again at the same
// place.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.kill()
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
}

func start(options ...string) (*Server, error) {
	program, err := find("mariadbd")
	if err != nil {
		return nil, err
	}
	installer, err := find("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	account, err := pgtest.Unprivileged("mysql", "nobody")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "seatwright-mariadb-")
	if err != nil {
		return nil, err
	}
	s := &Server{program: program, folder: folder, account: account, options: options}
	if err := s.init(installer); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *Server) init(installer string) error {
	if s.account != nil {
		if err := os.Chown(s.folder, int(s.account.Uid), int(s.account.Gid)); err != nil {
			return err
		}
	}
	command := s.command(installer, "--no-defaults", "--datadir="+s.data(), "--auth-root-authentication-method=normal", "--skip-name-resolve")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", installer, err, said)
	}
	var err error
	for range 5 { // another process may be quicker to take the port
		if s.port, err = pgtest.FreePort(); err != nil {
			return err
		}
		if err = s.launch(); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	return execute(context.Background(), fmt.Sprintf("root@tcp(127.0.0.1:%d)/", s.port), "CREATE DATABASE IF NOT EXISTS test")
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) command(program string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(context.Background(), program, arguments...)
	command.Dir = s.folder
	command.Env = []string{"PATH=" + os.Getenv("PATH") + ":/usr/sbin", "LC_ALL=C"}
	if s.account != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	}
	return command
}

// launch starts the program, and waits until it answers.
func (s *Server) launch() error {
	const patience = 4 * time.Minute
	log := filepath.Join(s.folder, "log")
	s.process = s.command(s.program, append([]string{
		"--no-defaults", "--datadir=" + s.data(), "--socket=" + filepath.Join(s.folder, "socket"), "--pid-file=" + filepath.Join(s.folder, "pid"),
		"--log-error=" + log, "--bind-address=127.0.0.1", "--port=" + strconv.Itoa(s.port), "--max-connections=300", "--skip-name-resolve",
		"--innodb-buffer-pool-size=64M",
	}, s.options...)...)
	if err := s.process.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		_ = s.process.Wait()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		if err := execute(ctx, fmt.Sprintf("root@tcp(127.0.0.1:%d)/", s.port), "DO 0"); err == nil {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-s.ended:
			said, _ := os.ReadFile(log)
			return fmt.Errorf("%s has ended: %s", s.program, said)
		case <-ctx.Done():
			s.kill()
			return fmt.Errorf("%s does not answer: %w", s.program, ctx.Err())
		}
	}
}

func (s *Server) kill() {
	if s.process == nil || s.process.Process == nil {
		return
	}
	_ = s.process.Process.Kill()
	<-s.ended
}

func (s *Server) remove() {
	s.kill()
	_ = os.RemoveAll(s.folder)
}

// find finds a program, also where only root looks.
func find(name string) (string, error) {
	for _, place := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(place); err == nil {
			return path, nil
		}
	}
	return "", errNotInstalled
}
