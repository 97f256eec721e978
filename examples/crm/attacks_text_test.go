package main

import (
	"errors"
	"iter"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

const (
	script  = `<script>alert(1)</script>`
	handler = `" onmouseover="alert(1)`
	address = `javascript:alert(1)`
)

// inert looks whether a page has hostile texts as text alone.
func inert(t *testing.T, where, body string) {
	t.Helper()
	require.NotContains(t, body, script, where)
	require.NotContains(t, body, `onmouseover="alert`, where)
	for _, attribute := range []string{`href="javascript:`, `action="javascript:`, `src="javascript:`} {
		require.NotContains(t, body, attribute, where)
	}
}

// TestHostileTexts has scripts in company, users, and what a vendor signs, and
// looks at every page.
func TestHostileTexts(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	hostileID := "x" + handler + script + "/../é&?#"
	require.NoError(t, s.people.put(t.Context(), s.db, person{
		ID: hostileID, Name: script + handler, Kind: string(license.User), Type: "internal" + handler, Role: ordinary, Active: true,
	}))
	eva := s.as(t, "eva")
	a := eva.post("/vendor/superoffice", "company", script+handler, "serial", script+handler, "then", "publish")
	require.Equal(t, http.StatusSeeOther, a.status, a.body)
	a = eva.post("/licenses/superoffice/serial", "company", script, "serial", handler)
	inert(t, "what is expected", a.body+eva.get("/licenses/superoffice/serial").body)
	a = eva.post("/licenses/superoffice/serial", "company", script+handler, "serial", script+handler)
	require.Equal(t, "/licenses/superoffice?done=activated", a.location, a.body)

	l, _, err := s.demo.Published(t.Context(), "superoffice")
	require.NoError(t, err)
	l.Number++
	for i := range l.Modules {
		l.Modules[i].Description = script + handler
	}
	l.ShopURL = `https://shop.example.com/"onmouseover="alert(1)`
	envelope, err := s.demo.Sign("superoffice", l, s.clock.Now())
	if err != nil { // an address has no quotes
		require.NotEmpty(t, license.FindingsOf(err))
		l.ShopURL = "https://shop.example.com/"
		envelope, err = s.demo.Sign("superoffice", l, s.clock.Now())
	}
	require.NoError(t, err)
	require.NoError(t, s.demo.Publish(t.Context(), "superoffice", envelope))
	require.Equal(t, "/licenses/superoffice?done=activated", eva.post("/licenses/superoffice/check").location)
	path := "/users/" + url.PathEscape(hostileID)
	a = eva.post(path+"/assign", "module", demoPlan)
	require.Equal(t, path+"?done=assigned", a.location, "the way back leads to the same user")
	require.Equal(t, http.StatusSeeOther, eva.post("/vendor/superoffice", "quantity ten-sales", "0", "then", "publish").status)
	require.Equal(t, "/licenses/superoffice/activate?done=pending", eva.post("/licenses/superoffice/check").location)
	require.Equal(t, http.StatusSeeOther, eva.post("/licenses/superoffice/superfluous/"+demoPlan, "tick", tickValue(hostileID, demoPlan)).status)

	for _, page := range []string{
		"/licenses/superoffice", "/licenses/superoffice/serial", "/licenses/superoffice/activate", "/licenses/superoffice/changes", "/status", "/vendor",
		"/licenses/superoffice/superfluous/" + demoPlan, "/users", "/users?q=" + "%22+onmouseover%3D%22alert%281%29", "/users?type=internal%22+onmouseover%3D%22alert%281%29",
		"/users?sort=" + script, "/users?module=" + script, path, "/history", "/history/1", "/history/2", "/history/3",
	} {
		a := eva.get(page)
		require.Equal(t, http.StatusOK, a.status, page)
		inert(t, page, a.body)
	}
	require.Contains(t, eva.get("/licenses/superoffice/activate").body, `<a href="/users/x%22%20onmouseover`, "links lead to the same user")

	// Exports are lines of JSON, whatever is in them, and nothing to look at.
	for _, export := range []string{"/history/export", "/history/log"} {
		a := eva.get(export)
		require.Equal(t, "application/jsonl", a.header.Get("Content-Type"))
		require.True(t, strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment; filename="))
		require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
		require.NotEmpty(t, jsonLines(t, a.body))
	}
	require.Equal(t, hostileID, jsonLines(t, eva.get("/history/log").body)[0]["holder"])

	// So is the file that a vendor hands out.
	require.Equal(t, http.StatusBadRequest, eva.post("/vendor/superoffice", "serial", "x\r\nX: y", "then", "download").status)
	a = eva.post("/vendor/superoffice", "serial", "x\"; filename=evil.html", "then", "download")
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.Empty(t, a.header.Get("X"))
	kind, values, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
	require.NoError(t, err)
	require.Equal(t, "attachment", kind)
	require.True(t, strings.HasSuffix(values["filename"], ".license.json"), values)
}

// TestHostileAddresses renders what no license and no feed can have: addresses
// that are scripts.
func TestHostileAddresses(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	eva := visitor{ID: "eva", Name: script, Admin: true}
	l := &license.License{ShopURL: address, Licensee: license.Licensee{Company: script, Serial: handler}}
	owner := activation.OwnerStatus{Owner: script, License: l, Check: activation.CheckRecord{
		Title: script, Detail: script, Outcome: "problem", LastTry: start, Message: script + handler, MessageURL: address,
	}}
	preview := &activation.Preview{Owner: "x", By: script, License: l, At: start, Plan: &planner.Plan{
		Owner: "x", To: 1, Warnings: []planner.Warning{script},
		Releases: []planner.Release{{Holder: handler, Module: script}}, Switches: []seat.Swap{{Holder: script, From: script, To: handler}},
	}}
	for name, body := range map[string]any{
		"licenses": licensesPage{Owner: owner, Hint: script},
		"activate": activatePage{
			Preview: preview, Plan: preview.Plan, Moved: script, Problems: []problem{{script, address, handler}},
			Rows:   []changeRow{{planner.ModuleChange{Module: script, ReplacedBy: script, Change: "removed"}, address}},
			Called: map[string]string{handler: script, script: handler},
		},
		"failure": pageError{Sentence: script, Next: script, Path: address}, "job": api.Job{Module: script, Refused: []api.Left{{Reason: script, Count: 1, Users: []string{script}}}},
		"client": api.Entitlement{Module: script, Entitlement: seat.Entitlement{Reason: script, Through: script}}, "confirm": confirmPage{script, address, address, script, []string{script}, url.Values{handler: {script}}},
		"own": []api.Entitlement{{Module: script, Entitlement: seat.Entitlement{Reason: script, Through: handler}}}, "signin": signInPage{Name: handler, Problem: script},
		"history": historyPage{Filter: map[string]string{"owner": script, "person": script}, Charts: []chart{{Module: handler + script}}},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		require.NoError(t, s.show(w, r, eva, http.StatusOK, name, script, body), name)
		inert(t, name, w.Body.String())
	}
	w := httptest.NewRecorder()
	require.Error(t, s.show(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), eva, http.StatusOK, "job", "", 1), "a page is sent whole, or not at all")
	require.Zero(t, w.Body.Len())
}

// TestHeaders looks at the headers of every kind of answer.
func TestHeaders(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	eva, nobody := s.as(t, "eva"), s.newBrowser(t)
	for name, a := range map[string]answer{
		"a page": eva.get("/users"), "a call": eva.get("/api/users"), "the way to sign in": nobody.get("/users"), "signing in": nobody.get("/signin"), "a redirect": eva.get("/"),
		"not found": eva.get("/x"), "no call": eva.get("/api/x"), "forbidden": s.as(t, "ann").get("/users"), "cross-site": eva.try("POST", "/users/assign", header("Sec-Fetch-Site", "cross-site")),
		"health": nobody.get("/healthz"), "metrics": nobody.get("/metrics"), "an export": eva.get("/history/export"), "a NUL": eva.rawPath("/users/%00"), "too large": eva.post("/signin", "name", strings.Repeat("x", 2<<20)),
	} {
		csp := a.header.Get("Content-Security-Policy")
		for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			require.Contains(t, csp, directive, name)
		}
		require.NotContains(t, csp, "unsafe", name)
		for header, value := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "", "Access-Control-Allow-Origin": "", "Server": "",
		} {
			require.Equal(t, value, a.header.Get(header), "%s: %s", name, header)
		}
	}
	static := nobody.get("/static/app.js")
	require.Equal(t, http.StatusOK, static.status)
	require.Empty(t, static.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", static.header.Get("X-Content-Type-Options"))
	for page := range s.pages { // the policy forbids what is inline
		source, err := templates.ReadFile("templates/" + page + ".html")
		require.NoError(t, err)
		require.NotRegexp(t, `(?i)<script[^>]*>[^<]|\sstyle="|\son[a-z]+="`, string(source), page)
	}
}

// TestExportThatFails breaks the connection off, once something was sent.
func TestExportThatFails(t *testing.T) {
	failed := errors.New("the database is gone")
	failing := func(lines int) iter.Seq2[activation.LogEntry, error] {
		return func(yield func(activation.LogEntry, error) bool) {
			for range lines {
				if !yield(activation.LogEntry{}, nil) {
					return
				}
			}
			yield(activation.LogEntry{}, failed)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	require.ErrorIs(t, export(w, r, "x", failing(0), activation.WriteLogCSV), failed)
	require.Empty(t, w.Header().Get("Content-Disposition"), "it becomes a page")
	require.Empty(t, w.Body.String())
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { _ = export(w, r, "x", failing(1), activation.WriteLogCSV) })
	r.URL.RawQuery = "format=csv"
	w = httptest.NewRecorder()
	require.ErrorIs(t, export(w, r, "x", failing(1), activation.WriteLogCSV), failed)
	require.Empty(t, w.Body.String(), "nothing was sent yet")
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { _ = export(w, r, "x", failing(1000), activation.WriteLogCSV) })
}
