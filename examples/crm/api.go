package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source/online"
)

//go:embed openapi.json
var openAPI []byte

// call answers a request of the API with a value to be written as JSON.
type call func(r *http.Request, v visitor) (any, error)

// apiRoutes is the same as the pages, for a front end of the host's own. It is
// described by openapi.json, which a test compares with this table.
func (s *Server) apiRoutes(mux *http.ServeMux) {
	for pattern, call := range s.apiCalls() {
		mux.Handle(pattern, s.api(call, true))
	}
	mux.Handle("GET /api/me", s.api(s.apiMe, false))
	mux.Handle("/api/", s.api(func(*http.Request, visitor) (any, error) { return nil, errNotFound }, false))
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI)
	})
}

func (s *Server) apiCalls() map[string]call {
	calls := map[string]call{
		"GET /api/licenses": func(_ *http.Request, v visitor) (any, error) { return v.status, nil },
		"POST /api/licenses": func(r *http.Request, v visitor) (any, error) { // an envelope as it is
			if err := isJSON(r, online.EnvelopeType, "application/json"); err != nil {
				return nil, err
			}
			return reply(s.crm.As(v.ID).Load(r.Context(), r.Body))
		},
		"POST /api/licenses/{owner}/check": func(r *http.Request, _ visitor) (any, error) {
			return reply(s.crm.Renew(r.Context(), partOf(r, "owner")))
		},
		"POST /api/licenses/{owner}/plan": func(r *http.Request, _ visitor) (any, error) {
			return reply(s.wanted(r))
		},
		"POST /api/licenses/{owner}/proposal": func(r *http.Request, _ visitor) (any, error) {
			preview, err := s.wanted(r)
			if err != nil {
				return nil, err
			}
			return reply(s.proposal(r.Context(), preview))
		},
		"POST /api/licenses/{owner}/activation": s.apiActivate,
		"GET /api/users":                        s.apiUsers,
		"GET /api/users/{id}":                   s.apiUser,
		"GET /api/users/{id}/entitlements":      s.apiEntitlements,
		"POST /api/jobs":                        s.apiOrder,
		"GET /api/jobs/{id}": func(r *http.Request, _ visitor) (any, error) {
			return reply(s.findJob(r.Context(), partOf(r, "id")))
		},
		"GET /api/history": func(r *http.Request, _ visitor) (any, error) {
			return entries(s.crm.History(r.Context(), before(r), historyLength))
		},
		"GET /api/log": func(r *http.Request, _ visitor) (any, error) {
			return entries(s.crm.Log(r.Context(), before(r), historyLength))
		},
		"GET /api/samples": func(r *http.Request, v visitor) (any, error) {
			samples, err := collect(s.crm.Samples(r.Context(), r.URL.Query().Get("module"), v.status.At.AddDate(0, 0, -chartDays), v.status.At))
			return map[string]any{"samples": list(samples)}, err
		},
	}
	for _, d := range s.deeds() {
		if d.call != "" {
			calls[d.call] = s.onCall(d)
		}
	}
	return calls
}

// reply is what an operation returns, as an answer.
func reply[T any](value T, err error) (any, error) { return value, err }

func entries[T any](page []T, err error) (any, error) {
	return map[string]any{"entries": list(page)}, err
}

// list is never null.
func list[T any](values []T) []T { return append([]T{}, values...) }

// api is signedIn and administrators for calls: no redirects and no pages.
func (s *Server) api(call call, administration bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.sessions.of(r.Context(), r)
		if err == nil && administration && !v.Admin {
			err = errForbidden
		}
		if err == nil {
			v.status, err = s.crm.Status(r.Context())
		}
		var answer any
		if err == nil {
			answer, err = call(r, v)
		}
		if err != nil {
			s.failAPI(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, "application/json", answer)
	})
}

func writeJSON(w http.ResponseWriter, status int, kind string, value any) {
	value, err := shortened(value)
	text, written := json.Marshal(value)
	if err = errors.Join(err, written); err != nil {
		http.Error(w, "the answer can't be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // whoever asked may have gone
}

// problemDocument is RFC 9457, with the figures of what was refused.
type problemDocument struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Refusals has the figures of each.
	Refusals []seat.Refusal `json:"refusals,omitempty"`
	// Fresh is the offer as it is now, where it was not activated.
	Fresh *activation.Preview `json:"fresh,omitempty"`
}

func (s *Server) failAPI(w http.ResponseWriter, r *http.Request, err error) {
	f := s.failure(err)
	s.logged(r, f, err)
	document := problemDocument{Status: f.status, Title: http.StatusText(f.status), Detail: f.sentence}
	var refused *seat.RefusedError
	if errors.As(err, &refused) {
		document.Refusals = refused.Refusals
	}
	var moved *activation.NotActivatedError
	if errors.As(err, &moved) {
		document.Fresh = moved.Fresh
	}
	writeJSON(w, f.status, "application/problem+json", document)
}

// wanted plans with what a call wants to be released and switched.
func (s *Server) wanted(r *http.Request) (*activation.Preview, error) {
	var selection planner.Selection
	err := body(r, &selection)
	if err == nil {
		err = complete(selection)
	}
	if err != nil {
		return nil, err
	}
	return s.crm.Plan(r.Context(), partOf(r, "owner"), selection)
}

// complete refuses a selection of which a member is missing.
func complete(s planner.Selection) error {
	if slices.ContainsFunc(s.Releases, func(a seat.Assignment) bool { return a.Holder == "" || a.Module == "" }) ||
		slices.ContainsFunc(s.Switches, func(swap seat.Swap) bool { return swap.Holder == "" || swap.From == "" || swap.To == "" }) {
		return errBody
	}
	return nil
}

func (s *Server) apiActivate(r *http.Request, v visitor) (any, error) {
	var approval activation.Approval
	err := body(r, &approval, "offer", "seen")
	if err == nil {
		err = complete(approval.Selection)
	}
	if err != nil {
		return nil, err
	}
	return reply(s.crm.As(v.ID).Activate(r.Context(), approval))
}

// userDocument is a user with what is assigned.
type userDocument struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Active   bool      `json:"active"`
	LastSeen time.Time `json:"lastSeen,omitzero"`
	Assigned []string  `json:"assigned"`
}

func (s *Server) apiUsers(r *http.Request, v visitor) (any, error) {
	q, err := s.peopleQuery(v.status, listingOf(r, "name"))
	if err != nil {
		return nil, err
	}
	found, err := s.db.directory.Find(r.Context(), s.config.Tenant, q)
	users := make([]userDocument, len(found.Entries))
	for i, e := range found.Entries {
		users[i] = userDocument{e.ID, e.Name, e.Type, true, e.LastSeen, list(e.Assigned)}
	}
	answer := map[string]any{"users": users}
	if found.Next != "" {
		answer["next"] = found.Next
	}
	return answer, err
}

func (s *Server) apiUser(r *http.Request, _ visitor) (any, error) {
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return nil, err
	}
	holders, err := s.crm.Holders(r.Context(), who.ID)
	d := userDocument{who.ID, who.Name, who.Type, who.Active, who.LastSeen, []string{}}
	for _, h := range holders {
		d.Assigned = list(h.Assigned)
	}
	return d, err
}

// entitlementDocument says whether a module may be used.
type entitlementDocument struct {
	Module string      `json:"module"`
	Access seat.Access `json:"access"`
	seat.Entitlement
}

// apiMe is who is signed in, with what that person may use, as a front end
// needs it to show or hide things.
func (s *Server) apiMe(r *http.Request, v visitor) (any, error) {
	uses, err := s.entitlements(r.Context(), v, v.ID)
	uses = slices.DeleteFunc(uses, func(e entitlementDocument) bool { return e.Access == seat.AccessNone })
	return map[string]any{"id": v.ID, "name": v.Name, "administrator": v.Admin, "uses": uses}, err
}

// apiEntitlements says of every licensed module whether somebody may use it, and
// why.
func (s *Server) apiEntitlements(r *http.Request, v visitor) (any, error) {
	who, err := s.people.find(r.Context(), partOf(r, "id"))
	if err != nil {
		return nil, err
	}
	all, err := s.entitlements(r.Context(), v, who.ID)
	return map[string]any{"entitlements": all}, err
}

func (s *Server) entitlements(ctx context.Context, v visitor, id string) ([]entitlementDocument, error) {
	entitlements, err := s.crm.Entitlements(ctx)
	if err != nil {
		return nil, err
	}
	grants, all := entitlements.For(id), []entitlementDocument{}
	for _, o := range v.status.Owners {
		for _, m := range o.Modules {
			e := grants.Check(m.Name)
			all = append(all, entitlementDocument{m.Name, e.Access(), e})
		}
	}
	return all, nil
}

// apiOrder takes a module for the users that are named, or for all whom the list
// finds with the same filters.
func (s *Server) apiOrder(r *http.Request, v visitor) (any, error) {
	var wanted struct {
		Module string   `json:"module"`
		Users  []string `json:"users"`
		All    *struct {
			Search string `json:"q"`
			Module string `json:"module"`
			Type   string `json:"type"`
		} `json:"all"`
	}
	if err := body(r, &wanted, "module"); err != nil {
		return nil, err
	}
	ordered := many{Module: wanted.Module, Users: wanted.Users}
	if wanted.All != nil {
		if len(wanted.Users) > 0 {
			return nil, refusal(http.StatusUnprocessableEntity, "Name users or all, not both.")
		}
		ordered.All = &listing{Search: wanted.All.Search, Module: wanted.All.Module, Type: wanted.All.Type, Sort: "name"}
	}
	return reply(s.order(r.Context(), v, ordered))
}

// before is the id of the last entry of the page before, 0 for the first page.
// A text that is no id begins too.
func before(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}
