// Package release holds no code: its test runs .ci/release in small
// repositories, most of which may not be released.
package release

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository is one that can be released as v1.2.0, file by file.
var repository = map[string]string{
	"LICENSE.md":   "…",
	"deep/LICENSE": "…", "deep/er/LICENSE": "…",
	"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n## [1.1.0] - 2025-12-01\n",
	"go.work":      "go 1.25.0\n\nuse (\n\t./deep/er\n\t./deep\n\t.\n\t./internal/benchmarks\n\t./examples/web\n)\n",
	"go.mod":       "module github.com/seatwright/seatwright\n",
	"deep/go.mod":  "module github.com/seatwright/seatwright/deep\n\nrequire (\n\texample.com/other v0.9.0\n\tgithub.com/seatwright/seatwright v1.2.0\n)\n",
	"deep/er/go.mod": "module github.com/seatwright/seatwright/deep/er\n\nrequire (\n" +
		"\tgithub.com/seatwright/seatwright v1.2.0\n\tgithub.com/seatwright/seatwright/deep v1.2.0 // indirect\n)\n",
	"internal/benchmarks/go.mod": "module github.com/seatwright/seatwright/internal/benchmarks\n\nrequire github.com/seatwright/seatwright v0.0.0\n",
	"examples/web/go.mod":        "module github.com/seatwright/seatwright/examples/web\n\nrequire github.com/seatwright/seatwright v0.0.0\n",
}

//nolint:dupword // the message of a tag is its name
const tags = `To be tagged, in this order:
git tag -a -m v1.2.0 v1.2.0
git tag -a -m deep/v1.2.0 deep/v1.2.0
git tag -a -m deep/er/v1.2.0 deep/er/v1.2.0
`

func TestRelease(t *testing.T) {
	for _, row := range []struct {
		name, version  string
		change         func(files map[string]string)
		after          []string // a git command, run when all is committed
		stdout, stderr string
		status         int
	}{
		{name: "ready", version: "v1.2.0", stdout: tags},
		{name: "no version", version: "1.2.0", stderr: "usage: bash .ci/release v1.2.3\n", status: 2},
		{
			name: "no heading", version: "v1.2.0", status: 1,
			change: func(files map[string]string) { files["CHANGELOG.md"] = "## [1.2.0]\n## [1.2.01] - 2026-01-31\n" },
			stderr: "release: CHANGELOG.md has no heading \"## [1.2.0]\" with a date\n",
		},
		{
			name: "another month", version: "v1.2.0", status: 1,
			change: func(files map[string]string) { files["CHANGELOG.md"] = "## [1.2.0] - 2026-13-31\n" },
			stderr: "release: CHANGELOG.md has no heading \"## [1.2.0]\" with a date\n",
		},
		{
			name: "no license", version: "v1.2.0", status: 1,
			change: func(files map[string]string) { delete(files, "LICENSE.md"); files["LICENSE"] = "…" },
			stderr: "release: there is no file LICENSE.md: nobody may use what has none\n" +
				"release: LICENSE at the top is the folder license where case does not count; its name is LICENSE.md\n" +
				"release: deep/LICENSE is not a copy of LICENSE.md\n" +
				"release: deep/er/LICENSE is not a copy of LICENSE.md\n",
		},
		{
			name: "a module without license", version: "v1.2.0", status: 1,
			change: func(files map[string]string) { delete(files, "deep/er/LICENSE"); files["deep/LICENSE"] = "other" },
			stderr: "release: deep/LICENSE is not a copy of LICENSE.md\n" +
				"release: deep/er/LICENSE is not a copy of LICENSE.md\n",
		},
		{
			name: "requirements left behind", version: "v1.2.0", status: 1,
			change: func(files map[string]string) {
				files["deep/er/go.mod"] = strings.ReplaceAll(files["deep/er/go.mod"], "v1.2.0", "v1.1.0")
			},
			stderr: "release: deep/er/go.mod requires github.com/seatwright/seatwright v1.1.0, not v1.2.0\n" +
				"release: deep/er/go.mod requires github.com/seatwright/seatwright/deep v1.1.0, not v1.2.0\n",
		},
		{
			name: "tagged already", version: "v1.2.0", after: []string{"tag", "deep/v1.2.0"}, status: 1,
			stderr: "release: the tag deep/v1.2.0 exists\n",
		},
		{
			name: "not committed", version: "v1.2.0", after: []string{"rm", "-q", "--cached", "CHANGELOG.md"}, status: 1,
			stderr: "release: the work tree has changes that are not committed\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			files := maps.Clone(repository)
			if row.change != nil {
				row.change(files)
			}
			folder := commit(t, files)
			if row.after != nil {
				git(t, folder, row.after...)
			}
			stdout, stderr, status := release(t, folder, row.version)
			require.Equal(t, row.stdout, stdout)
			require.Equal(t, row.stderr, stderr)
			require.Equal(t, row.status, status)
		})
	}
}

// commit makes a repository of the files, with the script in it.
func commit(t *testing.T, files map[string]string) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", ".ci", "release"))
	require.NoError(t, err)
	files[".ci/release"] = string(script)
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	git(t, folder, "init", "-q")
	git(t, folder, "add", ".")
	git(t, folder, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "all")
	return folder
}

func git(t *testing.T, folder string, arguments ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", arguments...)
	command.Dir = folder
	command.Stderr = t.Output()
	require.NoError(t, command.Run())
}

func release(t *testing.T, folder, version string) (stdout, stderr string, status int) {
	t.Helper()
	var out, problems strings.Builder
	command := exec.CommandContext(t.Context(), "bash", ".ci/release", version)
	command.Dir = folder
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return out.String(), problems.String(), command.ProcessState.ExitCode()
}
