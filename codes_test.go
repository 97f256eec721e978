package seatwright_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	asCode     = regexp.MustCompile("`([a-z]+(?:-[a-z]+)*)`")
	codesOfRow = regexp.MustCompile("(?m)^\\| `([a-z]+\\.[A-Z]\\w*)`([^|]*) \\| ([^|]*) \\| ([^|]*) \\|$")
)

// constants has the exported constants that are texts of a type of their own, by
// package and type: "seat.Reason".
func constants(t *testing.T) map[string][]string {
	t.Helper()
	codes := map[string][]string{}
	for name, s := range everySource(t) {
		for _, file := range s.files {
			ast.Inspect(file, func(node ast.Node) bool {
				spec, ok := node.(*ast.ValueSpec)
				if !ok || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
					return true
				}
				key := ""
				switch typ := spec.Type.(type) {
				case *ast.Ident:
					key = name + "." + typ.Name
				case *ast.SelectorExpr: // this package adds a code to those of another package
					key = receiver(typ.X) + "." + typ.Sel.Name + ", of `" + s.folder + "`"
				}
				literal, is := spec.Values[0].(*ast.BasicLit)
				if key == "" || !is || literal.Kind != token.STRING {
					return true
				}
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				if value != "" { // an empty value stands for no code
					codes[key] = append(codes[key], value)
				}
				return true
			})
		}
	}
	return codes
}

func codesIn(text string) (codes []string) {
	for _, found := range asCode.FindAllStringSubmatch(text, -1) {
		codes = append(codes, found[1])
	}
	return codes
}

// TestCodesAreListed compares docs/codes.md with the constants, and finds each
// code in the text that the page sends its reader to.
func TestCodesAreListed(t *testing.T) {
	listed := map[string][]string{}
	for _, row := range codesOfRow.FindAllStringSubmatch(read(t, "docs/codes.md"), -1) {
		codes := codesIn(row[3])
		if !strings.HasPrefix(row[2], ", member") { // members are not constants; package seat compares them
			listed[row[1]+row[2]] = codes
		}
		if link := regexp.MustCompile(`\]\(([^)]+)\)`).FindStringSubmatch(row[4]); link != nil {
			said := read(t, "docs/"+link[1])
			for _, code := range codes {
				require.Contains(t, said, "`"+code+"`", "%s does not say what %s of %s is", link[1], code, row[1])
			}
		} else {
			require.Equal(t, "`go doc "+row[1]+"`", row[4])
		}
	}
	codes := constants(t)
	for typ := range codes {
		assert.ElementsMatch(t, codes[typ], listed[typ], "docs/codes.md, %s", typ)
	}
	for typ := range listed {
		require.Contains(t, codes, typ, "docs/codes.md lists it")
	}
}

// firstOfItems lists the codes with which the items of a list begin that are
// separated by middle dots.
func firstOfItems(text string) (codes []string) {
	begins := regexp.MustCompile("^(?:`[a-z-]+`(?:, )?)+")
	for item := range strings.SplitSeq(text, "·") {
		codes = append(codes, codesIn(begins.FindString(strings.TrimSpace(item)))...)
	}
	return codes
}

// firstOfLines lists the codes with which rows of a table or items of a numbered
// list begin.
func firstOfLines(text string) (codes []string) {
	for _, found := range regexp.MustCompile("(?m)^(?:\\||\\d\\.) (`[a-z-]+`)").FindAllStringSubmatch(text, -1) {
		codes = append(codes, codesIn(found[1])...)
	}
	return codes
}

// TestSpecifiedCodesExist goes the other way: what a specification lists as the
// codes of a type are its constants, no more and no fewer.
func TestSpecifiedCodesExist(t *testing.T) {
	codes := constants(t)
	for typ, place := range map[string]struct {
		document, from, to string
		list               func(string) []string
	}{
		"license.Kind":         {"domain.md", "| `kind` |", "| `quantity` |", codesIn},
		"license.Code":         {"domain.md", "### Reading one", "Findings are ordered", firstOfLines},
		"license.Hidden":       {"domain.md", "names these hidden ones:", "Naming them decides", codesIn},
		"license.State":        {"domain.md", "`StateAt(now)`: ", "Instants are half-open", firstOfItems},
		"license.ChangeKind":   {"planning.md", "that differs: ", " An altered one", codesIn},
		"signed.Code":          {"format.md", "the first that applies: ", "An error about a window", firstOfItems},
		"seat.Access":          {"domain.md", "`access` is ", " with a `reason`", codesIn},
		"seat.Reason":          {"domain.md", "The first that applies:\n", "A license that is not yet valid counts", firstOfLines},
		"seat.Cause":           {"domain.md", "by whom, what, why (", ")", codesIn},
		"planner.Status":       {"planning.md", "## Status\n", "A `current` plan", codesIn},
		"planner.Rejection":    {"planning.md", "They are listed in alphabetical order.", "When a change of identity", firstOfLines},
		"planner.BlockerKind":  {"planning.md", "## Blockers", "Every blocker can", firstOfLines},
		"planner.ReleaseCause": {"planning.md", "each with its `cause`: ", "; ordered by", codesIn},
		"planner.Warning":      {"planning.md", "never block)\n", "## Status", firstOfLines},
		"source.Kind":          {"feed.md", "An outcome is ", " with an optional", codesIn},
	} {
		_, after, found := strings.Cut(read(t, "docs/spec/"+place.document), place.from)
		require.True(t, found, "%s has no %q", place.document, place.from)
		text, _, found := strings.Cut(after, place.to)
		require.True(t, found, "%s has no %q", place.document, place.to)
		require.ElementsMatch(t, codes[typ], place.list(text), "%s, %s", place.document, typ)
	}
}
