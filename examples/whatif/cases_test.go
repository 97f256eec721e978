package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const casesFolder = "../../activation/planner/testdata/scenarios"

func caseFile(name string) string { return filepath.Join(casesFolder, name+".json") }

// cases returns the shared scenarios by name: one of each file, and one of each
// line of the lists.
func cases(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(caseFile("*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	found := make(map[string]string)
	for _, file := range files {
		found[filepath.Base(file)] = readFile(t, file)
	}
	for _, list := range []string{"random.jsonl", "random-switches.jsonl"} {
		lines := strings.TrimSpace(readFile(t, filepath.Join(casesFolder, list)))
		for i, line := range strings.Split(lines, "\n") {
			found[fmt.Sprintf("%s:%d", list, i+1)] = line
		}
	}
	return found
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

// result is what the program leaves behind.
type result struct {
	status         int
	stdout, stderr string
}

// whatif runs the program within the test.
func whatif(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(args, strings.NewReader(stdin), &stdout, &stderr, func(string) string { return "" })
	return result{status: status, stdout: stdout.String(), stderr: stderr.String()}
}

// document is a license document, and minimal the shortest scenario.
const (
	document = `{"owner":{"name":"acme"},"licensee":{"company":"Example","serial":"1"},"number":2,` +
		`"issuedAt":"2026-01-01T00:00:00Z","modules":[{"name":"web","kind":"user","quantity":3}]}`
	minimal = `{"name":"n","now":"2026-06-01T00:00:00Z","offered":` + document + `}`
)

// with is the minimal scenario with more members.
func with(members string) string { return strings.TrimSuffix(minimal, "}") + "," + members + "}" }
