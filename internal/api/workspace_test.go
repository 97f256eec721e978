package api

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A workspace reads packages from what the compiler has exported of them, all
// by one importer, so that a type is the same wherever it occurs.
type workspace struct {
	paths    []string // of the packages that a host can import
	importer types.Importer
}

func loadWorkspace(t *testing.T) *workspace {
	t.Helper()
	files := map[string]string{}
	loaded := &workspace{}
	for _, line := range goList(t, "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Name}}\t{{.Export}}\t{{.Dir}}", "work") {
		fields := strings.Split(line, "\t")
		require.Len(t, fields, 4)
		path, name, dir := fields[0], fields[1], fields[3]
		files[path] = fields[2]
		if name != "main" && isPublic(path) {
			loaded.paths = append(loaded.paths, path)
			lookAt(t, dir)
		}
	}
	loaded.importer = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		file, found := files[path]
		if !found {
			return nil, fmt.Errorf("%s is not among the packages of the workspace and their imports", path)
		}
		return os.Open(file)
	})
	return loaded
}

// lookAt makes go test run again when a file of the folder has changed: what
// go list has read is not known to it, and it would print an old result.
func lookAt(t *testing.T, dir string) {
	t.Helper()
	_, err := os.ReadDir(dir)
	require.NoError(t, err)
}

func isPublic(path string) bool {
	return strings.HasPrefix(path, module+"/") &&
		!strings.Contains(path, "/internal/") &&
		!strings.HasPrefix(path, module+"/examples/")
}

func (w *workspace) load(t *testing.T, path string) *types.Package {
	t.Helper()
	loaded, err := w.importer.Import(path)
	require.NoError(t, err)
	return loaded
}

// parse reads a record as the package with a path. What the record names and
// another package no longer has is an invalid type, which differs from all.
func (w *workspace) parse(t *testing.T, path string, record []byte) *types.Package {
	t.Helper()
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, recordOf(path), record, parser.SkipObjectResolution)
	require.NoError(t, err)
	config := types.Config{Importer: w.importer, IgnoreFuncBodies: true, Error: func(err error) { t.Log(err) }}
	parsed, _ := config.Check(path, positions, []*ast.File{file}, nil)
	return parsed
}
