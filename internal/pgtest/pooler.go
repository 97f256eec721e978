//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// errNoPooler says what to install.
var errNoPooler = errors.New("PgBouncer is not installed: install it (Debian: pgbouncer)")

// Pooler is PgBouncer in transaction pooling, in front of a temporary server.
type Pooler struct {
	server  *Server
	port    int
	process *os.Process
	done    chan struct{} // closed when the process has ended
}

// poolerPorts is the environment variable by which processes that a test starts
// find its pooler, and the server behind it.
const poolerPorts = "SEATWRIGHT_TEST_POOLER"

// StartPooler starts a server of its own with PgBouncer before it, and stops both
// when the test ends.
func StartPooler(t testing.TB) *Pooler {
	t.Helper()
	p := &Pooler{server: new(Server)}
	if _, err := fmt.Sscan(os.Getenv(poolerPorts), &p.port, &p.server.port); err == nil {
		return p
	}
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(program); err != nil {
		Missing(t, errNoPooler)
	}
	server, err := start("-c fsync=off -c full_page_writes=off")
	if err != nil {
		Missing(t, err)
	}
	t.Cleanup(server.remove)
	p = &Pooler{server: server, done: make(chan struct{})}
	if err := p.launch(program); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.process.Kill()
		<-p.done
	})
	if err := p.await(); err != nil {
		t.Fatal(err)
	}
	t.Setenv(poolerPorts, fmt.Sprint(p.port, server.port))
	return p
}

// Server returns the server behind the pooler.
func (p *Pooler) Server() *Server { return p.server }

// DSNFor returns where an empty schema of a name is, through the pooler and
// directly. A pooler passes no search path on, so a role has it. It is kept when
// the test ends, until the server goes.
func (p *Pooler) DSNFor(t testing.TB, name string) (pooled, direct string) {
	t.Helper()
	role := "r" + schemaOf(name)[len(`"Test `):len(schemaOf(name))-1]
	// Without IF NOT EXISTS, so that only one of those who ask makes the rest.
	if err := execute(t.Context(), p.server.DSN(), "CREATE ROLE "+role+" LOGIN SUPERUSER"); err == nil {
		for _, statement := range []string{"CREATE SCHEMA " + role, "ALTER ROLE " + role + " SET search_path = " + role} {
			if err := execute(t.Context(), p.server.DSN(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	const format = "postgres://%s@127.0.0.1:%d/postgres?sslmode=disable"
	return fmt.Sprintf(format, role, p.port), fmt.Sprintf(format, role, p.server.port)
}

func (p *Pooler) launch(program string) (err error) {
	if p.port, err = FreePort(); err != nil {
		return err
	}
	settings := filepath.Join(p.server.folder, "pgbouncer.ini")
	// Every role that the server knows may come in. There are few connections for many
	// clients, so that a client hardly ever gets the same one again.
	text := fmt.Appendf(nil, `[databases]
* = host=127.0.0.1 port=%d auth_user=tester
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
default_pool_size = 4
max_client_conn = 1000
server_idle_timeout = 2
ignore_startup_parameters = extra_float_digits
`, p.server.port, p.port, filepath.Join(p.server.folder, "users.txt"))
	if err := os.WriteFile(settings, text, 0o644); err != nil { //nolint:gosec // another account reads it
		return err
	}
	//nolint:gosec // likewise
	if err := os.WriteFile(filepath.Join(p.server.folder, "users.txt"), []byte(`"tester" ""`+"\n"), 0o644); err != nil {
		return err
	}
	command := exec.Command(program, settings) //nolint:noctx // the test kills it at its end
	if p.server.account != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: p.server.account}
	}
	log, err := os.Create(filepath.Join(p.server.folder, "pgbouncer.log"))
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process has the file open itself
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return err
	}
	p.process = command.Process
	go func() {
		_ = command.Wait()
		close(p.done)
	}()
	return nil
}

// await waits until the pooler answers.
func (p *Pooler) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-p.done:
			said, _ := os.ReadFile(filepath.Join(p.server.folder, "pgbouncer.log"))
			return fmt.Errorf("PgBouncer has ended: %s", said)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
