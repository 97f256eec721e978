package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/source/online"
)

// running is the program within the test.
type running struct {
	url    string
	stop   context.CancelFunc
	ended  chan error
	stdout *bytes.Buffer
	stderr *bytes.Buffer
}

// runs starts it, and waits for the line with the address.
func runs(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	r := &running{stop: stop, ended: make(chan error, 1), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), io.MultiWriter(r.stdout, write), r.stderr)
		_ = write.CloseWithError(io.EOF)
		r.ended <- err
	}()
	line := make([]byte, 100)
	n, err := read.Read(line)
	if err != nil {
		t.Fatal(<-r.ended)
	}
	r.url = strings.TrimSuffix(strings.TrimSpace(string(line[:n])), "/")
	return r
}

func (r *running) end(t *testing.T) {
	t.Helper()
	r.stop()
	require.NoError(t, <-r.ended)
	require.Equal(t, r.url+"/\n", r.stdout.String(), "one line was printed")
	require.NotContains(t, r.stderr.String(), "level=ERROR")
}

// TestRun starts and stops on both databases, without leaving anything behind.
func TestRun(t *testing.T) {
	pgtest.DSN(t) // now, since the goroutines of the server stay
	before := goleak.IgnoreCurrent()
	databases(t, func(t *testing.T, database string) {
		t.Helper()
		r := runs(t, "-db", database)
		client := &http.Client{Transport: &http.Transport{}}
		for path, want := range map[string]string{"/healthz": "ok\n", "/signin": "<!doctype html>", "/metrics": "# HELP", "/static/app.css": "{"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, nil)
			require.NoError(t, err)
			response, err := client.Do(request)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode, path)
			require.Contains(t, string(body), want)
		}
		client.CloseIdleConnections()
		r.end(t)
		goleak.VerifyNone(t, before)
	})
}

// TestDatabaseFile is for the eyes of its owner, with all that lies beside it.
func TestDatabaseFile(t *testing.T) {
	for _, name := range []string{"crm.db", "a folder/of %20 odd?name#1.db"} {
		path := filepath.Join(t.TempDir(), filepath.FromSlash(name))
		r := runs(t, "-db", path)
		files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
		require.NoError(t, err)
		require.Contains(t, files, path)
		for _, file := range files {
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode(), file)
		}
		r.end(t)
	}
}

// TestRunDefaults puts the file where a user's caches are.
func TestRunDefaults(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	r := runs(t)
	folder, err := os.UserCacheDir()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(folder, "seatwright-crm.db"))
	r.end(t)
}

// TestRunRefuses says what is wrong with flags and surroundings.
func TestRunRefuses(t *testing.T) {
	busy, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close() //nolint:errcheck // the test is over
	folder := t.TempDir()
	noDatabase := filepath.Join(folder, "text.db")
	require.NoError(t, os.WriteFile(noDatabase, bytes.Repeat([]byte("this is no database\n"), 1000), 0o600))
	noTrust := filepath.Join(folder, "trust.json")
	require.NoError(t, os.WriteFile(noTrust, []byte("{}"), 0o600))
	database := filepath.Join(folder, "crm.db")
	for _, c := range []struct {
		name, password string
		args           []string
		says           string
	}{
		{"an unknown flag", "", []string{"-nonsense"}, "flag provided but not defined: -nonsense"},
		{"something behind the flags", "", []string{"-db", database, "serve"}, `unexpected argument "serve"`},
		{"a tenant that is none", "", []string{"-tenant", ""}, "-tenant: the id is empty"},
		{"an address that is taken", "", []string{"-db", database, "-addr", busy.Addr().String()}, "address already in use"},
		{"an address that is none", "", []string{"-db", database, "-addr", "nowhere"}, "missing port in address"},
		{"a file that is no database", "", []string{"-db", noDatabase}, "file is not a database"},
		{"a folder", "", []string{"-db", folder}, "is a directory"},
		{"an address of a database that is none", "", []string{"-db", "postgres://user:secret@host:port/x"}, "the address of the database can't be read"},
		{"a server that is not there", "", []string{"-db", "postgres://user:secret@127.0.0.1:1/x"}, "failed to connect"},
		{"keys for the demo", "", []string{"-trust", noTrust}, "-trust and -feed go with -demo=false"},
		{"feeds for the demo", "", []string{"-feed", "acme=https://a.example"}, "-trust and -feed go with -demo=false"},
		{"no keys", "", []string{"-demo=false", "-feed", "acme=https://a.example"}, "-demo=false needs -trust and at least one -feed"},
		{"a feed without an owner", "", []string{"-demo=false", "-feed", "https://a.example"}, "it is not of the form OWNER=URL"},
		{"an owner that is none", "", []string{"-demo=false", "-feed", "a b=https://a.example"}, "it is not of the form OWNER=URL"},
		{"no password", "", []string{"-demo=false", "-trust", noTrust, "-feed", "acme=https://a.example"}, "10 to 72 bytes"},
		{"a short password", "123456789", []string{"-demo=false", "-trust", noTrust, "-feed", "acme=https://a.example"}, "10 to 72 bytes"},
		{"a password of which not all would count", strings.Repeat("x", 73), []string{"-demo=false", "-trust", noTrust, "-feed", "acme=https://a.example"}, "10 to 72 bytes"},
		{"no file of keys", "a long password", []string{"-demo=false", "-trust", filepath.Join(folder, "none"), "-feed", "acme=https://a.example"}, "no such file"},
		{"keys that are none", "a long password", []string{"-demo=false", "-trust", noTrust, "-feed", "acme=https://a.example"}, "there is no trusted key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CRM_ADMIN_PASSWORD", c.password)
			var stdout, stderr bytes.Buffer
			err := run(t.Context(), c.args, &stdout, &stderr)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error()+stderr.String(), "secret")
			require.Empty(t, stdout.String())
		})
	}
	var stderr bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, io.Discard, &stderr), flag.ErrHelp)
	for _, name := range []string{"-addr", "-db", "-tenant", "-demo", "-empty", "-https", "-trust", "-feed"} {
		require.Contains(t, stderr.String(), "  "+name, "help")
	}
}

// TestREADMEListsFlags compares the table with what there is.
func TestREADMEListsFlags(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var help bytes.Buffer
	_, err = parse([]string{"-h"}, os.Getenv, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	for line := range strings.Lines(help.String()) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "-"); ok {
			name, _, _ = strings.Cut(strings.Fields(name)[0], "=")
			require.Contains(t, string(text), "| `-"+name+"`", "the table of flags")
		}
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if file != "doc.go" && !strings.HasSuffix(file, "_test.go") {
			require.Contains(t, string(text), "`"+file+"`", "the table of files")
		}
	}
}

// TestWithoutDemo runs with keys and a feed from outside, as a real host does.
func TestWithoutDemo(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	folder := t.TempDir()
	jwk, err := signed.MarshalKey(public)
	require.NoError(t, err)
	trust := filepath.Join(folder, "trust.json")
	require.NoError(t, os.WriteFile(trust, []byte(`{"keys":[`+strings.TrimSuffix(strings.TrimSpace(string(jwk)), "}")+`,"owners":["acme"]}]}`), 0o600))
	var l license.License
	require.NoError(t, json.Unmarshal(demoAcme, &l))
	l.IssuedAt = time.Now().UTC().Truncate(time.Second)
	document, err := json.Marshal(l)
	require.NoError(t, err)
	envelope, err := signed.Sign(document, key)
	require.NoError(t, err)
	feed := httptest.NewServer(must(online.NewHandler(oneLicense(envelope))))
	defer feed.Close()

	const password = "the first administrator"
	t.Setenv("CRM_ADMIN_PASSWORD", password)
	r := runs(t, "-demo=false", "-trust", trust, "-feed", "acme="+feed.URL, "-db", filepath.Join(folder, "crm.db"), "-tenant", "real", "-https")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	b := &browser{t, &site{url: r.url}, &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	require.Equal(t, http.StatusUnauthorized, b.post("/signin", "name", "eva", "password", demoPassword).status, "nobody of the demo is here")
	signedIn := b.post("/signin", "name", "admin", "password", password)
	require.Equal(t, http.StatusSeeOther, signedIn.status)
	cookie, err := http.ParseSetCookie(signedIn.header.Get("Set-Cookie"))
	require.NoError(t, err)
	require.Equal(t, "__Host-session", cookie.Name)
	require.True(t, cookie.Secure && cookie.HttpOnly && cookie.Path == "/" && cookie.Domain == "" && cookie.SameSite == http.SameSiteLaxMode)
	require.Equal(t, "max-age=31536000", signedIn.header.Get("Strict-Transport-Security"))
	send := func(method, path string, form url.Values) answer {
		request := b.request(method, path, "application/x-www-form-urlencoded", form.Encode())
		request.Header.Set("Cookie", cookie.Name+"="+cookie.Value) // the jar keeps the cookie for https
		return b.send(request)
	}
	require.Equal(t, http.StatusNotFound, send("GET", "/vendor", nil).status)
	require.NotContains(t, send("GET", "/licenses/acme", nil).body, "In this demo")
	a := send("POST", "/licenses/acme/serial", url.Values{"company": {l.Licensee.Company}, "serial": {l.Licensee.Serial}})
	require.Equal(t, "/licenses/acme?done=activated", a.location, a.body)
	b.http.CloseIdleConnections()
	r.end(t)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// oneLicense is a feed with one license, whoever asks.
type oneLicense []byte

// Lookup implements [online.Catalog].
func (l oneLicense) Lookup(context.Context, string, string) (online.Content, error) {
	read := func(context.Context) ([]byte, error) { return l, nil }
	return online.Content{Type: online.EnvelopeType, ETag: online.ETag(l), Read: read}, nil
}

// TestHealth says when the database is gone.
func TestHealth(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	require.Equal(t, "ok\n", s.newBrowser(t).get("/healthz").body)
	eva := s.as(t, "eva")
	require.NoError(t, s.db.DB.Close())
	a := s.newBrowser(t).get("/healthz")
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.Equal(t, "the database does not answer\n", a.body)
	a = eva.get("/users")
	require.Equal(t, http.StatusServiceUnavailable, a.status)
	require.Contains(t, a.body, "contact your system operator, who finds it in the log.")
	require.NotContains(t, a.body, "sql")
	require.Equal(t, http.StatusServiceUnavailable, eva.call("GET", "/api/users", "").status)
	require.Equal(t, fmt.Sprint(http.StatusOK), fmt.Sprint(eva.get("/metrics").status))
}
