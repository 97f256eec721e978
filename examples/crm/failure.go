package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/examples/words"
)

// pageError is a refusal with its status and a sentence for whoever reads it.
type pageError struct {
	status         int
	next           string // the code of the advice, empty for that of the status
	Sentence, Next string // Next is the advice
	Path           string // the address of the page
}

func (e *pageError) Error() string { return e.Sentence }

func refusal(status int, sentence string) *pageError {
	return &pageError{status: status, Sentence: sentence}
}

// failure is what an error means to whoever sent the request.
func (s *Server) failure(err error) pageError {
	f := s.meaning(err)
	f.Sentence, f.Next = words.Brief(f.Sentence), s.words.Say("next.", cmp.Or(f.next, strconv.Itoa(f.status)))
	return f
}

// meaning asks the library which status fits its errors.
func (s *Server) meaning(err error) pageError {
	var told *pageError
	var refused *api.StatusError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return pageError{status: refused.Status, Sentence: refused.Sentence}
	case errors.Is(err, feed.ErrNoOwner):
		return *errNotFound
	case errors.As(err, &told):
		return *told
	case errors.As(err, &tooLarge):
		return pageError{status: http.StatusRequestEntityTooLarge, Sentence: s.words.Say("error.", "too-large")}
	}
	e := s.words.Explain(err)
	f := pageError{status: e.Class.HTTPStatus(), Sentence: e.Sentence}
	switch {
	case e.Full != "":
		f.next, f.Path = "no-free-seat", "/users?module="+url.QueryEscape(e.Full)
	case e.File:
		f.next = "file"
	}
	return f
}

// fail answers with a page about an error. Only what nobody outside could help
// is logged, and its text stays here.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := s.failure(err)
	s.logged(r, f, err)
	v, _ := s.sessions.of(context.WithoutCancel(r.Context()), r) // only for the navigation
	if v.ID != "" {
		v.status, _ = s.crm.Status(context.WithoutCancel(r.Context()))
	}
	if err := s.show(w, r, v, f.status, "failure", s.words.Say("title.", f.status), f); err != nil {
		http.Error(w, f.Sentence, f.status)
	}
}

func (s *Server) logged(r *http.Request, f pageError, err error) {
	if f.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.config.Logger.LogAttrs(r.Context(), slog.LevelError, "a request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
}
