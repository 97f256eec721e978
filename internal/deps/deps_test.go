// Package deps holds no code: its tests keep what the module needs at run time
// down to what docs/development.md allows, and its pure packages free of
// goroutines, which no import gives away.
package deps

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root   = "../.."
	module = "github.com/seatwright/seatwright"
)

// allowed is what a program that embeds the library may get linked in besides
// the standard library.
var allowed = []string{
	"github.com/go-jose/go-jose/v4",
	"github.com/hashicorp/errwrap",
	"github.com/hashicorp/go-multierror",
}

// TestRuntimeModules looks at what is linked, not at go.mod, where the modules
// of tests stand as well.
func TestRuntimeModules(t *testing.T) {
	packages := slices.DeleteFunc(goList(t, "./..."), func(path string) bool {
		return path == module+"/activation/storetest"
	})
	require.Contains(t, packages, module+"/license", "go list finds the packages of the module")

	linked := goList(t, append([]string{"-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, packages...)...)
	slices.Sort(linked)
	for _, path := range slices.Compact(linked) {
		if path != module && !slices.Contains(allowed, path) {
			t.Errorf("the packages of the module link %s; allowed are only %s", path, strings.Join(allowed, ", "))
		}
	}
}

// TestPurePackagesStartNoGoroutines covers what depguard in .golangci.yml can't
// see: that rule keeps clocks, files, networks and locks out.
func TestPurePackagesStartNoGoroutines(t *testing.T) {
	for _, folder := range []string{"license", "seat", "activation/planner", "activation/attention", "internal/occupancy"} {
		t.Run(folder, func(t *testing.T) {
			files := sources(t, folder)
			require.NotEmpty(t, files)
			for _, name := range files {
				checkNoGoroutine(t, name)
			}
		})
	}
}

// sources returns the files of a folder and of the folders in it, without tests.
func sources(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	require.NoError(t, err)
	below, err := filepath.Glob(filepath.Join(root, folder, "*", "*.go"))
	require.NoError(t, err)
	files = append(files, below...)
	return slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

func checkNoGoroutine(t *testing.T, name string) {
	t.Helper()
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, name, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	ast.Inspect(file, func(node ast.Node) bool {
		if statement, found := node.(*ast.GoStmt); found {
			t.Errorf("%s: a pure package starts a goroutine", positions.Position(statement.Pos()))
		}
		return true
	})
}

// goList runs go list on the module alone, as a program that needs it sees it.
func goList(t *testing.T, arguments ...string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list"}, arguments...)...)
	command.Dir = root
	command.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=1")
	command.Stderr = t.Output()
	output, err := command.Output()
	require.NoError(t, err)
	return strings.Fields(string(output))
}
