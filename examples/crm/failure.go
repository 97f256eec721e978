package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/sqlstore"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
)

// pageError is a refusal with its status and a sentence for whoever reads it.
type pageError struct {
	status   int
	sentence string
}

func (e *pageError) Error() string { return e.sentence }

// failure is what an error means to whoever sent the request: the one table in
// which the errors of the library become HTTP.
func failure(err error) *pageError {
	var told *pageError
	if errors.As(err, &told) {
		return told
	}
	var tooLarge *http.MaxBytesError
	var envelope *source.TooLargeError
	var refused *seat.RefusedError
	var module *seat.ModuleError
	var unauthentic *signed.Error
	var query *sqlstore.QueryError
	switch {
	case errors.Is(err, errNotSignedIn):
		return &pageError{http.StatusUnauthorized, "Sign in first."}
	case errors.Is(err, errNotFound), errors.Is(err, errNobody):
		return &pageError{http.StatusNotFound, sentence(err.Error())}
	case errors.As(err, &tooLarge), errors.As(err, &envelope):
		return &pageError{http.StatusRequestEntityTooLarge, "That is too large to be a license: a file has at most 1 MiB."}
	case errors.As(err, &refused):
		return &pageError{http.StatusConflict, refusalSentence(refused)}
	case errors.As(err, &module):
		return &pageError{http.StatusConflict, sentence(module.Error())}
	case errors.As(err, &unauthentic):
		return &pageError{http.StatusUnprocessableEntity, unauthenticSentence(unauthentic)}
	case len(license.FindingsOf(err)) > 0:
		return &pageError{http.StatusUnprocessableEntity, "The license is not valid: " + license.FindingsOf(err)[0].Error() + "."}
	case errors.As(err, &query):
		return &pageError{http.StatusBadRequest, sentence(query.Error())}
	}
	return activationFailure(err)
}

func activationFailure(err error) *pageError {
	var stale *activation.StaleError
	var blocked *activation.BlockedError
	var rejected *activation.RejectedError
	var none *activation.NoProposalError
	switch {
	case errors.As(err, &stale), errors.As(err, &blocked), errors.As(err, &rejected), errors.As(err, &none):
		return &pageError{http.StatusConflict, sentence(err.Error())}
	case errors.Is(err, activation.ErrNoOffer):
		return &pageError{http.StatusNotFound, "No license is waiting to be activated."}
	case errors.Is(err, activation.ErrNoSource), errors.Is(err, activation.ErrNoSerial), errors.Is(err, activation.ErrProtected):
		return &pageError{http.StatusConflict, sentence(err.Error())}
	case errors.Is(err, activation.ErrOutcomeUnknown):
		return &pageError{http.StatusServiceUnavailable, "The database was lost at the last moment. Look whether it was done, or simply do it again."}
	case errors.Is(err, context.DeadlineExceeded):
		return &pageError{http.StatusServiceUnavailable, "That took too long. Try again."}
	}
	return &pageError{http.StatusInternalServerError, "Something went wrong here. Administrators of the server find it in the log."}
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
