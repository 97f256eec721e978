package hosttest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// variable has what another process is to do.
const variable = "SEATWRIGHT_HOSTTEST"

// Main is the TestMain of a host's package: it is also the other process.
func Main(m *testing.M, suite Suite, run func(*testing.M) int) int {
	role := os.Getenv(variable)
	if role == "" {
		return run(m)
	}
	if err := suite.play(role, os.Args[1], os.Args[2]); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// play opens the host in this process, and does what it is there for.
func (s Suite) play(role, dsn, argument string) error {
	age := time.Hour
	if s.Polls {
		age = time.Second / 4
	}
	ctx := context.Background()
	host, err := s.Open(ctx, dsn, activation.WithSnapshotMaxAge(age))
	if err != nil {
		return err
	}
	switch role {
	case "watch":
		err = watch(ctx, host.Engine, argument)
	case "invite":
		err = inviteThere(ctx, host, argument)
	}
	return errors.Join(err, host.Close())
}

// watch prints whether somebody may use the module, and again when that changes.
func watch(ctx context.Context, engine *activation.Engine, id string) error {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	said := ""
	for said != "true" {
		entitlements, err := engine.Tenant(Tenant).Entitlements(ctx)
		if err != nil {
			stop()
			return errors.Join(err, <-ended)
		}
		if now := fmt.Sprint(entitlements.Check(id, Module).Allowed()); now != said {
			said = now
			fmt.Println(said)
		}
		time.Sleep(time.Millisecond) //nolint:forbidigo // the pause stands for the time between requests
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// inviteThere invites when it is told to, and prints what became of it.
func inviteThere(ctx context.Context, host *Host, prefix string) error {
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	given := 0
	for _, err := range invite(ctx, host, prefix) {
		switch {
		case err == nil:
			given++
		case !errors.Is(err, seat.ErrNoFreeSeat):
			return err
		}
	}
	fmt.Printf("%d given, %d refused\n", given, callers-given)
	return nil
}

// process is another process of the host.
type process struct {
	*stage
	input  io.Writer
	output *bufio.Reader
}

func (s *stage) start(role, argument string) *process {
	s.Helper()
	command := exec.CommandContext(context.WithoutCancel(s.Context()), os.Args[0], s.dsn, argument) //nolint:gosec // it runs this test program again
	command.Env = append(os.Environ(), variable+"="+role)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	require.NoError(s, err)
	output, err := command.StdoutPipe()
	require.NoError(s, err)
	require.NoError(s, command.Start())
	s.Cleanup(func() {
		if s.Failed() { // it may wait for input that never comes
			_ = command.Process.Kill()
		}
		require.NoError(s, command.Wait())
	})
	return &process{stage: s, input: input, output: bufio.NewReader(output)}
}

func (p *process) line() string {
	p.Helper()
	line, err := p.output.ReadString('\n')
	require.NoError(p, err, line)
	return line[:len(line)-1]
}

func (p *process) say(text string) {
	p.Helper()
	_, err := fmt.Fprintln(p.input, text)
	require.NoError(p, err)
}
