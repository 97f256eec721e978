package release

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

const core = "github.com/seatwright/seatwright"

// TestArchives makes the archive of every module that hosts import, as the go
// command does, of the files that are here and stand-ins for the owners' texts.
func TestArchives(t *testing.T) {
	files := worktree(t)
	folders := released(files)
	require.Contains(t, folders, ".")
	require.Greater(t, len(folders), 3)
	files["LICENSE.md"] = "stand-in"
	for _, folder := range folders {
		if folder != "." {
			files[folder+"/LICENSE"] = "stand-in"
		}
	}
	repository := commit(t, files)
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			names, err := archive(repository, folder)
			require.NoError(t, err)
			require.Contains(t, names, "go.mod")
			text := "LICENSE"
			if folder == "." {
				text = "LICENSE.md"
			}
			require.Contains(t, names, text)
			for _, name := range names {
				require.False(t, folder == "." && strings.HasPrefix(name, "internal/soak/"), "%s is part of another module", name)
			}
		})
	}
}

// TestNoArchiveWithLicenseAtTheTop shows why the text is in LICENSE.md: beside
// the package license, a file LICENSE is in the way.
func TestNoArchiveWithLicenseAtTheTop(t *testing.T) {
	_, err := archive(commit(t, map[string]string{
		"LICENSE": "stand-in", "go.mod": "module " + core + "\n", "license/doc.go": "package license\n",
	}), ".")
	require.ErrorContains(t, err, "case-insensitive file name collision")
}

// worktree reads what is committed or might be, by its name.
func worktree(t *testing.T) map[string]string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), "git", "-c", "safe.directory="+root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	command.Dir = root
	command.Stderr = t.Output()
	output, err := command.Output()
	require.NoError(t, err)
	files := map[string]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		require.NoError(t, err)
		files[name] = string(text)
	}
	return files
}

// released lists the folders of the modules that hosts import.
func released(files map[string]string) []string {
	var folders []string
	for name := range files {
		folder, found := strings.CutSuffix("./"+name, "/go.mod")
		folder = strings.TrimPrefix(folder, "./")
		if found && !strings.HasPrefix(folder, "internal/") && !strings.HasPrefix(folder, "examples/") {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return folders
}

// archive makes the archive of the module in a folder, and returns the names in
// it.
func archive(repository, folder string) ([]string, error) {
	version := module.Version{Path: core, Version: "v1.2.0"}
	subfolder := ""
	if folder != "." {
		version.Path, subfolder = core+"/"+folder, folder
	}
	var bytes bytes.Buffer
	if err := modzip.CreateFromVCS(&bytes, version, repository, "HEAD", subfolder); err != nil {
		return nil, err
	}
	return namesIn(bytes.Bytes(), version)
}

func namesIn(archive []byte, of module.Version) ([]string, error) {
	read, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(read.File))
	for i, file := range read.File {
		name, found := strings.CutPrefix(file.Name, of.String()+"/")
		if !found {
			return nil, fmt.Errorf("%s is not below %s", file.Name, of)
		}
		names[i] = name
	}
	return names, nil
}
