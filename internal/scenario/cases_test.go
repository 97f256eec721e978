package scenario

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const casesFolder = "../../activation/planner/testdata/scenarios"

// cases returns the shared scenarios by name: one of each file, and one of each
// line of the lists.
func cases(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(casesFolder, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	found := make(map[string][]byte)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		found[filepath.Base(name)] = data
	}
	for _, list := range []string{"random.jsonl", "random-switches.jsonl"} {
		data, err := os.ReadFile(filepath.Join(casesFolder, list))
		require.NoError(t, err)
		for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
			found[fmt.Sprintf("%s:%d", list, i+1)] = line
		}
	}
	return found
}
