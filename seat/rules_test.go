package seat_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/seat"
)

// declared lists what the package's source declares, by a pattern.
func declared(t *testing.T, pattern string) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			names = append(names, found[1])
		}
	}
	require.NotEmpty(t, names, pattern)
	return names
}

// TestRulesHaveCodes: every rule has a code in JSON, which docs/codes.md lists
// and docs/spec/domain.md has beside the rule.
func TestRulesHaveCodes(t *testing.T) {
	require.Len(t, sentinels, len(declared(t, `(?m)^\t(Err[A-Z]\w*) +=`)), "the list of sentinels lacks one")
	var codes []string
	for _, sentinel := range sentinels {
		text, err := json.Marshal(seat.Refusal{Err: sentinel})
		require.NoError(t, err)
		var refusal struct {
			Rule string `json:"rule"`
		}
		require.NoError(t, json.Unmarshal(text, &refusal))
		require.NotEmpty(t, refusal.Rule, "%v has no code", sentinel)
		codes = append(codes, refusal.Rule)
	}
	list, err := os.ReadFile("../docs/codes.md")
	require.NoError(t, err)
	row := regexp.MustCompile("(?m)^\\| `seat.Refusal`, member `rule`[^|]* \\| ([^|]*) \\|").FindStringSubmatch(string(list))
	require.NotNil(t, row)
	require.Equal(t, "`"+strings.Join(codes, "`, `")+"`", row[1], "docs/codes.md")

	specification, err := os.ReadFile("../docs/spec/domain.md")
	require.NoError(t, err)
	_, said, _ := strings.Cut(string(specification), "Assigning module m to holder h is refused")
	said, _, _ = strings.Cut(said, "\n\nAn error has")
	found := regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(said, -1)
	require.Len(t, found, len(codes), "docs/spec/domain.md, of which code is each rule")
	for i, code := range codes {
		require.Equal(t, code, found[i][1], "docs/spec/domain.md has the rules in their order")
	}
}

// TestErrorsAreRead: the text of every error type is read by TestRefusalErrors,
// which matches it with its sentinel too.
func TestErrorsAreRead(t *testing.T) {
	text, err := os.ReadFile("errors_test.go")
	require.NoError(t, err)
	for _, name := range declared(t, `(?m)^type ([A-Z]\w*Error) struct`) {
		if name == "RefusedError" {
			continue // it is a list of the others
		}
		require.Contains(t, string(text), "&seat."+name+"{", "TestRefusalErrors reads no %s", name)
		require.Contains(t, string(text), "case *seat."+name+":")
	}
}
