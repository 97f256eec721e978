package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// handles are what the changelog calls values in its code, and their types.
var handles = map[string]string{
	"crm": "activation.Tenant", "result": "activation.Result", "plan": "activation.Plan",
}

// TestBreaksAreInTheChangelog compares the API with that of the last release, in
// released. Until there is a release, released has the first version on the main
// branch. The changelog must list each thing that a host wrote then and cannot
// write now: in a table from before to after, or in an entry that begins with
// **Breaking**.
func TestBreaksAreInTheChangelog(t *testing.T) {
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	require.NoError(t, err)
	said := broken(string(changelog))
	packages := loadWorkspace(t)
	compared := 0
	for _, path := range packages.paths {
		short := strings.TrimPrefix(path, module+"/")
		record, err := os.ReadFile(filepath.Join("released", short+".txt"))
		if os.IsNotExist(err) {
			continue // the package is new
		}
		require.NoError(t, err)
		compared++
		var breaks []string
		for _, change := range compare(t, packages, path, record).Changes {
			if !change.Compatible {
				breaks = append(breaks, change.Message)
			}
		}
		for _, left := range unsaid(filepath.Base(short), breaks, said) {
			t.Errorf("CHANGELOG.md, Unreleased, has no **Breaking** entry with the name: %s", left)
		}
	}
	require.Greater(t, compared, 10)
}

var (
	unreleased = regexp.MustCompile(`(?s)\n## \[Unreleased\]\n(.*?)(?:\n## \[|\z)`)
	breaking   = regexp.MustCompile(`(?m)^(?:- \*\*Breaking\*\*(.*)|  \| (.*?) \| .*\|)$`)
	span       = regexp.MustCompile("`([^`]+)`")
	ofPackage  = regexp.MustCompile(`^(?:[a-z]+/)*([a-z]+)$`)
	qualified  = regexp.MustCompile(`\b([a-z]\w*)\.([A-Z]\w*(?:\.[A-Z]\w*)*)`)
	bare       = regexp.MustCompile(`^\*?([A-Z]\w*(?:\.[A-Z]\w*)*)`)
)

// broken lists the names that a changelog says are no more as they were, each with
// its package. A name without one is of the package, or the handle, of the name
// before it in the same entry.
func broken(changelog string) map[string]bool {
	names := map[string]bool{}
	section := unreleased.FindStringSubmatch(changelog)
	if section == nil {
		return names
	}
	for _, entry := range breaking.FindAllStringSubmatch(section[1], -1) {
		of := "activation"
		for _, code := range span.FindAllStringSubmatch(entry[1]+entry[2], -1) {
			if found := ofPackage.FindStringSubmatch(code[1]); found != nil {
				of = found[1]
			} else if found := qualified.FindStringSubmatch(code[1]); found != nil {
				of = found[1]
				if handle, is := handles[of]; is {
					of = handle
				}
				names[of+"."+found[2]] = true
			} else if found := bare.FindStringSubmatch(code[1]); found != nil {
				names[of+"."+found[1]] = true
			}
		}
	}
	return names
}

// unsaid returns those of the breaks of a package that are not said. Whoever reads
// that a type is called something else need not be told of each field of it.
func unsaid(pkg string, breaks []string, said map[string]bool) []string {
	gone := map[string]bool{}
	for _, message := range breaks {
		if name, found := strings.CutSuffix(message, ": removed"); found {
			gone[name] = true
		}
	}
	var left []string
	for _, message := range breaks {
		name, what, _ := strings.Cut(message, ": ")
		name = strings.NewReplacer("(*", "", ")", "").Replace(name)
		before, after, _ := strings.Cut(strings.TrimPrefix(what, "changed from "), " to ")
		switch {
		case said[pkg+"."+name]:
		case strings.HasSuffix(what, "old is comparable, new is not"): // the changelog names the field that causes it
		case before == "untyped string" && said[pkg+"."+after]: // the type of the constants
		case strings.HasPrefix(what, "changed") && mentions(before, gone): // the removed type is named by itself
		default:
			left = append(left, pkg+"."+message)
		}
	}
	return left
}

func mentions(text string, names map[string]bool) bool {
	for _, word := range regexp.MustCompile(`\b[A-Z]\w*`).FindAllString(text, -1) {
		if names[word] {
			return true
		}
	}
	return false
}

// TestUnsaid has a changelog that says too little.
func TestUnsaid(t *testing.T) {
	said := broken("# Changelog\n\n## [Unreleased]\n\n" +
		"- `seat.Mild` is better.\n- **Breaking** `license/signed`: `Sign` and `Grant.Sign` take more.\n\n" +
		"  | before | after |\n  |---|---|\n  | `crm.Load(ctx, r)`, `Retire` | `crm.As(by).Load(ctx, r)` |\n  | `*StaleError`, `seat.Full`, `Lapsed` | … |\n" +
		"  | `Outcome` | … |\n\n## [0.1.0]\n\n- **Breaking** `seat.Old`\n")
	require.Equal(t, map[string]bool{
		"signed.Sign": true, "signed.Grant.Sign": true, "activation.Tenant.Load": true, "activation.Tenant.Retire": true,
		"activation.StaleError": true, "seat.Full": true, "seat.Lapsed": true, "activation.Outcome": true,
	}, said)
	assert.Equal(t, map[string]bool{"seat.Old": true}, broken("# Changelog\n\n## [Unreleased]\n\n- **Breaking** `seat.Old`\n"), "before the first release")
	assert.Empty(t, unsaid("signed", []string{"Grant.Sign: changed from func() to func(int)"}, said))
	assert.Empty(t, unsaid("activation", []string{
		"(*Tenant).Load: removed", "StaleError: removed", "Fresh: changed from *StaleError to string",
		"Done: changed from untyped string to Outcome",
	}, said))
	assert.Equal(t, []string{"activation.(*Tenant).Erase: removed", "activation.Done: changed from string to Outcome"}, unsaid("activation", []string{
		"(*Tenant).Erase: removed", "Done: changed from string to Outcome",
	}, said))
	assert.Equal(t, []string{"seat.Mild: removed", "seat.Old: removed"}, unsaid("seat", []string{"Mild: removed", "Old: removed"}, said))
}
