package license_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
)

// memberNames has the members of the types, by the pointer to where they stand
// in a document.
func memberNames(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{
		"":           jsonNames(t, license.License{}),
		"/owner":     jsonNames(t, license.Owner{}),
		"/licensee":  jsonNames(t, license.Licensee{}),
		"/modules/0": jsonNames(t, license.Module{}),
	}
}

// everyObject reads the document that has every member.
func everyObject(t *testing.T) map[string]map[string]any {
	t.Helper()
	var document map[string]any
	require.NoError(t, json.Unmarshal([]byte(everything), &document))
	at := func(value any) map[string]any {
		object, ok := value.(map[string]any)
		require.True(t, ok)
		return object
	}
	modules, ok := document["modules"].([]any)
	require.True(t, ok)
	return map[string]map[string]any{
		"": document, "/owner": at(document["owner"]), "/licensee": at(document["licensee"]), "/modules/0": at(modules[0]),
	}
}

// TestEveryMemberIsThere: the document that is read, written and fuzzed with has
// every member of the types, so that none is written and not read.
func TestEveryMemberIsThere(t *testing.T) {
	objects := everyObject(t)
	for pointer, names := range memberNames(t) {
		require.ElementsMatch(t, names, slices.Collect(maps.Keys(objects[pointer])), "the constant everything lacks a member of %q", pointer)
	}
}

// TestEveryMemberIsJudged: null is never right, so that a member which is
// accepted so is one that the reader does not know.
func TestEveryMemberIsJudged(t *testing.T) {
	for pointer, names := range memberNames(t) {
		for _, name := range names {
			objects := everyObject(t)
			objects[pointer][name] = nil
			raw, err := json.Marshal(objects[""])
			require.NoError(t, err)
			_, err = license.Parse(raw)
			require.True(t, slices.ContainsFunc(license.FindingsOf(err), func(f *license.Finding) bool {
				return f.Code == license.CodeMalformed && f.Pointer == pointer+"/"+name
			}), "%s/%s may be null: %v", pointer, name, err)
		}
	}
}

// specification returns what docs/spec/domain.md says between two texts.
func specification(t *testing.T, from, to string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/spec/domain.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(text), from)
	require.True(t, found, from)
	section, _, found := strings.Cut(after, to)
	require.True(t, found, to)
	return section
}

var code = regexp.MustCompile("`([^`]+)`")

// firstCells lists what stands as code in the first column of a table.
func firstCells(table string) (names []string) {
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]*) \|`).FindAllStringSubmatch(table, -1) {
		for _, name := range code.FindAllStringSubmatch(row[1], -1) {
			names = append(names, name[1])
		}
	}
	return names
}

// TestMembersAreSpecified compares the tables of docs/spec/domain.md with the
// types.
func TestMembersAreSpecified(t *testing.T) {
	names := memberNames(t)
	document := slices.Concat(names[""], names["/owner"], names["/licensee"])
	require.ElementsMatch(t, document, firstCells(specification(t, "## License document", "\nModule:\n")))
	require.ElementsMatch(t, names["/modules/0"], firstCells(specification(t, "\nModule:\n", "### Reading one")))
}

// TestFindingsHaveCases: every code of a finding occurs in a case.
func TestFindingsHaveCases(t *testing.T) {
	found := map[string]bool{}
	for _, c := range readCases(t, invalidCases) {
		for _, finding := range c.Findings {
			found[finding[0]] = true
		}
	}
	require.ElementsMatch(t, firstCells(specification(t, "### Reading one", "Findings are ordered by pointer")), slices.Collect(maps.Keys(found)))
}
