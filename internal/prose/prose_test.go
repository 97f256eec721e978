package prose

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root = "../.."

	// mostWords is how long a sentence may be.
	mostWords = 40
)

// TestSentences finds no sentence that is too long, and none of the turns that a
// reader has to read twice.
func TestSentences(t *testing.T) {
	read := 0
	for place, sentences := range everything(t) {
		for _, s := range sentences {
			read++
			if n := words(s); n > mostWords {
				t.Errorf("%s: %d words: %s", place, n, s)
			}
			if turn := riddle(s); turn != "" {
				t.Errorf("%s: %q: %s", place, turn, s)
			}
		}
	}
	require.Greater(t, read, 2_000, "the search found the documents")
}

// everything returns the sentences of documents and of comments, by their place.
func everything(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		found[path] = markdown(string(text))
	}
	for _, path := range files(t, ".go") {
		if !strings.HasSuffix(path, "_test.go") {
			comments(t, path, found)
		}
	}
	return found
}

func documents(t *testing.T) []string { t.Helper(); return files(t, ".md") }

// files lists the files of the project with an ending.
func files(t *testing.T, ending string) (paths []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "testdata" || name == "node_modules" || name == ".git" || name == "released"):
			return fs.SkipDir
		case strings.HasSuffix(name, ending):
			paths = append(paths, path)
		}
		return nil
	}))
	return paths
}

// comments adds the sentences of a file's doc comments.
func comments(t *testing.T, path string, found map[string][]string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	require.NoError(t, err)
	add := func(group *ast.CommentGroup) {
		if group == nil {
			return
		}
		at := set.Position(group.Pos())
		place := path + ":" + strconv.Itoa(at.Line)
		for _, block := range new(comment.Parser).Parse(group.Text()).Content {
			found[place] = append(found[place], blockSentences(block)...)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.File:
			add(n.Doc)
		case *ast.FuncDecl:
			add(n.Doc)
		case *ast.GenDecl:
			add(n.Doc)
		case *ast.TypeSpec:
			add(n.Doc)
		case *ast.ValueSpec:
			add(n.Doc)
			add(n.Comment)
		case *ast.Field:
			add(n.Doc)
			add(n.Comment)
		}
		return true
	})
}

// blockSentences returns the sentences of a paragraph or of a list; code has none.
func blockSentences(block comment.Block) (sentences []string) {
	switch block := block.(type) {
	case *comment.Paragraph:
		return split(plain(block.Text))
	case *comment.List:
		for _, item := range block.Items {
			for _, inner := range item.Content {
				sentences = append(sentences, blockSentences(inner)...)
			}
		}
	}
	return sentences
}

func plain(texts []comment.Text) string {
	var b strings.Builder
	for _, text := range texts {
		switch text := text.(type) {
		case comment.Plain:
			b.WriteString(string(text))
		case comment.Italic:
			b.WriteString(string(text))
		case *comment.Link:
			b.WriteString(plain(text.Text))
		case *comment.DocLink:
			b.WriteString(plain(text.Text))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// TestChecks: sentences are found in what a document shows, and long ones and
// riddles are noticed.
func TestChecks(t *testing.T) {
	text := "# A heading that is no sentence\n\nOne. Two `a.b()` words?\n- an item\n  goes on\n\n```\nWho has none is told so.\n```\n| a | table. |\n[A link](https://example.com/a.b) ends.\n"
	require.Equal(t, []string{"One.", "Two code words?", "an item goes on", "A link ends."}, markdown(text))
	require.Equal(t, 3, words("one, two - three."))
	for _, wrong := range []string{"Who has none is told so.", "What is active stays active.", "Whoever is gone is told so.", "It is NULL for who never was.", "It is refused, be it by a bit."} {
		require.NotEmpty(t, riddle(wrong), wrong)
	}
	for _, right := range []string{"What is a seat?", "What to watch", "A holder who has none gets a seat."} {
		require.Empty(t, riddle(right), right)
	}
}

// TestGlossary: the words of the project fit on a page.
func TestGlossary(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "glossary.md"))
	require.NoError(t, err)
	rows := strings.Count(string(text), "\n| ")
	require.Greater(t, rows, 10)
	require.LessOrEqual(t, rows-1, 25, "words beside the heading")
}
