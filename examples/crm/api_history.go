package main

import (
	"net/http"
	"strconv"

	"github.com/seatwright/seatwright/activation"
)

// orderDocument is a module for the users that are named, or for all whom the
// list finds with the same filters.
type orderDocument struct {
	Module string   `json:"module"`
	Users  []string `json:"users"`
	All    *struct {
		Search string `json:"q"`
		Module string `json:"module"`
		Type   string `json:"type"`
	} `json:"all"`
}

// jobDocument is how far an order is.
type jobDocument struct {
	ID       string   `json:"id"`
	Module   string   `json:"module"`
	Total    int64    `json:"total"`
	Done     int64    `json:"done"`
	Assigned int64    `json:"assigned"`
	Refused  []string `json:"refused"`
	Finished bool     `json:"finished"`
}

// historyDocument is a page of the history.
type historyDocument struct {
	Entries []activation.HistoryEntry `json:"entries"`
	LeftOut leftOut                   `json:"leftOut,omitempty"`
}

func newJobDocument(j jobRecord) jobDocument {
	return jobDocument{j.ID, j.Module, j.Total, j.Done, j.Assigned, list(j.Refusals()), j.Finished}
}

func (s *Server) apiOrder(r *http.Request, v visitor) (any, error) {
	var wanted orderDocument
	if err := body(r, &wanted, "module"); err != nil {
		return nil, err
	}
	ordered := many{Module: wanted.Module, Users: wanted.Users}
	if wanted.All != nil {
		if len(wanted.Users) > 0 {
			return nil, &pageError{http.StatusUnprocessableEntity, "Name users or all, not both."}
		}
		ordered.All = &listing{Search: wanted.All.Search, Module: wanted.All.Module, Type: wanted.All.Type, Sort: "name"}
	}
	j, err := s.order(r.Context(), v.ID, ordered)
	if err != nil {
		return nil, err
	}
	return newJobDocument(j), nil
}

func (s *Server) apiJob(r *http.Request, _ visitor) (any, error) {
	j, err := s.findJob(r.Context(), partOf(r, "id"))
	if err != nil {
		return nil, err
	}
	return newJobDocument(j), nil
}

func (s *Server) apiHistory(r *http.Request, _ visitor) (any, error) {
	entries, err := s.crm.History(r.Context(), before(r), historyLength)
	if err != nil {
		return nil, err
	}
	left := make(leftOut)
	return historyDocument{left.entries(entries), left}, nil
}

func (s *Server) apiLog(r *http.Request, _ visitor) (any, error) {
	entries, err := s.crm.Log(r.Context(), before(r), historyLength)
	if err != nil {
		return nil, err
	}
	return map[string]any{"entries": list(entries)}, nil
}

// before is the id of the last entry of the page before, 0 for the first page.
// What is no id begins too.
func before(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// apiSamples is what the charts are drawn from.
func (s *Server) apiSamples(r *http.Request, _ visitor) (any, error) {
	status, err := s.crm.Status(r.Context())
	if err != nil {
		return nil, err
	}
	samples, err := collect(s.crm.Samples(r.Context(), r.URL.Query().Get("module"), status.At.AddDate(0, 0, -chartDays), status.At))
	if err != nil {
		return nil, err
	}
	return map[string]any{"samples": list(samples)}, nil
}
