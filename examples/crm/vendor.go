package main

import (
	"fmt"
	"net/http"

	"github.com/seatwright/seatwright/examples/feed"
)

// vendorCorner is the page on which a visitor plays vendor and partner.
func (s *Server) vendorCorner(w http.ResponseWriter, r *http.Request, v visitor) error {
	desks, err := s.demo.Desks(r.Context())
	if err != nil {
		return err
	}
	return s.show(w, r, v, http.StatusOK, "vendor", "Vendor corner", desks)
}

// issue signs the next license with other quantities, and publishes it, or
// hands it out as a file.
func (s *Server) issue(w http.ResponseWriter, r *http.Request, _ visitor) error {
	owner := partOf(r, "owner")
	change, err := feed.ParseForm(r.PostForm)
	if err != nil {
		return refusal(http.StatusUnprocessableEntity, s.words.Say("error.", "field", err))
	}
	l, envelope, err := s.demo.Issue(r.Context(), owner, change, s.config.Clock())
	if err != nil {
		return err
	}
	if r.PostFormValue("then") == "download" {
		attach(w, fmt.Sprintf("%s-%s-%04d.license.json", owner, l.Licensee.Serial, l.Number), "application/json")
		_, err := w.Write(envelope) //nolint:gosec // the browser saves it as a file, and shows no page
		return err
	}
	if err := s.demo.Publish(r.Context(), owner, envelope); err != nil {
		return err
	}
	return goTo(w, r, "/vendor?done=published")
}

// setAnswer says what an owner's license server answers from now on.
func (s *Server) setAnswer(w http.ResponseWriter, r *http.Request, _ visitor) error {
	if err := s.demo.Play(r.Context(), partOf(r, "owner"), feed.Answer(r.PostFormValue("answer"))); err != nil {
		return err
	}
	return goTo(w, r, "/vendor?done=answers")
}
