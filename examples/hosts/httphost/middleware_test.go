package httphost_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/examples/hosts/httphost"
	"github.com/seatwright/seatwright/license"
)

var (
	before  = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	expires = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
)

// site is a host whose clock stands still until the test moves it. Ann has a seat.
func site(t *testing.T, now *time.Time) http.Handler {
	t.Helper()
	engine, err := hosttest.Engine(memstore.New(), activation.WithClock(func() time.Time { return *now }))
	require.NoError(t, err)
	require.NoError(t, hosttest.Buy(t.Context(), engine, 2, func(l *license.License) { l.Expires = &expires }))
	_, err = engine.Tenant(hosttest.Tenant).As("admin").Admit(t.Context(), hosttest.User("ann"))
	require.NoError(t, err)
	return routes(engine)
}

func routes(engine *activation.Engine) http.Handler {
	middleware := &httphost.Middleware{
		Engine: engine,
		Caller: func(r *http.Request) (tenant, user string) { return hosttest.Tenant, r.Header.Get("User") },
		Exempt: []string{"/licenses/"},
	}
	done := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allowed", string(httphost.GrantsOf(r.Context()).Check(hosttest.Module).Reason))
		w.WriteHeader(http.StatusNoContent)
	})
	mux := http.NewServeMux()
	mux.Handle("/customers", middleware.Require(hosttest.Module, done))
	mux.Handle("/licenses/", middleware.Require(hosttest.Module, done))
	return middleware.Grants(mux)
}

func ask(t *testing.T, handler http.Handler, method, path, user string) (int, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	request.Header.Set("User", user)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestMiddleware(t *testing.T) {
	now := before
	handler := site(t, &now)
	for _, test := range []struct {
		at                 time.Time
		method, path, user string
		status             int
		body               string
	}{
		{before, http.MethodGet, "/customers", "ann", 204, ""},
		{before, http.MethodPost, "/customers", "ann", 204, ""},
		{before, http.MethodGet, "/customers", "bob", 403, "acme.sales is not-assigned\n"},
		{before, http.MethodGet, "/customers", "", 403, "acme.sales is not-assigned\n"},
		{before, http.MethodPost, "/licenses/acme", "bob", 204, ""},
		{expires, http.MethodGet, "/customers", "ann", 204, ""},
		{expires, http.MethodHead, "/customers", "ann", 204, ""},
		{expires, http.MethodPost, "/customers", "ann", 403, "acme.sales is lapsed\n"},
		{expires, http.MethodDelete, "/customers", "ann", 403, "acme.sales is lapsed\n"},
		{expires, http.MethodGet, "/customers", "bob", 403, "acme.sales is not-assigned\n"},
		{expires, http.MethodPost, "/licenses/acme", "ann", 204, ""}, // who else would renew it
	} {
		now = test.at
		status, body := ask(t, handler, test.method, test.path, test.user)
		assert.Equal(t, test.status, status, "%+v", test)
		assert.Equal(t, test.body, body, "%+v", test)
	}
}

// TestDotsLeadNowhere asks for a protected path as if it were below an exempt one.
// The router looks only at the end of the path.
func TestDotsLeadNowhere(t *testing.T) {
	engine, err := hosttest.Engine(memstore.New())
	require.NoError(t, err)
	middleware := &httphost.Middleware{Engine: engine, Exempt: []string{"/licenses/"}}
	router := middleware.Require(hosttest.Module, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for path, want := range map[string]int{
		"/licenses/": 204, "/licenses": 204, "/licenses/a/../b": 204,
		"/licenses/../customers": 403, "/licenses/..": 403, "/licensesx": 403, "//licenses/../customers": 403,
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		request.URL.Path = path
		recorder := httptest.NewRecorder()
		router.ServeHTTP(recorder, request)
		assert.Equal(t, want, recorder.Code, path)
	}
}

// down is a store that can't be reached.
type down struct{ activation.Store }

func (down) View(context.Context, string, func(activation.Reader) error) error {
	return errors.New("out of order")
}

func TestStoreIsDown(t *testing.T) {
	engine, err := hosttest.Engine(down{memstore.New()})
	require.NoError(t, err)
	status, body := ask(t, routes(engine), http.MethodGet, "/customers", "ann")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Equal(t, "licenses can't be read\n", body)
	status, _ = ask(t, routes(engine), http.MethodGet, "/licenses/", "ann")
	assert.Equal(t, http.StatusNoContent, status)
}
