package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/internal/pgtest"
)

const root = "../.."

// block is a fenced part of docs/embedding.md. The comment above it names the
// file where its lines are compiled and run, or says why it is shown only.
type block struct{ comment, language, text string }

var fenced = regexp.MustCompile("(?m)^(?:<!-- (.*) -->\n)?```(\\w+)\n((?:.*\n)*?)```$")

func blocksOf(t *testing.T) (blocks []block) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "embedding.md"))
	require.NoError(t, err)
	for _, match := range fenced.FindAllSubmatch(page, -1) {
		blocks = append(blocks, block{string(match[1]), string(match[2]), string(match[3])})
	}
	assert.Equal(t, 2*len(blocks), bytes.Count(page, []byte("```")), "every fence was understood")
	return blocks
}

// TestPageShowsWhatIsTested finds every snippet in a file of code, at whatever
// depth it is indented there.
func TestPageShowsWhatIsTested(t *testing.T) {
	for _, b := range blocksOf(t) {
		switch b.language {
		case "go", "sql", "json":
			data, err := os.ReadFile(filepath.Join(root, b.comment))
			require.NoError(t, err, "a snippet has no file:\n%s", b.text)
			if !shown(string(data), b.text) {
				t.Errorf("%s does not have this:\n%s", b.comment, b.text)
			}
		case "sh", "text":
		default:
			t.Errorf("a block is in the language %q", b.language)
		}
	}
}

func shown(file, text string) bool {
	text = strings.TrimSuffix(text, "\n")
	for depth := range 4 {
		indented := regexp.MustCompile("(?m)^(.)").ReplaceAllString(text, strings.Repeat("\t", depth)+"$1")
		if strings.Contains(file, indented) {
			return true
		}
	}
	return false
}

// TestPageWorks does what the page says, from an empty folder to a host that
// refuses the 22nd user: it saves the files, runs the commands and compares what
// they print. What go get does for a released module, this test does for the
// checkout.
func TestPageWorks(t *testing.T) {
	folder := t.TempDir()
	save := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		save(name, strings.ReplaceAll(string(data), "=> "+root, "=> "+checkout))
	}
	var program string
	for _, b := range blocksOf(t) {
		switch b.comment {
		case "examples/embed/main.go":
			program += b.text
		case "examples/vendor/license.json":
			save("license.json", b.text)
		}
	}
	file, err := os.ReadFile("main.go")
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(string(file), "\n\n", "\n"), strings.ReplaceAll(program, "\n\n", "\n"),
		"the parts of main.go are the whole")
	save("main.go", program)

	environment := append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "DATABASE_URL="+pgtest.DSN(t))
	run := func(text string) (string, error) {
		command := exec.CommandContext(t.Context(), "bash", "-c", text)
		command.Dir, command.Env = folder, environment
		printed, err := command.CombinedOutput()
		return string(printed), err
	}
	const vendor = "github.com/seatwright/seatwright/examples/vendor"
	_, err = run("go mod edit -tool=" + vendor + " -require=" + vendor + "@v0.0.0 -replace=" + vendor + "=" + checkout + "/examples/vendor")
	require.NoError(t, err)
	blocks := blocksOf(t)
	for i, b := range blocks {
		if b.language != "sh" || b.comment != "" {
			continue
		}
		printed, err := run(b.text)
		if i+1 < len(blocks) && blocks[i+1].language == "text" {
			assert.Regexp(t, printedAs(blocks[i+1].text), printed)
		} else {
			require.NoError(t, err, "%s\n%s", b.text, printed)
		}
	}
}

// printedAs returns the expression for a text in which an ellipsis stands for
// what is another one each time.
func printedAs(text string) string {
	return "^" + strings.ReplaceAll(regexp.QuoteMeta(text), "…", ".*") + "$"
}
