package main

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seatwright/seatwright/examples/api"
	"github.com/seatwright/seatwright/source"
)

const (
	// maxBody is what a request may send: a file with a license, and what
	// surrounds it in a form.
	maxBody = source.MaxEnvelopeSize + 64<<10
	// maxTime is how long an answer may take; asking a feed takes longest.
	maxTime = 50 * time.Second
)

// policy lets pages have scripts, styles and pictures of this site alone, be
// framed by nobody, and send forms nowhere else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// protect stands before everything: headers, limits, and requests that other
// sites have made a browser send.
func (s *Server) protect(next http.Handler) http.Handler {
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), maxTime)
		defer cancel()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		switch {
		case !readable(r.URL.Path):
			s.refuse(w, r, errNotFound)
		case !readableValues(r.URL.Query()):
			s.refuse(w, r, refusal(http.StatusBadRequest, "The address can't be read."))
		default:
			next.ServeHTTP(w, r.WithContext(ctx))
		}
	})
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, refusal(http.StatusForbidden, "This request came from another site and was not carried out."))
	}))
	guarded := origin.Handler(limited)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if !strings.HasPrefix(r.URL.Path, "/static/") {
			h.Set("Cache-Control", "no-store")
		}
		if s.config.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		guarded.ServeHTTP(w, r)
	})
}

// open is a page for anybody.
func (s *Server) open(page func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := readForm(r)
		if err == nil {
			err = page(w, r)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// readForm reads the fields of a form. One that is too large or that no browser
// sends is refused; [http.Request.PostFormValue] would take it for an empty one.
// A form with a file is read by its page, as it comes.
func readForm(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // a type that can't be read is not that of a form
	if kind != "application/x-www-form-urlencoded" {
		return nil
	}
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) || !readableValues(r.PostForm) {
		return errForm
	}
	return err
}

var errForm = refusal(http.StatusBadRequest, "The form can't be read.")

// readable reports whether a text can be one of a database's: none takes a NUL,
// or what is not UTF-8.
func readable(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

func readableValues(fields url.Values) bool {
	for name, values := range fields {
		if !readable(name) || slices.ContainsFunc(values, func(value string) bool { return !readable(value) }) {
			return false
		}
	}
	return true
}

// refuse answers what gets no further than here, in the form that is expected.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.api.Fail(w, r, err)
		return
	}
	s.fail(w, r, err)
}

// signedIn sends whoever is not signed in to do so.
func (s *Server) signedIn(page page) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.sessions.of(r.Context(), r)
		if errors.Is(err, errNotSignedIn) && r.Method == http.MethodGet {
			return goTo(w, r, "/signin")
		}
		if err != nil {
			return err
		}
		return page(w, r, v)
	})
}

// withStatus reads what there is of licenses, for a page that shows it.
func (s *Server) withStatus(next page) page {
	return func(w http.ResponseWriter, r *http.Request, v visitor) (err error) {
		if v.status, err = s.crm.Status(r.Context()); err != nil {
			return err
		}
		return next(w, r, v)
	}
}

// administrators refuses everybody else.
func (s *Server) administrators(next page) page {
	next = s.withStatus(next)
	return func(w http.ResponseWriter, r *http.Request, v visitor) error {
		if !v.Admin {
			return api.ErrForbidden
		}
		return next(w, r, v)
	}
}
