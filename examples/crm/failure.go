package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/seatwright/seatwright/activation"
)

// pageError is a refusal with its status and a sentence for whoever reads it.
type pageError struct {
	status   int
	sentence string
}

func (e *pageError) Error() string { return e.sentence }

// failure is what an error means to whoever sent the request. What status fits an
// error of the library, the library says; the words are this host's.
func failure(err error) *pageError {
	f := failureOf(err)
	return &pageError{f.status, brief(f.sentence)}
}

func failureOf(err error) *pageError {
	var told *pageError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, errNotSignedIn):
		return &pageError{http.StatusUnauthorized, "Sign in first."}
	case errors.Is(err, errNotFound), errors.Is(err, errNobody):
		return &pageError{http.StatusNotFound, sentence(err.Error())}
	case errors.As(err, &tooLarge):
		return &pageError{http.StatusRequestEntityTooLarge, tooLargeSentence}
	}
	class := activation.Classify(err)
	return &pageError{class.HTTPStatus(), failureSentence(class, err)}
}

// fail answers with a page about an error. Only what nobody outside could help
// is logged, and its text stays here.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := failure(err)
	if f.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.config.Logger.LogAttrs(r.Context(), slog.LevelError, "a page failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	v, _ := s.sessions.of(context.WithoutCancel(r.Context()), r) // for the navigation alone
	if err := s.show(w, r, v, f.status, "failure", http.StatusText(f.status), f.sentence); err != nil {
		http.Error(w, f.sentence, f.status)
	}
}
