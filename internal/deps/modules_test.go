package deps

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A dependency is a module of others, as one of ours gets it when it is built
// alone.
type dependency struct {
	path, version, folder string
}

// A workspaceModule is one of ours, by its folder in the workspace.
type workspaceModule struct {
	folder string
	linked []dependency // by the packages that a host imports
	others []dependency // what only tests, storetest and programs need besides
}

// name is that of tables: the folder, which is also the prefix of its tags.
func (m workspaceModule) name() string {
	if m.folder == "." {
		return "core"
	}
	return m.folder
}

// workspaceModules are those of go.work, in its order, whatever GOWORK says.
func workspaceModules(t *testing.T) []workspaceModule {
	t.Helper()
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	t.Setenv("GOWORK", filepath.Join(top, "go.work"))
	var modules []workspaceModule
	for _, folder := range goListIn(t, ".", "-m", "-f", "{{.Dir}}") {
		lookAt(t, folder)
		relative, err := filepath.Rel(top, folder)
		require.NoError(t, err)
		modules = append(modules, readModule(t, filepath.ToSlash(relative)))
	}
	return modules
}

func readModule(t *testing.T, folder string) workspaceModule {
	t.Helper()
	read := workspaceModule{folder: folder}
	packages := slices.DeleteFunc(goListIn(t, folder, "-f", "{{.Dir}}\t{{.ImportPath}}\t{{.Name}}", "./..."), func(line string) bool {
		lookAt(t, strings.Split(line, "\t")[0])
		return !isLibrary(strings.Split(line, "\t"))
	})
	for i, line := range packages {
		packages[i] = strings.Split(line, "\t")[1]
	}
	if len(packages) > 0 {
		read.linked = dependenciesOf(t, folder, packages...)
	}
	read.others = slices.DeleteFunc(dependenciesOf(t, folder, "-test", "./..."), func(needed dependency) bool {
		return slices.Contains(read.linked, needed)
	})
	return read
}

func isLibrary(fields []string) bool {
	path, name := fields[1], fields[2]
	return name != "main" && path != module+"/activation/storetest" &&
		!strings.HasPrefix(path, module+"/examples/") && !strings.Contains(path, "/internal/")
}

func dependenciesOf(t *testing.T, folder string, arguments ...string) []dependency {
	t.Helper()
	const format = "{{with .Module}}{{if .Version}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}"
	var found []dependency
	for _, line := range goListIn(t, folder, append([]string{"-deps", "-f", format}, arguments...)...) {
		fields := strings.Split(line, "\t")
		if !strings.HasPrefix(line, module) && len(fields) == 3 {
			found = append(found, dependency{fields[0], fields[1], fields[2]})
		}
	}
	slices.SortFunc(found, func(a, b dependency) int { return strings.Compare(a.path, b.path) })
	return slices.Compact(found)
}

// goListIn runs go list on one module alone, as a program that needs it sees it,
// and where there is a C compiler, or drivers in C would be left out.
func goListIn(t *testing.T, folder string, arguments ...string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list"}, arguments...)...)
	command.Dir = filepath.Join(root, folder)
	if arguments[0] != "-m" {
		command.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=1")
	}
	command.Stderr = t.Output()
	output, err := command.Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(output)), "\n")
}

// lookAt makes go test run again when a file of the folder has changed: what
// go list has read is not known to it, and it would print an old result.
func lookAt(t *testing.T, folder string) {
	t.Helper()
	_, err := os.ReadDir(folder)
	require.NoError(t, err)
}
