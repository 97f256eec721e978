package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/planner"
	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/examples/feed"
	"github.com/seatwright/seatwright/license"
	"github.com/seatwright/seatwright/license/signed"
	"github.com/seatwright/seatwright/seat"
	"github.com/seatwright/seatwright/source"
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
func (w words) failure(err error) *pageError {
	class := activation.Classify(err)
	f := &pageError{status: class.HTTPStatus()}
	var told *pageError
	var refused *api.StatusError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		f.status, f.sentence = refused.Status, refused.Sentence
	case errors.As(err, &told):
		f = &pageError{told.status, told.sentence, told.next, told.path}
	case errors.Is(err, errNotSignedIn):
		f.status, f.sentence = http.StatusUnauthorized, "You are not signed in."
	case errors.Is(err, errNotFound), errors.Is(err, errNobody), errors.Is(err, feed.ErrNoOwner):
		f.status, f.sentence = http.StatusNotFound, sentence(err.Error())
	case errors.As(err, &tooLarge):
		f.status, f.sentence = http.StatusRequestEntityTooLarge, w.say("error.", "too-large")
	default:
		w.explain(f, class, err)
	}
	f.sentence = api.Brief(f.sentence)
	return f
}

// plainly has the code of words for errors that have no figures.
var plainly = map[error]string{
	activation.ErrNoOffer: "no-offer", activation.ErrNoSerial: "no-serial", activation.ErrNoSource: "no-source",
	activation.ErrProtected: "protected", activation.ErrOutcomeUnknown: "unknown", context.DeadlineExceeded: "late",
}

// explain says what an error of the library means. Trouble that nobody outside
// could help is not told.
func (w words) explain(f *pageError, class activation.Class, err error) {
	for known, code := range plainly {
		if errors.Is(err, known) {
			f.sentence = w.say("error.", code)
			return
		}
	}
	var refused *seat.RefusedError
	var unauthentic *signed.Error
	var tooLarge *source.TooLargeError
	var full *seat.NoFreeSeatError
	if errors.As(err, &full) {
		f.next, f.path = "no-free-seat", "/users?module="+url.QueryEscape(full.Module)
	}
	findings := license.FindingsOf(err)
	switch {
	case class == activation.ClassUnavailable:
		f.sentence = w.say("error.", "unavailable")
	case errors.As(err, &refused):
		f.sentence = w.refusals(refused)
	case errors.As(err, &unauthentic):
		f.next = "file"
		f.sentence = w.say("unauthentic.", "")
		if text, ok := w["unauthentic."+string(unauthentic.Code)]; ok {
			f.sentence = text + first(findings)
		}
	case errors.As(err, &tooLarge):
		f.sentence = w.say("error.", "too-large")
	case len(findings) > 0:
		f.next, f.sentence = "file", w.say("unauthentic.", signed.CodeInvalid)+first(findings)
	default:
		if text, none := w.noProposal(err); none {
			f.sentence = text
			return
		}
		f.sentence = sentence(err.Error())
	}
}

// first says the first of what is wrong with a license.
func first(findings []*license.Finding) (text string) {
	for i, f := range findings {
		if i == 3 {
			break
		}
		text += " " + sentence(f.Error())
		if f.Code == license.CodeUnsupported {
			text += " It needs a newer version of this program."
		}
	}
	return text
}

// refusals says every reason once, up to five.
func (w words) refusals(err *seat.RefusedError) (text string) {
	said := make(map[string]bool)
	for _, r := range err.Refusals {
		if reason := w.reason(r); !said[reason] && len(said) < 5 {
			said[reason] = true
			text += " " + reason
		}
	}
	return text[min(1, len(text)):]
}

// reason says why a seat was refused, with its figures.
func (w words) reason(r seat.Refusal) string {
	var written struct {
		Rule, Text string
		Figures    map[string]any
	}
	text, err := json.Marshal(r)
	if err != nil || json.Unmarshal(text, &written) != nil || w["refusal."+written.Rule] == "" {
		return api.Brief(sentence(r.Err.Error()))
	}
	return api.Brief(w.say("refusal.", written.Rule, r.Err))
}

// noProposal says why nothing can be proposed.
func (w words) noProposal(err error) (string, bool) {
	var none *planner.NoProposalError
	if !errors.As(err, &none) {
		return "", false
	}
	if len(none.Rejections) > 0 {
		return w.say("error.", "no-proposal-helps") + " " + all(w, "rejection.", none.Rejections), true
	}
	text := w.say("error.", "no-proposal")
	for _, s := range none.Shortages[:min(len(none.Shortages), maxNamed)] {
		text += " " + s.Blocker.Module + ": " + plain(s.Candidates) + " of " + plain(s.Wanted) + "."
	}
	return text, true
}

// failurePage is what happened, and what to do about it.
type failurePage struct{ Sentence, Next, Path string }

func (s *Server) next(f *pageError) failurePage {
	return failurePage{f.sentence, s.words.say("next.", cmp.Or(f.next, strconv.Itoa(f.status))), f.path}
}

// fail answers with a page about an error. Only what nobody outside could help
// is logged, and its text stays here.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := s.words.failure(err)
	s.logged(r, f, err)
	v, _ := s.sessions.of(context.WithoutCancel(r.Context()), r) // for the navigation alone
	if v.ID != "" {
		v.status, _ = s.crm.Status(context.WithoutCancel(r.Context()))
	}
	if err := s.show(w, r, v, f.status, "failure", s.words.say("title.", f.status), s.next(f)); err != nil {
		http.Error(w, f.sentence, f.status)
	}
}

func (s *Server) logged(r *http.Request, f *pageError, err error) {
	if f.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.config.Logger.LogAttrs(r.Context(), slog.LevelError, "a request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
}
