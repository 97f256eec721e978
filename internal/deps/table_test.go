package deps

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the lists of dependencies as they are now")

const (
	list   = root + "/docs/dependencies.md"
	advice = "`go test ./internal/deps -update` writes it; say why where it is new"
)

// TestDependenciesAreListed compares docs/dependencies.md and docs/sbom with what
// is linked and what tests need, in every module of the workspace.
func TestDependenciesAreListed(t *testing.T) {
	modules := workspaceModules(t)
	require.Equal(t, "core", modules[0].name())
	require.NotEmpty(t, modules[0].linked, "go list finds what the core links")
	t.Run("tables", func(t *testing.T) { checkTables(t, modules) })
	t.Run("bills of materials", func(t *testing.T) { checkBills(t, modules) })
}

func checkTables(t *testing.T, modules []workspaceModule) {
	t.Helper()
	text, err := os.ReadFile(list)
	require.NoError(t, err)
	reasons := readReasons(string(text))
	want := replaceTable(t, string(text), "linked", table(t, modules, linked, reasons))
	want = replaceTable(t, want, "others", table(t, modules, others, reasons))
	if *update {
		require.NoError(t, os.WriteFile(list, []byte(want), 0o600))
	} else if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("docs/dependencies.md is not what the modules need; %s (-needed +listed):\n%s", advice, diff)
	}
}

func linked(of workspaceModule) []dependency { return of.linked }
func others(of workspaceModule) []dependency { return of.others }

// table has a row for each module and version, with those of ours that need it.
func table(t *testing.T, modules []workspaceModule, choose func(workspaceModule) []dependency, reasons map[string]string) string {
	t.Helper()
	users := map[dependency][]string{}
	for _, module := range modules {
		for _, needed := range choose(module) {
			users[needed] = append(users[needed], module.name())
		}
	}
	var rows []string
	for needed, names := range users {
		why := reasons[needed.path]
		if why == "" {
			t.Errorf("docs/dependencies.md does not say why %s is needed by %s", needed.path, strings.Join(names, ", "))
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s |\n", needed.path, needed.version, license(t, needed), strings.Join(names, ", "), why))
	}
	slices.Sort(rows)
	return "| module | version | license | by | why |\n|---|---|---|---|---|\n" + strings.Join(rows, "")
}

// readReasons finds what people have written: the last column, by module.
func readReasons(text string) map[string]string {
	reasons := map[string]string{}
	for line := range strings.Lines(text) {
		if columns := strings.Split(strings.TrimSpace(line), " | "); len(columns) == 5 {
			reasons[strings.TrimPrefix(columns[0], "| ")] = strings.TrimSuffix(columns[4], " |")
		}
	}
	return reasons
}

// replaceTable puts a table between the two comments that name its place.
func replaceTable(t *testing.T, text, name, table string) string {
	t.Helper()
	before, rest, found := strings.Cut(text, "<!-- "+name+" -->\n")
	require.True(t, found, name)
	_, after, found := strings.Cut(rest, "<!-- end -->")
	require.True(t, found, name)
	return before + "<!-- " + name + " -->\n" + table + "<!-- end -->" + after
}

// license tells by its words which license a module has; several if its file
// says so. A license that is not known here is for a person to read.
func license(t *testing.T, of dependency) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(of.folder, "[Ll][Ii][Cc][Ee][Nn][Ss][Ee]*"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "%s has no file with its license", of.path)
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	text = bytes.Join(bytes.Fields(text), []byte(" "))
	var found []string
	for _, known := range []struct{ name, words, without string }{
		{"Apache-2.0", "Apache License, Version 2.0", ""},
		{"Apache-2.0", "Apache License Version 2.0", ""},
		{"MPL-2.0", "Mozilla Public License", ""},
		{"MIT", "Permission is hereby granted, free of charge", ""},
		{"BSD-3-Clause", "Neither the name", ""},
		{"BSD-2-Clause", "Redistribution and use in source and binary forms", "Neither the name"},
	} {
		if bytes.Contains(text, []byte(known.words)) && (known.without == "" || !bytes.Contains(text, []byte(known.without))) {
			found = append(found, known.name)
		}
	}
	require.NotEmpty(t, found, "%s has a license that the test does not know", of.path)
	return strings.Join(slices.Compact(found), ", ")
}
