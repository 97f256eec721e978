package online

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/seatwright/seatwright/source"
)

// Served is one answer of a feed: who asked, what they have, and what they got.
// A vendor can store it to see which customers have not asked for a long time.
type Served struct {
	// Owner and Serial are what was asked for. They are empty if the path
	// names no license. If Status is 401, anybody may have sent them.
	Owner  string
	Serial string
	// Have is the number that the client says it has, or 0.
	Have int64
	// Status is the HTTP status of the answer.
	Status int
	// ETag is the tag of the envelope that was sent, or that the client has
	// already. Otherwise it is empty.
	ETag string
	// Err is the reason for a status 500, and nil otherwise. It is for a log
	// and may name files. It never contains a token or content of a file.
	Err error
}

// WithObserver calls the function with each answer after it has been written.
// Use it for logs and statistics. The function runs in the goroutine of the
// request, so it is called concurrently and must not block for long.
func WithObserver(observe func(context.Context, Served)) HandlerOption {
	return func(h *handler) error {
		if observe == nil {
			return errors.New("the observer of the feed is nil")
		}
		h.observe = observe
		return nil
	}
}

// WithCheck calls the function with each envelope before it is sent. If the
// function returns an error, the answer is a status 500, and the observer gets
// the error. Use it so that a misplaced file never becomes another customer's
// license: the feed itself does not read envelopes; package license/signed
// does.
//
// The function must not change the envelope, and must be safe for concurrent
// use.
func WithCheck(check func(owner, serial string, envelope []byte) error) HandlerOption {
	return func(h *handler) error {
		if check == nil {
			return errors.New("the check of envelopes is nil")
		}
		h.check = check
		return nil
	}
}

// checkBody returns why the bytes of an entry must not be sent, or nil.
func (h *handler) checkBody(owner, serial, mediaType string, body []byte) error {
	if len(body) > source.MaxEnvelopeSize {
		return &source.TooLargeError{Limit: source.MaxEnvelopeSize}
	}
	if mediaType == StatusType {
		_, err := ParseStatus(body)
		return err
	}
	if h.check == nil {
		return nil
	}
	return h.check(owner, serial, body)
}

// answering is a request being answered.
type answering struct {
	http.ResponseWriter
	served Served
}

// WriteHeader implements [http.ResponseWriter].
func (a *answering) WriteHeader(status int) {
	a.served.Status = status
	if status == http.StatusOK || status == http.StatusNotModified {
		a.served.ETag = a.Header().Get("ETag")
	}
	a.ResponseWriter.WriteHeader(status)
}

// haveOf returns the number in the query of a request, or 0.
func haveOf(query url.Values) int64 {
	have, err := strconv.ParseInt(query.Get("have"), 10, 64)
	if err != nil || have < 0 || have > source.MaxNumber {
		return 0
	}
	return have
}
