package prose

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSupportedVersions holds the table of docs/stability.md beside the places that
// decide: go.mod, the dialects of sqlstore, and the versions that the gate runs.
func TestSupportedVersions(t *testing.T) {
	rows := make(map[string][]string)
	for _, row := range regexp.MustCompile(`(?m)^\| (\w+) \| ([0-9.]+) \| ([^|]+) \|$`).FindAllStringSubmatch(text(t, "docs", "stability.md"), -1) {
		rows[row[1]] = row[2:]
	}
	lowest := func(of, path, pattern string) {
		t.Helper()
		found := regexp.MustCompile(pattern).FindStringSubmatch(text(t, filepath.FromSlash(path)))
		require.Len(t, found, 2, "%s says which is the lowest %s", path, of)
		require.Contains(t, rows, of)
		require.Equal(t, found[1], rows[of][0], "the lowest %s", of)
	}
	lowest("Go", "go.mod", `(?m)^go (\d+\.\d+)`)
	dialects := "activation/sqlstore/dialect.go"
	lowest("PostgreSQL", dialects, `// PostgreSQL is version (\d+) or later`)
	lowest("SQLite", dialects, `// SQLite is version ([0-9.]+) or later`)
	lowest("MariaDB", dialects, `// MySQL is MariaDB ([0-9.]+) or later`)
	lowest("MySQL", dialects, `MySQL ([0-9.]+) or later`)

	var brought struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	require.NoError(t, json.Unmarshal([]byte(text(t, "internal", "pgtest", "versions", "package.json")), &brought))
	require.NotEmpty(t, brought.Dependencies)
	tested := strings.Split(rows["PostgreSQL"][1], ", ")
	for name := range brought.Dependencies {
		require.Contains(t, tested, strings.TrimLeft(regexp.MustCompile(`\d+$`).FindString(name), "0"), name)
	}
	require.Len(t, tested, len(brought.Dependencies)+1, "and the one of Debian")
}

func text(t *testing.T, elements ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{root}, elements...)...))
	require.NoError(t, err)
	return string(data)
}
