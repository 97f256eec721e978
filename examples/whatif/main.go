// Whatif reads a scenario, which is a planning question as data, and prints the
// plan: what a license would change, what stands in its way, and what to do
// next. docs/spec/scenario.md describes the file.
//
//	whatif [-format text|json] FILE
//
// FILE may be - for standard input. The exit status is 0 for a license that can
// be activated or is active already, 1 for one that is blocked, and 2 for one
// that is rejected. It is 3 if the scenario can't be read or is invalid; then
// the reason is on standard error and nothing on standard output.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/internal/scenario"
)

// The exit statuses of docs/spec/scenario.md.
const (
	exitReady    = 0
	exitBlocked  = 1
	exitRejected = 2
	exitInvalid  = 3
)

const usage = "usage: whatif [-format text|json] FILE"

func main() {
	// A reader that went away is an error of the write, with a status of ours.
	signal.Ignore(syscall.SIGPIPE)
	// Nearly all memory is the scenario, which stays: collecting sooner costs
	// little time, and a file of 255 MB takes half of what it would.
	debug.SetGCPercent(25)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}

// run is the program. Nothing is written to stdout before all of it is known.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	format, file, err := parse(args)
	if err != nil {
		return fail(stderr, err.Error(), usage)
	}
	question, err := read(file, stdin)
	if err != nil {
		return fail(stderr, reasons(file, err)...)
	}
	plan, err := question.Plan()
	if err != nil {
		return fail(stderr, reasons(file, err)...)
	}
	var output string
	if format == "json" {
		output, err = renderJSON(plan)
	} else {
		output = renderText(question, plan, useColor(stdout, getenv))
	}
	if err != nil {
		return fail(stderr, reasons(file, err)...)
	}
	if _, err := io.WriteString(stdout, output); err != nil {
		return fail(stderr, "standard output: "+cause(err))
	}
	return status(plan.Status)
}

func parse(args []string) (format, file string, err error) {
	flags := flag.NewFlagSet("whatif", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&format, "format", "text", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return "", "", errors.New("prints what a license would change")
	} else if err != nil {
		return "", "", err
	}
	if format != "text" && format != "json" {
		return "", "", fmt.Errorf("unknown format %q", format)
	}
	if flags.NArg() != 1 {
		return "", "", fmt.Errorf("one FILE is needed after the flags, not %d", flags.NArg())
	}
	return format, flags.Arg(0), nil
}

func read(file string, stdin io.Reader) (*scenario.Scenario, error) {
	if file == "-" {
		return scenario.ReadFrom(stdin, 0)
	}
	opened, err := os.Open(file) //nolint:gosec // the user names the file to read
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }() // nothing was written to it
	size := int64(0)
	if info, err := opened.Stat(); err == nil {
		size = info.Size()
	}
	return scenario.ReadFrom(opened, size)
}

// reasons returns a line for each thing that is wrong with a file.
func reasons(file string, err error) []string {
	if file == "-" {
		file = "standard input"
	}
	var invalid *scenario.InvalidError
	if !errors.As(err, &invalid) {
		return []string{file + ": " + cause(err)}
	}
	lines := make([]string, 0, len(invalid.Problems))
	for _, problem := range invalid.Problems {
		lines = append(lines, file+": "+problem.String())
	}
	return lines
}

// cause leaves out the name of the file, which stands before it already.
func cause(err error) string {
	var inFile *fs.PathError
	if errors.As(err, &inFile) {
		return inFile.Err.Error()
	}
	return err.Error()
}

func fail(stderr io.Writer, lines ...string) int {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString("whatif: " + printable(line) + "\n")
	}
	_, _ = io.WriteString(stderr, text.String()) // there is nobody left to tell
	return exitInvalid
}

func renderJSON(plan *planner.Plan) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // an id with & is shown as it is
	encoder.SetIndent("", "  ")
	err := encoder.Encode(plan)
	return text.String(), err
}

func status(s planner.Status) int {
	switch s {
	case planner.Ready, planner.Current:
		return exitReady
	case planner.Blocked:
		return exitBlocked
	default:
		return exitRejected
	}
}
