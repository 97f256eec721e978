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
	status   int
	sentence string
	next     string // the code of what to do about it, empty for that of the status
	path     string // where
}

func (e *pageError) Error() string { return e.sentence }

func refusal(status int, sentence string) *pageError {
	return &pageError{status: status, sentence: sentence}
}

// failure is what an error means to whoever sent the request. The library says
// which status fits its errors.
func (s *Server) failure(err error) *pageError {
	var told *pageError
	var refused *api.StatusError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return refusal(refused.Status, words.Brief(refused.Sentence))
	case errors.Is(err, feed.ErrNoOwner):
		return errNotFound
	case errors.As(err, &told):
		return &pageError{told.status, words.Brief(told.sentence), told.next, told.path}
	case errors.As(err, &tooLarge):
		return refusal(http.StatusRequestEntityTooLarge, s.words.Say("error.", "too-large"))
	}
	e := s.words.Explain(err)
	f := &pageError{status: e.Class.HTTPStatus(), sentence: e.Sentence}
	switch {
	case e.Full != "":
		f.next, f.path = "no-free-seat", "/users?module="+url.QueryEscape(e.Full)
	case e.File:
		f.next = "file"
	}
	return f
}

// failurePage is what happened, and what to do about it.
type failurePage struct{ Sentence, Next, Path string }

func (s *Server) next(f *pageError) failurePage {
	return failurePage{f.sentence, s.words.Say("next.", cmp.Or(f.next, strconv.Itoa(f.status))), f.path}
}

// fail answers with a page about an error. Only what nobody outside could help
// is logged, and its text stays here.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := s.failure(err)
	s.logged(r, f, err)
	v, _ := s.sessions.of(context.WithoutCancel(r.Context()), r) // for the navigation alone
	if v.ID != "" {
		v.status, _ = s.crm.Status(context.WithoutCancel(r.Context()))
	}
	if err := s.show(w, r, v, f.status, "failure", s.words.Say("title.", f.status), s.next(f)); err != nil {
		http.Error(w, f.sentence, f.status)
	}
}

func (s *Server) logged(r *http.Request, f *pageError, err error) {
	if f.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.config.Logger.LogAttrs(r.Context(), slog.LevelError, "a request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
}
