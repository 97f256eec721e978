package main

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/seatwright/seatwright/seat"
)

// signInPage is the form with what went wrong.
type signInPage struct {
	Name, Problem string
	Demo          string // the password of the demo's users
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) error {
	return s.showSignIn(w, r, http.StatusOK, "", "")
}

// signIn answers alike for a wrong name and a wrong password, and counts both.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	name, password := strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("password")
	if seat.CheckID(name) != nil {
		name = "" // nobody has this name, and it may be too long to keep
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	byName, byAddress := "name "+name, "address "+address
	if wait := s.failures.try(byName, byAddress); wait > 0 {
		return s.showSignIn(w, r, http.StatusTooManyRequests, name,
			"Too many attempts. Try again in "+minutes(wait)+".")
	}
	who, err := s.people.find(r.Context(), name)
	if err != nil && !errors.Is(err, errNobody) {
		return err
	}
	if !who.hasPassword(password) {
		return s.showSignIn(w, r, http.StatusUnauthorized, name, "That name and password do not go together.")
	}
	s.failures.succeeded(byName, byAddress)
	if err := s.sessions.begin(r.Context(), w, r, who); err != nil {
		return err
	}
	return goTo(w, r, "/")
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request, status int, name, problem string) error {
	page := signInPage{Name: name, Problem: problem}
	if s.demo != nil {
		page.Demo = demoPassword
	}
	return s.show(w, r, visitor{}, status, "signin", "Sign in", page)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, _ visitor) error {
	if err := s.sessions.end(r.Context(), r); err != nil {
		return err
	}
	http.SetCookie(w, s.sessions.cookie("", -1))
	return goTo(w, r, "/signin")
}

func minutes(d time.Duration) string {
	if n := int((d + time.Minute - 1) / time.Minute); n != 1 {
		return plain(int64(n)) + " minutes"
	}
	return "a minute"
}
