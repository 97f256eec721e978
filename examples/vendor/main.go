// Vendor issues the licenses of an owner of modules: it makes keys, grants to
// partners and signed licenses, and serves a feed. It is built on the public
// packages. docs/spec/vendor.md is its manual, and docs/vendor-guide.md goes through
// a year with it.
//
// The exit status is 0 for success, 1 with a line on standard error that begins
// with the code of the mistake, or 2 for wrong use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"strings"
	"syscall"
	"time"
)

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// maxLines is how many lines say what is wrong; further ones are counted.
const maxLines = 1000

const synopsis = `usage:
  vendor keygen -out NAME [-encrypt] [-force]
  vendor grant -key ROOT.jwk -owner O -for PUB.jwk -from T -to T [-trust TRUST.json] [-out F] [-force]
  vendor issue -key KEY.jwk [-grant F]... [-trust TRUST.json] [-feed DIR | -out F] [-after ENVELOPE]
               [-ledger F] [-message TEXT] [-message-url URL] [-allow NAME]... [-jump] [-force]
               [-rows ROWS] LICENSE.json
  vendor renew -key KEY.jwk [-grant F]... -trust TRUST.json -feed DIR [-from-trust TRUST.json] [-owner O]
               [-ending-before T] [-months N] [-ledger F] [-allow NAME]... [-yes]
  vendor ledger LEDGER
  vendor check -trust TRUST.json -dir DIR [-at T] [-ledger F] [-log F [-days N]]
  vendor trust -owner O [-grant] KEY... [-revoke KID]... [-out TRUST.json]
  vendor verify -trust TRUST.json [-now T] [-stored] ENVELOPE
  vendor inspect FILE
  vendor regrant -trust TRUST.json -grant F... [-in-place | -out F] [-force] ENVELOPE...
  vendor preview LICENSE SCENARIO
  vendor usage verify -key PUB.jwk [-csv] REPORT
  vendor token -tokens TOKENS.json -owner O -serial S [-only] [-like SERIAL]
  vendor serve -dir DIR -addr HOST:PORT [-token T | -tokens TOKENS.json]
T is an instant like 2026-01-31T12:00:00Z; LICENSE.json and ENVELOPE may be -.
The pass phrase of an encrypted key is asked for, or read from the open file N with -passphrase-fd N.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, user: userName(), ask: askTerminal}
	status := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// userName returns the name of the operating system's user, or nothing.
func userName() string {
	current, err := user.Current()
	if err != nil {
		return ""
	}
	return current.Username
}

// program is what the commands need of the world.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	user           string                              // who runs it, for the ledger
	ask            func(prompt string) ([]byte, error) // reads a pass phrase
}

// usageError is wrong use.
type usageError struct{ problem string }

func (e *usageError) Error() string { return e.problem }

func (p program) run(ctx context.Context, args []string) int {
	err := p.command(ctx, args)
	var wrong *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &wrong):
		p.tell("vendor: " + wrong.problem)
		p.tell(strings.TrimSuffix(synopsis, "\n"))
		return exitUsage
	default:
		lines := slipsOf("", err).lines()
		for _, line := range lines[:min(len(lines), maxLines)] {
			p.tell(line)
		}
		if more := len(lines) - maxLines; more > 0 {
			p.tell(fmt.Sprintf("vendor: and %d more", more))
		}
		return exitFailed
	}
}

func (p program) command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return &usageError{"a command is needed"}
	}
	commands := map[string]func([]string) error{
		"keygen": p.keygen, "grant": p.grant, "trust": p.trust, "issue": p.issue,
		"verify": p.verify, "inspect": p.inspect, "ledger": p.ledger, "check": p.check, "regrant": p.regrant, "renew": p.renew, "token": p.token, "preview": p.preview, "usage": p.usage,
		"serve": func(args []string) error { return p.serve(ctx, args) },
	}
	command, ok := commands[args[0]]
	if !ok {
		return &usageError{fmt.Sprintf("there is no command %q", args[0])}
	}
	return command(args[1:])
}

func (p program) tell(line string) {
	_, _ = fmt.Fprintln(p.stderr, printable(line)) // there is nobody left to tell
}

// flags is the flag set of a command.
func flags(command string) *flag.FlagSet {
	set := flag.NewFlagSet(command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	return set
}

// anyNumber is a number of arguments that is not limited.
const anyNumber = -1

// parse reads the flags of a command and its arguments, in any order. The
// required flags must have been given a value.
func parse(set *flag.FlagSet, args []string, arguments int, required ...string) error {
	var found []string
	for rest := args; ; {
		if err := set.Parse(rest); err != nil {
			return &usageError{fmt.Sprintf("%s: %v", set.Name(), err)}
		}
		if set.NArg() == 0 {
			break
		}
		found, rest = append(found, set.Arg(0)), set.Args()[1:]
	}
	if err := set.Parse(append([]string{"--"}, found...)); err != nil {
		return err
	}
	for _, name := range required {
		if set.Lookup(name).Value.String() == "" {
			return &usageError{fmt.Sprintf("%s: -%s is needed", set.Name(), name)}
		}
	}
	if arguments != anyNumber && set.NArg() != arguments {
		return &usageError{fmt.Sprintf("%s takes %d arguments beside its flags, not %d", set.Name(), arguments, set.NArg())}
	}
	return nil
}

// instant is a flag like 2026-01-31T12:00:00Z.
type instant struct{ time.Time }

func (i *instant) String() string {
	if i.IsZero() {
		return ""
	}
	return day(i.Time)
}

func (i *instant) Set(text string) (err error) {
	i.Time, err = time.Parse(time.RFC3339, text)
	return err
}
