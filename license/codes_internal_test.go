package license

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCodesHaveSentences: every code that docs/codes.md lists, which a test
// compares with the constants, has a sentence, and those that stand in a tree a
// number there.
func TestCodesHaveSentences(t *testing.T) {
	list, err := os.ReadFile("../docs/codes.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `license.Code` \\| `([^|]*)` \\|").FindSubmatch(list)
	if row == nil {
		t.Fatal("docs/codes.md has no row for license.Code")
	}
	var listed []Code
	for code := range strings.SplitSeq(string(row[1]), "`, `") {
		listed = append(listed, Code(code))
	}
	slices.Sort(listed)
	if diff := cmp.Diff(listed, slices.Sorted(maps.Keys(sentences))); diff != "" {
		t.Errorf("sentences (-listed +said):\n%s", diff)
	}
	inTree := slices.DeleteFunc(listed, func(code Code) bool { return code == CodeTooLarge || code == CodeSyntax })
	if diff := cmp.Diff(inTree, codes); diff != "" {
		t.Errorf("codes that stand in a tree (-listed +numbered):\n%s", diff)
	}
}
