package main

import (
	"bufio"
	"context"
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

// pages are the documents whose snippets are tested here, in the order in which
// somebody works through them.
var pages = []string{"tutorial.md", "production.md"}

// block is a fenced part of a page. The comment above it names the file where
// its lines are compiled and run, or says why it is not run like the others.
type block struct{ comment, language, text string }

var fenced = regexp.MustCompile("(?m)^(?:<!-- (.*) -->\n)?```(\\w+)\n((?:.*\n)*?)```$")

func pageOf(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", name))
	require.NoError(t, err)
	return string(page)
}

func blocksOf(t *testing.T, name string) (blocks []block) {
	t.Helper()
	page := pageOf(t, name)
	for _, match := range fenced.FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, block{match[1], match[2], match[3]})
	}
	assert.Equal(t, 2*len(blocks), strings.Count(page, "```"), "every fence was understood")
	return blocks
}

// everyBlock has the blocks of all pages.
func everyBlock(t *testing.T) (blocks []block) {
	t.Helper()
	for _, name := range pages {
		blocks = append(blocks, blocksOf(t, name)...)
	}
	return blocks
}

// TestPageShowsWhatIsTested finds every snippet in a file of code, at whatever
// depth it is indented there.
func TestPageShowsWhatIsTested(t *testing.T) {
	for _, b := range everyBlock(t) {
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

// TestPagesWork does what the pages say, from an empty folder to a host that
// refuses the 22nd user, and on to a renewal and a key that is revoked: it saves
// the files, runs the commands and compares what they print. What go get does
// for a released module, this test does for the checkout.
func TestPagesWork(t *testing.T) {
	w := newWalk(t)
	w.requireCheckout()
	w.saveFiles()
	blocks := everyBlock(t)
	for i, b := range blocks {
		switch {
		case b.language != "sh":
		case b.comment == "in another terminal":
			w.serve(b.text)
		case b.comment == "":
			printed, err := w.run(b.text)
			if i+1 < len(blocks) && blocks[i+1].language == "text" {
				assert.Regexp(t, printedAs(blocks[i+1].text), printed)
			} else {
				require.NoError(t, err, "%s\n%s", b.text, printed)
			}
		}
	}
}

// walk is the folder of somebody who follows the pages.
type walk struct {
	*testing.T
	folder, checkout string
	environment      []string
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	return &walk{
		T: t, folder: t.TempDir(), checkout: checkout,
		environment: append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "DATABASE_URL="+pgtest.DSN(t)),
	}
}

func (w *walk) save(name, text string) {
	require.NoError(w, os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600))
}

// requireCheckout makes a go.mod that has the checkout for the released modules.
func (w *walk) requireCheckout() {
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(name)
		require.NoError(w, err)
		w.save(name, strings.ReplaceAll(string(data), "=> "+root, "=> "+w.checkout))
	}
	const vendor = "github.com/seatwright/seatwright/examples/vendor"
	printed, err := w.run("go mod edit -tool=" + vendor + " -require=" + vendor + "@v0.0.0 -replace=" + vendor + "=" + w.checkout + "/examples/vendor")
	require.NoError(w, err, printed)
}

// saveFiles saves each file that the tutorial shows, under the name above it.
func (w *walk) saveFiles() {
	saved := 0
	for _, b := range blocksOf(w.T, pages[0]) {
		if b.language != "go" && b.language != "json" {
			continue
		}
		name := filepath.Base(b.comment)
		require.Contains(w, pageOf(w.T, pages[0]), "**`crm/"+name+"`**\n\n<!-- "+b.comment+" -->", "a file is shown with its name")
		whole, err := os.ReadFile(filepath.Join(w.checkout, b.comment))
		require.NoError(w, err)
		require.Equal(w, string(whole), b.text, "a file is shown whole")
		w.save(name, b.text)
		saved++
	}
	require.Equal(w, 4, saved)
}

func (w *walk) run(text string) (string, error) {
	command := exec.CommandContext(w.Context(), "bash", "-c", text)
	command.Dir, command.Env = w.folder, w.environment
	printed, err := command.CombinedOutput()
	return string(printed), err
}

// serve starts the vendor's server on a port of its own, of which the host is
// told.
func (w *walk) serve(text string) {
	vendor, err := w.run("go tool -n vendor")
	require.NoError(w, err, vendor)
	ctx, stop := context.WithCancel(w.Context())
	text = strings.ReplaceAll(text, "go tool vendor", "exec "+strings.TrimSpace(vendor))
	command := exec.CommandContext(ctx, "bash", "-c", strings.ReplaceAll(text, ":8080", ":0"))
	command.Dir, command.Env = w.folder, w.environment
	printed, err := command.StdoutPipe()
	require.NoError(w, err)
	require.NoError(w, command.Start())
	w.Cleanup(func() {
		stop()
		require.Error(w, command.Wait(), "it was ended")
	})
	line, err := bufio.NewReader(printed).ReadString('\n')
	require.NoError(w, err)
	_, address, found := strings.Cut(strings.TrimSpace(line), " on ")
	require.True(w, found, line)
	w.environment = append(w.environment, "FEED_URL="+address)
}

// printedAs returns the expression for a text in which an ellipsis stands for
// what is another one each time.
func printedAs(text string) string {
	return "^" + strings.ReplaceAll(regexp.QuoteMeta(text), "…", ".*") + "$"
}

// TestSentencesAreShort reads the pages as somebody does who is in a hurry.
func TestSentencesAreShort(t *testing.T) {
	const most = 40
	code, link, end := regexp.MustCompile("`[^`]*`"), regexp.MustCompile(`\]\([^)]*\)`), regexp.MustCompile(`[.!?:]\W*(?: |$)|\|`)
	for _, name := range pages {
		text := fenced.ReplaceAllString(pageOf(t, name), "")
		text = link.ReplaceAllString(code.ReplaceAllString(text, "code"), "]")
		for _, line := range strings.Split(text, "\n") {
			for _, sentence := range end.Split(line, -1) {
				if words := len(strings.Fields(sentence)); words > most {
					t.Errorf("%s: a sentence has %d words:\n%s", name, words, sentence)
				}
			}
		}
	}
}
