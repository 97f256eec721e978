package seatwright_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSecurityNamesItsTests finds every test that docs/security.md names, and at
// least one for each of its lines.
func TestSecurityNamesItsTests(t *testing.T) {
	named := regexp.MustCompile("`([a-z/]+) ((?:Test|Fuzz)[A-Za-z0-9]+)`")
	known := map[string][]string{}
	lines := 0
	for line := range strings.Lines(read(t, "docs/security.md")) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 4 || cells[1] == "holds" {
			continue
		}
		lines++
		shown := named.FindAllStringSubmatch(cells[3], -1)
		if len(shown) == 0 {
			assert.Equal(t, "none |", cells[3], line)
		}
		assert.Equal(t, len(shown)*2, strings.Count(cells[3], "`"), "all of %s", cells[3])
		for _, name := range shown {
			if known[name[1]] == nil {
				known[name[1]] = testsOf(t, name[1])
			}
			assert.True(t, slices.Contains(known[name[1]], name[2]), "%s has no %s", name[1], name[2])
		}
	}
	require.Greater(t, lines, 50, "lines in the tables")
}

// TestSuitesNameTheirTests finds every test that docs/suites.md names.
func TestSuitesNameTheirTests(t *testing.T) {
	named := regexp.MustCompile("`([a-z/0-9]+) (Test[A-Za-z0-9]+)`").FindAllStringSubmatch(read(t, "docs/suites.md"), -1)
	require.Greater(t, len(named), 5)
	for _, name := range named {
		assert.Contains(t, testsOf(t, name[1]), name[2])
	}
}

// testsOf reads the names of a folder's tests from its source, since a folder
// may belong to another module.
func testsOf(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	var names []string
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil {
				names = append(names, function.Name.Name)
			}
		}
	}
	return names
}
