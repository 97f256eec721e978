package main

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
)

// hostileIDs is what a host's users may be called, and an address can't have as it is.
var hostileIDs = []string{
	"x#y", "guest_example.com#EXT#@tenant.onmicrosoft.com", "../vendor", "..", ".", "...", "~", "~..", "~ann", "a/b", "a//b", "/", "//evil.example/x",
	"/vendor", "x/..", "x/../../vendor", "a?b", "?done=retired", "a%2Fb", "%2e%2e", "%", "%zz", "a b", " ", "a+b", "a&b=c", "a;b", `a\b`, `\\evil.example`,
	"é", "\u202e", "a\tb", "a\r\nLocation: x", `"'<b>`, "javascript:alert(1)", "https://evil.example/", "assign", "x/assign", "{id}", "@", ":",
}

var (
	links   = regexp.MustCompile(`(?:href|action)="([^"]*)"`)
	idShown = regexp.MustCompile(`<dt>Id</dt><dd>([^<]*)</dd>`)
)

// addresses returns where a page leads, on this site, as a browser would go
// there: it takes a segment of dots for a way up, escaped or not, and a backslash
// for a slash.
func addresses(t *testing.T, where, body string) (list []string) {
	t.Helper()
	for _, found := range links.FindAllStringSubmatch(body, -1) {
		address := html.UnescapeString(found[1])
		if !strings.HasPrefix(address, "/") {
			require.True(t, strings.HasPrefix(address, "https://") || address == "#main", "%s leads to %q", where, address)
			continue
		}
		path, _, _ := strings.Cut(address, "?")
		require.NotContains(t, path, `\`, where)
		for i, segment := range strings.Split(path, "/") {
			plain, err := url.PathUnescape(segment)
			require.NoError(t, err, "%s leads to %q", where, address)
			require.NotContains(t, []string{".", ".."}, plain, "%s leads to %q", where, address)
			require.False(t, i > 0 && segment == "" && path != "/" && path != "/crm/", "%s leads to %q", where, address)
		}
		list = append(list, address)
	}
	return list
}

// TestHostileIDs crawls the site as it is for users with hostile ids, and does
// with each what can be done with a user.
func TestHostileIDs(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	for _, id := range hostileIDs {
		require.NoError(t, s.people.put(t.Context(), s.db, person{
			ID: id, Name: "0 " + id, Kind: string(license.User), Type: "internal", Role: ordinary, Active: true,
		}))
	}
	eva := s.as(t, "eva")
	eva.activateFirst()
	pages := eva.crawl("/users?q=0+")
	for _, id := range hostileIDs {
		require.Contains(t, pages, id, "nothing leads to the user %q", id)
		eva.usesPagesOf(pages[id], id)
		eva.usesCallsOf(id)
	}

	// The dialogs lead to them as well.
	for _, id := range hostileIDs[:10] {
		require.Equal(t, http.StatusSeeOther, eva.post(pages[id]+"/assign", "module", demoPlan).status)
	}
	require.Equal(t, http.StatusSeeOther, eva.post("/vendor/superoffice", "quantity ten-sales", "1", "then", "publish").status)
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.post("/licenses/superoffice/check").location)
	superfluous := "/licenses/superoffice/superfluous/" + demoPlan
	for _, id := range hostileIDs[:10] {
		require.Equal(t, http.StatusSeeOther, eva.post(superfluous, "tick", tickValue(id, demoPlan)).status)
	}
	for _, page := range []string{superfluous, "/licenses/superoffice/activate"} {
		reached := eva.crawl(page)
		for _, id := range hostileIDs[:10] {
			require.Contains(t, reached, id, "%s does not lead to %q", page, id)
		}
	}
}

// crawl opens the links of a list, of all its pages, and returns the paths of the
// users that were found.
func (b *browser) crawl(page string) map[string]string {
	t := b.t.(*testing.T) //nolint:errcheck,forcetypeassert // only tests crawl
	t.Helper()
	users, seen, open := make(map[string]string), make(map[string]bool), []string{page}
	for len(open) > 0 {
		at := open[0]
		open = open[1:]
		a := b.get(at)
		require.Equal(t, http.StatusOK, a.status, "%s: %s", at, a.body)
		if shown := idShown.FindStringSubmatch(a.body); shown != nil {
			users[html.UnescapeString(shown[1])] = at
		}
		for _, next := range addresses(t, at, a.body) {
			isPage := strings.HasPrefix(next, "/users/") && strings.Count(next, "/") == 2
			if isMore := at == page || strings.HasPrefix(at, "/users?"); isMore && !seen[next] && (isPage || strings.HasPrefix(next, "/users?q=")) {
				seen[next] = true
				open = append(open, next)
			}
		}
	}
	return users
}

// usesPagesOf sends the forms of a user's page.
func (b *browser) usesPagesOf(page, id string) {
	t := b.t.(*testing.T) //nolint:errcheck,forcetypeassert // only tests crawl
	t.Helper()
	for _, step := range []struct{ form, done string }{
		{"assign", "assigned"}, {"switch", "switched"}, {"release", "released"}, {"retire", "retired"}, {"return", "returned"},
	} {
		body := b.get(page).body
		require.Contains(t, addresses(t, page, body), page+"/"+step.form, id)
		module, to := demoPlan, lightPlan
		if step.form == "release" {
			module, to = lightPlan, ""
		}
		a := b.post(page+"/"+step.form, "module", module, "from", demoPlan, "to", to)
		require.Equal(t, page+"?done="+step.done, a.location, "%q: %s", id, a.body)
		shown := idShown.FindStringSubmatch(b.get(a.location).body)
		require.NotNil(t, shown, id)
		require.Equal(t, id, html.UnescapeString(shown[1]))
	}
}

func (b *browser) usesCallsOf(id string) {
	t := b.t
	t.Helper()
	path := "/api" + pathTo("users", id)
	require.Equal(t, id, decode[api.User](t, b.ok("GET", path, "")).ID)
	b.ok("GET", path+"/entitlements", "")
	b.ok("POST", path+"/assignments", `{"module":"`+demoPlan+`"}`)
	b.ok("DELETE", path+"/assignments", `{"module":"`+demoPlan+`"}`)
}

// TestPathsAreMadeByOneFunction looks for paths that are put together elsewhere.
func TestPathsAreMadeByOneFunction(t *testing.T) {
	together := regexp.MustCompile(`(?:href|action)="/[^"?]*\{\{|"/(?:users|licenses|jobs|history|vendor)/" ?\+|url\.PathEscape|\.PathValue\(`)
	var checked []string
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || file == "paths.go" {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NotRegexp(t, together, string(source), file)
			checked = append(checked, file)
		}
	}
	require.True(t, slices.Contains(checked, "user.go") && slices.Contains(checked, "templates/user.html"))
}

// TestPathTo reads what it writes.
func TestPathTo(t *testing.T) {
	for text, want := range map[string]string{"ann": "/ann", "..": "/~..", ".": "/~.", "~": "/~~", "": "/~", "../x": "/..%2Fx", "%2e": "/%252e", "a b": "/a%20b"} {
		require.Equal(t, want, pathTo(text))
	}
}
