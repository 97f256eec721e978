package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	protocol "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license"
)

// album is the pages that were looked at.
type album struct {
	axe, folder string
	pictures    bool
	seen        map[string]bool
}

// TestPages looks at every page that there is, at three widths, light and dark:
// axe-core finds nothing against WCAG 2.2 AA, nothing is wider than the window,
// and there is one main heading. Pictures go to the folder CRM_SCREENSHOTS.
func TestPages(t *testing.T) {
	t.Parallel()
	startChromium(t)
	a := &album{axe: installAxe(t), folder: t.TempDir(), seen: make(map[string]bool)}
	if folder := os.Getenv("CRM_SCREENSHOTS"); folder != "" {
		require.NoError(t, os.MkdirAll(folder, 0o750))
		a.folder, a.pictures = folder, true
	}
	s := newSite(t, sqliteFile(t))
	w, eva := s.newWindow(t), s.as(t, "eva")
	a.look(w, "signin", "GET /signin", "/signin")
	w.signIn("eva")
	a.look(w, "licenses-none", "GET /licenses/{owner}", "/licenses/superoffice")
	a.look(w, "serial", "GET /licenses/{owner}/serial", "/licenses/superoffice/serial")
	a.look(w, "failure", "/", "/nowhere")

	s.populate(eva)
	eva.gives("superoffice.quote-cal", "u51")
	job := eva.post("/users/assign", "assign", demoPlan, "whom", "all").location
	eva.untilFinished(job)
	a.look(w, "licenses", "GET /licenses/{owner}", "/licenses/superoffice")
	a.look(w, "licenses-partner", "GET /licenses/{owner}", "/licenses/acme")
	a.look(w, "changes", "GET /licenses/{owner}/changes", "/licenses/superoffice/changes")
	a.look(w, "status", "GET /status", "/status")
	a.look(w, "usage", "GET /usage", "/usage")
	a.look(w, "wishes", "GET /wishes", "/wishes")
	a.look(w, "clock", "GET /status/clock", "/status/clock")
	a.look(w, "remove", "GET /licenses/{owner}/remove", "/licenses/acme/remove")
	a.look(w, "satellites", "GET /users", "/users?kind=satellite")
	a.look(w, "users", "GET /users", "/users")
	a.look(w, "user", "GET /users/{id}", "/users/u03")
	a.look(w, "retire", "GET /users/{id}/retire", "/users/u03/retire")
	a.look(w, "job", "GET /jobs/{id}", job)
	a.look(w, "vendor", "GET /vendor", "/vendor")
	ann := s.windowOf(t, "ann")
	a.look(ann, "own", "GET /{$}", "/")
	a.look(ann, "client", "/crm/", "/crm/")

	s.publish(t, func(l *license.License) {
		l.Modules[0].Quantity, l.Modules[2].Quantity, l.Modules[3].AssignableTo = 18, 15, []string{"external"}
	})
	require.Equal(t, http.StatusSeeOther, eva.post("/licenses/superoffice/check").status)
	a.look(w, "activate-blocked", "GET /licenses/{owner}/activate", "/licenses/superoffice/activate")
	superfluous, concerned := "/licenses/superoffice/superfluous/"+demoPlan, "/licenses/superoffice/concerned/superoffice.quote-cal/not-assignable"
	w.open(superfluous)
	w.tick(w.boxes()[0])
	w.until("2 more to remove", func() bool { return w.toRemove() == "2" })
	w.tick("Sales plan of Ada Costa")
	w.until("1 more to remove", func() bool { return w.toRemove() == "1" })
	a.look(w, "superfluous", "GET /licenses/{owner}/superfluous/{module}", superfluous)
	a.look(w, "concerned", "GET /licenses/{owner}/concerned/{module}/{why}", concerned)
	w.press("Propose")
	w.open("/licenses/superoffice/activate")
	a.look(w, "activate-proposed", "GET /licenses/{owner}/activate", "/licenses/superoffice/activate")
	w.press("Activate")
	a.look(w, "history", "GET /history", "/history")
	w.press("License 2 of SuperOffice was activated, after license 1")
	a.look(w, "history-entry", "GET /history/{id}", w.path())

	require.Empty(t, slices.DeleteFunc(s.pagePatterns(), func(pattern string) bool { return a.seen[pattern] }),
		"pages that nobody has looked at")
}

// look opens a page, takes pictures of it, and checks it.
func (a *album) look(w *window, name, pattern, path string) {
	w.t.Helper()
	a.seen[pattern] = true
	w.t.Run(name, func(t *testing.T) {
		here := *w
		here.t = t
		here.open(path)
		evaluate[chromedp.Void](&here, a.axe)
		require.Equal(t, 1, evaluate[int](&here, `document.querySelectorAll("h1").length`), "main headings")
		tables := len(here.having("table"))
		for _, width := range []int64{1440, 768, 390} {
			here.size(width)
			require.LessOrEqual(t, evaluate[int64](&here, "document.scrollingElement.scrollWidth"), width, "wider than the window")
			require.Len(t, here.having("table"), tables, "tables, which are still tables where a row is a block")
			for _, scheme := range []string{"light", "dark"} {
				here.scheme(scheme)
				if a.pictures {
					here.picture(filepath.Join(a.folder, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)))
				}
				if width == 1440 || width == 390 && scheme == "light" { // colors do not depend on widths
					require.Empty(t, here.violations(), "at %d, %s", width, scheme)
				}
			}
		}
		here.scheme("light")
		here.size(1440)
	})
}

// publish has the vendor's feed offer the next license, with changes that the
// vendor corner has no field for.
func (s *site) publish(t *testing.T, change func(*license.License)) {
	t.Helper()
	l, _, err := s.demo.Published(t.Context(), "superoffice")
	require.NoError(t, err)
	l.Number++
	change(l)
	envelope, err := s.demo.Sign("superoffice", l, s.clock.Now())
	require.NoError(t, err)
	require.NoError(t, s.demo.Publish(t.Context(), "superoffice", envelope))
}

// pagePatterns lists the pages that people see. Left out are those that only
// lead elsewhere, and files.
func (s *site) pagePatterns() (patterns []string) {
	for pattern := range s.administration() {
		switch pattern {
		case "GET /licenses", "GET /history/export", "GET /history/log":
		default:
			if strings.HasPrefix(pattern, "GET ") {
				patterns = append(patterns, pattern)
			}
		}
	}
	return append(patterns, "GET /signin", "GET /{$}", "/crm/", "/")
}

// scheme says what the visitor prefers.
func (w *window) scheme(scheme string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(w.t, err)
}

// picture saves what the page looks like, all of it.
func (w *window) picture(file string) {
	w.t.Helper()
	yes := true
	shot, err := chromedp.Call(w.ctx, protocol.CaptureScreenshot, protocol.CaptureScreenshotParams{CaptureBeyondViewport: &yes})
	require.NoError(w.t, err)
	require.NoError(w.t, os.WriteFile(file, shot.Data, 0o600))
}

// violations is what axe-core finds, a line each.
func (w *window) violations() []string {
	w.t.Helper()
	return evaluateLater[[]string](w, `axe.run(document, {
		resultTypes: ["violations"],
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
		rules: {"target-size": {enabled: true}},
	}).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target + ": " + n.failureSummary)))`)
}

// installAxe returns the script of the pinned package. What it needs is there
// in CI; elsewhere the test is skipped without.
func installAxe(t *testing.T) string {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("CI") != "" {
		skip = t.Fatalf
	}
	if _, err := exec.LookPath("npm"); err != nil {
		skip("install npm (Debian: nodejs, npm) to look at the pages with axe-core")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "axe"))))
	install := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	install.Dir = dir
	if output, err := install.CombinedOutput(); err != nil {
		t.Logf("npm ci: %v\n%s", err, output)
		skip("connect to the npm registry to look at the pages with axe-core")
	}
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	require.NoError(t, err)
	return string(script)
}
