package api

import (
	"errors"
	"net/http"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// StatusError is an error that says how it is answered.
type StatusError struct {
	Status   int    // the HTTP status
	Sentence string // the answer for people
}

// Error returns the sentence.
func (e *StatusError) Error() string { return e.Sentence }

// ErrForbidden refuses a caller who is no administrator.
var ErrForbidden = &StatusError{http.StatusForbidden, "Only an administrator may do this."}

var (
	errNoCall = &StatusError{http.StatusNotFound, "There is no such call."}
	errBody   = &StatusError{http.StatusBadRequest, "The body is not the JSON that is described for this call."}
	// The schema checks digests of calls, so this is about a form.
	errDigest   = &StatusError{http.StatusBadRequest, "The form is incomplete. Load the page again."}
	errLicensee = &StatusError{http.StatusUnprocessableEntity, "Enter company and serial number, both as the vendor has given them to you."}
	errBoth     = &StatusError{http.StatusUnprocessableEntity, "Name users or all, not both."}
)

// Problem returns the status of an error, by [activation.Classify], and its sentence
// in the words of the library. It hides the details of a failure that callers can do
// nothing about.
func Problem(err error) (status int, sentence string) {
	var tooLarge *http.MaxBytesError
	status, sentence = activation.Classify(err).HTTPStatus(), err.Error()
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case status == http.StatusServiceUnavailable:
		sentence = "Something went wrong here. Try again later."
	}
	return status, sentence
}

// problem is a document of RFC 9457, with the figures of the refusal.
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Refusals has the figures of each.
	Refusals []seat.Refusal `json:"refusals,omitempty"`
	// Fresh is the offer as it is now, if it was not activated.
	Fresh *activation.Preview `json:"fresh,omitempty"`
}

// Fail answers with an error. A host calls it to refuse a request before the API
// sees it.
func (a *API) Fail(w http.ResponseWriter, r *http.Request, err error) {
	var p problem
	var own *StatusError
	var refused *seat.RefusedError
	var moved *activation.NotActivatedError
	if errors.As(err, &own) {
		p.Status, p.Detail = own.Status, own.Sentence
	} else {
		p.Status, p.Detail = a.host.Problem(r, err)
	}
	p.Title = http.StatusText(p.Status)
	if errors.As(err, &refused) {
		p.Refusals = refused.Refusals
	}
	if errors.As(err, &moved) {
		p.Fresh = moved.Fresh
	}
	write(w, p.Status, "application/problem+json", p)
}
