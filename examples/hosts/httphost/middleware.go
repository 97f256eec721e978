// Package httphost is the middleware of a net/http host: may this user use this now?
// Copy it, and change it.
package httphost

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// Middleware looks up what the user of a request may use.
type Middleware struct {
	Engine *activation.Engine
	// Caller says whose request it is. That it is theirs was decided before.
	Caller func(r *http.Request) (tenant, user string)
	// Exempt has the prefixes of paths that never ask, such as "/licenses/": whoever
	// renews a license that has lapsed has to get there.
	Exempt []string
}

type grants struct{}

// GrantsOf returns what the user of a request may use, as Grants found it. The
// zero Grants allows nothing.
func GrantsOf(ctx context.Context) seat.Grants {
	found, _ := ctx.Value(grants{}).(seat.Grants)
	return found
}

// Grants looks up once what the user may use, for the whole request. It goes
// around everything, behind the authentication.
func (m *Middleware) Grants(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m.exempt(r) {
			next.ServeHTTP(w, r)
			return
		}
		tenant, user := m.Caller(r)
		entitlements, err := m.Engine.Tenant(tenant).Entitlements(r.Context())
		if err != nil { // the store has not been reached since the start
			http.Error(w, "licenses can't be read", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), grants{}, entitlements.For(user))))
	})
}

// Require lets those through who have the module. Where its license has lapsed,
// it lets them read: GET and HEAD.
func (m *Middleware) Require(module string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := GrantsOf(r.Context()).Check(module)
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		if answer.Allowed() || reads && answer.Access() == seat.AccessReadOnly || m.exempt(r) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, module+" is "+string(answer.Reason), http.StatusForbidden)
	})
}

func (m *Middleware) exempt(r *http.Request) bool {
	asked := path.Clean(r.URL.Path) + "/" // so that /licenses/../x is not exempt
	return slices.ContainsFunc(m.Exempt, func(prefix string) bool { return strings.HasPrefix(asked, prefix) })
}
