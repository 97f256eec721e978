package main

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/license/signed"

	"github.com/seatwright/seatwright/examples/words"
)

// ours is words that only those who work on the library use.
var ours = regexp.MustCompile(`(?i)\b(feeds?|envelopes?|census|digests?|tenants?|holders?|bundles?|blockers?|cascades?|entitlements?|planner|snapshots?|drift|stale|idempotent|payload|over-allocated|not-assignable)\b`)

var (
	unread = regexp.MustCompile(`(?s)<(script|style|head)\b.*?</(script|style|head)>|<title>.*?</title>|<input type="hidden"[^>]*>`)
	spoken = regexp.MustCompile(`(?:aria-label|title|placeholder|alt)="([^"]*)"`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	code   = regexp.MustCompile(`\b(?:superoffice|acme)\.[a-z0-9-]+`)
)

// readOf is what people read of a page, and what is read aloud.
func readOf(page string) string {
	var text strings.Builder
	page = unread.ReplaceAllString(page, "")
	for _, label := range spoken.FindAllStringSubmatch(page, -1) {
		text.WriteString(label[1] + "\n")
	}
	text.WriteString(tags.ReplaceAllString(strings.NewReplacer("</td>", "\n", "</th>", "\n", "</li>", "\n").Replace(page), ""))
	return html.UnescapeString(text.String())
}

// phrases is what servers say to each other.
func phrases() (all []string) {
	for status := range 600 {
		if text := http.StatusText(status); text != "" && !slices.Contains([]string{"OK", "Continue", "Found", "Created", "Accepted", "Processing", "Locked"}, text) {
			all = append(all, text)
		}
	}
	return all
}

// plainWords holds a page to words that people know.
func plainWords(t *testing.T, name, page string, called words.Names) {
	t.Helper()
	text := readOf(page)
	for _, phrase := range phrases() {
		require.NotContains(t, text, phrase, name)
	}
	require.NotRegexp(t, ours, text, name)
	for _, at := range code.FindAllStringIndex(text, -1) {
		before := strings.TrimSuffix(strings.TrimSpace(text[:at[0]]), " – not enough seats, choose users to remove")
		require.True(t, strings.HasSuffix(before, called.Of(text[at[0]:at[1]])), "%s: %q has no description before it, but %q", name, text[at[0]:at[1]], before[max(0, len(before)-60):])
	}
}

var led = regexp.MustCompile(`href="(/[^"]*)"`)

// TestPlainWords goes wherever links lead, in the story and in an empty host, and reads
// what is there: no phrase of a status, no code name without what it is called, and no
// word that is ours alone.
func TestPlainWords(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T) *site{
		"story": func(t *testing.T) *site { t.Helper(); return newStory(t, sqliteFile(t)) },
		"empty": func(t *testing.T) *site { t.Helper(); return newSite(t, sqliteFile(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			status, err := s.crm.Status(t.Context())
			require.NoError(t, err)
			eva, called := s.as(t, "eva"), s.words.Names(status)
			seen, next, perKind := map[string]bool{}, []string{"/signin", "/licenses/superoffice", "/status"}, map[string]int{}
			for len(next) > 0 {
				at := next[0]
				next = next[1:]
				kind := regexp.MustCompile(`/users/[^?]*|/history/\d+`).ReplaceAllString(at, "/one")
				if perKind[kind]++; seen[at] || perKind[kind] > 3 || strings.HasPrefix(at, "/static/") || strings.HasPrefix(at, "/history/export") || strings.HasPrefix(at, "/history/log") || strings.Contains(at, "format=") {
					continue
				}
				seen[at] = true
				a := eva.get(at)
				if a.location != "" {
					next = append(next, a.location)
					continue
				}
				plainWords(t, at, a.body, called)
				for _, found := range led.FindAllStringSubmatch(a.body, -1) {
					next = append(next, html.UnescapeString(found[1]))
				}
			}
			require.Greater(t, len(seen), 10, "pages that were read")
			if name == "story" {
				s.plainErrors(t, called)
			}
		})
	}
}

// plainErrors does what can't be done, and reads what is said to that.
func (s *site) plainErrors(t *testing.T, called words.Names) {
	t.Helper()
	eva := s.as(t, "eva")
	l := *s.demo.First["acme"]
	l.Licensee.Serial = "A-9"
	wrong, err := s.demo.Sign("acme", &l, s.clock.Now())
	require.NoError(t, err)
	document, err := json.Marshal(s.demo.First["superoffice"])
	require.NoError(t, err)
	forged, err := signed.Sign(document, s.keyOf(t, "acme"))
	require.NoError(t, err)
	for name, a := range map[string]answer{
		"nowhere": eva.get("/nowhere"), "no such user": eva.get("/users/nobody"), "no such license": eva.get("/licenses/nobody"),
		"not for users": s.as(t, "ann").get("/users"), "not signed in": s.newBrowser(t).post("/signout"),
		"not a license": eva.upload("x.json", []byte("hello")), "of somebody else": eva.upload("x.json", wrong), "forged": eva.upload("x.json", forged),
		"too large": eva.upload("x.json", bytes.Repeat([]byte("x"), 2<<20)), "no file": eva.post("/licenses/load"),
		"two plans": eva.post("/users/ann/assign", "module", "superoffice.ten-light"), "on for all": eva.post("/users/ann/assign", "module", "superoffice.audit"),
		"not for externals": eva.post("/users/u09/assign", "module", "superoffice.quote-cal"), "not for users but satellites": eva.post("/users/ann/assign", "module", "superoffice.travel-db"),
		"needs more":        eva.post("/users/db-oslo/assign", "module", "acme.forms-cal"),
		"no license chosen": eva.post("/users/assign", "user", "ann"), "yourself": eva.post("/users/eva/retire"), "never the vendor's": eva.post("/licenses/superoffice/remove"),
		"wrong numbers": eva.post("/vendor/acme", "quantity forms", "x"), "no form": eva.post("/licenses/acme/acknowledge"), "empty serial": eva.post("/licenses/acme/serial"),
		"no such job": eva.get("/jobs/x"), "no such entry": eva.get("/history/999"), "elsewhere": eva.try("POST", "/users/assign", header("Sec-Fetch-Site", "cross-site")),
		"nothing waits": eva.get("/licenses/acme/superfluous/acme.forms-cal"),
	} {
		require.GreaterOrEqual(t, a.status, 400, "%s: %s", name, a.location)
		plainWords(t, name, a.body, called)
		require.Contains(t, a.body, `role="alert"`, name)
	}
	s.clock.advance(time.Second)
	job := eva.untilFinished(eva.post("/users/assign", "assign", "superoffice.quote-cal", "whom", "all").location).body
	plainWords(t, "many", job, called)
	require.NotContains(t, readOf(job), "u01", "people are called by their names")
}
