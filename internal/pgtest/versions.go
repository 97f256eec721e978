//go:build unix

package pgtest

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// versions names the programs of several versions, with their hashes.
//
//go:embed versions/package.json versions/package-lock.json
var versions embed.FS

// Versions brings the programs of several versions of PostgreSQL from the npm
// registry and returns the folders in which they are, by version.
func Versions(t testing.TB) map[string]string {
	t.Helper()
	folder, err := os.MkdirTemp("", "seatwright-versions-") //nolint:usetesting // t.TempDir is for one account alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := install(t.Context(), folder); err != nil {
		if os.Getenv("CI") == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	packages, err := filepath.Glob(filepath.Join(folder, "node_modules", "postgres-*"))
	if err != nil || len(packages) == 0 {
		t.Fatal("npm has installed nothing: ", err)
	}
	found := make(map[string]string)
	for _, name := range packages {
		if err := link(name); err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(filepath.Base(name), "postgres-")] = filepath.Join(name, "native", "bin")
	}
	return found
}

// StartVersion is [Start] with the programs of a folder, for a server that may
// lose what it has in a crash.
func StartVersion(t testing.TB, binaries string) *Server {
	t.Helper()
	server, err := startWith(binaries, "-c fsync=off -c full_page_writes=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.remove)
	return server
}

// install brings the packages. No script of theirs runs.
func install(ctx context.Context, folder string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("install npm (Debian: nodejs, npm) for tests with other versions of PostgreSQL")
	}
	const traversable = 0o755
	if err := os.Chmod(folder, traversable); err != nil {
		return err
	}
	sub, err := fs.Sub(versions, "versions")
	if err != nil {
		return err
	}
	if err := os.CopyFS(folder, sub); err != nil {
		return err
	}
	const patience = 5 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	command := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error")
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("connect to the npm registry, on Linux x64, for tests with other versions of PostgreSQL: npm ci: %w: %s", err, output)
	}
	return nil
}

// link makes the links that a package of npm can't have.
func link(name string) error {
	list, err := os.ReadFile(filepath.Join(name, "native", "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return err
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // it is not used any more
	for _, l := range links {
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(to, l.Target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
