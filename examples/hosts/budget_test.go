package hosts_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The budgets of lines that exist in a host for seatwright, comments included,
// lines with nothing on them not.
const (
	budgetOfPackage = 80
	budgetOfAll     = 160
)

// The packages, by what they are for.
var (
	transactions = []string{"pgxhost", "sqlhost", "gormhost", "sqlitehost"}
	middleware   = []string{"httphost", "grpchost"}
)

// TestBudget counts the lines of each package, and those of a whole embedding: one
// package for transactions, one for requests, and the start.
func TestBudget(t *testing.T) {
	for _, name := range append(append([]string{"start"}, transactions...), middleware...) {
		assert.LessOrEqual(t, lines(t, name), budgetOfPackage, name)
	}
	whole := lines(t, "start") + lines(t, "pgxhost") + lines(t, "httphost")
	assert.LessOrEqual(t, whole, budgetOfAll, "the whole embedding")
	t.Logf("the whole embedding has %d lines", whole)
}

// TestEveryPackageIsCounted finds a package that the lists above lack.
func TestEveryPackageIsCounted(t *testing.T) {
	files, err := filepath.Glob("*/*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		found[filepath.Dir(file)] = true
	}
	counted := append(append([]string{"start", "hosttest"}, transactions...), middleware...)
	for name := range found {
		assert.Contains(t, counted, name)
	}
	assert.Len(t, found, len(counted))
}

func lines(t *testing.T, folder string) (count int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if strings.TrimSpace(line) != "" {
				count++
			}
		}
	}
	require.NotZero(t, count, folder)
	return count
}
