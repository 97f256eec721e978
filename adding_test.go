package seatwright_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAddingARuleNamesWhatIsThere finds every test and every place that
// docs/adding-a-rule.md names.
func TestAddingARuleNamesWhatIsThere(t *testing.T) {
	text := read(t, "docs/adding-a-rule.md")
	known := map[string]bool{}
	for _, folder := range []string{".", "license", "seat", "activation", "activation/planner", "internal/api", "examples/whatif", "examples/api", "examples/words", "examples/crm"} {
		for _, name := range testsOf(t, folder) {
			known[name] = true
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z]+)`").FindAllStringSubmatch(text, -1)
	require.Greater(t, len(named), 20)
	for _, name := range named {
		assert.True(t, known[name[1]], "there is no %s", name[1])
	}
	places := 0
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]*) \|`).FindAllStringSubmatch(text, -1) {
		folder := ""
		for _, place := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			name := filepath.Join(folder, place[1])
			found, err := filepath.Glob(name)
			require.NoError(t, err)
			assert.NotEmpty(t, found, name)
			if info, err := os.Stat(name); err == nil && !info.IsDir() {
				folder = filepath.Dir(name)
			}
			places++
		}
	}
	require.Greater(t, places, 20)
}

// TestErrorsAreClassified: a host decides by the class of an error, so that each
// of the engine and of the planner has a row where classes are tested.
func TestErrorsAreClassified(t *testing.T) {
	rows := read(t, "activation/classify_test.go")
	all := everySource(t)
	for _, name := range []string{"activation", "planner"} {
		for symbol := range all[name].symbols {
			if strings.HasPrefix(symbol, "Err") || !strings.Contains(symbol, ".") && regexp.MustCompile(`^[A-Z]\w*Error$`).MatchString(symbol) {
				assert.Contains(t, rows, name+"."+symbol)
			}
		}
	}
}
