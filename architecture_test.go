package seatwright_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/seatwright/seatwright"

// TestArchitectureShowsTheImports compares the arrows of the first picture of
// docs/architecture.md with what the packages import, in all modules.
func TestArchitectureShowsTheImports(t *testing.T) {
	_, picture, found := strings.Cut(read(t, "docs/architecture.md"), "```mermaid\n")
	require.True(t, found)
	picture, _, _ = strings.Cut(picture, "```")

	names := map[string]string{}
	for _, node := range regexp.MustCompile(`(?m)^ +(\w+)(?:\["([\w/]+)"\])?$`).FindAllStringSubmatch(picture, -1) {
		names[node[1]] = cmp.Or(node[2], node[1])
	}
	var shown []string
	for _, arrow := range regexp.MustCompile(`(\w+) --> (\w+)`).FindAllStringSubmatch(picture, -1) {
		shown = append(shown, names[arrow[1]]+" --> "+names[arrow[2]])
	}
	slices.Sort(shown)
	if diff := gocmp.Diff(arrows(imports(t)), shown); diff != "" {
		t.Errorf("docs/architecture.md shows other arrows than there are (-imports +shown):\n%s", diff)
	}
}

// TestArchitectureNamesFiles finds the files that the page sends its reader to.
func TestArchitectureNamesFiles(t *testing.T) {
	named := regexp.MustCompile("`([a-z_/]+/[a-z_]+\\.go)`").FindAllStringSubmatch(read(t, "docs/architecture.md"), -1)
	require.Greater(t, len(named), 15)
	for _, file := range named {
		assert.FileExists(t, file[1])
	}
}

// TestTopLevel keeps what only we need below internal, where nobody can import
// it.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var folders []string
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && entry.Name() != "feed" { // README.md makes that folder
			folders = append(folders, entry.Name())
		}
	}
	require.Equal(t, []string{"activation", "docs", "examples", "internal", "license", "seat", "source"}, folders)
}

// imports are those among the packages that a host can import, without tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	work, err := filepath.Abs("go.work")
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Name}} {{.ImportPath}} {{.Dir}} {{join .Imports \" \"}}", "work")
	command.Env = append(os.Environ(), "GOWORK="+work)
	command.Stderr = t.Output()
	output, err := command.Output()
	require.NoError(t, err)

	imported := map[string][]string{}
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		name, public := relative(fields[1])
		if fields[0] == "main" || !public {
			continue
		}
		imported[name] = []string{}
		for _, path := range fields[3:] {
			if other, public := relative(path); public {
				imported[name] = append(imported[name], other)
			}
		}
		_, err := os.ReadDir(fields[2]) // so that a change of the folder makes go test run again
		require.NoError(t, err)
	}
	return imported
}

func relative(path string) (string, bool) {
	name, ours := strings.CutPrefix(path, modulePath+"/")
	first, _, _ := strings.Cut(name, "/")
	return name, ours && !strings.Contains(path, "/internal/") && first != "examples"
}

// arrows leaves out what follows from other arrows.
func arrows(imported map[string][]string) []string {
	var list []string
	for from, direct := range imported {
		for _, to := range direct {
			if !slices.ContainsFunc(direct, func(by string) bool { return reaches(imported, by, to) }) {
				list = append(list, from+" --> "+to)
			}
		}
	}
	slices.Sort(list)
	return list
}

// reaches says whether a package imports another, itself not counting, over
// however many steps.
func reaches(imported map[string][]string, from, to string) bool {
	return slices.ContainsFunc(imported[from], func(next string) bool {
		return next == to || reaches(imported, next, to)
	})
}
