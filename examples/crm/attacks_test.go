package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/license"
)

// scene is two tenants in one database, and who is at them.
type scene struct {
	mine, theirs *site
	eva          *browser // an administrator of mine
	ann          *browser // a user of mine
	nobody       *browser // at mine, not signed in
	otto, zoe    *browser // administrators who look: of mine, and of theirs
}

// newScene has licenses at both, an offer at both, and Zoe at theirs alone.
func newScene(t *testing.T, database string) *scene {
	t.Helper()
	sc := &scene{mine: newSiteThat(t, database, "demo", start, onlyWorks), theirs: newSiteThat(t, database, "other", start, onlyWorks)}
	password, err := passwordDigest(demoPassword, bcrypt.MinCost)
	require.NoError(t, err)
	require.NoError(t, sc.theirs.people.put(t.Context(), sc.theirs.db, person{
		ID: "zoe", Name: "Zoe Other", Kind: string(license.User), Type: "internal", Role: administrator, Password: password, Active: true,
	}))
	sc.eva, sc.ann, sc.otto, sc.nobody = sc.mine.as(t, "eva"), sc.mine.as(t, "ann"), sc.mine.as(t, "otto"), sc.mine.newBrowser(t)
	sc.zoe = sc.theirs.as(t, "zoe")
	sc.mine.as(t, "bob") // bob signs in again and again
	for _, b := range []*browser{sc.eva, sc.zoe} {
		b.activateFirst()
		for _, id := range []string{"u01", "u02", "u03"} {
			require.Equal(t, http.StatusSeeOther, b.post("/users/"+id+"/assign", "module", demoPlan).status)
		}
		require.Equal(t, http.StatusSeeOther, b.post("/vendor/superoffice", "quantity ten-sales", "2", "then", "publish").status)
		require.Equal(t, "/licenses/superoffice/activate?done=pending", b.post("/licenses/superoffice/check").location)
	}
	require.Equal(t, http.StatusSeeOther, sc.zoe.post("/users/zoe/assign", "module", demoPlan).status)
	return sc
}

// state is all that both tenants have, by tenant and page.
func (sc *scene) state() map[string]string {
	all := make(map[string]string)
	for _, b := range []*browser{sc.otto, sc.zoe} {
		for _, path := range []string{"/api/licenses", "/api/users", "/api/users?sort=-name", "/api/history", "/api/log", "/vendor", "/licenses/superoffice/activate"} {
			a := b.get(path)
			require.Equal(b.t, http.StatusOK, a.status, "%s: %s", path, a.body)
			all[b.site.config.Tenant+" "+path] = a.body
		}
	}
	return all
}

// unchanged compares without printing pages.
func unchanged(t *testing.T, before, after map[string]string) {
	t.Helper()
	for page, was := range before {
		is, same := after[page], 0
		for same < min(len(was), len(is)) && was[same] == is[same] {
			same++
		}
		require.True(t, was == is, "%s has changed: …%.100q, and was …%.100q", page, is[min(same, len(is)):], was[min(same, len(was)):])
	}
}

// pages lists the pages of administrators, and the calls of the API, as routes.
func (s *site) routes() (pages, calls []string) {
	pages = slices.Sorted(maps.Keys(s.administration()))
	calls = slices.DeleteFunc(s.contract.Calls(), func(call string) bool { return call == "GET /api/me" })
	return pages, calls
}

// filled is a route with values in its path.
func filled(route, owner, id string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	return method, strings.NewReplacer("{owner}", owner, "{id}", id, "{module}", demoPlan, "{why}", "not-assignable").Replace(path)
}

// try sends a request with hardly anything in it.
func (b *browser) try(method, path string, change ...func(*http.Request)) answer {
	b.t.Helper()
	kind, body := "application/x-www-form-urlencoded", "module="+demoPlan
	if strings.HasPrefix(path, "/api/") {
		kind, body = "application/json", exampleBody(path)
	}
	r := b.request(method, path, kind, body)
	for _, c := range change {
		c(r)
	}
	return b.send(r)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// oldBrowser says nothing of where a request comes from but its origin.
func oldBrowser(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }

// upload sends a file to the page that loads licenses.
func (b *browser) upload(name string, file []byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(b.t, err)
	_, err = part.Write(file)
	require.NoError(b.t, err)
	require.NoError(b.t, form.Close())
	return b.send(b.request(http.MethodPost, "/licenses/load", form.FormDataContentType(), body.String()))
}

// attack is a case; it says by itself what has to come back.
type attack struct {
	name string
	do   func(t *testing.T, sc *scene)
}

// TestAttacks makes each attack, on both databases, and looks whether anything
// of either tenant has changed.
func TestAttacks(t *testing.T) {
	all := slices.Concat(crossSite(), crossTenant(), accessAttacks(), uploads(), pathTricks(), redirects(), oversized(), nonsense())
	require.GreaterOrEqual(t, len(all), 40)
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		sc := newScene(t, database)
		before := sc.state()
		for _, a := range all {
			t.Run(a.name, func(t *testing.T) {
				in := *sc
				in.eva, in.ann, in.nobody, in.otto, in.zoe = sc.eva.in(t), sc.ann.in(t), sc.nobody.in(t), sc.otto.in(t), sc.zoe.in(t)
				a.do(t, &in)
				after := in.state()
				was := before
				before = after // so that only one case is blamed
				unchanged(t, was, after)
			})
		}
	})
}

// everywhere makes a request to each route that changes something.
func everywhere(change ...func(*http.Request)) func(*testing.T, *scene) {
	return func(t *testing.T, sc *scene) {
		t.Helper()
		pages, calls := sc.mine.routes()
		for _, route := range append(append(pages, calls...), "POST /signout", "POST /signin", "POST /crm/") {
			method, path := filled(route, "superoffice", "u01")
			if method == http.MethodGet {
				continue
			}
			a := sc.eva.try(method, path, change...)
			require.Equal(t, http.StatusForbidden, a.status, "%s %s: %s", method, path, a.body)
			require.Contains(t, a.body, "came from another site", path)
			require.Empty(t, a.header.Values("Set-Cookie"), path)
		}
	}
}

func crossSite() []attack {
	return []attack{
		{"cross-site request, as browsers say it", everywhere(header("Sec-Fetch-Site", "cross-site"))},
		{"request of a sibling site", everywhere(header("Sec-Fetch-Site", "same-site"))},
		{"request of another origin, in an old browser", everywhere(oldBrowser, header("Origin", "https://evil.example"))},
		{"request of no origin", everywhere(oldBrowser, header("Origin", "null"))},
		{"request of an origin that begins alike", func(t *testing.T, sc *scene) {
			t.Helper()
			everywhere(oldBrowser, header("Origin", sc.mine.url+".evil.example"))(t, sc)
		}},
		{"request of another port of the host", everywhere(oldBrowser, header("Origin", "http://127.0.0.1:1"))},
		{"same-origin said by another origin of an old browser", everywhere(header("Sec-Fetch-Site", "Same-Origin"), header("Origin", "https://evil.example"))},
		{"JSON in a form of type text/plain", func(t *testing.T, sc *scene) {
			t.Helper()
			a := sc.eva.try("POST", "/api/users/u01/assignments", header("Content-Type", "text/plain"))
			require.Equal(t, http.StatusUnsupportedMediaType, a.status)
		}},
		{"changing by a link", func(t *testing.T, sc *scene) {
			t.Helper()
			pages, calls := sc.mine.routes()
			for _, route := range append(pages, calls...) {
				method, path := filled(route, "superoffice", "u01")
				if method == http.MethodGet || slices.Contains(pages, "GET "+strings.TrimPrefix(route, method+" ")) || slices.Contains(calls, "GET "+strings.TrimPrefix(route, method+" ")) || path == "/licenses/load" {
					continue
				}
				require.Equal(t, http.StatusNotFound, sc.eva.try("GET", path, header("Sec-Fetch-Site", "cross-site")).status, path)
			}
		}},
	}
}

func crossTenant() []attack {
	return []attack{
		{"another tenant's user in every page and call", func(t *testing.T, sc *scene) {
			t.Helper()
			pages, calls := sc.mine.routes()
			for _, route := range append(pages, calls...) {
				if !strings.Contains(route, "{id}") || strings.Contains(route, "/history/") {
					continue
				}
				method, path := filled(route, "superoffice", "zoe")
				require.Equal(t, http.StatusNotFound, sc.eva.try(method, path).status, route)
			}
		}},
		{"another tenant's offer", func(t *testing.T, sc *scene) {
			t.Helper()
			offer := field1(sc.zoe.get("/licenses/superoffice/activate").body, "offer")
			seen := field1(sc.zoe.get("/licenses/superoffice/activate").body, "seen")
			require.Len(t, offer, 64)
			a := sc.eva.post("/licenses/superoffice/activate", "offer", offer, "seen", seen)
			require.Equal(t, http.StatusConflict, a.status)
			require.Contains(t, a.body, "no longer offered")
			require.Equal(t, http.StatusSeeOther, sc.eva.post("/licenses/superoffice/dismiss", "offer", offer).status, "there is none to put away")
			body := fmt.Sprintf(`{"offer":%q,"seen":%q}`, offer, seen)
			sc.eva.problem(http.StatusNotFound, "POST", "/api/licenses/superoffice/activation", body)
			sc.eva.ok("DELETE", "/api/licenses/superoffice/offer", fmt.Sprintf(`{"offer":%q}`, offer))
		}},
		{"another tenant's job", func(t *testing.T, sc *scene) {
			t.Helper()
			j := order{Job: api.Job{ID: "THEIRS", Module: demoPlan, Total: 1, Finished: true}}
			require.NoError(t, sc.theirs.saveJob(t.Context(), sc.theirs.db, j, ""))
			require.Equal(t, http.StatusOK, sc.zoe.get("/jobs/THEIRS").status)
			require.Equal(t, http.StatusNotFound, sc.eva.get("/jobs/THEIRS").status)
			sc.eva.problem(http.StatusNotFound, "GET", "/api/jobs/THEIRS", "")
		}},
		{"another tenant's user in a job", func(t *testing.T, sc *scene) {
			t.Helper()
			j := decode[api.Job](t, sc.eva.ok("POST", "/api/jobs", `{"module":"superoffice.ten-light","users":["zoe"]}`))
			for !j.Finished {
				j = decode[api.Job](t, sc.eva.ok("GET", "/api/jobs/"+j.ID, ""))
			}
			require.Zero(t, j.Assigned)
			require.Equal(t, []api.Left{{Reason: "There is no such user.", Count: 1, Users: []string{"zoe"}}}, j.Refused)
		}},
		{"another tenant's user in a release", func(t *testing.T, sc *scene) {
			t.Helper()
			sc.eva.problem(http.StatusBadRequest, "POST", "/api/licenses/superoffice/plan", `{"releases":[{"holder":"zoe","module":"`+demoPlan+`"}]}`)
			require.Equal(t, http.StatusSeeOther, sc.eva.post("/licenses/superoffice/superfluous/"+demoPlan, "tick", tickValue("zoe", demoPlan)).status)
			require.Contains(t, sc.eva.get("/licenses/superoffice/activate").body, "3 seats in use, 2 available. Seats to remove: 1.")
		}},
		{"another tenant's session", func(t *testing.T, sc *scene) {
			t.Helper()
			stolen := *sc.zoe
			stolen.site = sc.mine
			pages, calls := sc.mine.routes()
			for _, route := range append(append(pages, "POST /signout", "GET /{$}"), calls...) {
				method, path := filled(strings.ReplaceAll(route, "{$}", ""), "superoffice", "u01")
				a := stolen.try(method, path, func(r *http.Request) { withCookiesOf(r, sc.zoe) })
				if method == http.MethodGet && !strings.HasPrefix(path, "/api/") {
					require.Equal(t, "/signin", a.location, route)
					continue
				}
				require.Equal(t, http.StatusUnauthorized, a.status, route)
			}
		}},
		{"signing in with another tenant's session leaves that alone", func(t *testing.T, sc *scene) {
			t.Helper()
			b := sc.mine.newBrowser(t)
			r := b.request(http.MethodPost, "/signin", "application/x-www-form-urlencoded", "name=bob&password="+strings.ReplaceAll(demoPassword, " ", "+"))
			withCookiesOf(r, sc.zoe)
			require.Equal(t, http.StatusSeeOther, b.send(r).status)
			require.Equal(t, http.StatusOK, sc.zoe.get("/users").status)
		}},
		{"another tenant's cursor", func(t *testing.T, sc *scene) {
			t.Helper()
			next := decode[struct {
				Next string `json:"next"`
			}](t, sc.zoe.ok("GET", "/api/users", "")).Next
			require.NotEmpty(t, next)
			sc.eva.problem(http.StatusBadRequest, "GET", "/api/users?after="+next, "")
			require.Equal(t, http.StatusBadRequest, sc.eva.get("/users?after="+next).status)
		}},
		{"another tenant's user in the history", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, path := range []string{"/history", "/history/export", "/history/log", "/api/history", "/api/log", "/users?q=zoe", "/api/users?q=zoe"} {
				require.NotContains(t, strings.ReplaceAll(sc.eva.get(path).body, `value="zoe"`, ""), "zoe", path)
				require.NotContains(t, sc.eva.get(path).body, "Zoe Other", path)
			}
		}},
		{"a user of that name signs in elsewhere", func(t *testing.T, sc *scene) {
			t.Helper()
			a := sc.mine.newBrowser(t).post("/signin", "name", "zoe", "password", demoPassword)
			require.Equal(t, http.StatusUnauthorized, a.status)
		}},
		{"another tenant's license", func(t *testing.T, sc *scene) {
			t.Helper()
			_, envelope, err := sc.theirs.demo.Published(t.Context(), "superoffice")
			require.NoError(t, err)
			a := sc.eva.upload("license.json", envelope)
			require.Equal(t, http.StatusBadRequest, a.status)
			require.Contains(t, a.body, "This license is not signed by a vendor that this installation trusts.")
			sc.eva.problem(http.StatusBadRequest, "POST", "/api/licenses", string(envelope))
		}},
		{"a license for another company", func(t *testing.T, sc *scene) {
			t.Helper()
			l, _, err := sc.mine.demo.Published(t.Context(), "superoffice")
			require.NoError(t, err)
			other := *l
			other.Licensee, other.Number = license.Licensee{Company: "Elsewhere AS", Serial: "999"}, 99
			envelope, err := sc.mine.demo.Sign("superoffice", &other, sc.mine.clock.Now())
			require.NoError(t, err)
			a := sc.eva.upload("license.json", envelope)
			require.Equal(t, http.StatusUnprocessableEntity, a.status)
			require.Contains(t, a.body, "It is for another company. Check the company, or ask the vendor. It is for another serial number.")
			result := decode[activation.Result](t, sc.eva.ok("POST", "/api/licenses", string(envelope)))
			require.False(t, result.Activated)
			require.Empty(t, result.Waiting)
		}},
	}
}

// withCookiesOf sends the cookies that somebody has of another site: browsers
// would not, attackers do.
func withCookiesOf(r *http.Request, b *browser) {
	at := b.request(http.MethodGet, "/", "", "").URL
	r.Header.Del("Cookie")
	for _, cookie := range b.http.Jar.Cookies(at) {
		r.AddCookie(cookie)
	}
}

// jsonLines reads an export.
func jsonLines(t *testing.T, text string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &object), "%q", line)
		lines = append(lines, object)
	}
	return lines
}
