package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seatwright/seatwright/license"
)

// vendorPage is the corner in which a visitor plays vendor and partner.
type vendorPage struct {
	Owners []vendorRow
}

type vendorRow struct {
	Owner   string
	License *license.License
	Answer  string // what is played
	Answers []string
}

func (s *Server) vendorCorner(w http.ResponseWriter, r *http.Request, v visitor) error {
	page := vendorPage{}
	for _, owner := range s.demo.owners {
		l, _, err := s.demo.published(r.Context(), owner)
		if err != nil {
			return err
		}
		plays, err := s.demo.value(r.Context(), "answer "+owner)
		if err != nil {
			return err
		}
		page.Owners = append(page.Owners, vendorRow{owner, l, string(plays), answers})
	}
	return s.show(w, r, v, http.StatusOK, "vendor", "Vendor corner", page)
}

// issue signs the next license with other quantities, and publishes it, or
// hands it out as a file.
func (s *Server) issue(w http.ResponseWriter, r *http.Request, _ visitor) error {
	owner := partOf(r, "owner")
	if !slices.Contains(s.demo.owners, owner) {
		return errNotFound
	}
	last, _, err := s.demo.published(r.Context(), owner)
	if err != nil {
		return err
	}
	issued, err := s.demo.issued(r.Context(), owner, last.Number)
	if err != nil {
		return err
	}
	next, err := nextLicense(last, issued+1, r.PostFormValue, s.config.Clock())
	if err != nil {
		return err
	}
	envelope, err := s.demo.sign(owner, next)
	if err != nil {
		return err
	}
	if err := s.demo.put(r.Context(), "issued "+owner, fmt.Append(nil, next.Number)); err != nil {
		return err
	}
	if r.PostFormValue("then") == "download" {
		attach(w, fmt.Sprintf("%s-%s-%04d.license.json", owner, next.Licensee.Serial, next.Number), "application/json")
		_, err := w.Write(envelope)
		return err
	}
	if err := s.demo.put(r.Context(), "license "+owner, envelope); err != nil {
		return err
	}
	http.Redirect(w, r, "/vendor?done=published", http.StatusSeeOther)
	return nil
}

// nextLicense is the last one with what a form says. A quantity of 0 takes the
// module out, and out of the plans that include it.
func nextLicense(last *license.License, number int64, value func(string) string, now time.Time) (*license.License, error) {
	next := *last
	next.Number = number
	next.Modules = nil
	for _, m := range last.Modules {
		if text := strings.TrimSpace(value("quantity " + m.Name)); text != "" {
			quantity, err := strconv.ParseInt(text, 10, 64)
			if err != nil || quantity < 0 || quantity > license.MaxSeats {
				return nil, refusal(http.StatusUnprocessableEntity, "The number of "+m.Name+" is not a number from 0 to "+plain(license.MaxSeats)+".")
			}
			m.Quantity = quantity
		}
		if m.Quantity > 0 {
			next.Modules = append(next.Modules, m)
		}
	}
	dropRemoved(&next)
	if serial := strings.TrimSpace(value("serial")); serial != "" {
		next.Licensee.Serial = serial
	}
	if company := strings.TrimSpace(value("company")); company != "" {
		next.Licensee.Company = company
	}
	if days := strings.TrimSpace(value("days")); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 10_000 {
			return nil, refusal(http.StatusUnprocessableEntity, "The days are not a number from 1 to 10 000.")
		}
		lasts(&next, now.UTC().Truncate(time.Second).AddDate(0, 0, n))
	}
	return &next, nil
}

func dropRemoved(l *license.License) {
	has := func(name string) bool {
		return strings.Contains(name, ".") || slices.ContainsFunc(l.Modules, func(m license.Module) bool { return m.Name == name })
	}
	gone := func(name string) bool { return !has(name) }
	for i, m := range l.Modules {
		l.Modules[i].Includes = slices.DeleteFunc(slices.Clone(m.Includes), gone)
		l.Modules[i].Requires = slices.DeleteFunc(slices.Clone(m.Requires), gone)
	}
}

// answers is what an owner's license server can be made to answer instead of the
// license that was published last.
var answers = []string{"", "message", "identity", "problem", "silence", "wrong"}

// setAnswer says what an owner's license server answers from now on.
func (s *Server) setAnswer(w http.ResponseWriter, r *http.Request, _ visitor) error {
	owner, answer := partOf(r, "owner"), r.PostFormValue("answer")
	if !slices.Contains(s.demo.owners, owner) || !slices.Contains(answers, answer) {
		return errNotFound
	}
	if err := s.demo.put(r.Context(), "answer "+owner, []byte(answer)); err != nil {
		return err
	}
	http.Redirect(w, r, "/vendor?done=answers", http.StatusSeeOther)
	return nil
}
