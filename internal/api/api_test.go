// Package api holds no code: its test compares the exported API of every
// package that a host can import, in every module of the workspace, with the
// recorded one in testdata, so that a change shows up in review as what it is.
package api

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/exp/apidiff"
)

const (
	root   = "../.."
	module = "github.com/seatwright/seatwright"
)

var update = flag.Bool("update", false, "record the API as it is now")

const advice = "If it is meant, run `go test ./internal/api -update` and commit what it has recorded; " +
	"what is incompatible also needs an entry in CHANGELOG.md that begins with **Breaking**."

// TestRecordedAPI fails for what was added as well: an addition is a promise,
// and is recorded with the change that makes it.
func TestRecordedAPI(t *testing.T) {
	packages := loadWorkspace(t)
	require.Contains(t, packages.paths, module+"/license", "go list finds the packages of the core")
	require.Contains(t, packages.paths, module+"/activation/sqlstore", "and those of other modules")

	recorded := map[string]bool{}
	for _, path := range packages.paths {
		current := packages.load(t, path)
		if len(exported(current)) == 0 {
			continue
		}
		name := recordOf(path)
		recorded[name] = true
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o750))
			require.NoError(t, os.WriteFile(name, render(t, current), 0o600))
			continue
		}
		t.Run(strings.TrimPrefix(path, module+"/"), func(t *testing.T) {
			record, err := os.ReadFile(name)
			require.NoError(t, err, "the package has no record. "+advice)
			for _, change := range compare(t, packages, path, record).Changes {
				t.Error(describe(change))
			}
			if !bytes.Equal(record, render(t, current)) {
				t.Errorf("%s differs from the API as it is now. %s", name, advice)
			}
		})
	}
	checkNothingElseIsRecorded(t, recorded)
}

// TestCompareTellsBreaksFromAdditions reads records that say something else than
// the packages do.
func TestCompareTellsBreaksFromAdditions(t *testing.T) {
	packages := loadWorkspace(t)
	for _, row := range []struct{ name, path, now, recorded, want string }{
		{"as recorded", "/license/signed", "", "", ""},
		{"a function went", "/license/signed", "func Inspect(", "func Gone()\nfunc Inspect(", "INCOMPATIBLE: Gone: removed"},
		{"a function came", "/license/signed", "func Thumbprint(key ed25519.PublicKey) string\n", "", "compatible: Thumbprint: added"},
		{"a value changed", "/license/signed", "MaxGrants = 16", "MaxGrants = 17", "INCOMPATIBLE: MaxGrants: value changed from 17 to 16"},
		{"a field came", "/license/signed", "\tMayGrant bool\n", "", "compatible: TrustedKey.MayGrant: added"},
		{"a field went", "/license/signed", "\tMayGrant bool\n", "\tMayGrant, MayRevoke bool\n", "INCOMPATIBLE: TrustedKey.MayRevoke: removed"},
		{
			"an interface asks for more of who implements it", "/activation",
			"\tPutSamples(ctx context.Context, samples ...Sample) error\n", "",
			"INCOMPATIBLE: Writer.PutSamples: added",
		},
		{"a parameter is called something else", "/license/signed", "Inspect(envelope []byte)", "Inspect(data []byte)", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			now := string(render(t, packages.load(t, module+row.path)))
			require.Contains(t, now, row.now)
			record := strings.Replace(now, row.now, row.recorded, 1)
			var got []string
			for _, change := range compare(t, packages, module+row.path, []byte(record)).Changes {
				got = append(got, describe(change))
			}
			require.Equal(t, row.want, strings.Join(got, "\n"))
		})
	}
}

func describe(change apidiff.Change) string {
	if change.Compatible {
		return "compatible: " + change.Message
	}
	return "INCOMPATIBLE: " + change.Message
}

// compare says what differs between a record and the package that it is of.
func compare(t *testing.T, packages *workspace, path string, record []byte) apidiff.Report {
	t.Helper()
	return apidiff.Changes(packages.parse(t, path, record), packages.load(t, path))
}

func recordOf(path string) string {
	return filepath.Join("testdata", strings.TrimPrefix(path, module+"/")+".txt")
}

// checkNothingElseIsRecorded finds the records of packages that are gone.
func checkNothingElseIsRecorded(t *testing.T, recorded map[string]bool) {
	t.Helper()
	for _, name := range records(t) {
		switch {
		case recorded[name]:
		case *update:
			require.NoError(t, os.Remove(name))
		default:
			t.Errorf("INCOMPATIBLE: %s is the record of a package that is gone. %s", name, advice)
		}
	}
}

func records(t *testing.T) []string {
	t.Helper()
	var names []string
	require.NoError(t, filepath.WalkDir("testdata", func(name string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	}))
	return names
}

// goList runs go list in the workspace, whatever GOWORK says: the records are
// those of all modules.
func goList(t *testing.T, arguments ...string) []string {
	t.Helper()
	work, err := filepath.Abs(filepath.Join(root, "go.work"))
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), "go", append([]string{"list"}, arguments...)...)
	command.Dir = root
	command.Env = append(os.Environ(), "GOWORK="+work)
	command.Stderr = t.Output()
	output, err := command.Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(output)), "\n")
}
