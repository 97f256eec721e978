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
// It is what a vendor keeps to see who has not fetched for how long.
type Served struct {
	// Owner and Serial are what was asked for. They are empty where the path
	// names no license, and anybody can have sent them where Status is 401.
	Owner  string
	Serial string
	// Have is the number that the client says it has, 0 if it says none.
	Have int64
	// Status is the HTTP status of the answer.
	Status int
	// ETag is that of the envelope that was sent, or that the client has; empty
	// otherwise.
	ETag string
	// Err is why the status is 500, nil otherwise. It may name files, for a log;
	// it never holds a token, nor anything that was read.
	Err error
}

// WithObserver has the function called with each answer, when it has been
// written, by the goroutine of the request: many at once. It must not block for
// long.
func WithObserver(observe func(context.Context, Served)) HandlerOption {
	return func(h *handler) error {
		if observe == nil {
			return errors.New("the observer of the feed is nil")
		}
		h.observe = observe
		return nil
	}
}

// WithCheck has the function called with each envelope before it is sent. An
// envelope that it refuses is answered with a status 500 and told to the
// observer, so that a file in the wrong place never becomes another customer's
// license. The feed itself does not read envelopes; package signed does. The
// function does not change the envelope, and is called by many goroutines at
// once.
func WithCheck(check func(owner, serial string, envelope []byte) error) HandlerOption {
	return func(h *handler) error {
		if check == nil {
			return errors.New("the check of envelopes is nil")
		}
		h.check = check
		return nil
	}
}

// checkBody returns why the bytes of an entry are not sent, nil if they are.
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

// answering is a request that is being answered.
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

// haveOf returns the number in the query of a request, 0 if there is none.
func haveOf(query url.Values) int64 {
	have, err := strconv.ParseInt(query.Get("have"), 10, 64)
	if err != nil || have < 0 || have > source.MaxNumber {
		return 0
	}
	return have
}
