package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProgram builds the program and looks at it from outside.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "whatif.exe")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(output))

	for _, test := range []struct {
		name   string
		args   []string
		stdin  string
		want   int
		stdout string // its first line
		stderr string // its beginning
	}{
		{name: "ready", args: []string{caseFile("more-seats")}, want: 0, stdout: "Five more user plans: nothing stands in the way"},
		{name: "current", args: []string{caseFile("current")}, want: 0, stdout: "The active license again, written differently"},
		{name: "blocked", args: []string{"-format", "json", caseFile("satellites")}, want: 1, stdout: "{"},
		{name: "rejected", args: []string{caseFile("wrong-licensee")}, want: 2, stdout: "A license for someone else is rejected"},
		{name: "standard input", args: []string{"-format=json", "-"}, stdin: minimal, want: 0, stdout: "{"},
		{name: "invalid", args: []string{"-"}, stdin: with(`"x":1`), want: 3, stderr: "whatif: standard input: /x: is unknown\n"},
		{name: "unreadable", args: []string{"missing.json"}, want: 3, stderr: "whatif: missing.json: "},
		{name: "usage", want: 3, stderr: "whatif: one FILE is needed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := execute(t, program, test.stdin, test.args...)
			require.Equal(t, test.want, got.status, got.stderr)
			first, _, _ := strings.Cut(got.stdout, "\n")
			require.Equal(t, test.stdout, first)
			require.True(t, strings.HasPrefix(got.stderr, test.stderr), got.stderr)
			require.Equal(t, got.stderr == "", got.status != 3)
		})
	}
	t.Run("nobody reads", func(t *testing.T) { checkNobodyReads(t, program) })
}

func execute(t *testing.T, program, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &stdout, &stderr
	return result{status: exitStatus(t, command.Run()), stdout: stdout.String(), stderr: stderr.String()}
}

func exitStatus(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	require.NoError(t, err)
	return 0
}

// checkNobodyReads runs the program with a pipe for output that is closed at
// the other end.
func checkNobodyReads(t *testing.T, program string) {
	t.Helper()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program, "-")
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(minimal), writer, &stderr
	status := exitStatus(t, command.Run())
	require.NoError(t, writer.Close())
	require.Equal(t, 3, status)
	require.True(t, strings.HasPrefix(stderr.String(), "whatif: standard output: "), stderr.String())
}
