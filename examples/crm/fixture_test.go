package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/seatwright/seatwright/examples/api/apitest"
	"github.com/seatwright/seatwright/internal/pgtest"
	"github.com/seatwright/seatwright/license/signed"
)

// asProgram makes the test binary the program itself, for tests that end it.
const asProgram = "CRM_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	code := pgtest.Main(m)
	stopChromium()
	os.Exit(code)
}

// start is when the clock of tests begins.
var start = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

// testClock is set by the test.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// site is a running host.
type site struct {
	*Server
	url      string
	clock    *testClock
	contract *apitest.Contract
}

// newSite runs a host for a tenant on a database until the test ends.
func newSite(t testing.TB, database string) *site {
	t.Helper()
	return newSiteAt(t, database, "demo", start)
}

func newSiteAt(t testing.TB, database, tenant string, now time.Time) *site {
	t.Helper()
	return newSiteThat(t, database, tenant, now, (*Server).Run)
}

// onlyWorks runs a site that does nothing by itself but jobs: what a minute of a
// slow machine is for Run would change what a long test compares.
func onlyWorks(s *Server, ctx context.Context) error { //nolint:revive // the form of a method expression
	s.work(ctx)
	return ctx.Err()
}

// newStory runs a host in the middle of its story.
func newStory(t testing.TB, database string) *site {
	t.Helper()
	return newSiteWith(t, Config{Database: database, Tenant: "demo"}, start, (*Server).Run)
}

func newSiteThat(t testing.TB, database, tenant string, now time.Time, runs func(*Server, context.Context) error) *site {
	t.Helper()
	return newSiteWith(t, Config{Database: database, Tenant: tenant, Empty: true}, now, runs)
}

func newSiteWith(t testing.TB, config Config, now time.Time, runs func(*Server, context.Context) error) *site {
	t.Helper()
	clock := &testClock{now: now}
	db, err := open(t.Context(), config.Database)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	config.Demo, config.Logger, config.Clock, config.PasswordCost = true, slog.New(slog.DiscardHandler), clock.Now, bcrypt.MinCost
	s, err := New(t.Context(), config, db)
	require.NoError(t, err)
	server := httptest.NewServer(s)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- runs(s, ctx) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return &site{s, server.URL, clock, apitest.New(t)}
}

// sqliteFile is where a test keeps a database.
func sqliteFile(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "crm.db")
}

// databases runs a test on SQLite and on PostgreSQL.
func databases(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, sqliteFile(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, pgtest.DSN(t)) })
}

// browser is somebody at a site, with cookies and without scripts.
type browser struct {
	t    testing.TB
	site *site
	http *http.Client
}

// newBrowser does not follow redirects, so that a test sees them.
func (s *site) newBrowser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &browser{t, s, client}
}

// as signs in.
func (s *site) as(t testing.TB, name string) *browser {
	t.Helper()
	b := s.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, b.post("/signin", "name", name, "password", demoPassword).status)
	return b
}

// in is the same browser in another test.
func (b *browser) in(t testing.TB) *browser {
	t.Helper()
	return &browser{t, b.site, b.http}
}

// answer is what came back.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (b *browser) send(r *http.Request) answer {
	b.t.Helper()
	response, err := b.http.Do(r)
	require.NoError(b.t, err)
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	body, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	return answer{response.StatusCode, response.Header.Get("Location"), response.Header, string(body)}
}

func (b *browser) request(method, path, kind, body string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.site.url+path, strings.NewReader(body))
	require.NoError(b.t, err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.send(b.request(http.MethodGet, path, "", ""))
}

// post sends a form of names and values.
func (b *browser) post(path string, fields ...string) answer {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	return b.send(b.request(http.MethodPost, path, "application/x-www-form-urlencoded", values.Encode()))
}

// json calls the API.
func (b *browser) json(method, path, body string) answer {
	b.t.Helper()
	return b.send(b.request(method, path, "application/json", body))
}

// activateFirst gets the demo's first licenses of the vendor and the partner.
func (b *browser) activateFirst() {
	b.t.Helper()
	a := b.post("/licenses/superoffice/serial", "company", "Example AS", "serial", "1234567890")
	require.Equal(b.t, "/licenses/superoffice?done=activated", a.location, a.body)
	a = b.post("/licenses/acme/serial", "company", "Example AS", "serial", "A-2001")
	require.Equal(b.t, "/licenses/acme?done=activated", a.location, a.body)
}

// keyOf is the key of the demo's vendor or partner.
func (s *site) keyOf(t testing.TB, owner string) ed25519.PrivateKey {
	t.Helper()
	jwk, err := vendors{s.db, s.config.Tenant}.Get(t.Context(), "key "+owner)
	require.NoError(t, err)
	key, err := signed.ParsePrivateKey(jwk)
	require.NoError(t, err)
	return key
}
