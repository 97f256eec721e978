package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/seat"
)

// demoModule is what the demo's own page of a CRM asks for.
const demoModule = "superoffice.web"

type grantsKey struct{}

// RequireModule lets only those through who may use a module, as a host puts it
// before the handlers of its own. Others get a 403. While the license has ended,
// requests that only read go on, and those that write get a 403. The answer costs
// no I/O; handlers find the rest of what somebody may use with [Grants].
func (s *Server) RequireModule(module string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return s.signedIn(func(w http.ResponseWriter, r *http.Request, v visitor) error {
			entitlements, err := s.crm.Entitlements(r.Context())
			if err != nil {
				return err
			}
			grants := entitlements.For(v.ID)
			entitlement := grants.Check(module)
			switch entitlement.Access() {
			case seat.AccessFull:
			case seat.AccessReadOnly:
				if !reads(r.Method) {
					return refusal(http.StatusForbidden, "This is read-only, because the license of "+module+" has ended.")
				}
				w.Header().Set("Seatwright-Access", string(seat.AccessReadOnly))
			default:
				return refusal(http.StatusForbidden, s.words.Say("reason.", entitlement.Reason)+": "+module+". Without it you can't use this.")
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), grantsKey{}, grants)))
			return nil
		})
	}
}

func reads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// Grants returns what the sender of a request may use, behind
// [Server.RequireModule].
func Grants(ctx context.Context) seat.Grants {
	grants, _ := ctx.Value(grantsKey{}).(seat.Grants)
	return grants
}

// client is a page of the CRM itself: what all of this is for.
func (s *Server) client(w http.ResponseWriter, r *http.Request, v visitor) error {
	if r.URL.Path != "/crm/" {
		return errNotFound
	}
	e := Grants(r.Context()).Check(demoModule)
	if !reads(r.Method) {
		if !e.Allowed() {
			return errors.New("the middleware has let through what it should not")
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.show(w, r, v, http.StatusOK, "client", "Web client", api.Entitlement{Module: demoModule, Access: e.Access(), Entitlement: e})
}
