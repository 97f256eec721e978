package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

type grantsKey struct{}

// WithGrants looks up once, for the whole request, what its user may use.
func WithGrants(crm *activation.Tenant, userOf func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entitlements, err := crm.Entitlements(r.Context())
		if err != nil { // the store has not been reached since the start
			http.Error(w, "licenses can't be read", http.StatusServiceUnavailable)
			return
		}
		ctx := context.WithValue(r.Context(), grantsKey{}, entitlements.For(userOf(r)))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// GrantsOf returns what WithGrants has found. The zero Grants allows nothing.
func GrantsOf(ctx context.Context) seat.Grants {
	grants, _ := ctx.Value(grantsKey{}).(seat.Grants)
	return grants
}

// licenseScreens are where somebody loads a license and gives out seats. Who may
// do that is the host's to check there.
const licenseScreens = "/licenses/"

// RequireModule is the middleware of a module's pages. Where the license has
// lapsed, it lets those through who only read. The license screens never need a
// module, or nobody could renew the license.
func RequireModule(module string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := GrantsOf(r.Context()).Check(module)
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		exempt := strings.HasPrefix(path.Clean(r.URL.Path)+"/", licenseScreens)
		if !exempt && !answer.Allowed() && (answer.Access() != seat.AccessReadOnly || !reads) {
			http.Error(w, module+" is "+string(answer.Reason), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestRequireModule(t *testing.T) {
	expires := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	s := newStory(t)
	s.load(issue(t, vendorKey(t), 1, 1, func(l *license.License) { l.Expires = &expires }))
	s.seated("ann")

	handler := WithGrants(s.crm, func(r *http.Request) string { return r.Header.Get("User") },
		RequireModule("acme.web", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		})))
	ask := func(method, path, user string) (int, string) {
		request := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		request.Header.Set("User", user)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		return recorder.Code, recorder.Body.String()
	}
	const customers = "/customers"
	for _, test := range []struct {
		method, path, user string
		status             int
		body               string
		at                 time.Time
	}{
		{http.MethodGet, customers, "ann", http.StatusNoContent, "", s.now},
		{http.MethodPost, customers, "ann", http.StatusNoContent, "", s.now},
		{http.MethodGet, customers, "bob", http.StatusForbidden, "acme.web is not-assigned\n", s.now},
		{http.MethodGet, customers, "ann", http.StatusNoContent, "", expires},
		{http.MethodPost, customers, "ann", http.StatusForbidden, "acme.web is lapsed\n", expires},
		{http.MethodGet, customers, "bob", http.StatusForbidden, "acme.web is not-assigned\n", expires},
		{http.MethodPost, "/licenses/acme", "ann", http.StatusNoContent, "", expires},
		{http.MethodPost, "/licenses/acme", "bob", http.StatusNoContent, "", expires},
		{http.MethodGet, "/licenses", "bob", http.StatusNoContent, "", expires},
		{http.MethodPost, "/licensesx", "bob", http.StatusForbidden, "acme.web is not-assigned\n", expires},
		{http.MethodPost, "/licenses/../customers", "ann", http.StatusForbidden, "acme.web is lapsed\n", expires},
	} {
		s.now = test.at
		status, body := ask(test.method, test.path, test.user)
		assert.Equal(t, test.status, status)
		assert.Equal(t, test.body, body)
	}
	require.False(t, GrantsOf(t.Context()).Check("acme.web").Allowed())
}
