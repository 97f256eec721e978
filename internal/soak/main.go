package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if text := os.Getenv(variable); text != "" {
		os.Exit(work(text))
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run runs a soak as the command line says, and returns the exit status.
func run(arguments []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := parse(arguments, stderr)
	if err != nil {
		return 2
	}
	run := runIn
	if s.Database != "" {
		run = runChaos
	}
	holds, err := run(ctx, s, stdout)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
	}
	if err != nil || !holds {
		return 1
	}
	return 0
}

// parse returns what the command line asks for.
func parse(arguments []string, stderr io.Writer) (settings, error) {
	const most = 24 * time.Hour
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	length := flags.Duration("for", 10*time.Minute, "for how long")
	tenants := flags.Int("tenants", 200, "number of tenants")
	workers := flags.Int("workers", 4, "number of processes, 2 or more, all but one of which are killed now and then")
	kill := flags.Duration("kill", 5*time.Second, "pause between two kills")
	faults := flags.Float64("faults", 0.05, "share of answers that are spoiled, of each of three kinds")
	seed := flags.Uint64("seed", 1, "seed of what is random")
	database := flags.String("database", "", "\"postgresql\" or \"sqlite\": everything at once on a database of its own, rather than a soak")
	into := flags.String("into", "", "with -database: a Markdown file in which the part about the database is replaced")
	if err := flags.Parse(arguments); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 || *tenants < 1 || *workers < 2 || *length <= 0 || *length > most || *kill <= 0 || *faults <= 0 || *faults > 0.3 ||
		*database != "" && *database != postgresql && *database != sqlite || *into != "" && *database == "" {
		flags.Usage()
		return settings{}, flag.ErrHelp
	}
	if *database != "" {
		s := chaosSettings(*database, *length, *seed)
		s.Into = *into
		return s, nil
	}
	return settings{
		Town: town{Tenants: *tenants, Workers: *workers}, Seed: *seed, Faults: *faults, Speed: 30,
		Pace: pace{
			Users: 100 * time.Millisecond, Administrators: 200 * time.Millisecond, Checks: 500 * time.Millisecond,
			Samples: time.Second, Patience: time.Second,
		},
		Kill: *kill, Observe: 5 * time.Millisecond,
		Enough: func(p progress) bool { return p.Elapsed >= *length },
		Limit:  2**length + time.Minute,
	}, nil
}

// runIn runs a soak in a database of its own and writes the report. It returns
// whether all claims hold.
func runIn(ctx context.Context, s settings, w io.Writer) (holds bool, err error) {
	dsn, end, err := openDatabase() //nolint:contextcheck // starting and stopping a server have time-outs of their own
	if err != nil {
		return false, err
	}
	defer func() {
		if ended := end(); err == nil {
			err = ended
		}
	}()
	o, err := soak(ctx, dsn, s)
	if err != nil {
		return false, err
	}
	return o.holds(), o.report(w)
}

// chaosSettings are those of a [chaos]: few tenants, so that everybody gets in
// everybody's way.
func chaosSettings(database string, length time.Duration, seed uint64) settings {
	return settings{
		Town: town{Tenants: 6, Workers: 3}, Seed: seed, Database: database, Length: length, Speed: 60,
		Pace: pace{
			Users: 40 * time.Millisecond, Administrators: 400 * time.Millisecond, Checks: 2 * time.Second, Samples: time.Second,
		},
		Kill: 3 * time.Second, Observe: 50 * time.Millisecond,
	}
}

// runChaos runs a [chaos] and writes the report. It returns whether all claims
// hold.
func runChaos(ctx context.Context, s settings, w io.Writer) (holds bool, err error) {
	h, err := chaos(ctx, s)
	if err != nil {
		return false, err
	}
	if s.Into != "" {
		err = h.replaceIn(s.Into)
	}
	return h.holds(), errors.Join(err, h.report(w))
}
