package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
)

func accessAttacks() []attack {
	return []attack{
		{"every page of administrators by a user", func(t *testing.T, sc *scene) {
			t.Helper()
			pages, calls := sc.mine.routes()
			for _, route := range append(pages, calls...) {
				method, path := filled(route, "superoffice", "u01")
				a := sc.ann.try(method, path)
				require.Equal(t, http.StatusForbidden, a.status, route)
				require.Contains(t, a.body, "Only an administrator may do this.", route)
			}
		}},
		{"every page of administrators by nobody", func(t *testing.T, sc *scene) {
			t.Helper()
			pages, _ := sc.mine.routes()
			for _, route := range append(pages, "POST /signout", "GET /", "GET /crm/", "POST /crm/") {
				method, path := filled(route, "superoffice", "u01")
				a := sc.nobody.try(method, path)
				if method == http.MethodGet {
					require.Equal(t, http.StatusSeeOther, a.status, route)
					require.Equal(t, "/signin", a.location, route)
				} else {
					require.Equal(t, http.StatusUnauthorized, a.status, route)
				}
			}
		}},
		{"every call by nobody", func(t *testing.T, sc *scene) {
			t.Helper()
			_, calls := sc.mine.routes()
			for _, route := range append(calls, "GET /api/me") {
				method, path := filled(route, "superoffice", "u01")
				a := sc.nobody.try(method, path)
				require.Equal(t, http.StatusUnauthorized, a.status, route)
				require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			}
		}},
		{"a session that was made up", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, value := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 44), strings.Repeat("A", 4000), "' OR 1=1 --", "../../session", "AAAA%00"} {
				for _, name := range []string{"session", "__Host-session", "Session"} {
					a := sc.nobody.try("GET", "/api/me", func(r *http.Request) { r.Header.Set("Cookie", name+"="+value) })
					require.Equal(t, http.StatusUnauthorized, a.status, "%s=%s", name, value)
				}
			}
		}},
		{"another method in a header", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
				require.Equal(t, http.StatusOK, sc.eva.try("GET", "/users/u01", header(name, "POST")).status)
				require.Equal(t, http.StatusNotFound, sc.eva.try("POST", "/users/u01?_method=DELETE", header(name, "DELETE")).status)
			}
		}},
		{"other methods on every page", func(t *testing.T, sc *scene) {
			t.Helper()
			pages, calls := sc.mine.routes()
			for _, route := range append(pages, calls...) {
				_, path := filled(route, "superoffice", "u01")
				for _, method := range []string{"PATCH", "TRACE", "PROPFIND", "get"} {
					require.Equal(t, http.StatusNotFound, sc.eva.try(method, path).status, "%s %s", method, path)
				}
			}
		}},
		{"HEAD of what only administrators see", func(t *testing.T, sc *scene) {
			t.Helper()
			require.Equal(t, http.StatusForbidden, sc.ann.try("HEAD", "/users").status)
			require.Equal(t, http.StatusUnauthorized, sc.nobody.try("HEAD", "/users").status)
		}},
		{"what the middleware guards, without its module", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, path := range []string{"/crm/", "/crm/x", "/crm/%2e%2e/"} {
				require.Equal(t, http.StatusForbidden, sc.ann.try("POST", path).status, path)
			}
		}},
		{"who one is, in headers and parameters", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, change := range []func(*http.Request){
				header("X-Remote-User", "eva"), header("X-Forwarded-User", "eva"), header("Authorization", "Basic ZXZhOmRlbW8="), header("X-Original-URL", "/api/me"),
			} {
				require.Equal(t, http.StatusForbidden, sc.ann.try("GET", "/users?role=administrator&user=eva", change).status)
			}
		}},
		{"deactivating oneself, so that nobody is left", func(t *testing.T, sc *scene) {
			t.Helper()
			require.Equal(t, http.StatusConflict, sc.eva.post("/users/eva/retire").status)
			sc.eva.problem(http.StatusConflict, "POST", "/api/users/eva/retire", "")
		}},
	}
}

func uploads() []attack {
	refusesWith := func(status int, name string, file func(*testing.T) []byte, says string) attack {
		return attack{"upload of " + name, func(t *testing.T, sc *scene) {
			t.Helper()
			content := file(t)
			a := sc.eva.upload("license.json", content)
			require.Equal(t, status, a.status, a.body)
			require.Contains(t, a.body, says)
			require.Equal(t, "text/html; charset=utf-8", a.header.Get("Content-Type"))
			sc.eva.problem(http.StatusBadRequest, "POST", "/api/licenses", string(content))
		}}
	}
	refuses := func(name string, file func(*testing.T) []byte, says string) attack {
		return refusesWith(http.StatusBadRequest, name, file, says)
	}
	bytesOf := func(text string) func(*testing.T) []byte { return func(*testing.T) []byte { return []byte(text) } }
	const damaged = "This is not a license that can be trusted"
	return []attack{
		refusesWith(http.StatusRequestEntityTooLarge, "10 MB", bytesOf(strings.Repeat("x", 10<<20)), "at most 1 MB"),
		refuses("one byte more than 1 MiB", bytesOf(strings.Repeat(" ", 1<<20+1)), "at most 1 MB"),
		refuses("a zip", func(t *testing.T) []byte {
			t.Helper()
			var file bytes.Buffer
			w := zip.NewWriter(&file)
			part, err := w.Create("../../license.json")
			require.NoError(t, err)
			_, err = part.Write([]byte("{}"))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return file.Bytes()
		}, damaged),
		refuses("a file that gzip makes large", func(t *testing.T) []byte {
			t.Helper()
			var file bytes.Buffer
			w := gzip.NewWriter(&file)
			_, err := w.Write(bytes.Repeat([]byte(" "), 100<<20))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			return file.Bytes()
		}, damaged),
		refuses("a picture with a script", bytesOf(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), damaged),
		refuses("a page with a script", bytesOf(`<!doctype html><script>alert(1)</script>`), damaged),
		refuses("deep JSON", bytesOf(strings.Repeat("[", 500_000)), damaged),
		refuses("nothing", bytesOf(""), damaged),
		refuses("a token without a signature", bytesOf(`{"license":"eyJhbGciOiJub25lIn0.e30."}`), damaged),
		{"upload with one bit changed", func(t *testing.T, sc *scene) {
			t.Helper()
			_, envelope, err := sc.mine.demo.Published(t.Context(), "superoffice")
			require.NoError(t, err)
			changed := bytes.Clone(envelope)
			changed[len(changed)/2] ^= 1
			require.Equal(t, http.StatusBadRequest, sc.eva.upload("license.json", changed).status)
		}},
		{"upload by the partner of the vendor's modules", func(t *testing.T, sc *scene) {
			t.Helper()
			l, _, err := sc.mine.demo.Published(t.Context(), "superoffice")
			require.NoError(t, err)
			greedy := *l
			greedy.Number = 50
			envelope, err := sc.mine.demo.Sign("acme", &greedy, sc.mine.clock.Now())
			require.NoError(t, err)
			a := sc.eva.upload("license.json", envelope)
			require.Equal(t, http.StatusBadRequest, a.status)
			require.Contains(t, a.body, "This is not a license that can be trusted")
		}},
		{"upload of a file whose name is a path", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, name := range []string{"../../../etc/passwd", `..\..\crm.db`, "<script>.json", "a\"; filename=b"} {
				a := sc.eva.upload(name, []byte("{}"))
				require.Equal(t, http.StatusBadRequest, a.status)
				require.NotContains(t, a.body, "passwd")
				require.NotContains(t, a.body, "<script>.json")
			}
		}},
		{"upload without a file", func(t *testing.T, sc *scene) {
			t.Helper()
			require.Equal(t, http.StatusBadRequest, sc.eva.post("/licenses/load", "file", "{}").status)
			for _, kind := range []string{"", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x", "text/plain"} {
				require.Equal(t, http.StatusBadRequest, sc.eva.send(sc.eva.request("POST", "/licenses/load", kind, "--x\r\n")).status, kind)
			}
		}},
		{"upload of very many parts", func(t *testing.T, sc *scene) {
			t.Helper()
			var body strings.Builder
			for range 20_000 {
				body.WriteString("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n")
			}
			a := sc.eva.send(sc.eva.request("POST", "/licenses/load", "multipart/form-data; boundary=x", body.String()+"--x--"))
			require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, a.status)
		}},
	}
}

func pathTricks() []attack {
	gone := func(name string, paths ...string) attack {
		return attack{name, func(t *testing.T, sc *scene) {
			t.Helper()
			for _, path := range paths {
				a := sc.eva.rawPath(path)
				for a.status == http.StatusTemporaryRedirect || a.status == http.StatusMovedPermanently { // redirects to the cleaned path
					require.True(t, strings.HasPrefix(a.location, "/") && !strings.HasPrefix(a.location, "//"), a.location)
					a = sc.eva.rawPath(a.location)
				}
				require.Equal(t, http.StatusNotFound, a.status, "%s: %s", path, a.body)
				require.NotContains(t, a.body, "package main")
				require.NotContains(t, a.body, "{{define")
			}
		}}
	}
	return []attack{
		gone("files beside the static ones", "/static/../server.go", "/static/%2e%2e/server.go", "/static/..%2ftemplates%2flayout.html", "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd", `/static/..\server.go`, "/static/..%5cserver.go"),
		gone("lists of files", "/static/", "/static", "/templates/", "/static/.", "/static/./"),
		gone("files that servers often have", "/.git/config", "/.env", "/crm.db", "/openapi.json", "/debug/pprof/", "/api/", "/go.mod"),
		gone("owners that are paths", "/licenses/..%2f..%2fusers", "/licenses/superoffice%2f..", "/licenses/%2e%2e", "/licenses/superoffice;x", "/licenses/superoffice%20"),
		gone("a NUL in a path", "/users/ann%00", "/licenses/superoffice%00", "/jobs/%00", "/history/1%00", "/static/app.css%00.html", "/licenses/%00/activate", "/api/users/%00", "/licenses/superoffice/superfluous/%00"),
		gone("a path that is not UTF-8", "/users/%ff%fe", "/licenses/%c0%ae%c0%ae", "/api/users/%80", "/jobs/%ed%a0%80"),
		gone("numbers that are none", "/history/0", "/history/-1", "/history/9223372036854775807", "/history/9223372036854775808", "/history/1e3", "/history/0x1", "/history/٣"),
		{"ids as long as a request can be", func(t *testing.T, sc *scene) {
			t.Helper()
			long := strings.Repeat("a", 500_000)
			for _, path := range []string{"/users/", "/licenses/", "/jobs/", "/history/", "/api/users/", "/api/jobs/"} {
				require.Equal(t, http.StatusNotFound, sc.eva.get(path+long).status, path)
			}
		}},
	}
}

// rawPath sends a path as it is written.
func (b *browser) rawPath(path string) answer {
	b.t.Helper()
	r := b.request(http.MethodGet, "/", "", "")
	r.URL.Opaque = "//" + r.URL.Host + path
	return b.send(r)
}

func redirects() []attack {
	return []attack{
		{"being sent elsewhere after signing in", func(t *testing.T, sc *scene) {
			t.Helper()
			a := sc.mine.newBrowser(t).post("/signin?next=https://evil.example&redirect=//evil.example&return_to=/%5cevil.example", "name", "bob", "password", demoPassword, "next", "//evil.example")
			require.Equal(t, "/", a.location)
		}},
		{"being sent elsewhere by a list", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, value := range []string{"//evil.example", "https://evil.example", "\r\nLocation: https://evil.example", "#@evil.example"} {
				for _, then := range []string{"stay", "next", "ok"} {
					a := sc.eva.post("/licenses/superoffice/superfluous/"+demoPlan, "then", then, "q", value, "sort", value, "after", value, "next", value)
					require.True(t, strings.HasPrefix(a.location, "/licenses/superoffice/"), a.location)
					require.Len(t, a.header.Values("Location"), 1)
				}
			}
		}},
		{"a path that is another host", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, path := range []string{"//evil.example/", "//evil.example/..", "/%2f%2fevil.example", "/\\evil.example", "/%5cevil.example"} {
				a := sc.eva.rawPath(path)
				to, err := url.Parse(a.location)
				require.NoError(t, err)
				require.Empty(t, to.Host, a.location)
				require.False(t, strings.HasPrefix(a.location, "//") || strings.HasPrefix(a.location, `/\`), a.location)
			}
		}},
		{"the name of another host", func(t *testing.T, sc *scene) {
			t.Helper()
			a := sc.eva.try("GET", "/", func(r *http.Request) {
				withCookiesOf(r, sc.eva)
				r.Host = "evil.example"
			}, header("X-Forwarded-Host", "evil.example"))
			require.Equal(t, "/licenses", a.location)
			require.NotContains(t, a.body, "evil.example")
		}},
		{"a notice of one's own", func(t *testing.T, sc *scene) {
			t.Helper()
			for _, done := range []string{"<script>alert(1)</script>", "Call 555 1234 and say your password", "ACTIVATED", " activated"} {
				a := sc.eva.get("/users?done=" + url.QueryEscape(done))
				require.Equal(t, http.StatusOK, a.status)
				require.NotContains(t, a.body, "555")
				require.NotContains(t, a.body, "alert(1)")
				require.Contains(t, a.body, `<p class="notice" role="status"></p>`)
			}
			require.Contains(t, sc.eva.get("/users?done=assigned").body, "The seat was assigned.", "what is known is shown")
		}},
	}
}

func oversized() []attack {
	tooLarge := func(name, path string, fields ...string) attack {
		return attack{name, func(t *testing.T, sc *scene) {
			t.Helper()
			a := sc.eva.post(path, fields...)
			require.Equal(t, http.StatusRequestEntityTooLarge, a.status)
		}}
	}
	big := strings.Repeat("x", 10<<20)
	return []attack{
		tooLarge("a form of 10 MB", "/users/u01/assign", "module", big),
		tooLarge("a name of 10 MB", "/licenses/superoffice/serial", "company", big, "serial", "1"),
		tooLarge("signing in with 10 MB", "/signin", "name", "eva", "password", big),
		{"a form with very many fields", func(t *testing.T, sc *scene) {
			t.Helper()
			body := strings.Repeat("tick=m+h&", 100_000)
			for _, path := range []string{"/licenses/superoffice/superfluous/" + demoPlan, "/users/assign", "/signin"} {
				a := sc.eva.send(sc.eva.request("POST", path, "application/x-www-form-urlencoded", body))
				require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, a.status, path)
			}
		}},
		{"more ticks than go with one activation", func(t *testing.T, sc *scene) {
			t.Helper()
			fields := slices.Repeat([]string{"tick", "m h"}, activation.MaxSelected+1)
			a := sc.eva.post("/licenses/superoffice/superfluous/"+demoPlan, fields...)
			require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, a.status)
		}},
		{"more chosen than a page has", func(t *testing.T, sc *scene) {
			t.Helper()
			fields := slices.Repeat([]string{"user", "u01"}, jobBatch+1)
			a := sc.eva.post("/users/assign", append(fields, "assign", demoPlan, "whom", "chosen")...)
			require.Equal(t, http.StatusUnprocessableEntity, a.status)
		}},
		{"a cursor of 500 KB", func(t *testing.T, sc *scene) {
			t.Helper()
			require.Equal(t, http.StatusBadRequest, sc.eva.get("/users?after="+strings.Repeat("A", 500_000)).status)
			sc.eva.problem(http.StatusBadRequest, "GET", "/api/users?after="+strings.Repeat("A", 500_000), "")
		}},
		{"a search of 500 KB", func(t *testing.T, sc *scene) {
			t.Helper()
			require.Equal(t, http.StatusBadRequest, sc.eva.get("/users?q="+strings.Repeat("A", 500_000)).status)
		}},
		{"headers of 2 MB", func(t *testing.T, sc *scene) {
			t.Helper()
			require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, sc.nobody.try("GET", "/signin", header("X-Long", strings.Repeat("x", 2<<20))).status)
		}},
	}
}

// hostile is texts that are instructions to somebody.
var hostile = []string{
	"\x00", "a\x00b", "\xff\xfe", "' OR '1'='1", `"; DROP TABLE crm_user; --`, "%", "_", "\\", "$1", "?1", "{{.}}", "<script>alert(1)</script>",
	"javascript:alert(1)", "\u202e", "\U0001f600", strings.Repeat("x", 3000), "../..", "\r\nSet-Cookie: a=b", "-1", "9223372036854775808", "NaN", "null",
}

// nonsense sends hostile texts wherever one can be sent. Whatever comes back is
// no error of the server's, and nobody's words are in it as they are.
func nonsense() (attacks []attack) {
	for name, send := range map[string]func(sc *scene, method, path, text string) answer{
		"in paths": func(sc *scene, method, path, text string) answer {
			return sc.eva.try(method, strings.NewReplacer("ID", url.PathEscape(text), "OWNER", url.PathEscape(text)).Replace(path))
		},
		"in queries": func(sc *scene, method, path, text string) answer {
			values := url.Values{}
			for _, name := range []string{"q", "module", "type", "sort", "after", "next", "before", "done"} {
				values.Set(name, text)
			}
			return sc.eva.try(method, strings.NewReplacer("ID", "nobody", "OWNER", "nobody").Replace(path)+"?"+values.Encode())
		},
		"in forms": func(sc *scene, method, path, text string) answer {
			values := url.Values{}
			for _, name := range []string{"module", "assign", "from", "to", "user", "offer", "seen", "digest", "tick", "move", "shown", "then", "quantity web", "days", "down", "whom", "q", text} {
				values.Set(name, text)
			}
			path = strings.NewReplacer("ID", "u09", "OWNER", "superoffice").Replace(path)
			return sc.eva.send(sc.eva.request(method, path, "application/x-www-form-urlencoded", values.Encode()))
		},
	} {
		attacks = append(attacks, attack{"hostile texts " + name, func(t *testing.T, sc *scene) {
			t.Helper()
			pages, calls := sc.mine.routes()
			for _, route := range append(pages, calls...) {
				method, path := filled(route, "OWNER", "ID")
				switch {
				case name == "in paths" && strings.HasPrefix(path, "/vendor"), name == "in forms" && slices.Contains(changing, route):
					continue // what would be done, or done again, with any text
				}
				for _, text := range hostile {
					a := send(sc, method, path, text)
					require.Less(t, a.status, http.StatusInternalServerError, "%s with %.30q: %s", route, text, a.body)
					require.NotContains(t, a.body, "<script>alert", "%s with %.30q", route, text)
					require.Empty(t, a.header.Values("Set-Cookie"), route)
				}
			}
		}})
	}
	slices.SortFunc(attacks, func(a, b attack) int { return strings.Compare(a.name, b.name) })
	return attacks
}

// changing is the routes that do their work whatever a form says.
var changing = []string{
	"POST /licenses/{owner}/check", "POST /licenses/{owner}/propose", "POST /licenses/{owner}/undo", "POST /users/{id}/retire", "POST /users/{id}/return",
	"POST /vendor/{owner}", "POST /vendor/{owner}/feed", "POST /licenses/{owner}/serial", "POST /users/assign", "POST /api/users/{id}/retire", "POST /api/users/{id}/return",
	"POST /api/licenses/{owner}/check", "POST /licenses/{owner}/superfluous/{module}", "POST /licenses/{owner}/concerned/{module}/{why}",
}

// TestHostileLicenses has the vendor sign texts for scripts, and addresses that
// are one.
func TestHostileLicenses(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	for _, address := range []string{"javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "http://shop.example.com/", "//evil.example", "https://a.example/\"onclick=x"} {
		l, _, err := s.demo.Published(t.Context(), "superoffice")
		require.NoError(t, err)
		l.ShopURL = address
		_, err = s.demo.Sign("superoffice", l, s.clock.Now())
		if strings.HasPrefix(address, "https://") {
			continue // a text in an attribute; see TestHostileTexts
		}
		require.NotEmpty(t, license.FindingsOf(err), address)
	}
}
