package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/examples/api"
)

// form is a deed that a page has done, with the code of what the page says then.
type form struct {
	pattern, done string
	deed          api.Deed
}

// forms is what administrators have done in one step. A deed that is a call too is
// written once, with the calls.
func (s *Server) forms() []form {
	deeds := s.api.Deeds()
	return []form{
		{"POST /users/{id}/assign", "assigned", deeds["POST /api/users/{id}/assignments"]},
		{"POST /users/{id}/release", "released", deeds["DELETE /api/users/{id}/assignments"]},
		{"POST /users/{id}/switch", "switched", deeds["POST /api/users/{id}/switch"]},
		{"POST /users/{id}/retire", "retired", deeds["POST /api/users/{id}/retire"]},
		{"POST /users/{id}/return", "returned", deeds["POST /api/users/{id}/return"]},
		{"POST /licenses/{owner}/acknowledge", "acknowledged", deeds["POST /api/licenses/{owner}/acknowledgement"]},
		{"POST /licenses/{owner}/dismiss", "dismissed", deeds["DELETE /api/licenses/{owner}/offer"]},
		{"POST /licenses/{owner}/remove", "removed", api.Deed{Do: func(ctx context.Context, by, owner string, _ func(string) string) error {
			_, err := s.crm.As(by).Remove(ctx, owner)
			return err
		}}},
		{"POST /status/clock", "clock", api.Deed{Do: func(ctx context.Context, by, _ string, _ func(string) string) error {
			_, err := s.crm.As(by).ResetClock(ctx)
			return err
		}}},
	}
}

// onPage has a deed done by a form. The page that follows says so, or why a user was
// refused something, with the form as it was.
func (s *Server) onPage(f form) page {
	return func(w http.ResponseWriter, r *http.Request, v visitor) error {
		id, owner := partOf(r, "id"), partOf(r, "owner")
		err := f.deed.Do(r.Context(), v.ID, id+owner, r.PostFormValue)
		if id != "" && (activation.Classify(err) == activation.ClassRefused || errors.Is(err, errSelf)) {
			f := s.failure(err)
			return s.userWith(w, r, v, &f)
		}
		if err != nil {
			return err
		}
		next := "/status"
		switch {
		case id != "":
			next = pathTo("users", id)
		case owner != "":
			next = pathTo("licenses", owner)
		}
		return goTo(w, r, next+"?done="+f.done)
	}
}
