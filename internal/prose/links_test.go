package prose

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	target  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	title   = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	noSlug  = regexp.MustCompile(`[^\pL\pN _-]`)
	fenced  = regexp.MustCompile("(?s)(?:^|\n)```.*?\n```")
	literal = regexp.MustCompile("`[^`\n]*`")
)

// TestLinks follows every relative link of the documents, to files and headings.
func TestLinks(t *testing.T) {
	followed := 0
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		shown := literal.ReplaceAllString(fenced.ReplaceAllString(string(text), ""), "code")
		for _, link := range target.FindAllStringSubmatch(shown, -1) {
			if strings.Contains(link[1], "://") || strings.HasPrefix(link[1], "mailto:") {
				continue
			}
			followed++
			file, anchor, _ := strings.Cut(link[1], "#")
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(file))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: there is no %s", path, link[1])
			} else if anchor != "" && !slugs(t, to)[anchor] {
				t.Errorf("%s: there is no heading %s", path, link[1])
			}
		}
	}
	require.Greater(t, followed, 100, "the search found the links")
}

// slugs has the anchors of the headings of a document, as GitHub makes them.
func slugs(t *testing.T, path string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	found := make(map[string]bool)
	for _, heading := range title.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
		plain := link.ReplaceAllString(strings.ReplaceAll(heading[1], "`", ""), "$1")
		found[strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(plain), ""), " ", "-")] = true
	}
	return found
}
