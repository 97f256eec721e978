package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/seat"
)

// deed is something that a form or a call of the API has done, with what it sends.
type deed struct {
	page, call string // patterns; empty where there is none
	done       string // the code of what the page says then
	fields     []string
	do         func(r *http.Request, v visitor, in map[string]string) error
}

// deeds is what administrators can have done in one step.
func (s *Server) deeds() []deed {
	return []deed{
		{"POST /users/{id}/assign", "POST /api/users/{id}/assignments", "assigned", []string{"module"}, func(r *http.Request, v visitor, in map[string]string) error {
			return s.give(r.Context(), v, partOf(r, "id"), in["module"])
		}},
		{"POST /users/{id}/release", "DELETE /api/users/{id}/assignments", "released", []string{"module"}, func(r *http.Request, v visitor, in map[string]string) error {
			return s.release(r.Context(), v, partOf(r, "id"), in["module"])
		}},
		{"POST /users/{id}/switch", "POST /api/users/{id}/switch", "switched", []string{"from", "to"}, func(r *http.Request, v visitor, in map[string]string) error {
			return s.swap(r.Context(), v, seat.Swap{Holder: partOf(r, "id"), From: in["from"], To: in["to"]})
		}},
		{"POST /users/{id}/retire", "POST /api/users/{id}/retire", "retired", nil, func(r *http.Request, v visitor, _ map[string]string) error {
			return s.setActive(r.Context(), v, partOf(r, "id"), false)
		}},
		{"POST /users/{id}/return", "POST /api/users/{id}/return", "returned", nil, func(r *http.Request, v visitor, _ map[string]string) error {
			return s.setActive(r.Context(), v, partOf(r, "id"), true)
		}},
		{"", "PUT /api/licenses/{owner}/licensee", "", []string{"company", "serial"}, s.expect},
		{"POST /licenses/{owner}/acknowledge", "POST /api/licenses/{owner}/acknowledgement", "acknowledged", []string{"digest"}, func(r *http.Request, v visitor, in map[string]string) error {
			seen, err := digestOf(in["digest"])
			if err != nil {
				return err
			}
			return s.crm.As(v.ID).Acknowledge(r.Context(), seen)
		}},
		{"POST /licenses/{owner}/dismiss", "DELETE /api/licenses/{owner}/offer", "dismissed", []string{"offer"}, s.dismiss},
		{"POST /licenses/{owner}/remove", "", "removed", nil, func(r *http.Request, v visitor, _ map[string]string) error {
			_, err := s.crm.As(v.ID).Remove(r.Context(), partOf(r, "owner"))
			return err
		}},
		{"POST /status/clock", "", "clock", nil, func(r *http.Request, v visitor, _ map[string]string) error {
			_, err := s.crm.As(v.ID).ResetClock(r.Context())
			return err
		}},
	}
}

func (s *Server) expect(r *http.Request, v visitor, in map[string]string) error {
	to := planner.Expected{Company: in["company"], Serial: in["serial"]}
	if license.SameText(to.Company, "") || license.SameText(to.Serial, "") {
		return refusal(http.StatusUnprocessableEntity, "Enter company and serial number, both as the vendor has given them to you.")
	}
	return s.crm.As(v.ID).Expect(r.Context(), partOf(r, "owner"), to)
}

func (s *Server) dismiss(r *http.Request, v visitor, in map[string]string) error {
	offer, err := digestOf(in["offer"])
	if err != nil {
		return err
	}
	return s.crm.As(v.ID).Dismiss(r.Context(), offer)
}

// release needs no transaction with the host's tables: whoever is there or not,
// active or not, may lose a module.
func (s *Server) release(ctx context.Context, v visitor, id, module string) error {
	who, err := s.people.find(ctx, id)
	if err != nil {
		return err
	}
	_, err = s.crm.As(v.ID).Release(ctx, seat.Assignment{Holder: who.ID, Module: module})
	return err
}

// onPage has a deed done by a form. The page that follows says so, or why a user was
// refused something, with the form as it was.
func (s *Server) onPage(d deed) page {
	return func(w http.ResponseWriter, r *http.Request, v visitor) error {
		in := make(map[string]string)
		for _, name := range d.fields {
			in[name] = r.PostFormValue(name)
		}
		err := d.do(r, v, in)
		id, owner := partOf(r, "id"), partOf(r, "owner")
		if id != "" && (activation.Classify(err) == activation.ClassRefused || errors.Is(err, errSelf)) {
			return s.userWith(w, r, v, s.words.failure(err))
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
		http.Redirect(w, r, next+"?done="+d.done, http.StatusSeeOther)
		return nil
	}
}

// onCall has a deed done by a call, which answers with the user whom it is about.
func (s *Server) onCall(d deed) call {
	return func(r *http.Request, v visitor) (any, error) {
		in := make(map[string]string)
		if d.fields != nil {
			if err := body(r, &in, d.fields...); err != nil {
				return nil, err
			}
			if len(in) > len(d.fields) {
				return nil, errBody
			}
		}
		if err := d.do(r, v, in); err != nil {
			return nil, err
		}
		if partOf(r, "id") != "" {
			return s.apiUser(r, v)
		}
		return struct{}{}, nil
	}
}
