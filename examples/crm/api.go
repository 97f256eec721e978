package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
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
	return map[string]call{
		"GET /api/licenses":                          s.apiStatus,
		"POST /api/licenses":                         s.apiLoad,
		"POST /api/licenses/{owner}/check":           s.apiCheck,
		"PUT /api/licenses/{owner}/licensee":         s.apiExpect,
		"POST /api/licenses/{owner}/acknowledgement": s.apiAcknowledge,
		"POST /api/licenses/{owner}/plan":            s.apiPlan,
		"POST /api/licenses/{owner}/proposal":        s.apiPropose,
		"POST /api/licenses/{owner}/activation":      s.apiActivate,
		"DELETE /api/licenses/{owner}/offer":         s.apiDismiss,
		"GET /api/users":                             s.apiUsers,
		"GET /api/users/{id}":                        s.apiUser,
		"GET /api/users/{id}/entitlements":           s.apiEntitlements,
		"POST /api/users/{id}/assignments":           s.apiAssign,
		"DELETE /api/users/{id}/assignments":         s.apiRelease,
		"POST /api/users/{id}/switch":                s.apiSwitch,
		"POST /api/users/{id}/retire":                s.apiRetire,
		"POST /api/users/{id}/return":                s.apiReturn,
		"POST /api/jobs":                             s.apiOrder,
		"GET /api/jobs/{id}":                         s.apiJob,
		"GET /api/history":                           s.apiHistory,
		"GET /api/log":                               s.apiLog,
		"GET /api/samples":                           s.apiSamples,
	}
}

// api is signedIn and administrators for calls: no redirects and no pages.
func (s *Server) api(call call, administration bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.sessions.of(r.Context(), r)
		if err == nil && administration && !v.Admin {
			err = errForbidden
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
	text, err := json.Marshal(value)
	if err != nil {
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
	// LeftOut counts what the lists do not have.
	LeftOut leftOut `json:"leftOut,omitempty"`
}

func (s *Server) failAPI(w http.ResponseWriter, r *http.Request, err error) {
	f := failure(err)
	if f.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.config.Logger.LogAttrs(r.Context(), slog.LevelError, "a call failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	document := problemDocument{Status: f.status, Title: http.StatusText(f.status), Detail: f.sentence, LeftOut: make(leftOut)}
	var refused *seat.RefusedError
	if errors.As(err, &refused) {
		document.Refusals = cut(document.LeftOut, "refusals", refused.Refusals, maxListed)
	}
	var moved *activation.NotActivatedError
	if errors.As(err, &moved) {
		document.Fresh = document.LeftOut.preview(moved.Fresh)
	}
	writeJSON(w, f.status, "application/problem+json", document)
}
